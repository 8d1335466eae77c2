//! The limits of the control group: each one promised is there, and no higher.

use std::fmt::Display;

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::config::Config;
use crate::seal::promise::{OomKiller, Promise};

/// A microsecond of a period of 100 ms, in billionths of a CPU.
const ROUNDING: u64 = 10_000;

/// A quota per period in billionths of a CPU; no quota is no limit.
pub fn nano_cpus(quota: i64, period: u64) -> Option<u64> {
    let quota = u64::try_from(quota).ok().filter(|quota| *quota > 0)?;
    let nanos = u128::from(quota).checked_mul(1_000_000_000)?;
    u64::try_from(nanos.checked_div(period.into())?).ok()
}

pub(super) fn check(promise: &Promise, config: &Config, _: &Facts<'_>) -> Vec<Breach> {
    let limits = &promise.limits;
    let found = &config.linux.resources;
    // A limit of zero or below is none.
    let positive = |limit: Option<i64>| limit.filter(|limit| *limit > 0);
    let cpus = found
        .cpu
        .quota
        .and_then(|quota| nano_cpus(quota, found.cpu.period.unwrap_or(100_000)));
    // podman writes whole microseconds of a period, so a fraction that does not fit comes out a little off.
    let rounded = |cpus: u64| match limits.nano_cpus {
        Some(promised) if cpus.saturating_sub(promised) <= ROUNDING => cpus.min(promised),
        Some(_) | None => cpus,
    };
    let mut breaches = Vec::new();
    breaches.extend(limit("memory", limits.memory, positive(found.memory.limit)));
    breaches.extend(limit(
        "memory and swap",
        limits.swap,
        positive(found.memory.swap),
    ));
    breaches.extend(limit(
        "billionths of a CPU",
        limits.nano_cpus,
        cpus.map(rounded),
    ));
    breaches.extend(limit("processes", limits.pids, positive(found.pids.limit)));
    if limits.oom_killer == OomKiller::On && found.memory.disable_oom_killer {
        breaches.push(Breach::new(
            "the OOM killer switched off",
            "that it works",
            Culprit::Unknown,
        ));
    }
    for (key, value) in &found.unified {
        // podman itself writes memory.high and the like for a promised limit; nothing above one may be undone.
        if !promise.unified.contains(key) {
            let found = format!("{key}={value} in its control group");
            breaches.push(Breach::new(
                found,
                "no such setting",
                Culprit::Conf("cgroup_conf"),
            ));
        }
    }
    breaches
}

fn limit<T: PartialOrd + Display>(
    what: &str,
    promised: Option<T>,
    found: Option<T>,
) -> Option<Breach> {
    let culprit = Culprit::Other("a host or user without that control group");
    match (promised, found) {
        (Some(promised), Some(found)) if found > promised => Some(Breach::new(
            format!("a limit of {found} {what}"),
            format!("one of {promised}"),
            Culprit::Unknown,
        )),
        (Some(promised), None) => Some(Breach::new(
            format!("no limit of {what}"),
            format!("one of {promised}"),
            culprit,
        )),
        (Some(_) | None, _) => None,
    }
}
