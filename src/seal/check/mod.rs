//! The promise held against the `config.json`: one file per dimension, each a list of what is stronger than promised.

mod annotations;
mod capabilities;
mod devices;
pub(super) mod engine_mounts;
mod env;
mod hooks;
mod kernel;
pub(super) mod lsm;
pub(super) mod mounts;
mod namespaces;
mod paths;
mod process;
pub(super) mod resources;
mod seccomp;
pub(super) mod store;
#[cfg(test)]
mod tests;
mod user;

use std::path::Path;

use super::breach::Breach;
use super::oci::OciConfig;
use super::promise::Promise;
use crate::host::Host;

/// What a check may know besides promise and config.
pub struct Facts<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// The container's id, as the runtime names it: 64 hexadecimal digits.
    pub id: &'a str,
    /// The directory of the `config.json`: `STORE/DRIVER-containers/ID/userdata`.
    pub bundle: &'a Path,
    /// The root file system of the `config.json`.
    pub root: &'a Path,
    /// This program, absolute: the hook that must be there.
    pub program: &'a Path,
    /// The container's process, while it waits to be started.
    pub pid: Option<u32>,
    /// The command line of the runtime that starts it.
    pub runtime: Option<&'a [String]>,
    /// The bytes of the seccomp profile, already held against the promised digest; none: unconfined was promised.
    pub profile: Option<&'a [u8]>,
}

type Check = fn(&Promise, &OciConfig, &Facts<'_>) -> Vec<Breach>;

const CHECKS: [Check; 15] = [
    user::check,
    capabilities::check,
    seccomp::check,
    lsm::check,
    process::check,
    paths::check,
    mounts::check,
    devices::check,
    namespaces::check,
    resources::check,
    kernel::check,
    env::check,
    hooks::check,
    annotations::check,
    paths::check_sysctl,
];

/// Everything in which the container would be stronger than promised.
pub fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for check in CHECKS {
        breaches.extend(check(promise, config, facts));
    }
    breaches
}

/// How many items of a set are named.
const NAMED: usize = 5;

/// A set for people.
pub(super) fn list<'a, I: IntoIterator<Item = &'a str>>(items: I) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    let named = items
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match items.len().saturating_sub(NAMED) {
        _ if items.is_empty() => "none".to_owned(),
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// What is promised of capabilities, for people.
pub(super) fn promised_capabilities(promise: &Promise) -> String {
    match list(promise.capabilities.iter().map(String::as_str)).as_str() {
        "none" => "no capability".to_owned(),
        some => format!("only {some}"),
    }
}
