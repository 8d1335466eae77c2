//! `--hooks-dir`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HooksDir,
    title: "podman would run programs of the host named by a directory of hooks",
    severity: Severity::Critical,
    why: "an OCI hook is a host program that the engine starts outside the container, with the caller's own rights; whoever \
          can write a file there runs as the engine",
    instead: "leave --hooks-dir out; hooks that the administrator installed are in /usr/share/containers/oci/hooks.d",
    references: &["NIST 800-190 4.4.1", "oci-hooks(5)", "podman(1)"],
    bad: &["--hooks-dir=/tmp/hooks"],
    good: &["--label=hooks-dir=/tmp/hooks"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let hit = |value: &str| format!("podman would run the hooks of \"{value}\" on the host");
    spec.passed(&flags::HOOKS_DIR)
        .map(|given| Hit::refuse(hit(&given.value), &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn any_directory() {
        refused(
            "hooks-dir",
            &["--hooks-dir", "/usr/share/containers/oci/hooks.d"],
        );
        silent("hooks-dir", &[]);
        silent("hooks-dir", &["-v", "/srv/hooks:/hooks:ro"]);
    }
}
