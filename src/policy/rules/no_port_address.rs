//! Ports published without an address.

use std::net::{IpAddr, Ipv4Addr};

use crate::origin::Setting;
use crate::podman::value::publish::{Publish, Reach};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoPortAddress,
    title: "a port would be published without an address",
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
    bad: &["-p", "8080:80"],
    good: &["-p", "127.0.0.1:8080:80"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let unbound = |port: &&Setting<Publish>| port.value.reach() == Reach::Unbound;
    spec.publish.iter().filter(unbound).map(bound).collect()
}

/// The same port on loopback.
fn bound(port: &Setting<Publish>) -> Hit {
    let old = port.value.clone();
    let new = old.clone().with_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let what = format!("-p {old} names no address");
    let to = format!("-p {new}");
    Hit::rewrite(what, &port.origin, to, move |spec: &mut Spec| {
        for port in spec.publish.iter_mut().filter(|port| port.value == old) {
            port.value = new.clone();
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{rewritten, silent};

    #[test]
    fn no_address_becomes_loopback() {
        let argv = rewritten("no-port-address", &["-p8080:80"]);
        assert!(
            argv.contains(&"--publish=127.0.0.1:8080:80/tcp".into()),
            "{argv:?}"
        );
        let argv = rewritten("no-port-address", &["-p", "8080:80,9090:90"]);
        assert!(
            argv.contains(&"--publish=127.0.0.1:9090:90/tcp".into()),
            "{argv:?}"
        );
        rewritten("no-port-address", &["-p", "80"]);
        silent("no-port-address", &["-p", "0.0.0.0:8080:80"]);
    }

    /// Who opens the one port that is typed with every address does not open those of the profile.
    #[test]
    fn the_override_of_an_address_is_none_of_a_missing_one() {
        let words = [
            "-p",
            "0.0.0.0:9090:90",
            "-p",
            "8080:80",
            "--allow=bind-all=a public port",
        ];
        let argv = rewritten("no-port-address", &words);
        for port in [
            "--publish=0.0.0.0:9090:90/tcp",
            "--publish=127.0.0.1:8080:80/tcp",
        ] {
            assert!(argv.contains(&port.into()), "{argv:?}");
        }
    }
}
