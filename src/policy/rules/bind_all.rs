//! Ports published on every address of the host.

use std::net::{IpAddr, Ipv4Addr};

use crate::podman::value::publish::Reach;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::BindAll,
    title: "a port would be published on every address of the host",
    severity: Severity::Medium,
    why: "podman binds all interfaces when no address is given, and the rules it makes for that stand before the host's own \
          firewall: the whole network can reach the port",
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
    let mut hits = Vec::new();
    for port in &spec.publish {
        match port.value.reach() {
            Reach::Loopback | Reach::Address => {}
            Reach::AllInterfaces => {
                let what = format!(
                    "port {} would be open on every address of the host",
                    port.value
                );
                hits.push(Hit::refuse(what, &port.origin));
            }
            Reach::Unbound => {
                let old = port.value.clone();
                let new = old.clone().with_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
                let what = format!("-p {old} names no address");
                let to = format!("-p {new}");
                let fix = move |spec: &mut Spec| {
                    for port in spec.publish.iter_mut().filter(|port| port.value == old) {
                        port.value = new.clone();
                    }
                };
                hits.push(Hit::rewrite(what, &port.origin, to, fix));
            }
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rewritten, silent};

    #[test]
    fn no_address_becomes_loopback() {
        let argv = rewritten("bind-all", &["-p8080:80"]);
        assert!(
            argv.contains(&"--publish=127.0.0.1:8080:80/tcp".into()),
            "{argv:?}"
        );
        let argv = rewritten("bind-all", &["-p", "8080:80,9090:90"]);
        assert!(
            argv.contains(&"--publish=127.0.0.1:9090:90/tcp".into()),
            "{argv:?}"
        );
        rewritten("bind-all", &["-p", "80"]);
    }

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
        for port in ["127.0.0.1::80", "[::1]:8080:80", "192.0.2.1:8080:80"] {
            silent("bind-all", &["-p", port]);
        }
    }
}
