//! The port of a database or an administration service on the network.

use crate::podman::value::publish::Reach;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// Container engines and Kubernetes, etcd, databases and caches, remote desktops, and consoles: the port inside the
/// container says what it is, whatever number it gets on the host.
const PORTS: [(u16, &str); 17] = [
    (1433, "SQL Server"),
    (2375, "a container engine"),
    (2376, "a container engine"),
    (2377, "Swarm"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (3389, "a remote desktop"),
    (5432, "PostgreSQL"),
    (5900, "a remote desktop"),
    (6379, "Redis"),
    (6443, "Kubernetes"),
    (9000, "an administration console"),
    (9200, "Elasticsearch"),
    (10250, "the kubelet"),
    (10255, "the kubelet"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

pub(super) static RULE: Rule = Rule {
    id: RuleId::AdminPort,
    title: "a service that trusts whoever reaches it would be published on the network",
    severity: Severity::Medium,
    why: "many of these services ask nobody for a password as they come from their image, and such ports are scanned for all \
          day",
    instead: "publish it on 127.0.0.1, or share a network with the container that needs it: --network=NAME",
    references: &["NIST 800-190 4.4.2", "CIS 5.9", "OWASP 5a"],
    bad: &["-p", "192.0.2.10:6379:6379"],
    good: &["-p", "127.0.0.1:6379:6379"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    // A port without an address is 127.0.0.1's by now, unless somebody allowed it to be open: no-port-address comes first.
    let open = spec
        .publish
        .iter()
        .filter(|port| port.value.reach() != Reach::Loopback);
    open.filter_map(|port| {
        let range = port.value.container;
        let (_, service) = PORTS
            .iter()
            .find(|(number, _)| (range.first..=range.last).contains(number))?;
        let what = format!(
            "-p {} would open the port of {service} to the network",
            port.value
        );
        let local = port
            .value
            .clone()
            .with_ip(std::net::Ipv4Addr::LOCALHOST.into());
        Some(Hit::refuse(what, &port.origin).instead(format!("-p {local}")))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn the_containers_side_counts() {
        for port in [
            "192.0.2.10:16379:6379",
            "0.0.0.0:5432:5432",
            "[2001:db8::1]:80:9200",
            "192.0.2.1:3300-3310:3300-3310",
        ] {
            refused("admin-port", &["-p", port]);
        }
        for port in [
            "192.0.2.10:6379:8080",
            "127.0.0.1:5432:5432",
            "[::1]:3306:3306",
            "192.0.2.10:443:8443",
        ] {
            silent("admin-port", &["-p", port]);
        }
    }

    #[test]
    fn without_an_address_it_is_local_by_now() {
        silent("admin-port", &["-p", "5432:5432"]);
    }

    #[test]
    fn says_how() {
        let found = findings("admin-port", &["-p", "192.0.2.10:6379:6379"]);
        assert_eq!(found[0].instead, "-p 127.0.0.1:6379:6379/tcp");
    }
}
