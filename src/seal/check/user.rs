//! Who runs in the container.

use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedProcess;
use crate::seal::promise::{Promise, PromisedGroups, PromisedId};

pub(super) fn check(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut hold = |what: &str, promised: PromisedId, found: u32| {
        let (holds, promised) = match promised {
            PromisedId::Exactly(id) => (found == id, id.to_string()),
            PromisedId::NotRoot => (found != 0, format!("a {what} that is not 0")),
            PromisedId::Any => (true, String::new()),
        };
        if !holds {
            let culprit = Culprit::Image("/etc/passwd");
            breaches.push(Breach::new(format!("{what} {found}"), promised, culprit));
        }
    };
    hold("uid", promise.uid, process.uid);
    hold("gid", promise.gid, process.gid);
    for group in process.groups.iter().filter(|group| **group != process.gid) {
        let (holds, promised) = match &promise.groups {
            PromisedGroups::Exactly(ids) => {
                (ids.contains(group), "no group but those of --group-add")
            }
            PromisedGroups::NotRoot => (*group != 0, "none of number 0"),
            PromisedGroups::Any => (true, ""),
        };
        if !holds {
            breaches.push(Breach::new(
                format!("the supplementary group {group}"),
                promised,
                Culprit::Image("/etc/group"),
            ));
        }
    }
    breaches
}
