//! A namespace that is another's, by `container:NAME` or `ns:PATH`, and may be the host's.

use std::collections::BTreeSet;
use std::path::Path;

use super::facts::Facts;
use super::rule::Hit;
use crate::origin::Origin;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::userns::Userns;
use crate::spec::Spec;

/// Whose namespace is joined.
pub(super) enum Joined<'s> {
    /// `container:NAME`
    Container(&'s str),
    /// `ns:PATH`
    Path(&'s Path),
}

/// Every namespace that is joined: the flag, the kernel's name, whose, and who asked.
pub(super) fn joined(spec: &Spec) -> Vec<(&'static str, &'static str, Joined<'_>, &Origin)> {
    let four = [
        ("pid", "pid", &spec.pid),
        ("ipc", "ipc", &spec.ipc),
        ("uts", "uts", &spec.uts),
        ("cgroupns", "cgroup", &spec.cgroupns),
    ];
    let four = four.into_iter().filter_map(|(flag, kernels, asked)| {
        let whose = match &asked.value {
            Namespace::Container(name) => Joined::Container(name),
            Namespace::Path(path) => Joined::Path(path),
            _ => return None,
        };
        Some((flag, kernels, whose, &asked.origin))
    });
    let networks = spec.network.iter().filter_map(|asked| {
        let whose = match &asked.value {
            Network::Container(name) => Joined::Container(name),
            Network::Path(path) => Joined::Path(path),
            _ => return None,
        };
        Some(("network", "net", whose, &asked.origin))
    });
    let userns = spec.userns.iter().filter_map(|asked| {
        let whose = match &asked.value {
            Userns::Container(name) => Joined::Container(name),
            Userns::Path(path) => Joined::Path(path),
            _ => return None,
        };
        Some(("userns", "user", whose, &asked.origin))
    });
    four.chain(networks).chain(userns).collect()
}

/// The containers that are joined.
pub(crate) fn containers(spec: &Spec) -> BTreeSet<&str> {
    let container = |(_, _, whose, _)| match whose {
        Joined::Container(name) => Some(name),
        Joined::Path(_) => None,
    };
    joined(spec).into_iter().filter_map(container).collect()
}

/// Those of one kind, by the kernel's name, that are the host's.
pub(super) fn hosts(kernels: &str, spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let ours = Path::new("/proc/self/ns").join(kernels);
    let is_ours = |path: &Path| facts.host.is_same(path, &ours);
    let hit = |(flag, of, whose, origin): (&str, &str, Joined<'_>, &Origin)| {
        let (is_hosts, whose) = match whose {
            Joined::Path(path) => (is_ours(path), format!("\"{}\"", path.display())),
            Joined::Container(name) => {
                let container = facts.containers.get(name);
                let is_hosts = container.is_some_and(|container| match container.pid {
                    Some(pid) => is_ours(Path::new(&format!("/proc/{pid}/ns/{of}"))),
                    None => container.modes.get(of).is_some_and(|mode| mode == "host"),
                });
                (is_hosts, format!("that of container \"{name}\""))
            }
        };
        let what = format!("--{flag} is {whose}, which is the host's own");
        (of == kernels && is_hosts).then(|| Hit::refuse(what, origin))
    };
    joined(spec).into_iter().filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::host::Fake;
    use crate::policy::facts::JoinedContainer;
    use crate::testing::TestRun;

    const KINDS: [(&str, &str, &str); 6] = [
        ("host-network", "--network", "net"),
        ("pid-host", "--pid", "pid"),
        ("ipc-host", "--ipc", "ipc"),
        ("uts-host", "--uts", "uts"),
        ("cgroupns-host", "--cgroupns", "cgroup"),
        ("userns-host", "--userns", "user"),
    ];

    /// A host on which process 7 has the host's namespaces and process 8 its own.
    fn host() -> Fake {
        KINDS.iter().fold(Fake::rootful(), |host, (_, _, kernels)| {
            host.file(format!("/proc/self/ns/{kernels}"), 0, 0o444, "")
                .file(format!("/proc/8/ns/{kernels}"), 0, 0o444, "")
                .link(
                    format!("/proc/7/ns/{kernels}"),
                    format!("/proc/self/ns/{kernels}"),
                )
        })
    }

    fn found(rule: &str, container: JoinedContainer, arg: &str) -> usize {
        let host = host();
        let run = TestRun {
            containers: BTreeMap::from([("web".to_owned(), container)]),
            ..TestRun::on(&host)
        };
        run.findings(rule, &[arg]).len()
    }

    #[test]
    fn what_another_container_has_of_the_host_s() {
        for (rule, flag, kernels) in KINDS {
            let arg = format!("{flag}=container:web");
            let of = |pid, mode: &str| JoinedContainer {
                pid,
                modes: BTreeMap::from([(kernels, mode.to_owned())]),
                ..JoinedContainer::default()
            };
            assert_eq!(found(rule, of(Some(7), "private"), &arg), 1, "{arg}");
            assert_eq!(found(rule, of(Some(8), "host"), &arg), 0, "{arg}");
            assert_eq!(found(rule, of(None, "host"), &arg), 1, "{arg}");
            assert_eq!(found(rule, of(None, "private"), &arg), 0, "{arg}");
            let other = arg.replace("web", "other");
            assert_eq!(found(rule, of(Some(7), "host"), &other), 0, "{other}");
        }
    }

    #[test]
    fn what_a_path_names_of_the_host_s() {
        for (rule, flag, kernels) in KINDS {
            for (pid, is_hosts) in [(7, 1), (8, 0), (9, 0)] {
                let arg = format!("{flag}=ns:/proc/{pid}/ns/{kernels}");
                assert_eq!(
                    found(rule, JoinedContainer::default(), &arg),
                    is_hosts,
                    "{arg}"
                );
            }
        }
    }
}
