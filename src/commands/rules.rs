//! `rules`: the catalogue, or the page of one rule.

use std::process::ExitCode;

use clap::ArgMatches;
use serde::Serialize;

use crate::nearest::nearest;
use crate::policy::rows::ROW_RULES;
use crate::policy::rule::{Rule, profile_line};
use crate::policy::rules::RULES;
use crate::problem::Problem;
use crate::report::{self, harmless, manual, shell};

/// `safe-podman rules …`.
///
/// # Errors
/// An unknown rule, or an output that is closed.
pub(super) fn rules(said: &ArgMatches) -> Result<ExitCode, Problem> {
    report::data(&printed(said)?).map(|()| ExitCode::SUCCESS)
}

fn printed(said: &ArgMatches) -> Result<String, Problem> {
    let wanted = said.get_one::<String>("rule").map(|rule| find(rule));
    let is_json = said
        .get_one::<String>("format")
        .is_some_and(|format| format == "json");
    match (wanted.transpose()?, is_json) {
        (None, false) => Ok(manual::list(RULES)),
        (Some(rule), false) => Ok(manual::page(rule)),
        (None, true) => json(&Document {
            schema: "safe-podman/rules/1",
            rules: RULES.iter().map(|rule| View::of(rule)).collect(),
        }),
        (Some(rule), true) => json(&Document {
            schema: "safe-podman/rules/1",
            rules: vec![View::of(rule)],
        }),
    }
}

fn json(document: &Document) -> Result<String, Problem> {
    harmless::to_string(document).map_err(|error| Problem::new(error.to_string()))
}

fn find(id: &str) -> Result<&'static Rule, Problem> {
    let mut all = RULES.iter().chain(ROW_RULES).copied();
    all.clone()
        .find(|rule| rule.id.name() == id)
        .ok_or_else(|| {
            let meant = nearest(id, all.by_ref().map(|rule| rule.id.name()));
            let problem = Problem::new(format!("there is no rule \"{id}\""));
            problem.instead(
                meant.map_or("safe-podman rules lists them".to_owned(), |meant| {
                    format!("safe-podman rules {meant}")
                }),
            )
        })
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    rules: Vec<View>,
}

#[derive(Serialize)]
struct View {
    id: &'static str,
    title: &'static str,
    severity: &'static str,
    why: &'static str,
    instead: &'static str,
    references: &'static [&'static str],
    /// What it finds, as a shell would be told.
    bad: String,
    good: String,
}

impl View {
    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id.name(),
            title: rule.title,
            severity: rule.severity.name(),
            why: rule.why,
            instead: rule.instead,
            references: rule.references,
            bad: profile_line(rule.bad).map_or_else(|| shell::line(rule.bad), str::to_owned),
            good: shell::line(rule.good),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use serde_json::Value;

    use super::*;
    use crate::cli::{self, Subcommand};
    use crate::report::sanitize::safe_lines;

    fn said(words: &[&str]) -> Result<String, Problem> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        match cli::matches(Subcommand::Rules, &words) {
            Ok(said) => printed(&said),
            Err(error) => Err(super::super::misunderstood(&error)),
        }
    }

    fn plain(words: &[&str]) -> String {
        anstream::adapter::strip_str(&said(words).unwrap()).to_string()
    }

    #[test]
    fn the_list_holds_every_rule_once() {
        let list = plain(&[]);
        for rule in RULES {
            let rows = list
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(rule.id.name()));
            assert_eq!(rows.count(), 1, "{}", rule.id);
        }
    }

    #[test]
    fn a_page_says_everything_in_eighty_columns() {
        for rule in RULES.iter().chain(ROW_RULES) {
            let page = plain(&[rule.id.name()]);
            let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
            for text in [
                rule.id.name(),
                rule.title,
                rule.severity.name(),
                rule.why,
                rule.instead,
            ]
            .into_iter()
            .chain(rule.references.iter().copied())
            {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(flat.contains(&text), "{}: {text}", rule.id);
            }
            let is_text =
                |line: &str| !line.starts_with("  safe-podman run ") && line.trim().contains(' ');
            let is_long = |line: &&str| line.chars().count() > 80 && is_text(line);
            assert_eq!(page.lines().find(is_long), None, "{}", rule.id);
        }
        assert!(plain(&["privileged"]).contains("safe-podman run --privileged IMAGE"));
    }

    #[test]
    fn json_is_the_table() {
        let all: Value = serde_json::from_str(&said(&["--format", "json"]).unwrap()).unwrap();
        assert_eq!(all["rules"].as_array().unwrap().len(), RULES.len());
        let one: Value =
            serde_json::from_str(&said(&["host-network", "--format=json"]).unwrap()).unwrap();
        assert_eq!(one["rules"][0]["id"], "host-network");
    }

    #[test]
    fn a_mistyped_rule_has_a_neighbour() {
        let problem = said(&["priviliged"]).unwrap_err();
        assert_eq!(
            problem.instead.as_deref(),
            Some("safe-podman rules privileged")
        );
        for words in [
            &["x\x1b[1m"][..],
            &["--formt=json"],
            &["--format", "xml"],
            &["--format"],
            &["privileged", "bind-all"],
        ] {
            let problem = said(words).unwrap_err();
            let text = anstream::adapter::strip_str(&report::human::problem(&problem)).to_string();
            assert_eq!(safe_lines(&text), text);
        }
    }
}
