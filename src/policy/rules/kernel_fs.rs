//! The interfaces of the kernel, writable, and /dev.

use crate::podman::value::mount_options::Access;
use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::KernelFs,
    title: "the container could give orders to the host's kernel",
    severity: Severity::Critical,
    why: "the kernel runs what /proc/sys/kernel/core_pattern, uevent_helper or a cgroup's release_agent names as root \
          of the host; a read-only /dev does not stop writes to the devices in it",
    instead: "leave it out: every container has its own /proc, /sys and /dev; for one device use --device, for shared \
              memory --shm-size",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "CVE-2022-0492",
        "proc(5)",
        "article: 10 security recommendations",
    ],
    bad: &["-v", "/dev:/host/dev"],
    good: &["--shm-size=128m"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, access| {
            asset == Asset::DeviceTree || asset == Asset::KernelFs && access == Access::ReadWrite
        },
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn wherever_it_is_put() {
        for source in [
            "/proc",
            "/proc/sys/kernel/core_pattern",
            "/proc/sysrq-trigger",
            "/proc/1/environ",
            "/sys",
            "/sys/fs/cgroup",
            "/sys/kernel/uevent_helper",
            "/sys/fs/bpf",
            "/sys/kernel/debug",
            "/sys/class/net",
            "/dev/shm",
            "/var/lib/lxcfs",
            "/dev",
        ] {
            refused("kernel-fs", &["-v", &format!("{source}:/h:rw")]);
        }
        refused("kernel-fs", &["-v", "/dev:/h:ro"]);
        refused(
            "kernel-fs",
            &["-v", "/srv/a:/a:O,upperdir=/sys/fs/cgroup/x,workdir=/srv/w"],
        );
        silent(
            "kernel-fs",
            &[
                "-v",
                "/process:/p:rw",
                "-v",
                "/system:/s:rw",
                "-v",
                "/devices:/d:rw",
            ],
        );
    }
}
