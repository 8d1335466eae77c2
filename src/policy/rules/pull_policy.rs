//! `--pull=always` and a tag that moves.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PullPolicy,
    title: "each start may bring another image",
    severity: Severity::Info,
    why: "a tag that moves, pulled each time, changes what runs without anybody deciding it",
    instead: "pin the image by its digest, or leave --pull out",
    references: &["podman-run(1)"],
    bad: &["--pull=always", "docker.io/library/nginx"],
    good: &["--pull=always", "docker.io/library/nginx:1.29"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let image = &spec.image.value;
    let pull = spec.passed(&flags::PULL).last();
    let again = pull.filter(|given| {
        let policy = given.value.to_ascii_lowercase();
        matches!(policy.as_str(), "always" | "newer" | "ifnewer" | "true")
    });
    again
        .filter(|_| image.tag_is_mutable())
        .map(|given| {
            Hit::inform(
                format!("each start pulls what \"{image}\" stands for then"),
                &given.origin,
            )
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn a_moving_tag_pulled_each_time() {
        for policy in ["always", "newer", "Always"] {
            shown("pull-policy", &["--pull", policy, "alpine"]);
        }
        silent("pull-policy", &["--pull=always", "alpine:3.22"]);
        silent("pull-policy", &["--pull=missing", "alpine"]);
        silent("pull-policy", &["--pull=always", "--pull=never", "alpine"]);
    }
}
