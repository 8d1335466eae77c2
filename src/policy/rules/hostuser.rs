//! Accounts written into the container.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::Hostuser,
    title: "an account would be written into the container",
    severity: Severity::Low,
    why: "--hostuser tells the container about accounts of the host; a line of one's own can make another name for uid 0",
    instead: "--user=UID:GID with numbers; the container needs no name for them",
    references: &["podman-run(1)"],
    bad: &["--hostuser=ann"],
    good: &["--user=1000:1000"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    spec.judged_by(RULE.id)
        .map(|given| Hit::inform(RULE.title, &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn each_way() {
        fires("hostuser", &["--passwd-entry=toor:x:0:0::/:/bin/sh"]);
        fires("hostuser", &["--group-entry=g:x:0:"]);
        silent("hostuser", &["--passwd=false"]);
    }
}
