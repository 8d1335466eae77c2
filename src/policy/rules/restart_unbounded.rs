//! `--restart` without an end.

use std::num::NonZeroU32;

use crate::podman::value::restart::Restart;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The most restarts that count as bounded.
const MOST: u32 = 10;
/// What an unbounded policy becomes.
const BOUNDED: Restart = Restart::OnFailure {
    max: NonZeroU32::new(5),
};

pub(super) static RULE: Rule = Rule {
    id: RuleId::RestartUnbounded,
    title: "the container would be restarted without end",
    severity: Severity::Medium,
    why: "a crash becomes a loop that takes the host's processor and disk, and an attacker gets as many tries as it takes; \
          on-failure without a number, and on-failure:0, have no end either",
    instead: "--restart=on-failure:5, or leave restarting to a systemd unit with StartLimitBurst=",
    references: &[
        "CIS 5.15",
        "article: 10 security recommendations",
        "podman-run(1)",
    ],
    bad: &["--restart=always"],
    good: &["--restart=on-failure:3"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let bounded = match spec.restart.value {
        Restart::No => true,
        Restart::OnFailure { max } => max.is_some_and(|max| max.get() <= MOST),
        Restart::Always | Restart::UnlessStopped => false,
    };
    if bounded {
        return Vec::new();
    }
    let what = format!("--restart={} has no end", spec.restart.value);
    let fix = |spec: &mut Spec| spec.restart.value = BOUNDED;
    vec![Hit::rewrite(
        what,
        &spec.restart.origin,
        format!("--restart={BOUNDED}"),
        fix,
    )]
}

#[cfg(test)]
mod tests {
    use crate::testing::{rewritten, silent};

    #[test]
    fn gets_an_end() {
        for policy in [
            "always",
            "unless-stopped",
            "on-failure",
            "on-failure:0",
            "on-failure:11",
        ] {
            let argv = rewritten("restart-unbounded", &["--restart", policy]);
            assert!(
                argv.contains(&"--restart=on-failure:5".into()),
                "{policy}: {argv:?}"
            );
        }
        silent("restart-unbounded", &["--restart=on-failure:10"]);
        silent("restart-unbounded", &["--restart=no"]);
    }
}
