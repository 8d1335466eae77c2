//! Namespaces and limits of the spec as the runtime will see them.

use std::collections::BTreeMap;

use super::promise::{HostRoot, OomKiller, PromisedCgroups, PromisedLimits, PromisedNamespace};
use crate::host::{self, Enforcement};
use crate::podman::value::cgroups::CgroupsMode;
use crate::podman::value::limit::{Limit, NanoCpus, Pids, SwapLimit};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::ulimit::{Ulimit, UlimitValue};
use crate::podman::value::userns::Userns;
use crate::spec::{CpuLimit, Spec};

pub(super) fn namespaces(spec: &Spec) -> BTreeMap<String, PromisedNamespace> {
    let one = |asked: &Namespace| match asked {
        Namespace::Default | Namespace::Private | Namespace::Shareable | Namespace::None => {
            PromisedNamespace::Own
        }
        Namespace::Host => PromisedNamespace::Host,
        Namespace::Path(path) => PromisedNamespace::Path(path.clone()),
        Namespace::Container(_) | Namespace::Pod => PromisedNamespace::Joined,
    };
    let mut network = spec.network.iter().map(|network| match &network.value {
        Network::Host => PromisedNamespace::Host,
        Network::Path(path) => PromisedNamespace::Path(path.clone()),
        Network::Container(_) | Network::Pod => PromisedNamespace::Joined,
        Network::Default
        | Network::Bridge(_)
        | Network::None
        | Network::Slirp4netns(_)
        | Network::Pasta(_)
        | Network::Named { .. } => PromisedNamespace::Own,
    });
    let user = match spec.userns.as_ref().map(|userns| &userns.value) {
        Some(Userns::Host) => PromisedNamespace::Host,
        Some(Userns::Path(path)) => PromisedNamespace::Path(path.clone()),
        Some(Userns::Container(_) | Userns::Pod) => PromisedNamespace::Joined,
        None | Some(Userns::Private | Userns::Auto(_) | Userns::KeepId { .. } | Userns::Nomap) => {
            PromisedNamespace::Own
        }
    };
    [
        ("pid", one(&spec.pid.value)),
        ("ipc", one(&spec.ipc.value)),
        ("uts", one(&spec.uts.value)),
        ("cgroup", one(&spec.cgroupns.value)),
        (
            "network",
            network.next_back().unwrap_or(PromisedNamespace::Own),
        ),
        ("user", user),
    ]
    .into_iter()
    .filter(|(_, namespace)| *namespace != PromisedNamespace::Own)
    .map(|(name, namespace)| (name.to_owned(), namespace))
    .collect()
}

pub(super) fn cgroups(spec: &Spec) -> PromisedCgroups {
    match spec.cgroups.value {
        CgroupsMode::Disabled => PromisedCgroups::None,
        CgroupsMode::Enabled | CgroupsMode::NoConmon | CgroupsMode::Split => PromisedCgroups::Own,
    }
}

/// Only `auto` without a mapping of its own leaves the choice of the ids to podman, which never gives root's away.
pub(super) fn host_root(spec: &Spec) -> HostRoot {
    let is_podmans = match spec.userns.as_ref().map(|userns| &userns.value) {
        Some(Userns::Auto(options)) => options.iter().all(|(key, _)| key == "size"),
        _ => false,
    };
    if is_podmans {
        HostRoot::Outside
    } else {
        HostRoot::Inside
    }
}

pub(super) fn limits(spec: &Spec) -> PromisedLimits {
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    PromisedLimits {
        memory: match spec.memory.value {
            Limit::Unlimited => None,
            Limit::Max(bytes) => Some(signed(bytes.0)),
        },
        swap: match spec.memory_swap.value {
            SwapLimit::Unlimited | SwapLimit::Unset => None,
            SwapLimit::Max(bytes) => Some(signed(bytes.0)),
        },
        nano_cpus: match &spec.cpu.value {
            CpuLimit::Cpus(Limit::Unlimited) => None,
            CpuLimit::Cpus(Limit::Max(NanoCpus(cpus))) => Some(*cpus),
            CpuLimit::Quota { quota, period } => {
                NanoCpus::of_quota(*quota, period.unwrap_or(100_000)).map(|NanoCpus(cpus)| cpus)
            }
        },
        pids: match spec.pids_limit.value {
            Limit::Unlimited => None,
            Limit::Max(Pids(pids)) => Some(pids.into()),
        },
        oom_killer: if spec.is_on("oom-kill-disable") {
            OomKiller::Off
        } else {
            OomKiller::On
        },
    }
}

/// Those that hold here: the others cannot be there.
pub(super) fn effective(asked: &PromisedLimits, here: &host::Limits) -> PromisedLimits {
    let holds = |enforcement: &Enforcement| *enforcement == Enforcement::Effective;
    PromisedLimits {
        memory: asked.memory.filter(|_| holds(&here.memory)),
        swap: asked.swap.filter(|_| holds(&here.swap)),
        nano_cpus: asked.nano_cpus.filter(|_| holds(&here.cpus)),
        pids: asked.pids.filter(|_| holds(&here.pids)),
        oom_killer: asked.oom_killer,
    }
}

pub(super) fn rlimits(spec: &Spec) -> Option<BTreeMap<String, (u64, u64)>> {
    let number = |value: &UlimitValue| match value {
        UlimitValue::Max(number) => *number,
        UlimitValue::Unlimited => u64::MAX,
    };
    let mut all = BTreeMap::new();
    for limit in &spec.ulimit {
        match &limit.value {
            Ulimit::Host => return None,
            Ulimit::Limit { name, soft, hard } => {
                let name = format!("RLIMIT_{}", name.to_string().to_ascii_uppercase());
                all.insert(name, (number(soft), number(hard)));
            }
        }
    }
    Some(all)
}
