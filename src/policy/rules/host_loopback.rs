//! slirp4netns and pasta that let the container reach 127.0.0.1 of the host.

use crate::podman::value::network::{HostLoopback, Network};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HostLoopback,
    title: "the container would reach what listens on the host's own loopback",
    severity: Severity::High,
    why: "services bound to 127.0.0.1 trust that only the host talks to them: databases, debuggers, agents, often without a \
          password",
    instead: "leave the option out; bind the service to an address that the container may reach, or run it in a container of \
              the same network",
    references: &[
        "NIST 800-190 4.4.2",
        "pasta(1)",
        "slirp4netns(1)",
        "podman-run(1)",
    ],
    bad: &["--network=slirp4netns:allow_host_loopback=true"],
    good: &["--network=slirp4netns"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for network in spec
        .network
        .iter()
        .filter(|network| network.value.host_loopback() == HostLoopback::Reachable)
    {
        let what = match &network.value {
            Network::Slirp4netns(_) => {
                format!("--network={} opens the host's loopback", network.value)
            }
            Network::Pasta(_) => {
                format!(
                    "--network={} opens the host's loopback, or is not known to leave it closed",
                    network.value
                )
            }
            // The others have rules of their own.
            _ => continue,
        };
        hits.push(Hit::refuse(what, &network.origin));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn by_either_program() {
        for network in [
            "slirp4netns:allow_host_loopback=true",
            "slirp4netns:mtu=1500,allow_host_loopback=true",
            "pasta:--map-gw",
            "pasta:-T,auto",
            "pasta:-T,22",
            "pasta:--tcp-ns=5432",
            "pasta:-U,auto",
            "pasta:--map-host-loopback,169.254.1.2",
            "pasta:--pcap,/tmp/x",
            "pasta:--unheard-of",
        ] {
            refused("host-loopback", &["--network", network]);
        }
    }

    #[test]
    fn closed_ones() {
        for network in [
            "slirp4netns",
            "slirp4netns:allow_host_loopback=false",
            "pasta",
            "pasta:--mtu,1500",
            "pasta:-T,none",
            "none",
            "host",
        ] {
            silent("host-loopback", &["--network", network]);
        }
    }
}
