//! Root in the container, where that is not root on the host.

use crate::podman::value::user::Rootness;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::users::is_host_root;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RootUser,
    title: "the container would run as root",
    severity: Severity::Medium,
    why: "root in the container owns every file of the image and is the first step of almost every escape; a service \
          seldom needs it after its image is built",
    instead: "leave --user out: the user that the image's data are made for is taken; or --user=UID:GID, or user: auto in the \
              profile",
    references: &[
        "CIS 4.1",
        "PSS restricted: running as non-root",
        "article: basic security principles",
    ],
    bad: &["--user=0", "--userns=auto"],
    good: &["--user=1000", "--userns=auto"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if spec.user.value.is_root() != Rootness::Root || is_host_root(spec, facts) {
        return Vec::new();
    }
    vec![Hit::warn(RULE.title, &spec.user.origin)]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_on, silent};

    #[test]
    fn is_noted_rootless_and_refused_when_restricted() {
        for (level, refused) in [(Level::Baseline, false), (Level::Restricted, true)] {
            for user in ["0", "+0", "00", ":0", "root", "0:1000"] {
                let judged = judged_on(&Fake::rootless(), &["-u", user], level);
                let mut findings = judged.judgement.findings.iter();
                let found = findings
                    .find(|finding| finding.rule.id == RuleId::RootUser)
                    .unwrap();
                assert_eq!(
                    matches!(found.verdict, Verdict::Refused(_)),
                    refused,
                    "{user}"
                );
            }
        }
        silent("root-user", &["-itu1000"]);
        silent("root-user", &[]);
    }
}
