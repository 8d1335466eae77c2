//! Problems and findings for people.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::sanitize::{safe, safe_lines};
use super::subject::{Subject, Threshold, Totals, remedy, verdict_name};
use crate::allow::Allow;
use crate::origin::Origin;
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::policy::rule::Severity;
use crate::problem::Problem;
use crate::text::{Margins, columns, fold};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const NOTE: Style = AnsiColor::Cyan.on_default();
const NAME: Style = Style::new().dimmed();
/// The width that messages are folded to.
const WIDTH: usize = 80;

/// A problem, with its place and its remedy.
pub(crate) fn problem(problem: &Problem) -> String {
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
pub(crate) fn refusal(finding: &Finding, why: &Refusal) -> String {
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
pub(crate) fn note(finding: &Finding) -> Option<String> {
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

/// A note that no rule made: `about` names what made it.
pub(crate) fn remark(about: &str, text: &str) -> String {
    format!("safe-podman: {NOTE}note[{about}]{NOTE:#}: {text}\n")
}

/// An override that met nothing to override.
pub(crate) fn unneeded(allow: &Allow) -> String {
    let id = allow.rule;
    format!(
        "safe-podman: {NOTE}note[{id}]{NOTE:#}: the override is not needed: {}\n",
        safe(&allow.origin.to_string())
    )
}

/// What `check` found in one subject; nothing when it is clean.
pub(crate) fn subject(subject: &Subject) -> String {
    let mut out = String::new();
    if subject.findings.is_empty() && subject.unneeded.is_empty() {
        return out;
    }
    let _ = writeln!(out, "{NAME}{}{NAME:#}", clipped(&subject.place.title()));
    for finding in &subject.findings {
        checked(&mut out, finding);
    }
    for allow in &subject.unneeded {
        let text = format!(
            "the override of {} meets nothing ({})",
            allow.rule, allow.origin
        );
        paragraph(&mut out, &format!("  {NOTE}not needed{NOTE:#}:"), 13, &text);
    }
    out.push('\n');
    out
}

fn checked(out: &mut String, finding: &Finding) {
    let rule = finding.rule;
    let style = match (&finding.verdict, rule.severity) {
        (Verdict::Refused(_), _) | (_, Severity::High | Severity::Critical) => ERROR,
        (_, Severity::Medium) => WARNING,
        (_, Severity::Low | Severity::Info) => NOTE,
    };
    let (verdict, severity) = (verdict_name(&finding.verdict), rule.severity.name());
    let head = format!("  {style}{verdict}, {severity}{style:#}:");
    let width = verdict
        .len()
        .saturating_add(severity.len())
        .saturating_add(5);
    let what = match &finding.verdict {
        Verdict::Rewritten { to } => format!("{}: now {to} [{}]", finding.what, rule.id),
        _ => format!("{} [{}]", finding.what, rule.id),
    };
    hanging(out, &head, width, 3, &what);
    paragraph(out, "    -->", 7, &place(&finding.origin));
    nested(out, "why", rule.why);
    nested(out, "instead", &finding.instead);
    match (&finding.verdict, remedy(finding)) {
        (Verdict::Allowed { reason, by }, _) => nested(out, "allowed", &format!("{reason} ({by})")),
        (Verdict::Refused(Refusal::Expired { reason, until }), _) => {
            nested(
                out,
                "override",
                &format!("it was allowed until {until}: {reason}"),
            );
        }
        (Verdict::Refused(Refusal::Forbidden), _) => {
            nested(
                out,
                "override",
                "none: /etc/safe-podman/policy.yaml forbids it",
            );
        }
        (Verdict::Shown, _) | (_, None) => {}
        (_, Some(remedy)) => nested(out, "override", &remedy),
    }
}

/// Argument 0 is the row, or the image, as a whole.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::Argument { index: 0, text } => text.to_string(),
        _ => origin.to_string(),
    }
}

fn nested(out: &mut String, name: &str, text: &str) {
    let head = format!("    {NAME}{name}{NAME:#}:");
    paragraph(out, &head, name.len().saturating_add(5), text);
}

/// The verdict of `check` over all: the last line.
pub(crate) fn totals(totals: &Totals, bar: Threshold) -> String {
    let Totals {
        checked,
        refused,
        failed,
        clean,
        problems,
        findings,
    } = totals;
    let style = if *failed > 0 || *problems > 0 {
        ERROR
    } else {
        GOOD
    };
    let verdict = if *failed > 0 || *problems > 0 {
        "failed"
    } else {
        "passed"
    };
    let found: Vec<String> = Severity::ALL
        .iter()
        .zip(findings)
        .rev()
        .filter(|(_, number)| **number > 0)
        .map(|(severity, number)| format!("{number} {severity}"))
        .collect();
    let mut out = format!(
        "{style}{verdict}{style:#}: {checked} checked, {refused} refused, {failed} with findings that count, {clean} clean"
    );
    if *problems > 0 {
        let _ = write!(out, ", {problems} not readable");
    }
    let _ = write!(
        out,
        "\nfindings: {}",
        if found.is_empty() {
            "none".to_owned()
        } else {
            found.join(", ")
        }
    );
    let _ = writeln!(
        out,
        " (level {}, fail on {})",
        bar.level_name(),
        bar.fail_on
    );
    out
}

/// The first line's worth of a text.
fn clipped(text: &str) -> String {
    if columns(text) <= WIDTH {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if columns(&out) >= WIDTH {
            out.pop();
            break;
        }
    }
    out.push('…');
    out
}

/// `  name: text`, folded, with what follows indented below the text.
fn field(out: &mut String, name: &str, text: &str) {
    let head = format!("  {NAME}{name}{NAME:#}:");
    paragraph(out, &head, name.len().saturating_add(3), text);
}

/// A text behind a head of so many columns, folded, with what follows indented below the text.
fn paragraph(out: &mut String, head: &str, columns: usize, text: &str) {
    hanging(out, head, columns, columns, text);
}

/// The same, with what follows indented by `indent`.
pub(super) fn hanging(out: &mut String, head: &str, columns: usize, indent: usize, text: &str) {
    let margins = Margins {
        first: columns.saturating_add(1),
        left: indent.saturating_add(1),
        right: WIDTH,
    };
    let folded = fold(&safe(text), margins, |_| true);
    let gap = if folded.starts_with('\n') { "" } else { " " };
    let _ = writeln!(out, "{head}{gap}{folded}");
}
