//! No seccomp filter.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Seccomp, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::SeccompUnconfined,
    title: "the container would run without a seccomp filter",
    severity: Severity::High,
    why: "more than a hundred system calls that ordinary programs never make are open again; most kernel exploits that \
          containers were spared need one of them",
    instead: "keep the default; for one missing call add it to what safe-podman seccomp show --format json prints: --security-opt \
              seccomp=FILE, with an override of seccomp-weak-profile",
    references: &[
        "CIS 5.22",
        "PSS baseline: seccomp",
        "article: 10 security recommendations",
        "seccomp(2)",
    ],
    bad: &["--security-opt=seccomp=unconfined"],
    good: &["--security-opt=no-new-privileges"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.seccomp.value {
        Seccomp::Unconfined => vec![Hit::refuse(RULE.title, &spec.seccomp.origin)],
        Seccomp::Default
        | Seccomp::Engine
        | Seccomp::File(_)
        | Seccomp::Denying(_)
        | Seccomp::Allowing(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn with_either_separator() {
        fires(
            "seccomp-unconfined",
            &["--security-opt", "seccomp:unconfined"],
        );
        fires("seccomp-unconfined", &["--security-opt=seccomp=unconfined"]);
        silent(
            "seccomp-unconfined",
            &[
                "--security-opt=seccomp=unconfined",
                "--security-opt=seccomp=",
            ],
        );
    }
}
