//! safe-podman-rules(7).

use std::ffi::OsStr;

use clap_mangen::roff::{bold, roman};

use super::page::{Page, Words, marked, sentence};
use crate::policy::rule::{Rule, Severity, profile_line};
use crate::policy::rules::RULES;
use crate::report::shell;

pub(super) fn page() -> Page {
    let page = Page::new("safe-podman-rules", 7, "what safe-podman refuses, changes and notes")
        .section("DESCRIPTION")
        .text(
            "Every rule looks at what the container would be, after all layers, so that it is the same whether the command \
             line, a profile or the image asks for it. Without an override a rule refuses, changes the value to a safe \
             one with a note, notes, or is silent but for `safe-podman check`. A refused container does not start and \
             ends with 125; the message names the setting, where it was said, why, and what to type instead.",
        );
    let mut page = policy(overrides(levels(page))).section("RULES");
    for severity in Severity::ALL.into_iter().rev() {
        let rules: Vec<_> = RULES
            .iter()
            .filter(|rule| rule.severity == severity)
            .collect();
        page = rules.into_iter().fold(page, |page, rule| entry(page, rule));
    }
    ending(page)
}

fn levels(page: Page) -> Page {
    page.section("SEVERITIES")
        .item("`critical`", "The host, directly.")
        .item("`high`", "The host, with a known technique.")
        .item("`medium`", "A mitigation between the container and the host, or another container.")
        .item("`low`, `info`", "Hygiene; shown by `check`.")
        .section("LEVELS")
        .text("The names are those of the Kubernetes Pod Security Standards. `--level` only raises what the policy says.")
        .item(
            "`baseline`",
            "The default. What gives away the host is refused; what can be made safe without a question is changed or noted.",
        )
        .item("`restricted`", "Whatever is medium or worse is refused instead of changed or noted.")
}

fn overrides(page: Page) -> Page {
    page.section("OVERRIDES")
        .text(
            "`--allow` <RULE>=<REASON> on the command line, or `allow` in a profile, lets one rule pass, and leaves what it \
             would have changed. The reason must not be blank. In a profile `until` is the last day, YYYY-MM-DD in UTC, on \
             which the override holds; after it the rule refuses again and the message shows the old reason. There is no \
             word for all rules. An override that is used is printed as `allowed`, one that is not needed as a note.",
        )
}

fn policy(page: Page) -> Page {
    page.section("SITE POLICY")
        .text(
            "</etc/safe-podman/policy.yaml> stands above profiles and command lines. It must belong to root and be \
             writable by nobody else.",
        )
        .item("`level:` restricted", "Nobody may go below.")
        .item("`mode:` warn", "Refusals become notes. Only here can that be said; the default is `enforce`.")
        .item("`forbid:` [privileged, runtime-socket]", "Rules that no override breaks.")
        .item("`registries:` [registry.example.com]", "Where images may come from.")
        .item("`bind_roots:` [/srv]", "Host directories that may be mounted, with all below.")
        .item("`max:` {memory: 4g, cpus: 2, pids_limit: 512}", "The most a container may be given.")
        .item("`engine:` /usr/bin/podman", "The podman to use.")
}

fn entry(page: Page, rule: &Rule) -> Page {
    let mut title = sentence(rule.title);
    title.extend(marked(&format!(" Severity `{}`.", rule.severity)));
    page.subsection(rule.id.name())
        .words(title)
        .term(vec![roman("Why")], sentence(rule.why))
        .term(vec![roman("Instead")], sentence(rule.instead))
        .term(vec![roman("Finds")], arguments(rule.bad))
        .term(vec![roman("Leaves alone")], arguments(rule.good))
        .term(
            vec![roman("References")],
            vec![roman(format!("{}.", rule.references.join(", ")))],
        )
}

fn arguments(words: &[&str]) -> Words {
    if words.is_empty() {
        return vec![roman("A run without flags.")];
    }
    match profile_line(words) {
        Some(line) => vec![bold(line), roman(" in a profile.")],
        None => vec![bold(shell::line(words.iter().map(OsStr::new)))],
    }
}

fn ending(page: Page) -> Page {
    page.section("FILES")
        .item("</etc/safe-podman/policy.yaml>", "The site policy.")
        .section("SECURITY")
        .text("What no rule protects from is listed in `safe-podman`(1).")
        .section("EXAMPLES")
        .text("One rule, offline:")
        .example("safe-podman rules host-network")
        .text("An override for one run:")
        .example(
            "safe-podman run --net=host \\\n    --allow host-network=\"reads the host's interfaces\" localhost/exporter",
        )
        .see_also(&[
            ("capabilities", 7),
            ("podman-run", 1),
            ("safe-podman", 1),
            ("safe-podman-check", 1),
            ("safe-podman-profile", 5),
        ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_an_entry() {
        let text = page().render();
        for rule in RULES {
            let heading = format!("\n.SS {}\n", rule.id.name().replace('-', "\\-"));
            assert_eq!(text.matches(&heading).count(), 1, "{}", rule.id);
        }
    }
}
