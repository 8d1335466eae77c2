//! `--memory-swap=-1`.

use crate::podman::value::limit::SwapLimit;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SwapUnlimited,
    title: "the container could take all swap",
    severity: Severity::Medium,
    why: "what does not fit into its memory limit goes to the host's disk without end, and the \
          host becomes slow for everybody",
    instead: "leave --memory-swap out: then there is no swap; or name the sum of memory and swap: \
          --memory-swap=1g",
    references: &["podman-run(1)", "article: 10 security recommendations"],
    bad: &["--memory-swap=-1"],
    good: &["--memory=512m", "--memory-swap=1g"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.memory_swap.value {
        SwapLimit::Unlimited => vec![Hit::refuse(RULE.title, &spec.memory_swap.origin)],
        // Unset only beside an unlimited memory, of which no-memory-limit speaks.
        SwapLimit::Unset | SwapLimit::Max(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn only_minus_one_has_no_end() {
        refused("swap-unlimited", &["--memory-swap", "-1"]);
        refused("swap-unlimited", &["--memory-swap=1g", "--memory-swap=-1"]);
        silent("swap-unlimited", &["--memory=1g"]);
        silent("swap-unlimited", &["--memory=1g", "--memory-swap=1g"]);
        assert_eq!(findings("no-memory-limit", &["-m0"]).len(), 1);
        silent("swap-unlimited", &["-m0"]);
    }

    #[test]
    fn nothing_said_is_no_swap() {
        for args in [&["--memory=1g"][..], &["--memory=1g", "--memory-swap=0"]] {
            let judged = judged_on(&Fake::rootful(), args, Level::Baseline);
            let swap = judged.argv.contains(&"--memory-swap=1g".into());
            assert!(swap, "{:?}", judged.argv);
        }
    }
}
