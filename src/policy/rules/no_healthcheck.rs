//! `--no-healthcheck`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoHealthcheck,
    title: "the health check of the container is switched off",
    severity: Severity::Low,
    why: "a process that hangs looks like one that works, and nobody restarts or replaces it",
    instead: "leave it out, or give one: --health-cmd=\"wget -qO- http://127.0.0.1:8080/\"",
    references: &["CIS 5.27", "CIS 4.6", "podman-run(1)"],
    bad: &["--no-healthcheck"],
    good: &["--health-cmd=true"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let off = spec.passed(&flags::NO_HEALTHCHECK).last();
    let off = off.filter(|_| spec.is_on(&flags::NO_HEALTHCHECK));
    let none = spec.passed(&flags::HEALTH_CMD).last();
    let none = none.filter(|given| matches!(given.value.as_str(), "none" | "NONE"));
    let given = off.or(none);
    given
        .map(|given| Hit::inform(RULE.title, &given.origin))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn only_where_it_is_switched_off() {
        shown("no-healthcheck", &["--no-healthcheck"]);
        shown("no-healthcheck", &["--health-cmd=none"]);
        shown("no-healthcheck", &["--healthcheck-command", "none"]);
        silent("no-healthcheck", &["-d"]);
        silent("no-healthcheck", &["--no-healthcheck=false"]);
    }
}
