//! The interfaces of the kernel, read-only.

use crate::podman::value::mount_options::Access;
use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::KernelFsReadonly,
    title: "the container could read the host's kernel and processes",
    severity: Severity::High,
    why: "/proc and /sys of the host show other processes' arguments and environment, kernel addresses and every \
          cgroup; sockets and mounts below them stay usable",
    instead: "leave it out: every container has its own /proc and /sys; a monitoring agent that must see the host needs \
              --allow with that reason",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "article: 10 security recommendations",
    ],
    bad: &["-v", "/proc:/host/proc:ro"],
    good: &["-v", "/proc/cpuinfo:/cpuinfo:ro"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, access| asset == Asset::KernelFs && access == Access::ReadOnly,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn whatever_the_destination() {
        for source in [
            "/proc",
            "/proc/",
            "/proc/kcore",
            "/proc/1/environ",
            "/proc/kallsyms",
            "/sys",
            "/sys/fs/cgroup",
            "/sys/kernel/tracing",
            "/sys/firmware/efi",
            "/dev/shm",
        ] {
            refused("kernel-fs-readonly", &["-v", &format!("{source}:/h")]);
            refused(
                "kernel-fs-readonly",
                &["-v", &format!("{source}:{source}:ro")],
            );
        }
        refused("kernel-fs-readonly", &["--env-file=/proc/1/environ"]);
        silent(
            "kernel-fs-readonly",
            &["-v", "/proc/uptime:/u:ro", "-v", "/processes:/p"],
        );
    }

    #[test]
    fn what_every_container_sees_anyway_is_only_shown() {
        let found = findings("kernel-fs-readonly", &["-v", "/sys/class/thermal:/t:ro"]);
        assert_eq!(found[0].verdict, Verdict::Shown);
    }
}
