//! Where podman may write a file for the caller, and from where it may read one.
//!
//! podman follows symbolic links, truncates what is there (since 4.4, for `--cidfile` too) and, for a log, writes what
//! the container says. Run by root, that makes any file of the host what the container wants.

use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::overwrite;
use crate::host::{FileKind, Mode, Resolved};
use crate::origin::Origin;
use crate::problem::Problem;
use crate::rule_id::RuleId;

/// Directories that never count as somebody's working directory, with all below.
const SYSTEM: [&str; 12] = [
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr",
    "/var",
];

/// Directories of a runtime directory whose files are read as orders, or are the state of an engine or of a key store.
const ORDERS: [&str; 49] = [
    "NetworkManager",
    "apparmor",
    "blkid",
    "cloud-init",
    "console",
    "containerd",
    "containers",
    "credentials",
    "credstore",
    "crio",
    "crun",
    "cryptsetup",
    "dbus",
    "dbus-1",
    "docker",
    "faillock",
    "gnupg",
    "host",
    "initramfs",
    "keyring",
    "libpod",
    "libvirt",
    "lock",
    "log",
    "lvm",
    "mdadm",
    "mount",
    "needrestart",
    "netns",
    "network",
    "nscd",
    "ostree",
    "plymouth",
    "podman",
    "polkit-1",
    "resolvconf",
    "runc",
    "safe-podman",
    "samba",
    "setrans",
    "ssh",
    "sshd",
    "sssd",
    "sudo",
    "systemd",
    "udev",
    "user",
    "uuidd",
    "wpa_supplicant",
];

/// Where a path of the command line leads. A relative one starts in the working directory, for podman as for us.
///
/// # Errors
/// Why it cannot be told: the path cannot be followed, or it is a relative path of a profile, which podman would start
/// from wherever it is called.
pub(super) fn locate(path: &Path, origin: &Origin, facts: &Facts<'_>) -> Result<Resolved, Problem> {
    if path.is_relative() && !matches!(origin, Origin::Argument { .. }) {
        let path = path.display();
        return Err(Problem::new(format!(
            "\"{path}\" starts in whatever directory podman is called from"
        )));
    }
    Ok(facts.host.resolve(&facts.cwd.join(path))?)
}

/// Is it in the caller's runtime directory, the caller's own in a directory for temporary files, or in the working
/// directory? For root it has to be root's alone as well, since podman opens it with root's rights, and where the site
/// policy forbids the rule, nobody's choice of a working directory counts.
///
/// # Errors
/// Why not, where there is more to say than that it is none of these.
pub(super) fn may_write(
    path: &Path,
    at: &Resolved,
    facts: &Facts<'_>,
) -> Result<(), Option<Problem>> {
    let replaceable = matches!(
        at.kind,
        FileKind::Missing | FileKind::File | FileKind::Directory
    );
    let is_root = facts.host.identity().mode == Mode::Rootful;
    let cwd_counts = !is_root || !facts.site.forbids(RuleId::HostFileWrite);
    let is_place = in_runtime_directory(&at.path, facts)
        || is_own_temporary(at, facts)
        || (cwd_counts && in_cwd(&at.path, facts));
    if !(replaceable && is_place) {
        return Err(None);
    }
    if is_root {
        overwrite::by_root(&facts.cwd.join(path), at, facts).map_err(Some)?;
    }
    Ok(())
}

/// Is it in the working directory, and not hidden, as credentials and start-up files are?
pub(super) fn in_cwd(path: &Path, facts: &Facts<'_>) -> bool {
    let Ok(cwd) = facts.host.resolve(facts.cwd) else {
        return false;
    };
    let root = cwd.path.parent().is_none();
    let system = SYSTEM.iter().any(|dir| cwd.path.starts_with(dir));
    let hidden = path
        .iter()
        .any(|part| part.as_encoded_bytes().starts_with(b"."));
    !root && !system && !hidden && path.starts_with(&cwd.path)
}

/// The directory for files that live as long as the session: `%t` of a systemd unit.
pub(super) fn runtime_directory(facts: &Facts<'_>) -> PathBuf {
    let identity = facts.host.identity();
    match identity.mode {
        Mode::Rootful => PathBuf::from("/run"),
        Mode::Rootless => PathBuf::from(format!("/run/user/{}", identity.euid)),
    }
}

/// A place that would do for the file that a flag names, where one can be told: the id files of root's containers have
/// names of their own, and so has nothing else in its runtime directory.
pub(super) fn for_writing(flag: &str, path: &Path, facts: &Facts<'_>) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let name = match (facts.host.identity().mode, flag) {
        (Mode::Rootful, "cidfile") => overwrite::own_name(name, "cid"),
        (Mode::Rootful, "pidfile" | "conmon-pidfile") => overwrite::own_name(name, "pid"),
        (Mode::Rootful, _) => return None,
        (Mode::Rootless, _) => name.to_owned(),
    };
    Some(runtime_directory(facts).join(name))
}

fn in_runtime_directory(path: &Path, facts: &Facts<'_>) -> bool {
    let own = format!("/run/user/{}", facts.host.identity().euid);
    let below = path
        .strip_prefix(own)
        .or_else(|_| path.strip_prefix(runtime_directory(facts)));
    let first = below
        .ok()
        .and_then(|below| below.iter().next())
        .and_then(|name| name.to_str());
    let is_drop_in = |name: &str| Path::new(name).extension().is_some_and(|end| end == "d");
    first.is_some_and(|name| !ORDERS.contains(&name) && !is_drop_in(name))
}

fn is_own_temporary(at: &Resolved, facts: &Facts<'_>) -> bool {
    ["/tmp", "/var/tmp"].iter().map(Path::new).any(|tmp| {
        let directly = at.path.parent() == Some(tmp) && at.kind == FileKind::Missing;
        at.path != tmp
            && at.path.starts_with(tmp)
            && (directly || at.owner == facts.host.identity().euid)
    })
}
