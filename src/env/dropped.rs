//! The variables that podman, what it starts, or their libraries take as orders.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

/// A variable podman does not get from its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// Its name; with a `*` at the end every name that begins so.
    pub name: &'static str,
    /// What it would do, a lower-case phrase.
    pub why: &'static str,
}

const fn row(name: &'static str, why: &'static str) -> Dropped {
    Dropped { name, why }
}

/// What is dropped for a reason that a person should be told. The ones that [`super::scrub`] keeps after a look at the value
/// stand here too. From podman's manual, containers.conf(5), environ(7), ld.so(8), Go's runtime package,
/// conmon, runc, crun, netavark and systemd.exec(5).
pub(crate) const DROPPED_ON_PURPOSE: &[Dropped] = &[
    row("BASH_*", CODE),
    row("ENV", CODE),
    row("PERL5*", CODE),
    row("PYTHON*", CODE),
    row("SHELLOPTS", CODE),
    row("LD_*", CODE),
    row("GCONV_PATH", CODE),
    row("GLIBC_TUNABLES", LIBRARY),
    row("HOSTALIASES", LIBRARY),
    row("LOCALDOMAIN", LIBRARY),
    row("LOCPATH", LIBRARY),
    row("MALLOC_*", LIBRARY),
    row("NLSPATH", LIBRARY),
    row("RES_OPTIONS", LIBRARY),
    row("TZDIR", LIBRARY),
    row("GOCOVERDIR", "makes podman write files there"),
    row(
        "GODEBUG",
        "changes podman's Go runtime, certificate checks included",
    ),
    row("GOGC", "changes podman's Go runtime"),
    row("GOMAXPROCS", "changes podman's Go runtime"),
    row("GOMEMLIMIT", "changes podman's Go runtime"),
    row("GOTRACEBACK", "changes podman's Go runtime"),
    row(
        "PATH",
        "would choose the runtime, conmon and network programs podman starts",
    ),
    row("CONTAINER_*", "may send the run to another podman service"),
    row("CONTAINERS_*", CONFIGURATION),
    row("_CONTAINERS_*", INTERNAL),
    row("_LIBCONTAINER_*", INTERNAL),
    row("_OCI_*", INTERNAL),
    row("_PODMAN_*", INTERNAL),
    row(
        "PODMAN_*",
        "changes podman's defaults or labels the container for auto-update",
    ),
    row("LIBPOD_*", "changes podman's defaults"),
    row("BUILDAH_*", "changes podman's defaults"),
    row("CNI_*", "changes the container's network"),
    row("NETAVARK_*", "changes the container's network"),
    row("DISABLE_HC_SYSTEMD", "switches health checks off"),
    row("STORAGE_*", "replaces podman's image store"),
    row("REGISTRIES_CONFIG_PATH", "sends pulls to other registries"),
    row(
        "REGISTRY_AUTH_FILE",
        "holds credentials that only a pull needs",
    ),
    row("DOCKER_*", "holds credentials or another engine's address"),
    row("GNUPGHOME", "changes which signatures are believed"),
    row("SSL_CERT_DIR", "changes which certificates are believed"),
    row("SSL_CERT_FILE", "changes which certificates are believed"),
    row(
        "RUN_OCI_*",
        "hands the runtime's seccomp decisions to another process",
    ),
    row("http_proxy", PROXY),
    row("https_proxy", PROXY),
    row("ftp_proxy", PROXY),
    row("no_proxy", PROXY),
    row("all_proxy", PROXY),
    row("HTTP_PROXY", PROXY),
    row("HTTPS_PROXY", PROXY),
    row("FTP_PROXY", PROXY),
    row("NO_PROXY", PROXY),
    row("ALL_PROXY", PROXY),
    row("HOME", PLACE),
    row("LOGNAME", "podman asks the system who it is"),
    row("SUDO_*", "podman asks the system who it is"),
    row("USER", "podman asks the system who it is"),
    row("TMPDIR", PLACE),
    row("XDG_*", PLACE),
    row("DBUS_*", "names the bus podman asks for control groups"),
    row("INVOCATION_ID", UNIT),
    row("JOURNAL_STREAM", UNIT),
    row("LISTEN_*", "passes open descriptors into the container"),
    row("MAINPID", UNIT),
    row(
        "NOTIFY_SOCKET",
        "mounts the unit's notification socket into the container",
    ),
    row("SYSTEMD_*", UNIT),
    row("WATCHDOG_*", UNIT),
    row("LANG", TEXT),
    row("LANGUAGE", TEXT),
    row("LC_*", TEXT),
    row("TERM", TEXT),
    row("TZ", TEXT),
];

const CODE: &str = "may load code into podman, its runtime or its hooks";
const LIBRARY: &str = "changes the C library of podman's helpers";
const CONFIGURATION: &str = "replaces podman's configuration";
const INTERNAL: &str = "is how podman and the runtime talk to themselves";
const PROXY: &str = "may hold a password, and podman copies it into the container";
const PLACE: &str = "does not name a directory of this user";
const UNIT: &str = "does not look like what systemd sets";
const TEXT: &str = "is not a plain name";

/// What a pull may need of the above.
pub(super) const PROXIES: [&str; 10] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
];

/// Why podman does not get a variable from its caller; `None` when it means nothing to anybody here.
pub(crate) fn reason(name: &OsStr) -> Option<&'static str> {
    let name = name.as_bytes();
    let row = DROPPED_ON_PURPOSE.iter().find(|row| {
        let known = row.name.as_bytes();
        match known.strip_suffix(b"*") {
            Some(start) => name.starts_with(start),
            None => name == known,
        }
    });
    row.map(|row| row.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_the_rest_and_nothing_else_does() {
        for known in [
            "LD_PRELOAD",
            "LD_",
            "ENV",
            "LC_ALL",
            "CONTAINER_HOST",
            "CONTAINERS_CONF",
        ] {
            assert!(reason(known.as_ref()).is_some(), "{known}");
        }
        for unknown in [
            "",
            "LD",
            "ENVIRONMENT",
            "ld_preload",
            "MY_LD_PRELOAD",
            "GOOGLE_KEY",
            "TOKEN",
        ] {
            assert_eq!(reason(unknown.as_ref()), None, "{unknown}");
        }
    }

    #[test]
    fn every_proxy_is_known() {
        assert!(
            PROXIES
                .iter()
                .all(|name| reason(name.as_ref()) == Some(PROXY))
        );
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<_> = DROPPED_ON_PURPOSE.iter().map(|row| row.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
