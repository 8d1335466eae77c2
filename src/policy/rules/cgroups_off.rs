//! `--cgroups=disabled`, and the manager under which a user without root has no limits.

use crate::host::Mode;
use crate::podman::flags;
use crate::podman::value::cgroups::CgroupsMode;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CgroupsOff,
    title: "the container would have no control group and so no limits",
    severity: Severity::High,
    why: "memory, processor and process limits live in the control group; without one each of them is accepted and none \
          holds",
    instead: "leave --cgroups out, or --cgroups=split in a systemd unit with Delegate=yes",
    references: &["CIS 5.11", "CIS 5.12", "cgroups(7)", "podman-run(1)"],
    bad: &["--cgroups=disabled"],
    good: &["--cgroups=split"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    match spec.cgroups.value {
        // no-conmon, which podman-generate-systemd(1) writes, leaves out only the group of podman's own watcher.
        CgroupsMode::Enabled | CgroupsMode::Split | CgroupsMode::NoConmon => {}
        CgroupsMode::Disabled => hits.push(Hit::refuse(RULE.title, &spec.cgroups.origin)),
    }
    let mode = facts.host.identity().mode;
    for manager in spec.passed(&flags::CGROUP_MANAGER) {
        let what = match (manager.value.as_str(), mode) {
            ("systemd", _) | ("cgroupfs", Mode::Rootful) => continue,
            ("cgroupfs", Mode::Rootless) => {
                "without root, --cgroup-manager=cgroupfs sets no limit at all".to_owned()
            }
            (other, _) => format!("\"{other}\" is no manager of control groups"),
        };
        hits.push(Hit::refuse(what, &manager.origin).instead("--cgroup-manager=systemd"));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn limits_need_a_group() {
        refused("cgroups-off", &["--cgroups", "disabled"]);
        refused("cgroups-off", &["--cgroups=enabled", "--cgroups=disabled"]);
        for mode in ["enabled", "split", "no-conmon", ""] {
            silent("cgroups-off", &["--cgroups", mode]);
        }
    }

    #[test]
    fn the_manager_matters_without_root() {
        silent("cgroups-off", &["--cgroup-manager=cgroupfs"]);
        refused("cgroups-off", &["--cgroup-manager=none"]);
        let refused = |arg| {
            judged_on(&Fake::rootless(), &[arg], Level::Baseline)
                .judgement
                .is_refused()
        };
        assert!(refused("--cgroup-manager=cgroupfs"));
        assert!(!refused("--cgroup-manager=systemd"));
    }
}
