//! `--network-config-dir` and `--network-backend`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NetworkConfigDir,
    title: "the name of a network would mean something else",
    severity: Severity::Medium,
    why: "networks are looked up in another directory or by another program, so an isolated network may turn out to be a \
          bridge into the local network",
    instead: "leave the flag out and make the network: podman network create NAME",
    references: &["NIST 800-190 4.4.2", "podman(1)"],
    bad: &["--network-config-dir=/tmp/networks"],
    good: &["--network=appnet"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let flags = spec
        .passed(&flags::NETWORK_CONFIG_DIR)
        .chain(spec.passed(&flags::NETWORK_BACKEND));
    flags
        .map(|given| {
            let what = format!(
                "--{}={} would change what a network is",
                given.flag.long, given.value
            );
            Hit::refuse(what, &given.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn both_flags() {
        refused(
            "network-config-dir",
            &["--network-config-dir", "/etc/cni/net.d"],
        );
        refused("network-config-dir", &["--network-backend=cni"]);
        silent("network-config-dir", &["--network=none"]);
    }
}
