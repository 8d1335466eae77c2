//! The bridge that all containers share.

use crate::host::Mode;
use crate::podman::value::network::Network;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// podman's name for its default network.
const DEFAULT_NETWORK: &str = "podman";

pub(super) static RULE: Rule = Rule {
    id: RuleId::DefaultBridge,
    title: "the container is on the bridge that all containers of root share",
    severity: Severity::Low,
    why: "every container there reaches every other one, with no names to tell them apart",
    instead: "a network for what belongs together: podman network create NAME, then --network=NAME; --internal when it needs \
              no way out",
    references: &["CIS 5.30", "OWASP 5", "podman-network-create(1)"],
    bad: &["--network=bridge"],
    good: &["--network=appnet"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if facts.host.identity().mode == Mode::Rootless {
        return Vec::new();
    }
    let asked = spec
        .network
        .iter()
        .filter(|network| network.origin.is_asked() && is_default(&network.value));
    asked
        .map(|network| Hit::inform(RULE.title, &network.origin))
        .collect()
}

fn is_default(network: &Network) -> bool {
    match network {
        Network::Default | Network::Bridge(_) => true,
        Network::Named { names } => names.iter().any(|(name, _)| name == DEFAULT_NETWORK),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{fires, judged_on, silent};

    #[test]
    fn by_any_name() {
        for network in [
            "bridge",
            "podman",
            "default",
            "private",
            "appnet,podman",
            "bridge:ip=10.88.0.5",
        ] {
            fires("default-bridge", &["--network", network]);
        }
        silent("default-bridge", &[]);
        silent("default-bridge", &["--network=podman-app"]);
    }

    #[test]
    fn without_root_it_is_the_users_own() {
        assert!(
            judged_on(&Fake::rootless(), &["--network=private"], Level::Baseline)
                .judgement
                .findings
                .is_empty()
        );
    }
}
