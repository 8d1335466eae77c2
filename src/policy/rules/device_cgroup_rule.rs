//! `--device-cgroup-rule`.

use crate::podman::flags;
use crate::podman::value::device_cgroup_rule::{DeviceCgroupRule, Nodes};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// Majors of terminals: `tty`, `ptmx` and the console, and the pseudo terminals, `Documentation/admin-guide/devices.txt`.
const TERMINALS: [std::ops::RangeInclusive<u32>; 2] = [4..=5, 136..=143];
/// The major of `/dev/mem`, `/dev/kmem`, `/dev/port` and `/dev/kmsg`, and the minors of it that are harmless: null,
/// zero, full, random and urandom.
const MEMORY: (u32, [u32; 5]) = (1, [3, 5, 7, 8, 9]);

pub(super) static RULE: Rule = Rule {
    id: RuleId::DeviceCgroupRule,
    title: "devices that no --device names would be open to the container",
    severity: Severity::High,
    why: "the device cgroup is what stands between a device node, however the container came by it, and the disk or memory \
          behind it; a wildcard takes it away",
    instead: "--device=/dev/NAME, or exact numbers of a character device: --device-cgroup-rule=\"c 188:0 rw\"",
    references: &["CIS 5.18", "podman-run(1)", "cgroups(7)"],
    bad: &["--device-cgroup-rule=a *:* rwm"],
    good: &["--device-cgroup-rule=c 188:0 rw"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let rules = spec.passed(&flags::DEVICE_CGROUP_RULE);
    rules.filter_map(|given| {
        let text = &given.value;
        let rule = match text.parse::<DeviceCgroupRule>() {
            Ok(rule) => rule,
            Err(error) => return Some(Hit::refuse(error.to_string(), &given.origin)),
        };
        match (rule.nodes, rule.major, rule.minor) {
            (Nodes::Block, ..) => Some(format!("\"{text}\" opens disks")),
            (Nodes::All, ..) | (Nodes::Char, None, _) => Some(format!("\"{text}\" opens every device of the host")),
            (Nodes::Char, Some(major), _) if TERMINALS.iter().any(|range| range.contains(&major)) => {
                Some(format!("\"{text}\" opens terminals"))
            }
            (Nodes::Char, Some(major), minor) if major == MEMORY.0 && !minor.is_some_and(|minor| MEMORY.1.contains(&minor)) => {
                Some(format!("\"{text}\" opens the kernel's memory"))
            }
            (Nodes::Char, Some(_), Some(_)) => return None,
            (Nodes::Char, Some(major), None) => {
                let what = format!("\"{text}\" opens every device of major number {major}, also those plugged in later");
                return Some(Hit::warn(what, &given.origin));
            }
        }
        .map(|what| Hit::refuse(what, &given.origin))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn wildcards_disks_and_memory() {
        for rule in [
            "a *:* rwm",
            "a 1:3 r",
            "c *:* r",
            "c *:3 r",
            "b 8:0 r",
            "b *:* m",
            "c 1:1 r",
            "c 1:* r",
            "c 5:1 w",
            "c 136:0 rw",
            "nonsense",
            "c 4294967295:4294967295 rw",
        ] {
            refused("device-cgroup-rule", &["--device-cgroup-rule", rule]);
        }
        refused(
            "device-cgroup-rule",
            &["--device-cgroup-rule=c 188:0 rw,b 8:* r"],
        );
    }

    #[test]
    fn exact_numbers_and_one_kind_of_device() {
        silent(
            "device-cgroup-rule",
            &["--device-cgroup-rule=c 1:3 r,c 10:200 rw"],
        );
        assert_eq!(
            findings("device-cgroup-rule", &["--device-cgroup-rule=c 189:* rmw"])[0].verdict,
            Verdict::Noted
        );
    }
}
