//! `--memory` switched off.

use crate::podman::value::limit::Limit;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoMemoryLimit,
    title: "the container could take all memory",
    severity: Severity::Medium,
    why: "one leak or one flood of requests, and the kernel starts to kill processes of the host",
    instead: "name a limit: --memory=512m",
    references: &[
        "CIS 5.11",
        "podman-run(1)",
        "article: simple container security",
        "article: 10 security recommendations",
    ],
    bad: &["--memory=0"],
    good: &["--memory=256m"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.memory.value {
        Limit::Unlimited => vec![Hit::refuse(RULE.title, &spec.memory.origin)],
        Limit::Max(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_spelling_of_none() {
        for none in ["--memory=0", "--memory=", "-m0", "-m=0b", "--memory=0.0g"] {
            refused("no-memory-limit", &[none]);
        }
        refused("no-memory-limit", &["--memory=1g", "-m", "0"]);
        refused("no-memory-limit", &["-m", "0", "--memory-reservation=64m"]);
        silent("no-memory-limit", &["-m0", "-m225m"]);
        silent("no-memory-limit", &["--memory-reservation=0"]);
    }
}
