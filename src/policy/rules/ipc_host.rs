//! `--ipc=host`.

use crate::podman::value::namespace::Namespace;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::IpcHost,
    title: "the container would share the host's memory segments, semaphores and message queues",
    severity: Severity::High,
    why: "databases, desktops and other containers exchange data in /dev/shm without asking who reads it, and podman \
          switches SELinux separation off",
    instead: "--shm-size=256m when shared memory is too small; --ipc=container:NAME to share with one container",
    references: &[
        "CIS 5.17",
        "PSS baseline: host namespaces",
        "article: 10 security recommendations",
        "ipc_namespaces(7)",
    ],
    bad: &["--ipc=host"],
    good: &["--ipc=private"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    match spec.ipc.value {
        Namespace::Host => vec![Hit::refuse(RULE.title, &spec.ipc.origin)],
        // That it is joined at all is for rules of its own; shareable gives nothing away by itself.
        _ => joined::hosts("ipc", spec, facts),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn only_the_hosts_own() {
        refused("ipc-host", &["--ipc", "host"]);
        for mode in ["none", "private", "shareable", ""] {
            silent("ipc-host", &["--ipc", mode]);
        }
        silent("ipc-host", &["--ipc=host", "--ipc=private"]);
    }
}
