//! `--oom-score-adj` below 0 and `--oom-kill-disable`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::OomProtect,
    title: "the container would be spared when the host runs out of memory",
    severity: Severity::High,
    why: "the kernel then kills something of the host instead: sshd, the database next door, \
          podman itself",
    instead: "leave it out; a higher --oom-score-adj makes the container the first to go",
    references: &["podman-run(1)", "proc_pid_oom_score_adj(5)"],
    bad: &["--oom-score-adj=-500"],
    good: &["--oom-score-adj=500"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if spec.oom_score_adj.value < 0 {
        let what = format!(
            "--oom-score-adj={} spares the container, and others are killed in its place",
            spec.oom_score_adj.value
        );
        hits.push(Hit::refuse(what, &spec.oom_score_adj.origin));
    }
    let disabled = spec.passed(&flags::OOM_KILL_DISABLE).last();
    if let Some(given) = disabled.filter(|_| spec.is_on(&flags::OOM_KILL_DISABLE)) {
        let what = "out of memory, the container would hang and keep what it has";
        hits.push(Hit::refuse(what, &given.origin));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn both_ways() {
        for args in [
            &["--oom-score-adj", "-1"][..],
            &["--oom-score-adj=-0x1f4"],
            &["--oom-kill-disable"],
            &["--oom-kill-disable=t"],
        ] {
            refused("oom-protect", args);
        }
        refused(
            "oom-protect",
            &["--oom-kill-disable=0", "--oom-kill-disable"],
        );
        silent(
            "oom-protect",
            &["--oom-kill-disable", "--oom-kill-disable=false"],
        );
        silent("oom-protect", &["--oom-score-adj=0"]);
        silent(
            "oom-protect",
            &["--oom-score-adj=-5", "--oom-score-adj=1000"],
        );
    }
}
