//! `--cgroup-conf`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CgroupConfRaw,
    title: "a file of the control group would be written directly",
    severity: Severity::Medium,
    why: "it is written after the limits, so memory.max=max undoes --memory without a word",
    instead: "use the flag for it: --memory, --cpus, --pids-limit, --memory-reservation, --cpuset-cpus",
    references: &["CIS 5.11", "podman-run(1)"],
    bad: &["--cgroup-conf=memory.max=max"],
    good: &["--memory=1g"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let hit = |value: &str| format!("the control group would get {value}, past the limits");
    spec.passed(&flags::CGROUP_CONF)
        .map(|given| Hit::refuse(hit(&given.value), &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, silent};

    #[test]
    fn each_one_is_named() {
        let args = [
            "--cgroup-conf=memory.high=1g,pids.max=max",
            "--cgroup-conf",
            "cpu.max=max",
        ];
        assert_eq!(findings("cgroup-conf-raw", &args).len(), 3);
        silent("cgroup-conf-raw", &["--label=cgroup-conf=memory.max=max"]);
    }
}
