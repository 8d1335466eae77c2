//! `--cgroup-parent`.

use crate::host::Mode;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CgroupParent,
    title: "the container's control group would be placed elsewhere in the host's tree",
    severity: Severity::Medium,
    why: "limits that an administrator set on the usual slice no longer hold for it, and it counts as part of another \
          service",
    instead: "leave --cgroup-parent out; in a unit with Delegate=yes, --cgroups=split keeps the container in the unit",
    references: &["CIS 5.25", "systemd.resource-control(5)", "podman-run(1)"],
    bad: &["--cgroup-parent=/"],
    good: &["--cgroups=split"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let usual = match facts.host.identity().mode {
        Mode::Rootful => "machine.slice",
        Mode::Rootless => "user.slice",
    };
    let elsewhere = spec
        .passed(&flags::CGROUP_PARENT)
        .filter(|given| !given.value.is_empty() && given.value != usual);
    let hit =
        |value: &str| format!("the container's control group would be placed below \"{value}\"");
    elsewhere
        .map(|given| Hit::refuse(hit(&given.value), &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn anything_but_podmans_own() {
        for parent in [
            "/",
            "/../..",
            "system.slice",
            "machine.slice/../..",
            "user.slice",
            "Machine.slice",
        ] {
            refused("cgroup-parent", &["--cgroup-parent", parent]);
        }
        silent("cgroup-parent", &["--cgroup-parent=machine.slice"]);
        silent("cgroup-parent", &["--cgroup-parent="]);
    }
}
