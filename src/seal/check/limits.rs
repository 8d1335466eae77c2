//! The limits of the control group: each one promised is there, and no higher.

use crate::host::CgroupLimits;
use crate::podman::releases::conf;
use crate::podman::value::limit::{Cpus, NanoCpus};
use crate::seal::breach::Breach;
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
        Err(why) => {
            let found = format!("its control group cannot be read: {why}");
            vec![Breach::missing("a limit that holds", found).by(limits.missing)]
        }
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
    let bytes: fn(u64) -> String = |number| format!("{number} bytes");
    let cpus: fn(u64) -> String = |number| Cpus::Max(NanoCpus(number)).to_string();
    let plain: fn(u64) -> String = |number| number.to_string();
    let hold =
        |what, print: fn(u64) -> String, promised: Option<u64>, found: Option<u64>, slack| {
            let most = promised?.saturating_add(slack);
            let promised = print(promised?);
            match found {
                Some(found) if found <= most => None,
                Some(found) => {
                    let (what, most) = (
                        format!("its limit of {what}"),
                        format!("no more than {promised}"),
                    );
                    Some(Breach::wider(what, print(found), most).by(limits.too_high))
                }
                None => {
                    let promised = format!("a limit of {what} ({promised})");
                    Some(Breach::missing(promised, "it has none").by(limits.missing))
                }
            }
        };
    [
        hold("memory", bytes, unsigned(promised.memory), *memory, 0),
        hold("memory and swap", bytes, unsigned(promised.swap), *swap, 0),
        hold("CPUs", cpus, promised.nano_cpus, *nano_cpus, ROUNDING),
        hold("processes", plain, unsigned(promised.pids), *pids, 0),
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
    let found = format!("\"{path}\"");
    vec![Breach::wider("its control group", found, "one of its own").by(conf::CGROUP_MANAGER)]
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
