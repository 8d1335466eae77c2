//! Capabilities that reach beyond the container without being the host's root.

use crate::caps::Class;
use crate::policy::capabilities::{describe, grants, instead};
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
    good: &["--cap-add=CHOWN", "--userns=auto"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let grants = grants(spec, facts)
        .into_iter()
        .filter(|grant| grant.class == Class::Privilege);
    grants
        .map(|grant| Hit::refuse(describe(&grant), &grant.setting.origin).instead(instead(&grant)))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

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
        silent("cap-privilege", &["--cap-add=SETUID", "--userns=auto"]);
        silent("cap-privilege", &["--cap-add=net_bind_service"]);
    }

    #[test]
    fn what_makes_uid_0_is_root_where_uid_0_is() {
        let mapped = ["--uidmap=0:100000:65536", "--gidmap=0:100000:65536"];
        for cap in ["CHOWN", "FOWNER", "FSETID", "SETFCAP", "SETGID", "SETUID"] {
            let add = format!("--cap-add={cap}");
            for ids in [
                "--user=1000",
                "--userns=host",
                "--userns=auto:uidmapping=0:0:1",
                "--uidmap=0:0:65536",
            ] {
                refused("cap-privilege", &[&add, ids]);
            }
            let open = ["--uidmap=0:100000:65536", "--gidmap=0:0:65536"];
            refused("cap-privilege", &[&add, open[0], open[1]]);
            silent("cap-privilege", &[&add, "--userns=auto"]);
            silent("cap-privilege", &[&add, mapped[0], mapped[1]]);
            let rootless = judged_on(&Fake::rootless(), &[&add], Level::Baseline);
            assert!(!rootless.judgement.is_refused(), "{cap}");
        }
        let found = findings("cap-privilege", &["--cap-add=SETUID"]);
        assert!(found[0].instead.contains("--userns=auto"), "{found:?}");
    }
}
