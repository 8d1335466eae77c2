//! `--ulimit=host`, and limits that are none.

use crate::origin::Origin;
use crate::podman::value::ulimit::{Ulimit, UlimitName, UlimitValue};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoUlimit,
    title: "a process in the container would have no resource limits of its own",
    severity: Severity::Low,
    why: "open files and processes are bounded per user by the host's own limits; one container \
          without them can use up what all share",
    instead: "name a limit: --ulimit=nofile=1024:4096",
    references: &[
        "CIS 5.19",
        "setrlimit(2)",
        "article: 10 security recommendations",
    ],
    bad: &["--ulimit=host"],
    good: &["--ulimit=nofile=2048:4096"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let limits = spec.ulimit.iter();
    limits
        .filter_map(|limit| match &limit.value {
            Ulimit::Host => {
                let what = "--ulimit=host drops every other --ulimit";
                Some(Hit::refuse(what, &limit.origin))
            }
            Ulimit::Limit {
                hard: UlimitValue::Max(_),
                ..
            } => None,
            Ulimit::Limit {
                name,
                hard: UlimitValue::Unlimited,
                ..
            } => {
                let what = format!("--ulimit={} sets no limit", limit.value);
                unlimited(*name).map(|hit| hit(what, &limit.origin))
            }
        })
        .collect()
}

/// What becomes of a limit that is none.
///
/// Locked memory counts against `--memory`, core dumps and queues against disk and memory of their own; the rest has no
/// limit on an ordinary host either.
fn unlimited(name: UlimitName) -> Option<fn(String, &Origin) -> Hit> {
    match name {
        UlimitName::Nofile | UlimitName::Nproc => Some(Hit::refuse),
        UlimitName::Core | UlimitName::Memlock | UlimitName::Msgqueue | UlimitName::Sigpending => {
            Some(Hit::inform)
        }
        UlimitName::Cpu
        | UlimitName::Data
        | UlimitName::Fsize
        | UlimitName::Locks
        | UlimitName::Rss
        | UlimitName::Rttime
        | UlimitName::Stack
        // Of these rt-priority speaks.
        | UlimitName::Nice
        | UlimitName::Rtprio => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, shown, silent};

    #[test]
    fn limits_that_are_none() {
        refused("no-ulimit", &["--ulimit", "host"]);
        refused(
            "no-ulimit",
            &["--ulimit", "nofile=1024:2048", "--ulimit", "host"],
        );
        refused("no-ulimit", &["--ulimit", "nproc=-1"]);
        refused("no-ulimit", &["--ulimit", "RLIMIT_NPROC=100:-1"]);
        shown("no-ulimit", &["--ulimit", "memlock=-1:-1"]);
        shown("no-ulimit", &["--ulimit", "core=-1"]);
        for limit in [
            "fsize=-1",
            "nofile=262144:262144",
            "nproc=64",
            "core=0",
            "stack=-1",
        ] {
            silent("no-ulimit", &["--ulimit", limit]);
        }
    }
}
