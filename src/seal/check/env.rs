//! The names of the environment. Values may be secrets: they are never looked at and never printed.

use crate::podman::releases::conf;
use crate::podman::releases::env::VARIABLES;
use crate::seal::breach::Breach;
use crate::seal::observed::ObservedConfig;
use crate::seal::promise::Promise;

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let promised = |name: &str| {
        let prefix = |known: &String| {
            known
                .strip_suffix('*')
                .is_some_and(|prefix| name.starts_with(prefix))
        };
        VARIABLES.iter().any(|known| known.what == name)
            || promise.env.contains(name)
            || promise.env.iter().any(prefix)
    };
    config
        .document
        .process
        .env
        .iter()
        .map(|entry| {
            entry
                .split_once('=')
                .map_or(entry.as_str(), |(name, _)| name)
        })
        .filter(|name| !promised(name))
        .map(|name| Breach::extra(format!("the variable \"{name}\""), "--env").by(conf::ENV))
        .collect()
}
