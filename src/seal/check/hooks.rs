//! Programs of the host's that run with the container.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::{OciConfig, OciHook};
use crate::seal::own_hook::{ARGUMENTS, mark};
use crate::seal::promise::Promise;

/// The variables that ours has.
const OWN_VARIABLES: [&str; 2] = ["PATH=", "XDG_CONFIG_HOME="];

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let known = |hook: &OciHook| {
        is_ours(hook, facts)
            || promise
                .hooks
                .contains(&mark(&hook.path, &hook.args, &hook.env))
    };
    let hooks = config
        .hooks
        .iter()
        .flat_map(|(stage, hooks)| hooks.iter().map(move |hook| (stage, hook)));
    hooks
        .filter(|(_, hook)| !known(hook))
        .map(|(stage, hook)| {
            let words = hook.args.iter().skip(1).map(String::as_str);
            let path = hook.path.display().to_string();
            let words: Vec<&str> = std::iter::once(path.as_str()).chain(words).collect();
            Breach::new(
                format!("the {stage} hook \"{}\"", words.join(" ")),
                "none but those that root had installed",
                Culprit::EngineConf("hooks_dir"),
            )
        })
        .collect()
}

/// Another safe-podman of root's is as good as this one, where root's files can be told: a user's namespace shows them as
/// nobody's.
fn is_ours(hook: &OciHook, facts: &Facts<'_>) -> bool {
    let identity = facts.host.identity();
    let is_roots = || identity.owner.uid == identity.euid && facts.host.trusted(&hook.path).is_ok();
    let variables = hook.env.iter();
    hook.args == ARGUMENTS
        && variables
            .into_iter()
            .all(|variable| OWN_VARIABLES.iter().any(|own| variable.starts_with(own)))
        && (hook.path == facts.program || is_roots())
}
