//! systemd mode.

use crate::podman::value::systemd::Systemd;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SystemdMode,
    title: "the container would get a writable cgroup for systemd",
    severity: Severity::Medium,
    why: "systemd mode makes the container's cgroup writable, adds directories that can be written and run from, and on \
          cgroup v1 mounts a part of the host's tree",
    instead: "run the one service itself; a systemd unit on the host can start and stop it",
    references: &["podman-run(1)", "article: basic security principles"],
    bad: &["--systemd=always"],
    good: &["--systemd=false"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.systemd.value {
        Systemd::Always => vec![Hit::refuse(RULE.title, &spec.systemd.origin)],
        Systemd::True => vec![Hit::warn(
            "an image that starts systemd would get a writable cgroup",
            &spec.systemd.origin,
        )],
        Systemd::False => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, refused, silent};

    #[test]
    fn always_is_refused_and_true_noted() {
        refused("systemd-mode", &["--systemd=always"]);
        refused("systemd-mode", &["--systemd=Always"]);
        fires("systemd-mode", &["--systemd=true"]);
        silent("systemd-mode", &[]);
    }
}
