//! `--network=host`.

use crate::podman::value::network::Network;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HostNetwork,
    title: "the container would share the host's network",
    severity: Severity::High,
    why: "every service on the host's loopback answers it, so do abstract sockets such as containerd's (CVE-2020-15257), \
          and published-port limits do not apply",
    instead: "publish what you need: -p 127.0.0.1:8080:8080",
    references: &[
        "CIS 5.10",
        "PSS baseline: host namespaces",
        "article: 10 security recommendations",
        "CVE-2020-15257",
    ],
    bad: &["--net=host"],
    good: &["--network=none"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let host = spec
        .network
        .iter()
        .filter(|network| network.value == Network::Host);
    host.map(|network| Hit::refuse(RULE.title, &network.origin))
        .chain(joined::hosts("net", spec, facts))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn by_any_name() {
        fires("host-network", &["--net", "host"]);
        fires("host-network", &["--network=host"]);
        fires("host-network", &["--network=none", "--network=host"]);
        silent("host-network", &["--network", "appnet"]);
        silent("host-network", &["-h", "host"]);
    }
}
