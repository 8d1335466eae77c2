//! `--device` with FUSE or tun.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::FuseTun,
    title: "the container gets a device to make file systems or network interfaces of its own",
    severity: Severity::Medium,
    why: "the kernel then takes file system calls or packets from the container as they come, and exploits use that to hold \
          the kernel in a chosen place; most recipes also ask for SYS_ADMIN or NET_ADMIN",
    instead: "do the mount or the tunnel on the host and hand in the directory or the network",
    references: &["CIS 5.18", "fuse(4)", "userfaultfd(2)"],
    bad: &["--device=/dev/fuse"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let devices = of_class(spec, facts, &[DeviceClass::FuseTun]);
    let hit = |path: &std::path::Path| format!("the container gets \"{}\"", path.display());
    devices
        .into_iter()
        .map(|found| Hit::warn(hit(&found.path), found.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, silent};

    #[test]
    fn is_noted() {
        for device in [
            "/dev/fuse",
            "/dev/net/tun",
            "/dev/net",
            "/dev/ppp",
            "/dev/userfaultfd",
            "/dev/cuse",
        ] {
            let findings = findings("fuse-tun", &["--device", device]);
            assert!(
                matches!(findings.as_slice(), [one] if one.verdict == Verdict::Noted),
                "{device}: {findings:?}"
            );
        }
        silent("fuse-tun", &["--device", "/dev/tty0"]);
    }
}
