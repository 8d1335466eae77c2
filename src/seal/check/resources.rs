//! The settings of the control group beside its limits.

use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::ObservedConfig;
use crate::seal::oci::OciIntelRdt;
use crate::seal::promise::{OomKiller, Promise};

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let linux = &config.document.linux;
    let found = &linux.resources;
    let mut breaches = Vec::new();
    if promise.limits.oom_killer == OomKiller::On && found.memory.disable_oom_killer {
        let breach = Breach::missing("the OOM killer", "it is switched off for the container");
        breaches.push(breach);
    }
    if let Some(OciIntelRdt { class }) = &linux.intel_rdt
        && promise.rdt_class.as_ref() != Some(class)
    {
        let found = format!("the cache class \"{class}\"");
        breaches.push(Breach::extra(found, "--rdt-class"));
    }
    for (key, value) in &found.unified {
        // podman itself writes memory.high and the like for a promised limit; nothing above one may be undone.
        if !promise.unified.contains(key) {
            let found = format!("\"{key}={value}\" in its control group");
            breaches.push(Breach::extra(found, "--cgroup-conf").by(conf::CGROUP_CONF));
        }
    }
    breaches
}
