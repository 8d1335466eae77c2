//! Root in the container that is root on the host.

use crate::podman::value::user::Rootness;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::users::is_host_root;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RootUserRootful,
    title: "the container would run as the host's root",
    severity: Severity::High,
    why: "podman runs as root here and no user namespace maps the user, so uid 0 in the container is uid 0 on the host: \
          every mounted file and every kernel flaw is met with root's rights",
    instead: "leave --user out: the user that the image's data are made for is taken; or --user=UID:GID, or --userns=auto, or run \
              podman as an ordinary user",
    references: &[
        "CIS 4.1",
        "CIS 2.9",
        "PSS restricted: running as non-root",
        "article: basic security principles",
    ],
    bad: &["--user=0"],
    good: &["--user=1000"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if spec.user.value.is_root() != Rootness::Root || !is_host_root(spec, facts) {
        return Vec::new();
    }
    vec![Hit::refuse(RULE.title, &spec.user.origin)]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn every_spelling_of_zero() {
        for user in ["0", "00", "+0", ":0", "root", "0:1000", "root:wheel"] {
            refused("root-user-rootful", &["-u", user]);
        }
        refused("root-user-rootful", &["-u", "1000", "-u", "0"]);
        silent("root-user-rootful", &["-u", "0", "--userns=auto"]);
        silent("root-user-rootful", &["-u", "1000:0"]);
        let rootless = judged_on(&Fake::rootless(), &["-u", "0"], Level::Baseline);
        assert!(!rootless.judgement.is_refused());
    }
}
