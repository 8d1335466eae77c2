//! Paths of `/proc` and `/sys` that podman hides.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnmaskedPaths,
    title: "paths of /proc and /sys that podman hides would be open",
    severity: Severity::High,
    why: "behind the masks lie the kernel's memory, the host's timers and firmware, and files that reboot the host or name a \
          program for the kernel to run as root",
    instead: "leave the option out; mask= may hide more",
    references: &["PSS baseline: /proc mount type", "proc(5)", "podman-run(1)"],
    bad: &["--security-opt=unmask=ALL"],
    good: &["--security-opt=mask=/proc/cpuinfo"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits: Vec<Hit> = spec
        .unmask
        .iter()
        .map(|unmask| Hit::refuse(RULE.title, &unmask.origin))
        .collect();
    if let Some(options) = &spec.proc_opts {
        let kept = |option: &str| options.value.split(',').any(|found| found == option);
        if let Some(lost) = ["nosuid", "noexec", "nodev"]
            .into_iter()
            .find(|option| !kept(option))
        {
            let what = format!(
                "/proc would be mounted without {lost}: proc-opts replaces podman's own options"
            );
            hits.push(Hit::refuse(what, &options.origin).instead(format!(
                "--security-opt=proc-opts=nosuid,noexec,nodev,{}",
                options.value
            )));
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn in_any_spelling() {
        for option in [
            "unmask=ALL",
            "unmask:aLL",
            "unmask=/proc/*",
            "unmask=/proc/kcore:/sys/firmware",
            "systempaths=unconfined",
            "systempaths:unconfined",
            "proc-opts=relatime",
            "proc-opts=hidepid=2",
        ] {
            refused("unmasked-paths", &["--security-opt", option]);
        }
        silent("unmasked-paths", &["--security-opt", "mask=/proc/cpuinfo"]);
        silent(
            "unmasked-paths",
            &["--security-opt", "proc-opts=nosuid,noexec,nodev,hidepid=2"],
        );
    }
}
