//! What setrlimit(2) and the OOM killer allow the process.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::Promise;

pub(super) fn check(promise: &Promise, config: &OciConfig, _: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if let Some(found) = config.process.oom_score_adj
        && found < promise.oom_score_adj
    {
        breaches.push(Breach::new(
            format!("the OOM score {found}"),
            format!("no less than {}", promise.oom_score_adj),
            Culprit::Conf("oom_score_adj"),
        ));
    }
    let Some(promised) = &promise.rlimits else {
        return breaches;
    };
    let culprit = Culprit::Conf("default_ulimits");
    for found in &config.process.rlimits {
        let what = format!("{}={}:{}", found.kind, found.soft, found.hard);
        match promised.get(&found.kind) {
            Some((soft, hard)) if found.soft <= *soft && found.hard <= *hard => {}
            Some((soft, hard)) => {
                breaches.push(Breach::new(what, format!("{soft}:{hard}"), culprit));
            }
            None => breaches.push(Breach::new(what, "no limit but those of --ulimit", culprit)),
        }
    }
    for (name, (soft, hard)) in promised {
        if !config
            .process
            .rlimits
            .iter()
            .any(|found| found.kind == *name)
        {
            breaches.push(Breach::new(
                format!("no {name}"),
                format!("{soft}:{hard}"),
                culprit,
            ));
        }
    }
    breaches
}
