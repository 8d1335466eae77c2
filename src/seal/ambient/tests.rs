//! What files say, and what comes of it.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::env::{Environment, scrub};
use crate::host::Fake;
use crate::testing::Told;

const STATE: &str = "/var/lib/safe-podman";

fn at(host: &Fake, version: Version) -> Result<Ambient, Problem> {
    let scrubbed = scrub(&Environment::default(), host);
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
    let scrubbed = scrub(&environment, &host);
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

/// Each key that weakens, on a podman that cannot take it back or that nothing takes back.
#[test]
fn every_key_says_what_it_does() {
    let mut told = Told::default();
    for key in &keys::KEYS {
        let ConfKey { section, name } = key.key.what;
        let value = match key.value {
            keys::ConfValue::List { .. } | keys::ConfValue::Network(_) => "[\"X\"]".to_owned(),
            keys::ConfValue::Switch(good) => (!good).to_string(),
            keys::ConfValue::Words(_) => "\"/srv/x\"".to_owned(),
            keys::ConfValue::Empty => "{crun = [\"X\"]}".to_owned(),
            keys::ConfValue::Programs | keys::ConfValue::Program => "\"/home/ann/x\"".to_owned(),
        };
        let line = format!("{name} = {value}");
        let host = with(section, &line).directory("/home/ann", 1000, 0o755);
        let newest = key.key.until.is_none();
        let version = key.key.since.unwrap_or(Version(4, 3, 1));
        let found = at(&host, version).map(|_| ()).err();
        let found = found.or_else(|| at(&host, Version(5, 8, 0)).err().filter(|_| newest));
        match found {
            Some(problem) => told.problem(line, &problem),
            None => told.lines(line, &["taken back".to_owned()]),
        }
    }
    for text in ["[containers", "volumes = ["] {
        let host = Fake::rootful().file("/etc/containers/containers.conf", 0, 0o644, text);
        told.problem(text, &at(&host, Version(5, 4, 2)).unwrap_err());
    }
    let host = with("engine", "helper_binaries_dir = [\"bin\"]");
    told.problem("a relative path", &at(&host, Version(5, 4, 2)).unwrap_err());
    let two = with("containers", "env = [\"X\"]\nvolumes = [\"/x:/x\"]");
    told.problem("two lines", &at(&two, Version(4, 3, 1)).unwrap_err());
    insta::assert_snapshot!("keys", told.text());
}
