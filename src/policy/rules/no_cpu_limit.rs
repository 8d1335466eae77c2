//! `--cpus` or `--cpu-quota` switched off.

use crate::podman::value::limit::Limit;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{CpuLimit, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoCpuLimit,
    title: "the container could take all CPU time",
    severity: Severity::Medium,
    why: "a busy loop or a miner slows down everything else on the host; --cpu-shares is only a \
          weight, no limit",
    instead: "name a limit: --cpus=1",
    references: &[
        "CIS 5.12",
        "podman-run(1)",
        "article: simple container security",
        "article: 10 security recommendations",
    ],
    bad: &["--cpus=0"],
    good: &["--cpus=0.5"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.cpu.value {
        CpuLimit::Cpus(Limit::Unlimited) | CpuLimit::Quota { quota: ..=0, .. } => {
            vec![Hit::refuse(RULE.title, &spec.cpu.origin)]
        }
        CpuLimit::Cpus(Limit::Max(_)) | CpuLimit::Quota { quota: 1.., .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_spelling_of_none() {
        for none in [
            "--cpus=0",
            "--cpus=-1",
            "--cpus=0x0p0",
            "--cpu-quota=-1",
            "--cpu-quota=0",
        ] {
            refused("no-cpu-limit", &[none]);
        }
        refused("no-cpu-limit", &["--cpu-quota=0x0", "--cpu-period=100000"]);
        refused("no-cpu-limit", &["--cpus=0", "--cpu-shares=2"]);
        for some in [
            "--cpus=.5",
            "--cpu-quota=50000",
            "--cpu-shares=1024",
            "-c512",
        ] {
            silent("no-cpu-limit", &[some]);
        }
    }
}
