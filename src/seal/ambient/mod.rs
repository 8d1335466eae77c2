//! What weakens a container without standing on its command line: containers.conf and its kin.
//!
//! Scalars of containers.conf are beaten by the flags that every run has. Lists are not: podman adds them to whatever the
//! command line says. From 4.5 on a last file of ours ([`OVERRIDE`]) empties them; for older releases the files are read
//! and a line that would add something stops the run. What is left is the seal's.

mod conf;
pub mod files;
mod keys;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use self::conf::{Found, Program};
use crate::env::Scrubbed;
use crate::host::{FileKind, Host};
use crate::podman::version::Version;
use crate::problem::Problem;
use crate::seal::hook::digest;

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
    /// The program of `--init`, when a file says so.
    pub init_path: Option<PathBuf>,
    /// Where `podman start` looks for hooks, when a file says so.
    pub hooks_dir: Option<Vec<PathBuf>>,
}

/// Looks at the files that this podman will load for this user, and takes out of them what no flag takes back: podman
/// gets [`Ambient::overriding`] as its last file. That one names the directories of `hooks` too: what conmon starts again
/// inherits the variable, and before podman 5.6 no other trace of `--hooks-dir`.
///
/// # Errors
/// A file is no TOML or cannot be read; it names a program that others than root may change; a line that nothing takes
/// back, of which there are more before 4.5.
pub fn neutralise(
    host: &dyn Host,
    version: Version,
    scrubbed: &Scrubbed,
    state: &Path,
    hooks: &[PathBuf],
) -> Result<Ambient, Problem> {
    let mut ambient = Ambient::default();
    for path in files::all(host, version, scrubbed) {
        let Some(text) = files::read(host, &path)? else {
            continue;
        };
        let found = conf::read(&path, &text)?;
        refuse(host, version, &path, &found)?;
        let lines = found.weak.iter().filter(|weak| weak.key.since <= version);
        ambient.neutralised.extend(lines.map(|weak| {
            let (file, key) = (path.display(), weak.key.name);
            format!("{file}:{}: {key}", weak.line)
        }));
        ambient.volume_path = found.volume_path.or(ambient.volume_path);
        ambient.init_path = found.init_path.or(ambient.init_path);
        ambient.hooks_dir = found.hooks_dir.or(ambient.hooks_dir);
        ambient.files.push(path);
    }
    ambient.overriding = last_file(host, version, state, hooks)?;
    Ok(ambient)
}

/// Keeps the file for [`OVERRIDE`] below the state directory; none for a podman that does not know the variable.
///
/// # Errors
/// It cannot be written.
pub fn last_file(
    host: &dyn Host,
    version: Version,
    state: &Path,
    hooks: &[PathBuf],
) -> Result<Option<PathBuf>, Problem> {
    if version < WITH_OVERRIDE {
        return Ok(None);
    }
    let text = overriding(version, hooks);
    // One file for each text: runs of two releases do not replace each other's.
    let name: String = digest(text.as_bytes()).chars().take(16).collect();
    let name = format!("containers-{name}.conf");
    host.keep(state, &name, text.as_bytes()).map(Some)
}

/// Stops the run at what nothing takes back.
fn refuse(host: &dyn Host, version: Version, file: &Path, found: &Found) -> Result<(), Problem> {
    let place = |line: usize, key: &str| format!("{}:{line}: {key}", file.display());
    for program in &found.programs {
        is_roots(host, program).map_err(|problem| {
            let (place, does) = (place(program.line, program.key.name), program.key.does);
            Problem::new(format!("{place} {does}: {}", problem.what)).instead(
                problem
                    .instead
                    .unwrap_or_else(|| "take the line out".into()),
            )
        })?;
    }
    let stays = |key: &keys::Key| {
        let is_overridden = version >= WITH_OVERRIDE && key.neutral(|_| String::new()).is_some();
        key.since <= version && !is_overridden && key.name != keys::FLAGS_TAKE_BACK
    };
    let lines: Vec<String> = found
        .weak
        .iter()
        .filter(|weak| stays(weak.key))
        .map(|weak| format!("{} {}", place(weak.line, weak.key.name), weak.key.does))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let what = format!(
        "{}, and podman {version} lets no flag take that back",
        lines.join("; ")
    );
    Err(Problem::new(what)
        .instead("take the line out, or use podman 4.8 or newer, and ask for it in a profile"))
}

/// What podman would start must not be others' to change.
fn is_roots(host: &dyn Host, program: &Program) -> Result<(), Problem> {
    let path = program.path.as_path();
    let is_name = path.components().count() == 1 && !path.has_root();
    let by_name = is_name && matches!(program.key.value, keys::Value::Program);
    // $BINDIR is the directory that podman itself lies in, which was looked at already.
    if by_name || path.starts_with("$BINDIR") {
        return Ok(());
    }
    if !path.is_absolute() {
        let what = format!("\"{}\" depends on the current directory", path.display());
        return Err(Problem::new(what).instead("write the whole path"));
    }
    // What is not there yet is made by whoever may write above it.
    let mut existing = path.ancestors();
    let found = existing.find(|path| {
        let kind = host.resolve(path).map(|found| found.kind);
        kind.is_ok_and(|kind| kind != FileKind::Missing)
    });
    host.trusted(found.unwrap_or(path))
}

/// The file that podman loads last.
fn overriding(version: Version, hooks: &[PathBuf]) -> String {
    let list = |entries: Vec<String>| {
        let clear = (version >= WITH_APPEND).then(|| "{append=false}".to_owned());
        let entries: Vec<String> = entries.into_iter().chain(clear).collect();
        format!("[{}]", entries.join(", "))
    };
    let kept = |kept: &[&str]| list(kept.iter().map(|entry| format!("\"{entry}\"")).collect());
    let mut text = String::new();
    let mut section = "";
    for key in keys::KEYS.iter().filter(|key| key.since <= version) {
        let Some(value) = key.neutral(kept) else {
            continue;
        };
        if key.section != section {
            section = key.section;
            let _ = writeln!(text, "[{section}]");
        }
        let _ = writeln!(text, "{} = {value}", key.name);
    }
    if !hooks.is_empty() {
        // A string of JSON is one of TOML.
        let quoted = |path: &PathBuf| serde_json::Value::from(path.to_string_lossy()).to_string();
        let directories = list(hooks.iter().map(quoted).collect());
        let _ = writeln!(text, "hooks_dir = {directories}");
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
        neutralise(host, version, &scrubbed, Path::new(STATE), &[])
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
        for (line, does) in [
            ("remote = true", "remote sends every run"),
            ("no_pivot_root = true", "no_pivot_root leaves"),
            ("env = [\"LD_PRELOAD=/x\"]", "env changes podman"),
            ("conmon_env_vars = [\"LD_PRELOAD=/x\"]", "changes conmon"),
        ] {
            let host = with("engine", line);
            let problem = at(&host, Version(4, 4, 0)).unwrap_err();
            assert!(problem.what.contains(does), "{line}: {problem}");
            let told = at(&host, Version(5, 4, 2)).unwrap();
            assert_eq!(told.neutralised.len(), 1, "{line}");
        }
    }

    fn with(section: &str, line: &str) -> Fake {
        let text = format!("[{section}]\n{line}\n");
        Fake::rootful().file("/etc/containers/containers.conf.d/a.conf", 0, 0o644, text)
    }

    #[test]
    fn the_session_keyring_stays_outside() {
        let host = with("containers", "keyring = false");
        let problem = at(&host, Version(4, 3, 1)).unwrap_err();
        assert!(problem.what.contains("session keyring"), "{problem}");
        assert!(overriding(Version(4, 5, 0), &[]).contains("keyring = true\n"));
        assert!(at(&with("containers", "keyring = true"), Version(4, 3, 1)).is_ok());
    }

    #[test]
    fn what_no_last_file_takes_back_stops_every_podman() {
        for (section, line, place) in [
            (
                "containers",
                "base_hosts_file = \"/etc/shadow\"",
                "a.conf:2: base_hosts_file copies",
            ),
            (
                "engine",
                "network_cmd_options = [\"allow_host_loopback=true\"]",
                "a.conf:2: network_cmd_options opens",
            ),
            (
                "network",
                "pasta_options = [\"-T\", \"auto\"]",
                "a.conf:2: pasta_options opens",
            ),
            (
                "network",
                "pasta_options = [\"--unheard-of\"]",
                "a.conf:2: pasta_options opens",
            ),
            (
                "engine",
                "[engine.runtimes_flags]\nrunc = [\"rootless=true\"]",
                "runtimes_flags gives",
            ),
        ] {
            let problem = at(&with(section, line), Version(5, 8, 0)).unwrap_err();
            assert!(problem.what.contains(place), "{line}: {problem}");
        }
        for (section, line) in [
            ("containers", "base_hosts_file = \"none\""),
            ("engine", "network_cmd_options = [\"mtu=1500\"]"),
            ("network", "pasta_options = [\"--mtu\", \"1500\"]"),
            ("network", "pasta_options = []"),
        ] {
            assert!(at(&with(section, line), Version(5, 8, 0)).is_ok(), "{line}");
        }
    }

    /// The runtime is what makes a container out of all promises: nobody but root may choose it.
    #[test]
    fn programs_are_root_s_alone() {
        let at = |line: &str| {
            let host = with("engine", line)
                .file("/usr/bin/runc", 0, 0o755, "")
                .directory("/opt/open", 0, 0o777)
                .file("/home/ann/runc", 1000, 0o755, "")
                .directory("/home/ann", 1000, 0o755);
            at(&host, Version(5, 4, 2)).map_err(|problem| problem.what)
        };
        for line in [
            "runtime = \"crun\"",
            "runtime = \"/usr/bin/runc\"",
            "conmon_path = [\"/usr/libexec/podman/conmon\"]",
            "helper_binaries_dir = [\"/usr/libexec/podman\", \"$BINDIR/../libexec\"]",
            "[engine.runtimes]\nrunc = [\"/usr/bin/runc\", \"/run/current-system/sw/bin/runc\"]",
        ] {
            assert_eq!(at(line).err(), None, "{line}");
        }
        for line in [
            "runtime = \"/home/ann/runc\"",
            "runtime = \"./runc\"",
            "conmon_path = [\"/usr/bin/runc\", \"/opt/open/conmon\"]",
            "helper_binaries_dir = [\"/home/ann\"]",
            "helper_binaries_dir = [\"bin\"]",
            "network_cmd_path = \"/home/ann/slirp4netns\"",
            "[engine.runtimes]\nrunc = [\"/usr/bin/../../home/ann/runc\"]",
        ] {
            let what = at(line).unwrap_err();
            assert!(
                what.contains("names what podman starts on the host"),
                "{line}: {what}"
            );
            assert!(
                what.starts_with("/etc/containers/containers.conf.d/a.conf:"),
                "{what}"
            );
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

    /// podman follows HOME, whatever the passwd file says.
    #[test]
    fn a_home_of_the_environment_s_counts() {
        let host = Fake::rootless().directory("/srv/ann", 1000, 0o700).file(
            "/srv/ann/.config/containers/containers.conf",
            1000,
            0o644,
            "[containers]\nenv = [\"*\"]\n",
        );
        let environment = Environment::new([("HOME", "/srv/ann")], 1);
        let scrubbed = scrub(&environment, &[], &host);
        let found = neutralise(&host, Version(4, 3, 1), &scrubbed, Path::new(STATE), &[]);
        assert!(found.unwrap_err().what.contains("/srv/ann/.config"));
    }

    #[test]
    fn the_last_file_knows_only_what_the_release_knows() {
        let old = overriding(Version(4, 5, 0), &[]);
        assert!(
            old.contains("volumes = []\n") && !old.contains("mounts") && !old.contains("append"),
            "{old}"
        );
        let new = overriding(Version(5, 4, 2), &["/var/a \"b\"".into()]);
        assert!(
            new.contains("mounts = [{append=false}]\n")
                && new.contains("[engine]\n")
                && new.ends_with("hooks_dir = [\"/var/a \\\"b\\\"\", {append=false}]\n"),
            "{new}"
        );
    }
}
