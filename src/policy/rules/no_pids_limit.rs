//! `--pids-limit` switched off.

use crate::podman::value::limit::Limit;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoPidsLimit,
    title: "the container could start any number of processes",
    severity: Severity::Medium,
    why: "a fork bomb fills the host's process table, and then nobody can even log in to stop it",
    instead: "name a limit: --pids-limit=256",
    references: &["CIS 5.29", "podman-run(1)"],
    bad: &["--pids-limit=-1"],
    good: &["--pids-limit=100"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.pids_limit.value {
        Limit::Unlimited => vec![Hit::refuse(RULE.title, &spec.pids_limit.origin)],
        Limit::Max(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_spelling_of_none() {
        for none in ["0", "-1", "0x0", "-0", "-01"] {
            refused("no-pids-limit", &["--pids-limit", none]);
        }
        silent("no-pids-limit", &["--pids-limit=0", "--pids-limit=10"]);
        silent("no-pids-limit", &["--pids-limit=4096"]);
    }
}
