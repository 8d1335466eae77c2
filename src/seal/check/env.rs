//! The names of the environment. Values may be secrets: they are never looked at and never printed.

use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedConfig;
use crate::seal::promise::Promise;

/// What podman puts into every environment.
const ENGINE: [&str; 5] = ["PATH", "TERM", "container", "HOSTNAME", "HOME"];

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let promised = |name: &str| {
        let prefix = |known: &String| {
            known
                .strip_suffix('*')
                .is_some_and(|prefix| name.starts_with(prefix))
        };
        ENGINE.contains(&name) || promise.env.contains(name) || promise.env.iter().any(prefix)
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
        .map(|name| {
            let found = format!("the variable {name}");
            Breach::new(
                found,
                "none but those of --env and of the image",
                Culprit::Conf("env"),
            )
        })
        .collect()
}
