//! `--uts=host`.

use crate::podman::value::namespace::Namespace;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UtsHost,
    title: "the container would share the host's name",
    severity: Severity::Medium,
    why: "it learns which machine it is on, and with one capability more it renames the host for every program on it",
    instead: "--hostname=NAME gives the container a name of its own",
    references: &["CIS 5.21", "uts_namespaces(7)"],
    bad: &["--uts=host"],
    good: &["--hostname=web"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    match spec.uts.value {
        Namespace::Host => vec![Hit::refuse(RULE.title, &spec.uts.origin)],
        // That it is joined at all is for rules of its own.
        _ => joined::hosts("uts", spec, facts),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn only_the_hosts_own() {
        refused("uts-host", &["--uts", "host"]);
        silent("uts-host", &["--uts=private"]);
        silent("uts-host", &["--uts="]);
        silent("uts-host", &["-h", "host"]);
    }
}
