//! Many ports in one `--publish`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The most ports in one mapping that a person has in view.
const MOST: u16 = 16;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WideRange,
    title: "a wide range of ports would be published",
    severity: Severity::Low,
    why: "what starts to listen in the container later is reachable at once, and without root each port costs a process or \
          a socket on the host",
    instead: "publish the ports that are served, or at most 16 at a time",
    references: &["CIS 5.9"],
    bad: &["-p", "127.0.0.1:10000-20000:10000-20000/udp"],
    good: &["-p", "127.0.0.1:8000-8015:8000-8015"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let wide = spec
        .publish
        .iter()
        .filter(|port| port.value.container.span().is_some_and(|span| span >= MOST));
    wide.map(|port| {
        Hit::inform(
            format!("-p {} publishes more than {MOST} ports", port.value),
            &port.origin,
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn more_than_sixteen() {
        fires("wide-range", &["-p", "127.0.0.1:8000-8016:8000-8016"]);
        fires("wide-range", &["-p", "1000-2000"]);
        silent(
            "wide-range",
            &["-p", "127.0.0.1:8080:80", "-p", "127.0.0.1:8081:81"],
        );
    }
}
