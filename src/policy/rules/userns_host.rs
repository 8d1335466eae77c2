//! `--userns=host`, as root.

use crate::host::Mode;
use crate::podman::value::userns::Userns;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UsernsHost,
    title: "user ids in the container would be those of the host",
    severity: Severity::High,
    why: "whoever becomes root in the container is root on every file and process it can reach; with ids of its own it is \
          nobody outside",
    instead: "--userns=auto, which needs a line for the user \"containers\" in /etc/subuid and /etc/subgid; or run podman \
              without root",
    references: &[
        "CIS 5.31",
        "user_namespaces(7)",
        "article: basic security principles",
    ],
    bad: &["--userns=host"],
    good: &["--userns=auto"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let asked = spec.userns.iter().find(|userns| userns.origin.is_asked());
    let (Some(userns), Mode::Rootful) = (asked, facts.host.identity().mode) else {
        return Vec::new();
    };
    let what = match userns.value {
        Userns::Host => RULE.title,
        Userns::KeepId { .. } => {
            "keep-id, asked by root, maps every id of the host to itself: no separation"
        }
        // That it is joined at all is for rules of its own.
        Userns::Path(_) | Userns::Container(_) => return joined::hosts("user", spec, facts),
        Userns::Private | Userns::Auto(_) | Userns::Nomap | Userns::Pod => return Vec::new(),
    };
    vec![Hit::refuse(what, &userns.origin)]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn asked_by_root() {
        for mode in ["host", "", "keep-id", "keep-id:uid=1000,gid=1000"] {
            refused("userns-host", &["--userns", mode]);
        }
        silent("userns-host", &[]);
        silent("userns-host", &["--userns=auto:size=65536"]);
        silent(
            "userns-host",
            &["--uidmap=0:100000:65536", "--gidmap=0:100000:65536"],
        );
    }

    #[test]
    fn without_root_it_is_a_user_namespace_anyway() {
        for mode in ["--userns=host", "--userns=keep-id", "--userns=nomap"] {
            assert!(
                !judged_on(&Fake::rootless(), &[mode], Level::Baseline)
                    .judgement
                    .is_refused(),
                "{mode}"
            );
        }
    }
}
