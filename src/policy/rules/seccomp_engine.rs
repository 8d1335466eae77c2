//! `seccomp: engine`.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Seccomp, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::SeccompEngine,
    title: "the container would run under the distribution's seccomp filter",
    severity: Severity::High,
    why: "it lets a process without any capability make user namespaces, keyrings and sockets of every family, and is another \
          one on each distribution and release",
    instead: "keep the default, or open the one thing: nesting: true for sandboxes, cap_add for what a capability is for",
    references: &[
        "CVE-2026-123876",
        "containers/container-libs#62",
        "seccomp(2)",
    ],
    bad: &["seccomp: engine"],
    good: &["--security-opt=seccomp="],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.seccomp.value {
        Seccomp::Engine => vec![Hit::refuse(RULE.title, &spec.seccomp.origin)],
        Seccomp::Default
        | Seccomp::File(_)
        | Seccomp::Denying(_)
        | Seccomp::Allowing(_)
        | Seccomp::Unconfined => Vec::new(),
    }
}
