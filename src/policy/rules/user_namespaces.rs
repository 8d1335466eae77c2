//! `nesting: true`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Spec, Switch};

pub(super) static RULE: Rule = Rule {
    id: RuleId::UserNamespaces,
    title: "the program could make user namespaces and be root in them",
    severity: Severity::High,
    why: "in a namespace of its own a process has every capability over mounts and network tables; most of the kernel's flaws \
          of the last years were reached from there, whatever the container itself may do",
    instead: "leave nesting out; a browser runs without its inner sandbox by --no-sandbox, which the container replaces in part",
    references: &[
        "user_namespaces(7)",
        "CVE-2022-0185",
        "CVE-2024-1086",
        "containers/container-libs#62",
    ],
    bad: &["nesting: true"],
    good: &["--cap-add=NET_BIND_SERVICE"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.nesting.value {
        Switch::On => vec![Hit::refuse(RULE.title, &spec.nesting.origin)],
        Switch::Off => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings_of_example, silent};

    #[test]
    fn only_where_it_is_on() {
        let found = |line: &str| findings_of_example("user-namespaces", &[line]).len();
        assert_eq!((found("nesting: true"), found("nesting: false")), (1, 0));
        silent("user-namespaces", &[]);
    }
}
