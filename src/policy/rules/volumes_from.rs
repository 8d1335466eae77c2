//! The mounts of another container.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::VolumesFrom,
    title: "the container would take over the mounts of another one",
    severity: Severity::Medium,
    why: "whatever that container has comes along, host directories and sockets included, and none \
          of it stands on this command line to be judged",
    instead: "name the volume that both need: -v shared:/data in both",
    references: &["CIS 5.6", "NIST 800-190 4.4.2", "podman-run(1)"],
    bad: &["--volumes-from", "other"],
    good: &["-v", "shared:/data"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    spec.passed(&flags::VOLUMES_FROM)
        .map(|given| {
            let what = format!(
                "all mounts of \"{}\" would be mounted here too",
                given.value
            );
            Hit::refuse(what, &given.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused};

    #[test]
    fn with_any_suffix() {
        for value in ["other", "other:ro", "other:z", "0123abcd", "a,b"] {
            refused("volumes-from", &["--volumes-from", value]);
        }
        assert_eq!(
            findings("volumes-from", &["--volumes-from=a", "--volumes-from=b"]).len(),
            2
        );
    }
}
