//! Who runs in the container.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Promise, PromisedGroups, PromisedId};

pub(super) fn check(promise: &Promise, config: &OciConfig, _: &Facts<'_>) -> Vec<Breach> {
    let user = &config.process.user;
    let mut breaches = Vec::new();
    let mut hold = |what: &str, promised: PromisedId, found: u32, culprit| {
        let holds = match promised {
            PromisedId::Exactly(id) => found == id,
            PromisedId::NotRoot => found != 0,
            PromisedId::Any => true,
        };
        if !holds {
            let promised = match promised {
                PromisedId::Exactly(id) => format!("{what} {id}"),
                PromisedId::NotRoot | PromisedId::Any => format!("a {what} that is not 0"),
            };
            breaches.push(Breach::new(format!("{what} {found}"), promised, culprit));
        }
    };
    let culprit = Culprit::Image("/etc/passwd");
    hold("uid", promise.uid, user.uid, culprit);
    hold("gid", promise.gid, user.gid, culprit);
    for group in &user.additional_gids {
        let own = *group == user.gid;
        let (holds, promised) = match &promise.groups {
            PromisedGroups::Exactly(ids) => (
                own || ids.contains(group),
                "no group but those of --group-add",
            ),
            PromisedGroups::NotRoot => (own || *group != 0, "none of number 0"),
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
