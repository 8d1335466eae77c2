//! Limits that this host does not hold.

use crate::host::{Effectiveness, Limits};
use crate::origin::Origin;
use crate::podman::value::limit::{Limit, SwapLimit};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{CpuLimit, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::LimitNotEffective,
    title: "a limit of the container would have no effect on this host",
    severity: Severity::High,
    why: "podman drops a limit that it cannot set, with a warning at best: the container would \
          look bounded and not be",
    instead: "make the limit work, or run the container as root",
    references: &["podman-run(1)", "cgroups(7)", "systemd.resource-control(5)"],
    bad: &["--pids-limit=100"],
    good: &[],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let limits = facts.host.limits();
    let mut hits: Vec<Hit> = Vec::new();
    // Limits that fail for one reason are one finding: one thing is to be done about them.
    for (reason, flags) in by_reason(spec, limits) {
        let Effectiveness::Ineffective { why, instead } = reason else {
            continue;
        };
        let names: Vec<&str> = flags.iter().map(|(flag, _)| *flag).collect();
        let what = format!("{} would have no effect: {why}", names.join(", "));
        let asked = flags.iter().find(|(_, origin)| origin.is_asked());
        if let Some((_, origin)) = asked.or(flags.first()) {
            hits.push(Hit::refuse(what, origin).instead(instead));
        }
    }
    hits
}

type Flags<'a> = Vec<(&'static str, &'a Origin)>;

/// The limits that the spec sets, by what this host makes of them.
fn by_reason<'a>(spec: &'a Spec, limits: &'a Limits) -> Vec<(&'a Effectiveness, Flags<'a>)> {
    let cpus = match spec.cpu.value {
        CpuLimit::Cpus(cpus) => cpus != Limit::Unlimited,
        CpuLimit::Quota { quota, .. } => quota > 0,
    };
    // Where nothing is said it follows from --memory, and so does its failure.
    let own =
        spec.memory_swap.origin != spec.memory.origin || limits.memory == Effectiveness::Effective;
    let swap = matches!(spec.memory_swap.value, SwapLimit::Max(_)) && own;
    let memory = matches!(spec.memory.value, Limit::Max(_));
    let pids = matches!(spec.pids_limit.value, Limit::Max(_));
    let mut reasons: Vec<(&Effectiveness, Flags<'_>)> = Vec::new();
    for (flag, is_set, enforcement, origin) in [
        ("--memory", memory, &limits.memory, &spec.memory.origin),
        (
            "--memory-swap",
            swap,
            &limits.swap,
            &spec.memory_swap.origin,
        ),
        ("--cpus", cpus, &limits.cpus, &spec.cpu.origin),
        ("--pids-limit", pids, &limits.pids, &spec.pids_limit.origin),
    ] {
        if is_set {
            match reasons.iter_mut().find(|(known, _)| *known == enforcement) {
                Some((_, flags)) => flags.push((flag, origin)),
                None => reasons.push((enforcement, vec![(flag, origin)])),
            }
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::host::cgroups::{CgroupVersion, SwapAccounting};
    use crate::policy::engine::Verdict;
    use crate::testing::TestRun;

    fn whats(host: &Fake, args: &[&str]) -> Vec<String> {
        let found = TestRun::on(host).findings("limit-not-effective", args);
        for finding in &found {
            assert!(
                matches!(finding.verdict, Verdict::Refused(_)),
                "{finding:?}"
            );
        }
        let flags = |what: &str| {
            let (flags, _) = what.split_once(" would").unwrap();
            flags.split(", ").map(str::to_owned).collect::<Vec<_>>()
        };
        found
            .iter()
            .flat_map(|finding| flags(&finding.what))
            .collect()
    }

    #[test]
    fn where_limits_hold_it_is_silent() {
        for host in [Fake::rootful(), Fake::rootless()] {
            assert!(whats(&host, &[]).is_empty());
            assert!(whats(&host, &["-m1g", "--cpus=2", "--pids-limit=9"]).is_empty());
        }
    }

    #[test]
    fn every_limit_that_is_set() {
        let mut cgroups = Fake::rootless().cgroups();
        cgroups.version = CgroupVersion::V1;
        let host = Fake::rootless().with_cgroups(cgroups.clone());
        assert_eq!(whats(&host, &[]), ["--memory", "--cpus", "--pids-limit"]);
        assert_eq!(whats(&host, &["-m0", "--cpus=0"]), ["--pids-limit"]);
        assert_eq!(
            whats(&host, &["--cpu-quota=1", "--memory-swap=2g"]).len(),
            4
        );
        assert!(whats(&Fake::rootful().with_cgroups(cgroups), &[]).is_empty());
    }

    #[test]
    fn one_by_one() {
        for (controller, flag) in [
            ("memory", "--memory"),
            ("cpu", "--cpus"),
            ("pids", "--pids-limit"),
        ] {
            let mut cgroups = Fake::rootless().cgroups();
            cgroups.controllers.remove(controller);
            let host = Fake::rootless().with_cgroups(cgroups);
            assert_eq!(whats(&host, &[]), [flag]);
        }
        let mut cgroups = Fake::rootful().cgroups();
        cgroups.swap_accounting = SwapAccounting::Missing;
        let host = Fake::rootful().with_cgroups(cgroups);
        assert_eq!(whats(&host, &[]), ["--memory-swap"]);
        assert!(whats(&host, &["--memory-swap=-1"]).is_empty());
    }

    #[test]
    fn it_says_what_helps() {
        let mut cgroups = Fake::rootless().cgroups();
        cgroups.controllers.remove("cpu");
        let host = Fake::rootless().with_cgroups(cgroups);
        let found = TestRun::on(&host).findings("limit-not-effective", &[]);
        assert!(found[0].instead.contains("Delegate="), "{found:?}");
    }
}
