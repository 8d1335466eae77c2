//! Programs of the host's that run with the container.

use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::ObservedConfig;
use crate::seal::oci::OciHook;
use crate::seal::own_hook::{ARGUMENTS, mark};
use crate::seal::promise::Promise;

/// The variables that ours has.
const OWN_VARIABLES: [&str; 2] = ["PATH=", "XDG_CONFIG_HOME="];

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let known = |hook: &OciHook| {
        is_ours(hook, config)
            || promise
                .hooks
                .contains(&mark(&hook.path, &hook.args, &hook.env))
    };
    let hooks = config
        .document
        .hooks
        .iter()
        .flat_map(|(stage, hooks)| hooks.iter().map(move |hook| (stage, hook)));
    hooks
        .filter(|(_, hook)| !known(hook))
        .map(|(stage, hook)| {
            let words = hook.args.iter().skip(1).map(String::as_str);
            let path = hook.path.display().to_string();
            let words: Vec<&str> = std::iter::once(path.as_str()).chain(words).collect();
            let found = format!("the {stage} hook \"{}\"", words.join(" "));
            Breach::extra(found, "--hooks-dir").by(conf::HOOKS_DIR)
        })
        .collect()
}

/// Our own hook: this program, or another safe-podman that only root can change. A rootless podman runs the hook in a user
/// namespace, in which the files of the host's root cannot be told from those of other users: there, only this program.
fn is_ours(hook: &OciHook, config: &ObservedConfig<'_>) -> bool {
    let host = config.context.host;
    let identity = host.identity();
    let is_installed = || identity.owner.uid == identity.euid && host.trusted(&hook.path).is_ok();
    let variables = hook.env.iter();
    hook.args == ARGUMENTS
        && variables
            .into_iter()
            .all(|variable| OWN_VARIABLES.iter().any(|own| variable.starts_with(own)))
        && (hook.path == config.program || is_installed())
}
