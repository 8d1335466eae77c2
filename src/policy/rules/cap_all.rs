//! `--cap-add=all`.

use crate::caps::CapArg;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CapAll,
    title: "the container would get every capability",
    severity: Severity::Critical,
    why: "all capabilities together are --privileged by another name: several of them alone are enough to leave the \
          container",
    instead: "--cap-add=NAME for the one that is missing; safe-podman rules cap-privilege says which symptom needs which",
    references: &[
        "CIS 5.4",
        "PSS baseline: capabilities",
        "capabilities(7)",
        "article: simple container security",
    ],
    bad: &["--cap-add=ALL"],
    good: &["--cap-drop=ALL"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let all = spec.cap_add.iter().filter(|cap| cap.value == CapArg::All);
    all.map(|cap| Hit::refuse(RULE.title, &cap.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn in_any_spelling() {
        for args in [
            &["--cap-add=all"][..],
            &["--cap-add", "aLl"],
            &["--cap-add=chown,ALL"],
            &["--cap-drop=all", "--cap-add=all"],
        ] {
            refused("cap-all", args);
        }
        silent("cap-all", &["--cap-drop=all"]);
        silent("cap-all", &["--cap-add=chown"]);
    }
}
