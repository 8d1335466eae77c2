//! Capabilities that are the host's root by themselves.

use crate::caps::Class;
use crate::policy::capabilities::{describe, grants, instead};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CapHostEscape,
    title: "the container would get a capability that leads out of it",
    severity: Severity::Critical,
    why: "with this capability a public recipe turns root in the container into root on the host; a non-root user has it \
          too, because podman makes added capabilities ambient",
    instead: "do that part of the work on the host, or grant the one device it is about with --device",
    references: &[
        "CIS 5.4",
        "PSS baseline: capabilities",
        "capabilities(7)",
        "CVE-2022-0492",
    ],
    bad: &["--cap-add=SYS_ADMIN"],
    good: &["--cap-add=NET_BIND_SERVICE"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let worst = grants(spec, facts)
        .into_iter()
        .filter(|grant| grant.class == Class::Escape);
    worst
        .map(|grant| Hit::refuse(describe(&grant), &grant.setting.origin).instead(instead(&grant)))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn in_any_spelling_and_with_what_raises_it() {
        for args in [
            &["--cap-add=sys_admin"][..],
            &["--cap-add=CAP_Sys_Admin"],
            &["--cap-add=\"sys_module\""],
            &["--cap-add=chown,DAC_READ_SEARCH"],
            &[
                "--cap-drop=all",
                "--cap-add=sys_admin",
                "--cap-drop=sys_admin",
            ],
            &["--cap-add=SYS_PTRACE", "--pid=host"],
            &["--cap-add=BPF", "--cap-add=PERFMON"],
            &["--cap-add=NET_RAW", "--net=host"],
        ] {
            refused("cap-host-escape", args);
        }
        silent("cap-host-escape", &["--cap-add=NET_ADMIN"]);
        silent("cap-host-escape", &["--cap-drop=SYS_ADMIN"]);
    }
}
