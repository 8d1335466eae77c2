//! `--log-opt=max-size=0`.

use crate::podman::value::bytes::Bytes;
use crate::podman::value::log::LogDriver;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// What an endless log becomes; the baseline's value.
const SIZE: &str = "10m";

pub(super) static RULE: Rule = Rule {
    id: RuleId::LogUnbounded,
    title: "the log of the container would grow without end",
    severity: Severity::Low,
    why: "whoever makes it talk fills the disk that podman and the host share",
    instead: "--log-opt=max-size=10m",
    references: &["podman-run(1)", "conmon(8)"],
    bad: &["--log-opt=max-size=0"],
    good: &["--log-opt=max-size=50m"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.log_target().value {
        LogDriver::K8sFile | LogDriver::JsonFile => {}
        LogDriver::Journald
        | LogDriver::None
        | LogDriver::Passthrough
        | LogDriver::PassthroughTty => return Vec::new(),
    }
    let size = spec
        .log_opt
        .iter()
        .filter(|opt| opt.value.key == "max-size");
    let endless = size.filter(|opt| opt.value.value.parse() == Ok(Bytes(0)));
    endless
        .map(|opt| {
            let what = format!("--log-opt={} is no limit", opt.value);
            Hit::rewrite(
                what,
                &opt.origin,
                format!("--log-opt=max-size={SIZE}"),
                limit,
            )
        })
        .collect()
}

fn limit(spec: &mut Spec) {
    for opt in &mut spec.log_opt {
        if opt.value.key == "max-size" {
            SIZE.clone_into(&mut opt.value.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{rewritten, silent};

    #[test]
    fn gets_an_end() {
        for args in [
            &["--log-opt", "max-size=0"][..],
            &["--log-opt=MAX-SIZE=0k", "--log-driver=json-file"],
        ] {
            let argv = rewritten("log-unbounded", args);
            assert!(argv.contains(&"--log-opt=max-size=10m".into()), "{argv:?}");
            assert!(!argv.contains(&"--log-opt=max-size=0".into()), "{argv:?}");
        }
        silent(
            "log-unbounded",
            &["--log-opt=max-size=0", "--log-opt=max-size=1g"],
        );
        silent(
            "log-unbounded",
            &["--log-driver=journald", "--log-opt=max-size=0"],
        );
        silent("log-unbounded", &["--log-opt=max-file=0"]);
    }
}
