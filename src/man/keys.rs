//! The keys of a profile, each with an example that holds.

use crate::podman::flags::{Flag, Kind};
use crate::profile::key::{self, Key, Means, Shape};

/// The example of a key: what stands behind its colon. None for a flag that nobody gave one.
pub(super) fn example(flag: &Flag) -> Option<&'static str> {
    let row = EXAMPLES.iter().find(|(long, _)| *long == flag.long);
    match (row, flag.kind) {
        (Some((_, value)), _) => Some(value),
        (None, Kind::Bool) => Some("true"),
        (None, _) => None,
    }
}

/// The key of a flag with its shape; none when a profile cannot give the flag.
pub(super) fn of(flag: &'static Flag) -> Option<(String, Shape)> {
    let Key { name, means } = key::of_flag(flag)?;
    match means {
        Means::Flag(_, shape) => Some((name, shape)),
        Means::Extends | Means::Description | Means::Images | Means::Allow | Means::Seccomp => None,
    }
}

/// What may stand behind the key.
pub(super) fn shape(flag: &Flag, shape: Shape) -> &'static str {
    match shape {
        Shape::One if flag.kind == Kind::Bool => "true or false.",
        Shape::One if matches!(flag.kind, Kind::Int | Kind::Uint | Kind::Float) => "A number.",
        Shape::One => "One value.",
        Shape::List => "A list.",
        Shape::OneOrList => "One value or a list.",
        Shape::Pairs => "A map, or a list of NAME=VALUE.",
    }
}

const EXAMPLES: &[(&str, &str)] = &[
    ("add-host", "[\"db:10.0.0.5\"]"),
    ("annotation", "{com.example.owner: web-team}"),
    ("arch", "arm64"),
    ("attach", "[stdout, stderr]"),
    ("authfile", "./auth.json"),
    ("blkio-weight", "100"),
    ("blkio-weight-device", "[\"/dev/sda:100\"]"),
    ("cap-add", "[NET_BIND_SERVICE]"),
    ("cap-drop", "[all]"),
    ("cert-dir", "./certs"),
    ("cgroup-conf", "[memory.high=200000000]"),
    ("cgroup-parent", "app.slice"),
    ("cgroupns", "private"),
    ("cgroups", "enabled"),
    ("chrootdirs", "[/srv/jail]"),
    ("cidfile", "./web.cid"),
    ("conmon-pidfile", "./conmon.pid"),
    ("cpu-period", "100000"),
    ("cpu-quota", "50000"),
    ("cpu-rt-period", "1000000"),
    ("cpu-rt-runtime", "950000"),
    ("cpu-shares", "512"),
    ("cpus", "0.5"),
    ("cpuset-cpus", "0-1"),
    ("cpuset-mems", "0"),
    ("creds", "user:password"),
    ("decryption-key", "[./key.pem]"),
    ("detach-keys", "\"ctrl-p,ctrl-q\""),
    ("device", "[/dev/ttyUSB0:/dev/ttyUSB0:r]"),
    ("device-cgroup-rule", "[\"c 188:0 r\"]"),
    ("device-read-bps", "[\"/dev/sda:1mb\"]"),
    ("device-read-iops", "[\"/dev/sda:1000\"]"),
    ("device-write-bps", "[\"/dev/sda:1mb\"]"),
    ("device-write-iops", "[\"/dev/sda:1000\"]"),
    ("dns", "[10.0.0.53]"),
    ("dns-option", "[\"ndots:1\"]"),
    ("dns-search", "[example.com]"),
    ("entrypoint", "/usr/bin/serve"),
    ("env", "{TZ: UTC}"),
    ("env-file", "[./web.env]"),
    ("env-merge", "[\"PATH=${PATH}:/opt/bin\"]"),
    ("expose", "[\"8080\"]"),
    ("gidmap", "[\"0:100000:65536\"]"),
    ("gpus", "[all]"),
    ("group-add", "[\"20\"]"),
    ("group-entry", "\"app:x:1000:\""),
    ("health-cmd", "wget -q -O /dev/null http://127.0.0.1:8080/"),
    ("health-interval", "30s"),
    ("health-log-destination", "local"),
    ("health-max-log-count", "5"),
    ("health-max-log-size", "500"),
    ("health-on-failure", "kill"),
    ("health-retries", "3"),
    ("health-start-period", "10s"),
    ("health-startup-cmd", "test -e /tmp/ready"),
    ("health-startup-interval", "5s"),
    ("health-startup-retries", "10"),
    ("health-startup-success", "1"),
    ("health-startup-timeout", "2s"),
    ("health-timeout", "5s"),
    ("hostname", "web"),
    ("hosts-file", "none"),
    ("hostuser", "[alice]"),
    ("image-volume", "tmpfs"),
    ("init-path", "/usr/libexec/podman/catatonit"),
    ("ip", "10.88.0.10"),
    ("ip6", "\"fd00::10\""),
    ("ipc", "private"),
    ("label", "{com.example.owner: web-team}"),
    ("label-file", "[./labels]"),
    ("log-driver", "k8s-file"),
    ("log-opt", "[max-size=10m]"),
    ("mac-address", "\"02:00:00:00:00:01\""),
    ("memory", "256m"),
    ("memory-reservation", "128m"),
    ("memory-swap", "256m"),
    ("memory-swappiness", "0"),
    ("mount", "[\"type=tmpfs,destination=/run,tmpfs-size=16m\"]"),
    ("name", "web"),
    ("network", "none"),
    ("network-alias", "[web]"),
    ("oom-score-adj", "500"),
    ("os", "linux"),
    ("passwd-entry", "\"app:x:1000:1000::/:/sbin/nologin\""),
    ("personality", "LINUX32"),
    ("pid", "private"),
    ("pidfile", "./web.pid"),
    ("pids-limit", "100"),
    ("platform", "linux/arm64"),
    ("pod", "backend"),
    ("pod-id-file", "./pod.id"),
    ("preserve-fd", "[3]"),
    ("preserve-fds", "1"),
    ("publish", "[\"127.0.0.1:8080:8080/tcp\"]"),
    ("pull", "missing"),
    ("rdt-class", "low"),
    ("requires", "[db]"),
    ("restart", "on-failure:3"),
    ("retry", "3"),
    ("retry-delay", "2s"),
    ("sdnotify", "conmon"),
    ("seccomp-policy", "default"),
    ("secret", "[db-password]"),
    ("security-opt", "[no-new-privileges]"),
    ("shm-size", "64m"),
    ("shm-size-systemd", "16m"),
    ("signature-policy", "./policy.json"),
    ("stop-signal", "SIGINT"),
    ("stop-timeout", "10"),
    ("subgidname", "app"),
    ("subuidname", "app"),
    ("sysctl", "{net.ipv4.ip_unprivileged_port_start: 0}"),
    ("systemd", "false"),
    ("timeout", "3600"),
    (
        "tmpfs",
        "[/tmp, \"/run:size=16m\", \"/var/cache/app:exec\"]",
    ),
    ("tz", "Europe/Berlin"),
    ("uidmap", "[\"0:100000:65536\"]"),
    ("ulimit", "{nofile: 1024:4096}"),
    ("umask", "0027"),
    ("unsetenv", "[DEBUG]"),
    ("user", "1000:1000"),
    ("userns", "keep-id"),
    ("uts", "private"),
    ("variant", "v8"),
    (
        "volume",
        "[\"./config:/etc/app\", \"data:/var/lib/app:rw\"]",
    ),
    ("volumes-from", "[db]"),
    ("workdir", "/srv"),
];

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::podman::flags::{self, FLAGS};
    use crate::profile::schema::{Home, Profile};
    use crate::yaml::Source;

    #[test]
    fn every_key_has_an_example_that_says_just_this_key() {
        let base: Arc<Path> = Path::new("/srv").into();
        for flag in FLAGS {
            let Some((name, _)) = of(flag) else { continue };
            let example = example(flag).unwrap_or_else(|| panic!("{name} has no example"));
            let text = format!("{name}: {example}\n");
            let source = Source::new("example".into(), text.as_bytes()).unwrap();
            let profile = Profile::parse("example", source, &base, Home::Named)
                .unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert!(!profile.given.is_empty(), "{text}");
            assert!(
                profile.given.iter().all(|given| given.flag == flag),
                "{text}"
            );
        }
    }

    #[test]
    fn every_example_is_of_a_key() {
        for (long, _) in EXAMPLES {
            let flag = flags::by_name(long).unwrap_or_else(|| panic!("--{long}"));
            assert!(of(flag).is_some(), "--{long}");
        }
    }
}
