//! The limits of the control group: each one promised is there, and no higher.

use std::fmt::Display;

use super::Facts;
use crate::podman::value::limit::NanoCpus;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::{OciConfig, OciIntelRdt};
use crate::seal::promise::{OomKiller, Promise};

/// A microsecond of a period of 100 ms, in billionths of a CPU: podman writes whole ones, so a fraction that does not fit
/// comes out a little off.
pub(in crate::seal) const ROUNDING: u64 = 10_000;

pub(super) fn check(promise: &Promise, config: &OciConfig, _: &Facts<'_>) -> Vec<Breach> {
    let limits = &promise.limits;
    let found = &config.linux.resources;
    // A limit of zero or below is none.
    let positive = |limit: Option<i64>| limit.filter(|limit| *limit > 0);
    let cpus = found
        .cpu
        .quota
        .and_then(|quota| NanoCpus::of_quota(quota, found.cpu.period.unwrap_or(100_000)))
        .map(|NanoCpus(cpus)| cpus);
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
    if let Some(OciIntelRdt { class }) = &config.linux.intel_rdt
        && promise.rdt_class.as_ref() != Some(class)
    {
        let found = format!("the cache class \"{class}\"");
        breaches.push(Breach::new(found, "that of --rdt-class", Culprit::Unknown));
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
            Culprit::Other("podman update"),
        )),
        (Some(promised), None) => Some(Breach::new(
            format!("no limit of {what}"),
            format!("one of {promised}"),
            culprit,
        )),
        (Some(_) | None, _) => None,
    }
}
