//! The five capability sets and `noNewPrivileges`.

use std::collections::BTreeMap;

use crate::host::CAPABILITY_SETS;
use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::ObservedProcess;
use crate::seal::promise::{NewPrivileges, Promise};
use crate::seal::words::list;

pub(super) fn check(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let mut breaches = Vec::new();
    // What is in one set by mistake is in most of them: one sentence.
    let mut extra: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (set, names) in &process.capabilities {
        if !CAPABILITY_SETS.contains(&set.as_str()) {
            let found = format!("the capability set \"{set}\", unknown to capabilities(7)");
            breaches.push(Breach::extra(found, None));
            continue;
        }
        let names = names.difference(&promise.capabilities);
        let names: Vec<&str> = names.map(String::as_str).collect();
        if !names.is_empty() {
            extra.entry(names).or_default().push(set);
        }
    }
    for (names, sets) in extra {
        let found = format!("{} in its {} capabilities", list(names), list(sets));
        let breach = Breach::extra(found, "--cap-add");
        breaches.push(breach.by(conf::DEFAULT_CAPABILITIES));
    }
    breaches
}

pub(super) fn new_privileges(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    match promise.new_privileges {
        NewPrivileges::Denied if !process.no_new_privileges => vec![Breach::missing(
            "no-new-privileges",
            "set-user-ID programs gain privileges in it",
        )],
        NewPrivileges::Denied | NewPrivileges::Allowed => Vec::new(),
    }
}
