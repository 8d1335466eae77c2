//! Namespaces and limits of the spec as the runtime will see them.

use std::collections::BTreeMap;

use crate::host::{self, Effectiveness, nano_cpus};
use crate::origin::Setting;
use crate::podman::value::cgroups::CgroupsMode;
use crate::podman::value::limit::{Limit, MemoryLimit, NanoCpus, Pids, PidsLimit, SwapLimit};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::ulimit::{Ulimit, UlimitValue};
use crate::podman::value::userns::Userns;
use crate::seal::promise::{
    HostRoot, OomKiller, PromisedCgroups, PromisedLimits, PromisedNamespace,
};
use crate::spec::CpuLimit;

/// Those that are not the container's own, by OCI's names; the last network is the one that joins a namespace.
pub(super) fn namespaces(
    asked: &[(&str, &Namespace)],
    network: Option<&Network>,
    userns: Option<&Userns>,
) -> BTreeMap<String, PromisedNamespace> {
    let one = |asked: &Namespace| match asked {
        Namespace::Default | Namespace::Private | Namespace::Shareable | Namespace::None => {
            PromisedNamespace::Own
        }
        Namespace::Host => PromisedNamespace::Host,
        Namespace::Path(path) => PromisedNamespace::Path(path.clone()),
        Namespace::Container(_) | Namespace::Pod => PromisedNamespace::Joined,
    };
    let network = match network {
        Some(Network::Host) => PromisedNamespace::Host,
        Some(Network::Path(path)) => PromisedNamespace::Path(path.clone()),
        Some(Network::Container(_) | Network::Pod) => PromisedNamespace::Joined,
        None
        | Some(
            Network::Default
            | Network::Bridge(_)
            | Network::None
            | Network::Slirp4netns(_)
            | Network::Pasta(_)
            | Network::Named { .. },
        ) => PromisedNamespace::Own,
    };
    let user = match userns {
        Some(Userns::Host) => PromisedNamespace::Host,
        Some(Userns::Path(path)) => PromisedNamespace::Path(path.clone()),
        Some(Userns::Container(_) | Userns::Pod) => PromisedNamespace::Joined,
        None | Some(Userns::Private | Userns::Auto(_) | Userns::KeepId { .. } | Userns::Nomap) => {
            PromisedNamespace::Own
        }
    };
    asked
        .iter()
        .map(|(name, asked)| (*name, one(asked)))
        .chain([("network", network), ("user", user)])
        .filter(|(_, namespace)| *namespace != PromisedNamespace::Own)
        .map(|(name, namespace)| (name.to_owned(), namespace))
        .collect()
}

pub(super) fn cgroups(asked: CgroupsMode) -> PromisedCgroups {
    match asked {
        CgroupsMode::Disabled => PromisedCgroups::None,
        CgroupsMode::Enabled | CgroupsMode::NoConmon | CgroupsMode::Split => PromisedCgroups::Own,
    }
}

/// Only `auto` without a mapping leaves the choice of the ids to podman, which never chooses the host's id 0.
pub(super) fn host_root(userns: Option<&Userns>) -> HostRoot {
    match userns {
        Some(Userns::Auto(options)) if options.iter().all(|(key, _)| key == "size") => {
            HostRoot::Outside
        }
        None
        | Some(
            Userns::Host
            | Userns::Private
            | Userns::Auto(_)
            | Userns::KeepId { .. }
            | Userns::Nomap
            | Userns::Path(_)
            | Userns::Container(_)
            | Userns::Pod,
        ) => HostRoot::Inside,
    }
}

pub(super) fn limits(
    memory: &MemoryLimit,
    swap: &SwapLimit,
    cpu: &CpuLimit,
    pids: PidsLimit,
    oom_kill_disable: bool,
) -> PromisedLimits {
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    PromisedLimits {
        memory: match memory {
            Limit::Unlimited => None,
            Limit::Max(bytes) => Some(signed(bytes.0)),
        },
        swap: match swap {
            SwapLimit::Unlimited | SwapLimit::Unset => None,
            SwapLimit::Max(bytes) => Some(signed(bytes.0)),
        },
        nano_cpus: match cpu {
            CpuLimit::Cpus(Limit::Unlimited) => None,
            CpuLimit::Cpus(Limit::Max(NanoCpus(cpus))) => Some(*cpus),
            CpuLimit::Quota { quota, period } => nano_cpus(*quota, period.unwrap_or(100_000)),
        },
        pids: match pids {
            Limit::Unlimited => None,
            Limit::Max(Pids(pids)) => Some(pids.into()),
        },
        oom_killer: if oom_kill_disable {
            OomKiller::Off
        } else {
            OomKiller::On
        },
    }
}

/// Those that hold here: the others cannot be there.
pub(super) fn effective(asked: &PromisedLimits, here: &host::Limits) -> PromisedLimits {
    let holds = |enforcement: &Effectiveness| *enforcement == Effectiveness::Effective;
    PromisedLimits {
        memory: asked.memory.filter(|_| holds(&here.memory)),
        swap: asked.swap.filter(|_| holds(&here.swap)),
        nano_cpus: asked.nano_cpus.filter(|_| holds(&here.cpus)),
        pids: asked.pids.filter(|_| holds(&here.pids)),
        oom_killer: asked.oom_killer,
    }
}

pub(super) fn rlimits(asked: &[Setting<Ulimit>]) -> Option<BTreeMap<String, (u64, u64)>> {
    let number = |value: &UlimitValue| match value {
        UlimitValue::Max(number) => *number,
        UlimitValue::Unlimited => u64::MAX,
    };
    let mut all = BTreeMap::new();
    for limit in asked {
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
