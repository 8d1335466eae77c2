//! What setrlimit(2) and the OOM killer allow the process.

use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::{ObservedConfig, ObservedContainer};
use crate::seal::promise::Promise;

pub(super) fn oom_score(promise: &Promise, container: &ObservedContainer) -> Vec<Breach> {
    let promised = promise.oom_score_adj;
    let lower = container.oom_score_adj.filter(|found| *found < promised);
    let breach = |found: i64| {
        let promised = format!("no less than {promised}");
        Breach::wider("its OOM score", found.to_string(), promised).by(conf::OOM_SCORE_ADJ)
    };
    lower.map(breach).into_iter().collect()
}

/// Its programs run in another execution domain than was asked for: personality(2).
pub(super) fn personality(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let Some(found) = &config.document.linux.personality else {
        return Vec::new();
    };
    let is_asked = promise.personality.as_ref() == Some(&found.domain);
    let flags = found.flags.iter().cloned();
    let words: Vec<String> = std::iter::once(found.domain.clone()).chain(flags).collect();
    let breach = || {
        Breach::extra(
            format!("the personality \"{}\"", words.join("|")),
            "--personality",
        )
    };
    (!is_asked || !found.flags.is_empty())
        .then(breach)
        .into_iter()
        .collect()
}

pub(super) fn rlimits(promise: &Promise, container: &ObservedContainer) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, (soft, hard)) in promise.rlimits.iter().flatten() {
        let mut is_there = false;
        let found = container.rlimits.iter();
        for (_, found_soft, found_hard) in found.filter(|(found, _, _)| found == name) {
            is_there = true;
            if found_soft.is_some_and(|found| found > *soft) || found_hard > hard {
                let (found, promised) = match found_soft {
                    Some(found) => (format!("{found}:{found_hard}"), format!("{soft}:{hard}")),
                    None => (found_hard.to_string(), hard.to_string()),
                };
                let promised = format!("no more than {promised}");
                let breach = Breach::wider(format!("its {name}"), found, promised);
                breaches.push(breach.by(conf::DEFAULT_ULIMITS));
            }
        }
        if !is_there {
            let breach = Breach::missing(format!("{name}={soft}:{hard}"), "it has no such limit");
            breaches.push(breach.by(conf::DEFAULT_ULIMITS));
        }
    }
    breaches
}

/// Those that were not asked for. The kernel shows every limit, also those inherited from podman's caller.
pub(super) fn other_rlimits(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let Some(promised) = &promise.rlimits else {
        return Vec::new();
    };
    let found = config.document.process.rlimits.iter();
    let others = found.filter(|found| !promised.contains_key(&found.kind));
    let breach = others.map(|found| {
        let found = format!("the limit {}={}:{}", found.kind, found.soft, found.hard);
        Breach::extra(found, "--ulimit").by(conf::DEFAULT_ULIMITS)
    });
    breach.collect()
}
