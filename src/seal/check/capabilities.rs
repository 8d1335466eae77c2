//! The five capability sets and `noNewPrivileges`.

use std::collections::BTreeMap;

use super::{Facts, list, promised_capabilities};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::{NewPrivileges, Promise};

const SETS: [&str; 5] = [
    "bounding",
    "effective",
    "permitted",
    "inheritable",
    "ambient",
];

pub(super) fn check(promise: &Promise, config: &OciConfig, _: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    // What is in one set by mistake is in most of them: one sentence.
    let mut extra: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (set, names) in &config.process.capabilities {
        if !SETS.contains(&set.as_str()) {
            breaches.push(Breach::new(
                format!("the capability set \"{set}\""),
                "the five of capabilities(7)",
                Culprit::Unknown,
            ));
            continue;
        }
        let names: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !promise.capabilities.contains(*name))
            .collect();
        if !names.is_empty() {
            extra.entry(names).or_default().push(set);
        }
    }
    for (names, sets) in extra {
        breaches.push(Breach::new(
            format!("{} in its {} capabilities", list(names), list(sets)),
            promised_capabilities(promise),
            Culprit::Conf("default_capabilities"),
        ));
    }
    if promise.new_privileges == NewPrivileges::Denied && !config.process.no_new_privileges {
        breaches.push(Breach::new(
            "set-user-ID programs that gain privileges",
            "no-new-privileges",
            Culprit::Unknown,
        ));
    }
    breaches
}
