//! Who runs in the container.

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::config::Config;
use crate::seal::promise::{Groups, Id, Promise};

pub(super) fn check(promise: &Promise, config: &Config, _: &Facts<'_>) -> Vec<Breach> {
    let user = &config.process.user;
    let mut breaches = Vec::new();
    let mut hold = |what: &str, promised: Id, found: u32, culprit| {
        let holds = match promised {
            Id::Exactly(id) => found == id,
            Id::NotRoot => found != 0,
            Id::Any => true,
        };
        if !holds {
            let promised = match promised {
                Id::Exactly(id) => format!("{what} {id}"),
                Id::NotRoot | Id::Any => format!("a {what} that is not 0"),
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
            Groups::Exactly(ids) => (
                own || ids.contains(group),
                "no group but those of --group-add",
            ),
            Groups::NotRoot => (own || *group != 0, "none of number 0"),
            Groups::Any => (true, ""),
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
