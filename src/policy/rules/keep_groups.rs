//! `--group-add keep-groups`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::KeepGroups,
    title: "the container would keep the caller's groups on the host",
    severity: Severity::Medium,
    why: "disk, docker, kvm, wheel: whatever the caller's groups may open on the host, the container may open too",
    instead: "--group-add with the one group id that owns the files",
    references: &["podman-run(1)", "crun(1)", "NIST 800-190 4.4.3"],
    bad: &["--group-add=keep-groups"],
    good: &["--group-add=1001"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let kept = spec
        .passed(&flags::GROUP_ADD)
        .filter(|given| given.value == "keep-groups");
    kept.map(|given| Hit::refuse(RULE.title, &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn alone_and_in_a_list() {
        refused("keep-groups", &["--group-add", "keep-groups"]);
        refused("keep-groups", &["--group-add=10,keep-groups"]);
        silent("keep-groups", &["--group-add=10"]);
    }
}
