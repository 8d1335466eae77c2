//! `--pid=host`.

use crate::podman::value::namespace::Namespace;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PidHost,
    title: "the container would see and signal every process of the host",
    severity: Severity::High,
    why: "/proc/PID/environ and /proc/PID/root of any process of the same user lie open, secrets and file system with them, \
          and podman switches SELinux separation off",
    instead: "leave --pid out; to look into one container from another: --pid=container:NAME",
    references: &[
        "CIS 5.16",
        "PSS baseline: host namespaces",
        "article: 10 security recommendations",
        "pid_namespaces(7)",
    ],
    bad: &["--pid=host"],
    good: &["--pid=private"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    match spec.pid.value {
        Namespace::Host => vec![Hit::refuse(RULE.title, &spec.pid.origin)],
        // That it is joined at all is for rules of its own.
        _ => joined::hosts("pid", spec, facts),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn the_last_one_holds() {
        refused("pid-host", &["--pid", "host"]);
        refused("pid-host", &["--pid=private", "--pid=host"]);
        silent("pid-host", &["--pid=host", "--pid=private"]);
        silent("pid-host", &["--pid="]);
        silent("pid-host", &["--hostname=host"]);
    }
}
