//! `--restart` without an end.

use std::num::NonZeroU32;

use crate::host::Mode;
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

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut what = format!("--restart={} has no end", spec.restart.value);
    match spec.restart.value {
        Restart::OnFailure { max } if max.is_none_or(|max| max.get() > MOST) => {}
        Restart::No | Restart::OnFailure { .. } => return Vec::new(),
        // Both are for services that are back after the next boot, and a policy with an end brings none back.
        Restart::Always | Restart::UnlessStopped => {
            let target = match facts.host.identity().mode {
                Mode::Rootful => "multi-user",
                Mode::Rootless => "default",
            };
            what = format!(
                "{what}; with one, nothing starts the container at the next boot but a systemd unit \
                 (ExecStart=/usr/local/bin/safe-podman run --rm --replace --name NAME IMAGE, Restart=on-failure, \
                 WantedBy={target}.target)"
            );
        }
    }
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
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, rewritten, silent};

    #[test]
    fn who_asked_for_a_start_at_boot_is_told_what_starts_it() {
        let told = |host: &Fake, policy| {
            let judged = judged_on(host, &["--restart", policy], Level::Baseline).judgement;
            let [finding] = judged.findings.try_into().unwrap();
            finding.what
        };
        let (root, user) = (Fake::rootful(), Fake::rootless());
        assert!(told(&root, "unless-stopped").contains("WantedBy=multi-user.target"));
        assert!(told(&user, "always").contains("WantedBy=default.target"));
        let found = findings("restart-unbounded", &["--restart=on-failure"]);
        assert_eq!(found[0].what, "--restart=on-failure has no end");
    }

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
