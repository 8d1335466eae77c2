//! `--cgroupns=host`.

use crate::podman::value::namespace::Namespace;
use crate::policy::facts::Facts;
use crate::policy::joined;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::CgroupnsHost,
    title: "the container would see the host's whole tree of control groups",
    severity: Severity::Medium,
    why: "it names every service and container of the host, and where a hierarchy of version 1 is writable it is the way \
          out by release_agent (CVE-2022-0492)",
    instead: "leave --cgroupns out",
    references: &[
        "CVE-2022-0492",
        "NIST 800-190 4.4.3",
        "cgroup_namespaces(7)",
    ],
    bad: &["--cgroupns=host"],
    good: &["--cgroupns=private"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let origin = &spec.cgroupns.origin;
    match spec.cgroupns.value {
        Namespace::Host => vec![Hit::refuse(RULE.title, origin)],
        Namespace::Default => {
            let what = "--cgroupns without a value is the host's on control groups version 1";
            let fix = |spec: &mut Spec| spec.cgroupns.value = Namespace::Private;
            vec![Hit::rewrite(what, origin, "--cgroupns=private", fix)]
        }
        // That it is joined at all is for rules of its own.
        _ => joined::hosts("cgroup", spec, facts),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, rewritten, silent};

    #[test]
    fn host_and_nothing() {
        refused("cgroupns-host", &["--cgroupns", "host"]);
        let argv = rewritten("cgroupns-host", &["--cgroupns="]);
        assert!(argv.contains(&"--cgroupns=private".into()), "{argv:?}");
        silent("cgroupns-host", &["--cgroupns=private"]);
    }
}
