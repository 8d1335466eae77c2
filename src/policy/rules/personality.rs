//! `--personality`.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The execution domains that change no protection: the usual one, and that of 32-bit programs.
const DOMAINS: [&str; 2] = ["LINUX", "LINUX32"];

pub(super) static RULE: Rule = Rule {
    id: RuleId::Personality,
    title: "the container's programs would run in another execution domain",
    severity: Severity::Low,
    why: "flags such as ADDR_NO_RANDOMIZE put every program at a known address, which is what an exploit would otherwise \
          have to find out",
    instead: "leave --personality out, or --personality=LINUX32 for programs of 32 bits",
    references: &["personality(2)", "podman-run(1)"],
    bad: &["--personality=ADDR_NO_RANDOMIZE"],
    good: &["--personality=LINUX32"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let odd = spec
        .passed(&flags::PERSONALITY)
        .filter(|given| !DOMAINS.contains(&given.value.to_ascii_uppercase().as_str()));
    odd.map(|given| {
        Hit::inform(
            format!("programs would run with personality {}", given.value),
            &given.origin,
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{fires, silent};

    #[test]
    fn only_the_plain_domains() {
        fires("personality", &["--personality=LINUX|ADDR_NO_RANDOMIZE"]);
        fires("personality", &["--personality=READ_IMPLIES_EXEC"]);
        silent("personality", &["--personality=linux"]);
    }
}
