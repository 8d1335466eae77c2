//! A port of the host that only root may open.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PrivilegedPort,
    title: "a port of the host would be used that is kept for the system",
    severity: Severity::Low,
    why: "clients take what answers on a low port for the host's own service, and without root podman cannot open it",
    instead: "a port from 1024, with a reverse proxy before it where the number matters: -p 127.0.0.1:8080:80",
    references: &["CIS 5.8", "article: 10 security recommendations", "ip(7)"],
    bad: &["-p", "127.0.0.1:80:80"],
    good: &["-p", "127.0.0.1:8080:80"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let first_free = facts.host.unprivileged_port_start();
    let low = spec
        .publish
        .iter()
        .filter(|port| port.value.host.is_some_and(|host| host.first < first_free));
    let hit = |port: &dyn std::fmt::Display| {
        format!("-p {port} takes a port of the host below {first_free}")
    };
    low.map(|port| Hit::inform(hit(&port.value), &port.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{fires, judged_on, silent};

    #[test]
    fn the_hosts_side_counts() {
        for port in [
            "127.0.0.1:443:8443",
            "80:80/udp",
            "192.0.2.1:1000-1030:1000-1030",
        ] {
            fires("privileged-port", &["-p", port]);
        }
        for port in [
            "127.0.0.1::80",
            "80",
            "1024:80",
            "127.0.0.1:8080-8090:80-90",
        ] {
            silent("privileged-port", &["-p", port]);
        }
    }

    #[test]
    fn the_host_says_where_they_end() {
        let found = |port| {
            let host = Fake::rootless().with_port_start(80);
            let judged = judged_on(&host, &["-p", port], Level::Baseline).judgement;
            judged
                .findings
                .iter()
                .any(|finding| finding.rule.id == RuleId::PrivilegedPort)
        };
        assert!(!found("127.0.0.1:80:80") && found("127.0.0.1:79:79"));
    }
}
