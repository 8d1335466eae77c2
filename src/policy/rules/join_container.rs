//! `container:NAME`, `--pod` and `--requires`: what another container brings along.

use crate::origin::Origin;
use crate::podman::flags;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::userns::Userns;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::JoinContainer,
    title: "the container shares namespaces with another one",
    severity: Severity::Medium,
    why: "it gets whatever that one has: if the other runs with the host's network or processes, so does this one, and each \
          can attack the other's",
    instead: "see that the other one was started with safe-podman, or connect both by a network: --network=NAME",
    references: &["CIS 5.10", "CIS 5.16", "CIS 5.17", "podman-run(1)"],
    bad: &["--network=container:web"],
    good: &["--network=appnet"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let joined = namespaces(spec, facts)
        .into_iter()
        .map(|(flag, whom, origin)| {
            let what = format!("--{flag} is shared with {whom}, whatever that one may do");
            Hit::warn(what, origin)
        });
    let pods = spec
        .passed(&flags::POD)
        .chain(spec.passed(&flags::POD_ID_FILE))
        .filter(|given| !given.value.is_empty());
    let pods = pods.map(|given| {
        let what = format!(
            "--{}={} shares the namespaces of a pod",
            given.flag.long, given.value
        );
        Hit::warn(what, &given.origin)
    });
    let required = spec.passed(&flags::REQUIRES).map(|given| {
        Hit::inform(
            format!(
                "container \"{}\" is started too, as it was once made",
                given.value
            ),
            &given.origin,
        )
    });
    joined.chain(pods).chain(required).collect()
}

/// The namespaces that are another container's or a pod's: flag, whose, who asked.
fn namespaces<'s>(spec: &'s Spec, facts: &Facts<'_>) -> Vec<(&'static str, String, &'s Origin)> {
    let container = |name: &str| {
        let known = match facts.containers.get(name) {
            Some(found) if found.is_privileged => ", which is privileged",
            Some(found) if !found.is_sealed => ", which was not started with safe-podman",
            Some(_) | None => "",
        };
        format!("container \"{name}\"{known}")
    };
    let pod = || "its pod".to_owned();
    let four = [
        ("pid", &spec.pid),
        ("ipc", &spec.ipc),
        ("uts", &spec.uts),
        ("cgroupns", &spec.cgroupns),
    ];
    let four = four
        .into_iter()
        .filter_map(|(flag, namespace)| match &namespace.value {
            Namespace::Container(name) => Some((flag, container(name), &namespace.origin)),
            Namespace::Pod => Some((flag, pod(), &namespace.origin)),
            _ => None,
        });
    let userns = spec.userns.iter().filter_map(|userns| match &userns.value {
        Userns::Container(name) => Some(("userns", container(name), &userns.origin)),
        Userns::Pod => Some(("userns", pod(), &userns.origin)),
        _ => None,
    });
    let networks = spec
        .network
        .iter()
        .filter_map(|network| match &network.value {
            Network::Container(name) => Some(("network", container(name), &network.origin)),
            Network::Pod => Some(("network", pod(), &network.origin)),
            _ => None,
        });
    four.chain(userns).chain(networks).collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, silent};

    #[test]
    fn any_namespace_of_any_container() {
        for args in [
            ["--pid", "container:web"],
            ["--ipc", "container:web"],
            ["--uts", "container:web"],
            ["--cgroupns", "container:web"],
            ["--userns", "container:web"],
            ["--net", "container:web"],
            ["--network", "pod"],
            ["--pid", "pod"],
            ["--pod", "pod1"],
            ["--pod", "new:pod1"],
            ["--pod-id-file", "/run/pod.id"],
        ] {
            let findings = findings("join-container", &args);
            assert!(
                matches!(findings.as_slice(), [one] if one.verdict == Verdict::Noted),
                "{args:?}: {findings:?}"
            );
        }
        assert_eq!(findings("join-container", &["--requires=a,b"]).len(), 2);
    }

    #[test]
    fn a_network_is_no_container() {
        silent("join-container", &["--network=container-net"]);
        silent("join-container", &["--pod="]);
        silent("join-container", &["--name=pod"]);
    }
}
