//! Who runs in the container.

use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedProcess;
use crate::seal::promise::{Promise, PromisedGroups, PromisedId};

pub(super) fn check(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut hold = |what: &str, promised: PromisedId, found: u32| {
        let (holds, promised) = match promised {
            PromisedId::Exactly(id) => (found == id, id.to_string()),
            PromisedId::NotRoot => (found != 0, format!("a {what} other than 0")),
            PromisedId::Any => (true, String::new()),
        };
        if !holds {
            let breach = Breach::wider(format!("its {what}"), found.to_string(), promised);
            breaches.push(breach.by(Culprit::IMAGE_NAMES));
        }
    };
    hold("uid", promise.uid, process.uid);
    hold("gid", promise.gid, process.gid);
    for group in process.groups.iter().filter(|group| **group != process.gid) {
        let holds = match &promise.groups {
            PromisedGroups::Exactly(ids) => ids.contains(group),
            PromisedGroups::NotRoot => *group != 0,
            PromisedGroups::Any => true,
        };
        if !holds {
            let found = format!("the supplementary group {group}");
            breaches.push(Breach::extra(found, "--group-add").by(Culprit::IMAGE_NAMES));
        }
    }
    breaches
}
