//! Ports published on every address of the host.

use crate::origin::Setting;
use crate::podman::value::publish::{Publish, Reach};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::BindAll,
    title: "a port would be published on every address of the host",
    severity: Severity::Medium,
    why: "the rules that podman makes for that stand before the host's own firewall: the whole network can reach the port",
    instead: "name the address: -p 127.0.0.1:8080:80",
    references: &[
        "CIS 5.14",
        "PSS baseline: host ports",
        "article: 10 security recommendations",
        "podman-run(1)",
    ],
    bad: &["-p", "0.0.0.0:8080:80"],
    good: &["-p", "127.0.0.1:8080:80"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let open = |port: &&Setting<Publish>| port.value.reach() == Reach::AllInterfaces;
    let hit = |port: &Setting<Publish>| {
        let what = format!(
            "port {} would be open on every address of the host",
            port.value
        );
        Hit::refuse(what, &port.origin)
    };
    spec.publish.iter().filter(open).map(hit).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_address_is_refused() {
        for port in [
            "0.0.0.0:8080:80",
            "[::]:8080:80",
            "[::ffff:0.0.0.0]:8080:80",
            "0.0.0.0::80",
        ] {
            refused("bind-all", &["-p", port]);
        }
        for port in [
            "127.0.0.1::80",
            "[::1]:8080:80",
            "192.0.2.1:8080:80",
            "8080:80",
        ] {
            silent("bind-all", &["-p", port]);
        }
    }
}
