//! Programs of the host's that run with the container.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::config::Config;
use crate::seal::promise::Promise;

pub(super) fn check(promise: &Promise, config: &Config, facts: &Facts<'_>) -> Vec<Breach> {
    // In a user's namespace root's files look like nobody's: there only the promise counts.
    let identity = facts.host.identity();
    let roots_are_seen = identity.owner.uid == identity.euid;
    let known = |path| {
        let promised = path == facts.program || promise.hooks.contains(path);
        promised || (roots_are_seen && facts.host.trusted(path).is_ok())
    };
    let hooks = config
        .hooks
        .iter()
        .flat_map(|(stage, hooks)| hooks.iter().map(move |hook| (stage, hook)));
    hooks
        .filter(|(_, hook)| !known(&hook.path))
        .map(|(stage, hook)| {
            let found = format!("the {stage} hook \"{}\"", hook.path.display());
            Breach::new(
                found,
                "none but those that root installed",
                Culprit::EngineConf("hooks_dir"),
            )
        })
        .collect()
}
