//! The limits of the control group: each one promised is there, and no higher.

use crate::host::CgroupLimits;
use crate::podman::releases::conf;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::{ObservedConfig, ObservedContainer, ObservedLimits};
use crate::seal::promise::{Promise, PromisedLimits};

/// A microsecond of a period of 100 ms, in billionths of a CPU: podman writes whole ones, so a fraction that does not fit
/// comes out a little off.
const ROUNDING: u64 = 10_000;

pub(super) fn check(promise: &Promise, container: &ObservedContainer) -> Vec<Breach> {
    let promised = &promise.limits;
    if promised.are_none() {
        return Vec::new();
    }
    let hold = |limits: &ObservedLimits| match &limits.found {
        Ok(found) => against(promised, found, limits),
        Err(why) => vec![Breach::new(
            format!("limits that cannot be read ({why})"),
            "ones that hold",
            limits.missing,
        )],
    };
    container.limits.iter().flat_map(hold).collect()
}

fn against(
    promised: &PromisedLimits,
    found: &CgroupLimits,
    limits: &ObservedLimits,
) -> Vec<Breach> {
    let CgroupLimits {
        memory,
        swap,
        nano_cpus,
        pids,
    } = found;
    let unsigned = |limit: Option<i64>| limit.and_then(|limit| u64::try_from(limit).ok());
    let hold = |what: &str, promised: Option<u64>, found: Option<u64>, slack: u64| {
        let promised = promised?;
        let (found, culprit) = match found {
            Some(found) if found <= promised.saturating_add(slack) => return None,
            Some(found) => (format!("a limit of {found} {what}"), limits.too_high),
            None => (format!("no limit of {what}"), limits.missing),
        };
        Some(Breach::new(found, format!("one of {promised}"), culprit))
    };
    [
        hold("memory", unsigned(promised.memory), *memory, 0),
        hold("memory and swap", unsigned(promised.swap), *swap, 0),
        hold(
            "billionths of a CPU",
            promised.nano_cpus,
            *nano_cpus,
            ROUNDING,
        ),
        hold("processes", unsigned(promised.pids), *pids, 0),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The limits mean something only when the control group is the container's own.
pub(super) fn cgroup(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let path = &config.document.linux.cgroups_path;
    if promise.limits.are_none() || path.contains(config.context.id) {
        return Vec::new();
    }
    vec![Breach::new(
        format!("the control group \"{path}\""),
        "one of its own",
        Culprit::Conf(conf::CGROUP_MANAGER),
    )]
}

impl PromisedLimits {
    fn are_none(&self) -> bool {
        let Self {
            memory,
            swap,
            nano_cpus,
            pids,
            oom_killer: _,
        } = self;
        memory.is_none() && swap.is_none() && nano_cpus.is_none() && pids.is_none()
    }
}
