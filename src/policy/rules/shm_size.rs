//! `--shm-size` without a limit, or above the memory limit.

use crate::podman::value::limit::Limit;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ShmSize,
    title: "shared memory would not be bounded by its own size",
    severity: Severity::Low,
    why: "pages in /dev/shm count against the container's memory limit: one that may grow past \
          it gets the container killed instead of an error",
    instead: "a size below --memory: --shm-size=64m, or raise both",
    references: &["podman-run(1)", "shm_overview(7)"],
    bad: &["--shm-size=0"],
    good: &["--shm-size=128m"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let what = match (spec.shm_size.value, spec.memory.value) {
        (Limit::Unlimited, _) => "--shm-size=0 is no limit".to_owned(),
        (Limit::Max(size), Limit::Max(memory)) if size > memory => {
            format!("/dev/shm may grow to {size}, but the memory limit is {memory}")
        }
        (Limit::Max(_), Limit::Max(_) | Limit::Unlimited) => return Vec::new(),
    };
    if spec.shm_size.origin.is_asked() {
        vec![Hit::inform(what, &spec.shm_size.origin)]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn more_than_the_memory() {
        shown("shm-size", &["--shm-size=0"]);
        shown("shm-size", &["--shm-size="]);
        shown("shm-size", &["--shm-size=2g"]);
        silent("shm-size", &["--shm-size=2g", "-m4g"]);
        silent("shm-size", &["--shm-size=512m"]);
        silent("shm-size", &["--memory=32m"]);
    }
}
