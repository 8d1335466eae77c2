//! Capabilities that reach beyond the container without being the host's root.

use crate::caps::Class;
use crate::policy::capabilities::{describe, grants};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CapPrivilege,
    title: "the container would get a capability that reaches beyond it",
    severity: Severity::High,
    why: "it acts on the whole host or on other containers, opens a part of the kernel with a history of exploits, or lifts \
          the limits that were set",
    instead: "grant the smallest thing that cures the symptom: a sysctl for low ports and ping, --ulimit for limits, \
              --device for a device",
    references: &[
        "CIS 5.4",
        "PSS restricted: capabilities",
        "capabilities(7)",
        "article: simple container security",
    ],
    bad: &["--cap-add=NET_ADMIN"],
    good: &["--cap-add=CHOWN"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let grants = grants(spec)
        .into_iter()
        .filter(|grant| grant.class == Class::Privilege);
    grants
        .map(|grant| {
            Hit::refuse(describe(&grant), &grant.setting.origin).instead(grant.cap.instead())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn each_of_its_class() {
        for cap in [
            "NET_ADMIN",
            "net_raw",
            "BPF",
            "PERFMON",
            "SYS_RESOURCE",
            "MAC_ADMIN",
            "DAC_OVERRIDE",
            "SYS_TIME",
            "SYSLOG",
            "MKNOD",
            "SYS_PTRACE",
        ] {
            refused("cap-privilege", &["--cap-add", cap]);
        }
        refused(
            "cap-privilege",
            &["--cap-add=SETUID", "--security-opt=no-new-privileges=false"],
        );
        silent("cap-privilege", &["--cap-add=SETUID"]);
        silent("cap-privilege", &["--cap-add=net_bind_service"]);
    }
}
