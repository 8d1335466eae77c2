//! Problems and findings for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::sanitize::{safe, safe_lines};
use crate::policy::allow::Allow;
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::problem::Problem;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default();
const NAME: Style = Style::new().dimmed();
/// The width that messages are folded to.
const WIDTH: usize = 80;

/// A problem, with its place and its remedy.
pub fn problem(problem: &Problem) -> String {
    let mut out = format!(
        "safe-podman: {ERROR}error{ERROR:#}: {}\n",
        safe(&problem.what)
    );
    if let Some(origin) = &problem.origin {
        let _ = writeln!(out, "  --> {}", safe(&origin.to_string()));
    }
    if let Some(shown) = &problem.shown {
        let _ = writeln!(out, "{}", safe_lines(shown));
    }
    if let Some(instead) = &problem.instead {
        field(&mut out, "instead", instead);
    }
    out
}

/// A refusal: what, where, why, what to type instead, how to override.
pub fn refusal(finding: &Finding, why: &Refusal) -> String {
    let rule = finding.rule;
    let mut out = format!(
        "safe-podman: {ERROR}refused{ERROR:#}: {} [{}]\n",
        safe(&finding.what),
        rule.id
    );
    let _ = writeln!(out, "  --> {}", safe(&finding.origin.to_string()));
    field(&mut out, "why", rule.why);
    field(&mut out, "instead", &finding.instead);
    match why {
        Refusal::NotAllowed => {
            let _ = writeln!(
                out,
                "  {NAME}override{NAME:#}: --allow {}=\"why it is needed\"",
                rule.id
            );
        }
        Refusal::Expired { reason, until } => {
            let text = format!("it was allowed until {until}: {reason}");
            field(&mut out, "override", &text);
        }
        Refusal::Forbidden => field(
            &mut out,
            "override",
            "none: /etc/safe-podman/policy.yaml forbids it",
        ),
    }
    out
}

/// A finding that does not stop the run, in one line; nothing for one that is only for `check`.
pub fn note(finding: &Finding) -> Option<String> {
    let id = finding.rule.id;
    let what = safe(&finding.what);
    let note = |text: String| Some(format!("safe-podman: {NOTE}note[{id}]{NOTE:#}: {text}\n"));
    match &finding.verdict {
        Verdict::Rewritten { to } => note(format!("{what}: now {}", safe(to))),
        Verdict::Noted => note(format!("{what}: {}", safe(&finding.instead))),
        Verdict::Allowed { reason, .. } => Some(format!(
            "safe-podman: {NOTE}allowed[{id}]{NOTE:#}: {what}: {}\n",
            safe(reason)
        )),
        Verdict::Refused(_) | Verdict::Shown => None,
    }
}

/// An override that met nothing to override.
pub fn unneeded(allow: &Allow) -> String {
    let id = safe(&allow.rule);
    format!(
        "safe-podman: {NOTE}note[{id}]{NOTE:#}: the override is not needed: {}\n",
        safe(&allow.origin.to_string())
    )
}

/// `  name: text`, folded, with what follows indented below the text.
fn field(out: &mut String, name: &str, text: &str) {
    let indent = name.len().saturating_add(4);
    let mut column = indent;
    let _ = write!(out, "  {NAME}{name}{NAME:#}:");
    for word in safe(text).split(' ') {
        let length = word.chars().count().saturating_add(1);
        if column.saturating_add(length) > WIDTH && column > indent {
            let _ = write!(out, "\n{:indent$}", "", indent = indent.saturating_sub(1));
            column = indent;
        }
        let _ = write!(out, " {word}");
        column = column.saturating_add(length);
    }
    out.push('\n');
}
