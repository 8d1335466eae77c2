//! `ns:PATH` for any namespace.

use crate::origin::Origin;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::userns::Userns;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NsPath,
    title: "the container would be put into a namespace named by a path",
    severity: Severity::High,
    why: "/proc/self/ns/net, or a link to it, is the host's own namespace without the word host; what a path names can \
          change between this check and the start",
    instead: "private, or container:NAME to share with one container",
    references: &[
        "PSS baseline: host namespaces",
        "CIS 5.10",
        "CIS 5.16",
        "namespaces(7)",
    ],
    bad: &["--pid=ns:/proc/self/ns/pid"],
    good: &["--pid=private"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let four = [
        ("pid", &spec.pid),
        ("ipc", &spec.ipc),
        ("uts", &spec.uts),
        ("cgroupns", &spec.cgroupns),
    ];
    let four = four
        .into_iter()
        .filter_map(|(flag, namespace)| match &namespace.value {
            Namespace::Path(path) => Some((flag, path, &namespace.origin)),
            _ => None,
        });
    let userns = spec.userns.iter().filter_map(|userns| match &userns.value {
        Userns::Path(path) => Some(("userns", path, &userns.origin)),
        _ => None,
    });
    let networks = spec
        .network
        .iter()
        .filter_map(|network| match &network.value {
            Network::Path(path) => Some(("network", path, &network.origin)),
            _ => None,
        });
    let hit = |(flag, path, origin): (&str, &std::path::PathBuf, &Origin)| {
        Hit::refuse(
            format!(
                "--{flag} would be the namespace at \"{}\", which may be the host's",
                path.display()
            ),
            origin,
        )
    };
    four.chain(userns).chain(networks).map(hit).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn every_namespace() {
        for flag in [
            "--pid",
            "--ipc",
            "--uts",
            "--cgroupns",
            "--userns",
            "--network",
            "--net",
        ] {
            refused("ns-path", &[flag, "ns:/proc/1/ns/x"]);
            refused("ns-path", &[flag, "ns:/run/netns/../netns/x"]);
            silent("ns-path", &[flag, "container:web"]);
        }
        let both = ["--pid=ns:/proc/self/ns/pid", "--uts=ns:/proc/1/ns/uts"];
        assert_eq!(findings("ns-path", &both).len(), 2);
    }
}
