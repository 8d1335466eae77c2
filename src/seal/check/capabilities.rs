//! The five capability sets and `noNewPrivileges`.

use super::{Facts, list};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::config::Config;
use crate::seal::promise::{NewPrivileges, Promise};

const SETS: [&str; 5] = [
    "bounding",
    "effective",
    "permitted",
    "inheritable",
    "ambient",
];

pub(super) fn check(promise: &Promise, config: &Config, _: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (set, names) in &config.process.capabilities {
        if !SETS.contains(&set.as_str()) {
            breaches.push(Breach::new(
                format!("the capability set \"{set}\""),
                "the five of capabilities(7)",
                Culprit::Unknown,
            ));
            continue;
        }
        let extra: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !promise.capabilities.contains(*name))
            .collect();
        if !extra.is_empty() {
            breaches.push(Breach::new(
                format!("{} in its {set} capabilities", list(extra)),
                match list(promise.capabilities.iter().map(String::as_str)).as_str() {
                    "none" => "no capability".to_owned(),
                    some => format!("only {some}"),
                },
                Culprit::Conf("default_capabilities"),
            ));
        }
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
