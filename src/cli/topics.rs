//! What podman's flags are about: the headings of help and man pages.
//!
//! The flag table is in the order of the alphabet, as `podman run --help` is. A person looks for a limit or a mount.

use crate::podman::flags::{FLAGS, Flag, Scope};

/// A heading and the flags below it, in the order of the table.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The heading.
    pub title: &'static str,
    /// The rows.
    pub flags: Vec<&'static Flag>,
}

/// Every topic that has a flag; each flag of the table stands in one.
pub fn all() -> Vec<Topic> {
    let titles = TOPICS.iter().map(|(title, _)| *title);
    titles
        .chain([GLOBAL, REST])
        .map(|title| Topic {
            title,
            flags: FLAGS
                .iter()
                .filter(|flag| title_of(flag) == title)
                .collect(),
        })
        .filter(|topic| !topic.flags.is_empty())
        .collect()
}

fn title_of(flag: &Flag) -> &'static str {
    if flag.scope == Scope::Global {
        return GLOBAL;
    }
    let topic = TOPICS.iter().find(|(_, names)| names.contains(&flag.long));
    topic.map_or(REST, |(title, _)| title)
}

const GLOBAL: &str = "Flags of podman itself";
/// Where a flag stands that nobody gave a topic, so that it is never missing.
const REST: &str = "Other flags";

#[rustfmt::skip]
const TOPICS: &[(&str, &[&str])] = &[
    ("Process and terminal", &[
        "attach", "detach", "detach-keys", "entrypoint", "help", "init", "init-path", "interactive", "personality",
        "preserve-fd", "preserve-fds", "sig-proxy", "stop-signal", "stop-timeout", "timeout", "tty", "tz", "umask",
        "workdir",
    ]),
    ("Container", &[
        "annotation", "cidfile", "conmon-pidfile", "label", "label-file", "log-driver", "log-opt", "name", "pidfile",
        "pod", "pod-id-file", "quiet", "replace", "requires", "restart", "rm", "sdnotify", "systemd",
    ]),
    ("Image", &[
        "arch", "authfile", "cert-dir", "creds", "decryption-key", "disable-content-trust", "os", "platform", "pull",
        "retry", "retry-delay", "rmi", "rootfs", "signature-policy", "tls-verify", "variant",
    ]),
    ("User and privileges", &[
        "cap-add", "cap-drop", "gidmap", "group-add", "group-entry", "hostuser", "passwd", "passwd-entry", "privileged",
        "seccomp-policy", "security-opt", "subgidname", "subuidname", "uidmap", "user", "userns",
    ]),
    ("Namespaces", &["cgroupns", "ipc", "pid", "uts"]),
    ("Files and devices", &[
        "chrootdirs", "device", "device-cgroup-rule", "gpus", "image-volume", "mount", "read-only", "read-only-tmpfs",
        "secret", "shm-size", "shm-size-systemd", "tmpfs", "volume", "volumes-from",
    ]),
    ("Environment", &[
        "env", "env-file", "env-host", "env-merge", "http-proxy", "unsetenv", "unsetenv-all",
    ]),
    ("Network", &[
        "add-host", "dns", "dns-option", "dns-search", "expose", "hostname", "hosts-file", "ip", "ip6", "mac-address",
        "network", "network-alias", "no-hostname", "no-hosts", "publish", "publish-all",
    ]),
    ("Limits", &[
        "blkio-weight", "blkio-weight-device", "cgroup-conf", "cgroup-parent", "cgroups", "cpu-period", "cpu-quota",
        "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "device-read-bps",
        "device-read-iops", "device-write-bps", "device-write-iops", "kernel-memory", "memory", "memory-reservation",
        "memory-swap", "memory-swappiness", "oom-kill-disable", "oom-score-adj", "pids-limit", "rdt-class", "sysctl",
        "ulimit",
    ]),
    ("Health checks", &[
        "health-cmd", "health-interval", "health-log-destination", "health-max-log-count", "health-max-log-size",
        "health-on-failure", "health-retries", "health-start-period", "health-startup-cmd", "health-startup-interval",
        "health-startup-retries", "health-startup-success", "health-startup-timeout", "health-timeout",
        "no-healthcheck",
    ]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::podman::flags;

    #[test]
    fn every_flag_stands_under_one_heading_that_somebody_chose() {
        let topics = all();
        let shown: Vec<_> = topics
            .iter()
            .flat_map(|topic| topic.flags.iter().map(|flag| flag.long))
            .collect();
        let unique: BTreeSet<_> = shown.iter().collect();
        assert_eq!(unique.len(), shown.len());
        assert_eq!(unique.len(), FLAGS.len());
        let lost = topics.iter().find(|topic| topic.title == REST);
        assert!(lost.is_none(), "{lost:?}");
    }

    #[test]
    fn every_name_is_a_flag_once() {
        let mut seen = BTreeSet::new();
        for name in TOPICS.iter().flat_map(|(_, names)| *names) {
            let flag = flags::by_name(name).unwrap_or_else(|| panic!("--{name}"));
            assert_eq!((flag.long, flag.scope), (*name, Scope::Run));
            assert!(seen.insert(name), "--{name} stands twice");
        }
    }
}
