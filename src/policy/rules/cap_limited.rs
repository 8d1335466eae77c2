//! Capabilities whose effect stays in the container.

use crate::caps::Class;
use crate::origin::Origin;
use crate::policy::capabilities::{describe, grants, instead};
use crate::policy::facts::Facts;
use crate::policy::rule::{Action, Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CapLimited,
    title: "the container would get a capability that it may not need",
    severity: Severity::Medium,
    why: "its effect stays in the container and its volumes, but a service that runs as its own user from the start needs \
          none of them",
    instead: "run as the final user with --user and prepare ownership beforehand; a profile's cap_add is taken without a note",
    references: &[
        "PSS restricted: capabilities",
        "capabilities(7)",
        "article: 10 security recommendations",
    ],
    bad: &["--cap-add=CHOWN", "--userns=auto"],
    good: &["--cap-add=NET_BIND_SERVICE"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for grant in grants(spec, facts)
        .into_iter()
        .filter(|grant| grant.class == Class::Limited)
    {
        let hit = Hit::warn(describe(&grant), &grant.setting.origin).instead(instead(&grant));
        let whitelisted = matches!(grant.setting.origin, Origin::Profile { .. });
        hits.push(if whitelisted {
            Hit {
                action: Action::Inform,
                ..hit
            }
        } else {
            hit
        });
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn notes_what_is_granted_by_hand() {
        for ids in ["--userns=auto", "--uidmap=0:100000:65536"] {
            fires("cap-limited", &["--cap-add=chown", ids]);
            fires("cap-limited", &["--cap-add=setuid", ids]);
        }
        fires("cap-limited", &["--cap-add=kill"]);
        silent("cap-limited", &["--cap-add=NET_BIND_SERVICE"]);
        silent("cap-limited", &["--cap-add=SYS_ADMIN"]);
    }
}
