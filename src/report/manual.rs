//! The catalogue for people: a list, and a page for each rule.

use std::fmt::Write as _;

use anstyle::Style;

use super::human::hanging;
use super::sanitize::safe;
use super::shell;
use crate::policy::rows::ROW_RULES;
use crate::policy::rule::{Rule, Severity, profile_line};

const HEAD: Style = Style::new().bold();

/// All rules, the worst first, a line each.
pub(crate) fn list(rules: &[&Rule]) -> String {
    let widest = rules
        .iter()
        .map(|rule| rule.id.name().len())
        .max()
        .unwrap_or(0);
    let indent = widest.saturating_add(4);
    let mut out = String::new();
    for severity in Severity::ALL.into_iter().rev() {
        let mut of_severity = rules
            .iter()
            .filter(|rule| rule.severity == severity)
            .peekable();
        if of_severity.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "{HEAD}{severity}{HEAD:#}: {}", meaning(severity));
        for rule in of_severity {
            hanging(
                &mut out,
                &format!("  {:widest$} ", rule.id),
                indent.saturating_sub(1),
                indent.saturating_sub(1),
                rule.title,
            );
        }
        out.push('\n');
    }
    out.push_str("safe-podman rules RULE explains one; --allow RULE=\"REASON\" overrides one.\n");
    out
}

/// The manual page of a rule.
pub(crate) fn page(rule: &Rule) -> String {
    let is_of_row = ROW_RULES.iter().any(|other| other.id == rule.id);
    let mut out = format!("{HEAD}{}{HEAD:#}\n", rule.id);
    text(&mut out, rule.title);
    section(&mut out, "severity");
    text(
        &mut out,
        &format!("{}: {}", rule.severity, meaning(rule.severity)),
    );
    section(&mut out, "why");
    text(&mut out, rule.why);
    section(&mut out, "instead");
    text(&mut out, rule.instead);
    section(&mut out, "found");
    example(&mut out, rule.bad, is_of_row);
    section(&mut out, "left alone");
    example(&mut out, rule.good, is_of_row);
    section(&mut out, "override");
    if is_of_row {
        text(
            &mut out,
            "none: it is found in check --commands only, before there is a container",
        );
    } else {
        let id = rule.id;
        let _ = writeln!(out, "  --allow {id}=\"why it is needed\"");
        let _ = writeln!(out, "  or in a profile:\n  allow:");
        let _ = writeln!(
            out,
            "    - {{rule: {id}, reason: \"why\", until: 2027-03-31}}"
        );
    }
    section(&mut out, "references");
    for reference in rule.references {
        text(&mut out, reference);
    }
    out
}

fn meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "it hands over the host; refused",
        Severity::High => "it hands over the host to who knows how; refused",
        Severity::Medium => "it takes down a wall; made safe or noted, refused at level restricted",
        Severity::Low => "hygiene; shown by check",
        Severity::Info => "good to know; shown by check",
    }
}

fn section(out: &mut String, name: &str) {
    let _ = writeln!(out, "\n{HEAD}{name}{HEAD:#}");
}

fn text(out: &mut String, text: &str) {
    hanging(out, " ", 1, 1, text);
}

fn example(out: &mut String, words: &[&str], is_row: bool) {
    let command = if let Some(line) = profile_line(words) {
        format!("{line}   in a profile")
    } else if is_row {
        words.join(" ")
    } else {
        format!("safe-podman run {} IMAGE", shell::line(words)).replace("  ", " ")
    };
    let _ = writeln!(out, "  {}", safe(&command));
}
