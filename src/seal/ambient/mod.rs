//! What weakens a container without standing on its command line: containers.conf and its kin.
//!
//! Scalars of containers.conf are beaten by the flags that every run has. Lists are not: podman adds them to whatever the
//! command line says. From 4.5 on a last file of ours ([`OVERRIDE`]) empties them; for older releases the files are read
//! and a line that would add something stops the run. What is left is the seal's.

mod conf;
pub mod files;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::env::Scrubbed;
use crate::host::Host;
use crate::podman::version::Version;
use crate::problem::Problem;

/// The variable that names a containers.conf which podman loads last, since 4.5.
pub const OVERRIDE: &str = "CONTAINERS_CONF_OVERRIDE";
/// The flag that takes the place of every mounts.conf.
pub const MOUNTS_FLAG: (&str, &str) = ("default-mounts-file", "/dev/null");

const WITH_OVERRIDE: Version = Version(4, 5, 0);
/// From here on `[{append=false}]` empties a list; before, `[]` does.
const WITH_APPEND: Version = Version(4, 8, 0);

/// What was looked at and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ambient {
    /// The files that exist, in the order podman loads them.
    pub files: Vec<PathBuf>,
    /// A line for each thing neutralised.
    pub neutralised: Vec<String>,
    /// The file for [`OVERRIDE`].
    pub overriding: Option<PathBuf>,
    /// Where podman keeps volumes, when a file says so.
    pub volume_path: Option<PathBuf>,
}

/// Looks at the files that this podman will load for this user, and takes the lists out of them.
///
/// # Errors
/// A file is no TOML or cannot be read; before 4.5, a line that no flag takes back.
pub fn neutralise(
    host: &dyn Host,
    version: Version,
    scrubbed: &Scrubbed,
    state: &Path,
) -> Result<Ambient, Problem> {
    let mut ambient = Ambient::default();
    for path in files::all(host, version, scrubbed) {
        let Some(text) = files::read(host, &path)? else {
            continue;
        };
        let found = conf::read(&path, &text)?;
        if let Some(line) = found.additions.first().filter(|_| version < WITH_OVERRIDE) {
            return Err(Problem::new(format!(
                "{line} adds to every container, and podman {version} lets no flag take that back"
            ))
            .instead(
                "take the line out, or use podman 4.8 or newer, and ask for it in a profile",
            ));
        }
        ambient.neutralised.extend(found.additions);
        ambient.volume_path = found.volume_path.or(ambient.volume_path);
        ambient.files.push(path);
    }
    if version >= WITH_OVERRIDE {
        let text = overriding(version);
        let name = format!("containers-{}.{}.conf", version.0, version.1);
        ambient.overriding = Some(host.keep(state, &name, text.as_bytes())?);
    }
    Ok(ambient)
}

/// The file that podman loads last.
fn overriding(version: Version) -> String {
    let mut text = String::new();
    let mut section = "";
    for key in conf::KEYS.iter().filter(|key| key.since <= version) {
        if key.section != section {
            section = key.section;
            let _ = writeln!(text, "[{section}]");
        }
        let value = match key.value {
            conf::Value::List(kept) => {
                let kept = kept.iter().map(|entry| format!("\"{entry}\""));
                let clear = (version >= WITH_APPEND).then(|| "{append=false}".to_owned());
                format!("[{}]", kept.chain(clear).collect::<Vec<_>>().join(", "))
            }
            conf::Value::Off => "false".to_owned(),
        };
        let _ = writeln!(text, "{} = {value}", key.name);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::env::{Environment, scrub};
    use crate::host::Fake;

    const STATE: &str = "/var/lib/safe-podman";

    fn at(host: &Fake, version: Version) -> Result<Ambient, Problem> {
        let scrubbed = scrub(&Environment::default(), &[], host);
        neutralise(host, version, &scrubbed, Path::new(STATE))
    }

    #[test]
    fn an_old_podman_is_stopped_at_the_line() {
        for (line, place) in [
            ("volumes = [\"/etc:/x\"]", "volumes"),
            ("devices = [\"/dev/fuse\"]", "devices"),
            ("annotations = [\"run.oci.handler=krun\"]", "annotations"),
            ("env = [\"*\"]", "env"),
            ("env = [\"SECRET\"]", "env"),
            (
                "default_sysctls = [\"net.ipv4.ip_forward=1\"]",
                "default_sysctls",
            ),
            ("\"volumes\" = [\n\"/etc:/x\" ]", "volumes"),
            ("volumes = \"/etc:/x\"", "volumes"),
        ] {
            let text = format!("# a comment\n[containers]\n{line}\n");
            let host = Fake::rootful().file("/etc/containers/containers.conf", 0, 0o644, text);
            let problem = at(&host, Version(4, 3, 1)).unwrap_err();
            let expected = format!("/etc/containers/containers.conf:3: {place}");
            assert!(problem.what.contains(&expected), "{line}: {problem}");
            let told = at(&host, Version(5, 4, 2)).unwrap();
            assert_eq!(told.neutralised.len(), 1, "{line}");
        }
    }

    #[test]
    fn what_distributions_ship_is_no_reason_to_stop() {
        let text = "[containers]\nenv = [\"PATH=/bin\", \"TERM=xterm\"]\nvolumes = []\ndefault_sysctls = \
            [\"net.ipv4.ping_group_range=0 0\"]\nlog_driver = \"journald\"\n[engine]\nremote = false\n\
            volume_path = \"/srv/volumes\"\n[engine.runtimes]\nrunc = [\"/usr/bin/runc\"]\n";
        let host = Fake::rootful().file("/usr/share/containers/containers.conf", 0, 0o644, text);
        let found = at(&host, Version(4, 3, 1)).unwrap();
        assert!(found.neutralised.is_empty() && found.overriding.is_none());
        assert_eq!(found.volume_path, Some("/srv/volumes".into()));
        assert_eq!(found.files.len(), 1);
    }

    #[test]
    fn the_engine_may_not_be_sent_elsewhere() {
        for line in [
            "remote = true",
            "no_pivot_root = true",
            "env = [\"LD_PRELOAD=/x\"]",
        ] {
            let text = format!("[engine]\n{line}\n");
            let host =
                Fake::rootful().file("/etc/containers/containers.conf.d/a.conf", 0, 0o644, text);
            assert!(at(&host, Version(4, 4, 0)).is_err(), "{line}");
        }
    }

    #[test]
    fn a_file_that_is_not_understood_stops_the_run() {
        for text in ["[containers", "volumes = [", "[containers]\n[containers]\n"] {
            let host = Fake::rootful().file("/etc/containers/containers.conf", 0, 0o644, text);
            assert!(at(&host, Version(5, 4, 2)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_user_has_a_file_of_their_own_and_root_since_5() {
        let text = "[containers]\nvolumes = [\"/etc:/x\"]\n";
        let path = "/home/ann/.config/containers/containers.conf";
        assert!(
            at(
                &Fake::rootless().file(path, 1000, 0o644, text),
                Version(4, 3, 1)
            )
            .is_err()
        );
        let host = Fake::rootful().file("/root/.config/containers/containers.conf", 0, 0o644, text);
        assert!(at(&host, Version(4, 3, 1)).unwrap().files.is_empty());
        assert_eq!(at(&host, Version(5, 0, 0)).unwrap().files.len(), 1);
    }

    #[test]
    fn the_last_file_knows_only_what_the_release_knows() {
        let old = overriding(Version(4, 5, 0));
        assert!(
            old.contains("volumes = []\n") && !old.contains("mounts") && !old.contains("append"),
            "{old}"
        );
        let new = overriding(Version(5, 4, 2));
        assert!(
            new.contains("mounts = [{append=false}]\n") && new.contains("[engine]\n"),
            "{new}"
        );
    }
}
