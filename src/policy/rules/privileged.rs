//! `--privileged`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

pub(super) static RULE: Rule = Rule {
    id: RuleId::Privileged,
    title: "the container would be privileged",
    severity: Severity::Critical,
    why: "it gets every capability and every device, without seccomp, labels or masked paths: root in it is root on the \
          host, and no other hardening flag takes that back",
    instead: "leave --privileged out and grant the one capability or device that is missing: --cap-add, --device",
    references: &[
        "CIS 5.5",
        "PSS baseline: privileged containers",
        "article: 10 security recommendations",
        "podman-run(1)",
    ],
    bad: &["--privileged"],
    good: &["--privileged=false"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.privileged.value {
        Switch::On => vec![Hit::refuse(RULE.title, &spec.privileged.origin)],
        Switch::Off => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn every_spelling_of_true() {
        for arg in [
            "--privileged",
            "--privileged=1",
            "--privileged=t",
            "--privileged=TRUE",
            "--privileged=True",
        ] {
            fires("privileged", &[arg]);
        }
        fires("privileged", &["--privileged=false", "--privileged"]);
        fires("privileged", &["--privileged", "--cap-drop=all"]);
        silent("privileged", &["--privileged", "--privileged=0"]);
        silent("privileged", &["--name", "--privileged"]);
    }
}
