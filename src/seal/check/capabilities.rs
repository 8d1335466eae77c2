//! The five capability sets and `noNewPrivileges`.

use std::collections::BTreeMap;

use crate::host::CAPABILITY_SETS;
use crate::podman::releases::conf;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedProcess;
use crate::seal::promise::{NewPrivileges, Promise};
use crate::seal::words::{list, promised_capabilities};

pub(super) fn check(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let mut breaches = Vec::new();
    // What is in one set by mistake is in most of them: one sentence.
    let mut extra: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (set, names) in &process.capabilities {
        if !CAPABILITY_SETS.contains(&set.as_str()) {
            breaches.push(Breach::new(
                format!("the capability set \"{set}\""),
                "the five of capabilities(7)",
                Culprit::Unknown,
            ));
            continue;
        }
        let names = names.difference(&promise.capabilities);
        let names: Vec<&str> = names.map(String::as_str).collect();
        if !names.is_empty() {
            extra.entry(names).or_default().push(set);
        }
    }
    for (names, sets) in extra {
        breaches.push(Breach::new(
            format!("{} in its {} capabilities", list(names), list(sets)),
            promised_capabilities(promise),
            Culprit::Conf(conf::DEFAULT_CAPABILITIES),
        ));
    }
    breaches
}

pub(super) fn new_privileges(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    match promise.new_privileges {
        NewPrivileges::Denied if !process.no_new_privileges => vec![Breach::new(
            "set-user-ID programs that gain privileges",
            "no-new-privileges",
            Culprit::Unknown,
        )],
        NewPrivileges::Denied | NewPrivileges::Allowed => Vec::new(),
    }
}
