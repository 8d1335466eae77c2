//! Real-time scheduling and the heaviest I/O weights.

use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::podman::value::number;
use crate::podman::value::ulimit::{Ulimit, UlimitName, UlimitValue};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The weight that control groups version 1 give everybody; podman takes 10 to 1000.
const MIDDLE: u64 = 500;
/// `RLIMIT_NICE` counts from nice 20 down: 20 is nice 0.
const NICE_ZERO: u64 = 20;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RtPriority,
    title: "the container could push other processes aside",
    severity: Severity::Medium,
    why: "a real-time process is never interrupted by an ordinary one, and the heaviest I/O \
          weight is served first: a loop in the container starves the host",
    instead: "leave it out; for a share of the CPU there is --cpus, for less I/O a lower --blkio-weight",
    references: &["sched(7)", "podman-run(1)"],
    bad: &["--ulimit=rtprio=99"],
    good: &["--blkio-weight=100"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let flags = spec.passed.iter().filter(|given| raises(given));
    let flags = flags.map(|given| {
        (
            format!("--{}={}", given.flag.long, given.value),
            &given.origin,
        )
    });
    let limits = spec.ulimit.iter().filter(|limit| permits(limit));
    let limits = limits.map(|limit| (format!("--ulimit={}", limit.value), &limit.origin));
    flags
        .chain(limits)
        .map(|(what, origin)| {
            Hit::refuse(
                format!("{what} lets the container push others aside"),
                origin,
            )
        })
        .collect()
}

/// A flag that raises the container above others. A budget or period of 0 is none.
fn raises(given: &FlagValue) -> bool {
    let FlagValue { flag, value, .. } = given;
    match *flag {
        f if f == &flags::CPU_RT_PERIOD || f == &flags::CPU_RT_RUNTIME => value != "0",
        f if f == &flags::RDT_CLASS => !value.is_empty(),
        f if f == &flags::BLKIO_WEIGHT => is_heavy(value),
        f if f == &flags::BLKIO_WEIGHT_DEVICE => value.rsplit(':').next().is_some_and(is_heavy),
        _ => false,
    }
}

fn is_heavy(weight: &str) -> bool {
    number::uint_decimal(weight).map_or(true, |weight| weight > MIDDLE)
}

/// A limit that permits real-time scheduling, or a nice value below 0.
fn permits(limit: &Setting<Ulimit>) -> bool {
    let above = |most| move |hard: UlimitValue| hard > UlimitValue::Max(most);
    match limit.value {
        Ulimit::Limit {
            name: UlimitName::Rtprio,
            hard,
            ..
        } => above(0)(hard),
        Ulimit::Limit {
            name: UlimitName::Nice,
            hard,
            ..
        } => above(NICE_ZERO)(hard),
        Ulimit::Limit { .. } | Ulimit::Host => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_way_up() {
        for arg in [
            "--cpu-rt-period=1000000",
            "--cpu-rt-runtime=950000",
            "--cpu-rt-runtime=-1",
            "--ulimit=rtprio=99",
            "--ulimit=rtprio=0:1",
            "--ulimit=RLIMIT_RTPRIO=-1",
            "--ulimit=nice=40",
            "--blkio-weight=1000",
            "--blkio-weight=999",
            "--blkio-weight=0x10",
            "--blkio-weight-device=/dev/sda:1000",
            "--rdt-class=fast",
        ] {
            refused("rt-priority", &[arg]);
        }
        for arg in [
            "--cpu-rt-runtime=0",
            "--ulimit=rtprio=0:0",
            "--ulimit=nice=20",
            "--ulimit=rttime=-1",
            "--blkio-weight=10",
            "--blkio-weight=500",
            "--blkio-weight-device=/dev/sda:200",
            "--cpu-shares=262144",
        ] {
            silent("rt-priority", &[arg]);
        }
    }
}
