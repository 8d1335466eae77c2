//! More than the site policy's `max`.

use std::fmt::Display;

use crate::origin::Origin;
use crate::podman::value::bytes::Bytes;
use crate::podman::value::limit::{Cpus, Limit, MemoryLimit, NanoCpus, PidsLimit, SwapLimit};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{CpuLimit, Spec};

/// podman's `--cpu-period` when there is none, in microseconds.
const PERIOD: u64 = 100_000;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SiteMaximum,
    title: "the container would get more than the site policy gives",
    severity: Severity::Medium,
    why: "the administrator said how much one container may take, so that there is enough for \
          the others",
    instead: "ask for less; the maxima stand in /etc/safe-podman/policy.yaml",
    references: &["CIS 5.11", "CIS 5.12", "CIS 5.29", "safe-podman(1)"],
    bad: &["--memory=8g"],
    good: &["--memory=512m"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let max = facts.site.max;
    let mut hits = Vec::new();
    if let Some(most) = max.memory.filter(|most| exceeds(spec.memory.value, *most)) {
        let fix = move |spec: &mut Spec| {
            spec.memory.value = Limit::Max(most);
            spec.memory_swap.value = SwapLimit::Max(most);
        };
        let value = MemoryLimit::Max(most);
        hits.push(hit(
            "memory",
            spec.memory.value,
            value,
            &spec.memory.origin,
            fix,
        ));
    } else if let Some(most) = max
        .memory
        .filter(|most| swaps_beyond(spec.memory_swap.value, *most))
    {
        let fix = move |spec: &mut Spec| spec.memory_swap.value = SwapLimit::Max(most);
        let (value, origin) = (SwapLimit::Max(most), &spec.memory_swap.origin);
        hits.push(hit(
            "memory-swap",
            spec.memory_swap.value,
            value,
            origin,
            fix,
        ));
    }
    let cpus = cpus(&spec.cpu.value);
    if let Some(most) = max.cpus.filter(|most| exceeds(cpus, *most)) {
        let fix = move |spec: &mut Spec| spec.cpu.value = CpuLimit::Cpus(Limit::Max(most));
        hits.push(hit("cpus", cpus, Cpus::Max(most), &spec.cpu.origin, fix));
    }
    if let Some(most) = max
        .pids_limit
        .filter(|most| exceeds(spec.pids_limit.value, *most))
    {
        let fix = move |spec: &mut Spec| spec.pids_limit.value = Limit::Max(most);
        let (value, origin) = (PidsLimit::Max(most), &spec.pids_limit.origin);
        hits.push(hit("pids-limit", spec.pids_limit.value, value, origin, fix));
    }
    hits
}

/// What was asked for is refused; a default is lowered.
fn hit<T: Display>(
    flag: &str,
    is: T,
    most: T,
    origin: &Origin,
    fix: impl Fn(&mut Spec) + 'static,
) -> Hit {
    let what = format!("--{flag}={is} is more than the site policy gives");
    let to = format!("--{flag}={most}");
    if origin.is_asked() {
        Hit::refuse(what, origin).instead(to)
    } else {
        Hit::rewrite(what, origin, to, fix)
    }
}

fn exceeds<T: PartialOrd + Copy>(limit: Limit<T>, most: T) -> bool {
    match limit {
        Limit::Unlimited => true,
        Limit::Max(limit) => limit > most,
    }
}

fn swaps_beyond(swap: SwapLimit, most: Bytes) -> bool {
    match swap {
        SwapLimit::Unlimited => true,
        SwapLimit::Unset => false,
        SwapLimit::Max(swap) => swap > most,
    }
}

/// The CPU time as `--cpus` would say it; what is too much for a number is no limit.
fn cpus(limit: &CpuLimit) -> Cpus {
    match *limit {
        CpuLimit::Cpus(cpus) => cpus,
        CpuLimit::Quota { quota, period } => {
            let period = u128::from(period.filter(|period| *period > 0).unwrap_or(PERIOD));
            let quota = u128::try_from(quota).ok().filter(|quota| *quota > 0);
            let nano = quota.map(|quota| quota.saturating_mul(1_000_000_000).div_ceil(period));
            let nano = nano.and_then(|nano| u64::try_from(nano).ok());
            nano.map_or(Limit::Unlimited, |nano| Limit::Max(NanoCpus(nano)))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::site::Site;
    use crate::rule_id::RuleId;
    use crate::testing::TestRun;

    fn verdicts(max: &str, run: &[&str]) -> (Vec<Verdict>, Vec<String>) {
        let host = Fake::rootful();
        let site = Site::parse(&format!("max: {max}"), "p").unwrap();
        let judged = TestRun {
            site,
            ..TestRun::on(&host)
        }
        .judge(run);
        let found = judged.judgement.findings.into_iter();
        let found = found.filter(|found| found.rule.id == RuleId::SiteMaximum);
        let argv = judged
            .argv
            .into_iter()
            .map(|word| word.into_string().unwrap());
        (found.map(|found| found.verdict).collect(), argv.collect())
    }

    #[test]
    fn more_than_the_site_gives() {
        let max = "{memory: 1g, cpus: 2, pids_limit: 300}";
        for args in [
            &["-m2g"][..],
            &["-m0"],
            &["-m1g", "--memory-swap=2g"],
            &["--memory-swap=-1"],
            &["--cpus=2.1"],
            &["--cpus=0"],
            &["--cpu-quota=200001"],
            &["--cpu-quota=1000", "--cpu-period=100"],
            &["--cpu-quota=-1"],
            &["--pids-limit=301"],
            &["--pids-limit=-1"],
        ] {
            let (found, _) = verdicts(max, args);
            assert!(
                matches!(found[..], [Verdict::Refused(_)]),
                "{args:?}: {found:?}"
            );
        }
        for args in [
            &[][..],
            &["-m1g", "--cpus=2", "--pids-limit=300"],
            &["--cpu-quota=200000"],
            &["--memory-swap=1g"],
        ] {
            assert!(verdicts(max, args).0.is_empty(), "{args:?}");
        }
    }

    #[test]
    fn the_baseline_shrinks() {
        let (found, argv) = verdicts("{memory: 64m, cpus: 0.5, pids_limit: 10}", &[]);
        assert!(
            found
                .iter()
                .all(|verdict| matches!(verdict, Verdict::Rewritten { .. })),
            "{found:?}"
        );
        for flag in [
            "--memory=64m",
            "--memory-swap=64m",
            "--cpus=0.5",
            "--pids-limit=10",
        ] {
            assert!(argv.iter().any(|word| word == flag), "{flag}: {argv:?}");
        }
    }
}
