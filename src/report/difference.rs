//! What a system call filter lets through and the floor does not, and the other way round.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::Style;
use serde::Serialize;

use super::harmless;
use super::human::hanging;
use super::sanitize::safe;
use crate::plan::FilterDifference;
use crate::problem::Problem;
use crate::seccomp::floor::SUBJECTS;
use crate::seccomp::{Arch, Wider};

const HEAD: Style = Style::new().bold();

/// What one lets through and the other does not, a line a call.
pub(crate) fn human(file: &Path, difference: &FilterDifference) -> String {
    let FilterDifference {
        foreign,
        wider,
        narrower,
    } = difference;
    let file = file.display().to_string();
    let mut out = String::new();
    let mut lines: Vec<(String, String)> = foreign
        .iter()
        .map(|arch| {
            let what = match arch {
                Arch::X32 => "every call of its programs, which the floor never leaves",
                _ => "every call of its programs, which the floor leaves to an image of that architecture",
            };
            (arch.engine().to_owned(), what.to_owned())
        })
        .collect();
    lines.extend(wider.iter().map(|wider| line(wider, reason(wider))));
    section(
        &mut out,
        &format!("{file} lets through, and the floor does not:"),
        &lines,
    );
    let lines: Vec<_> = narrower.iter().map(|wider| line(wider, None)).collect();
    section(
        &mut out,
        &format!("The floor lets through, and {file} does not:"),
        &lines,
    );
    if out.is_empty() {
        let _ = writeln!(out, "{} lets through what the floor does.", safe(&file));
    }
    out
}

fn section(out: &mut String, title: &str, lines: &[(String, String)]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{HEAD}{}{HEAD:#}", safe(title));
    let widest = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let column = widest.saturating_add(3);
    for (name, text) in lines {
        let name = safe(name);
        if text.is_empty() {
            let _ = writeln!(out, "  {name}");
        } else {
            hanging(out, &format!("  {name:widest$} "), column, column, text);
        }
    }
}

fn line(wider: &Wider, reason: Option<&str>) -> (String, String) {
    let Some(name) = &wider.syscall else {
        return ("all".to_owned(), wider.why.clone());
    };
    let how = if wider.partly {
        "with some arguments"
    } else {
        ""
    };
    let text = match (how, reason) {
        ("", None) => String::new(),
        (how, None) => how.to_owned(),
        ("", Some(reason)) => reason.to_owned(),
        (how, Some(reason)) => format!("{how}: {reason}"),
    };
    (name.clone(), text)
}

/// Why the floor denies it, where the table says so.
fn reason(wider: &Wider) -> Option<&'static str> {
    let name = wider.syscall.as_deref()?;
    let rows = SUBJECTS.iter().flat_map(|(_, rows)| *rows);
    let mut rows = rows.filter(|row| row.calls.contains(&name));
    match (rows.next(), rows.next()) {
        (row, None) => row.map(|row| row.why),
        (_, Some(_)) => Some("the families and protocols are those of: safe-podman seccomp show"),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    file: String,
    architectures: Vec<&'static str>,
    wider: Vec<Entry<'a>>,
    narrower: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    call: Option<&'a str>,
    some_arguments: bool,
    why: Option<&'a str>,
}

impl<'a> Entry<'a> {
    fn of(wider: &'a Wider, reason: Option<&'static str>) -> Self {
        Self {
            call: wider.syscall.as_deref(),
            some_arguments: wider.partly,
            why: match wider.syscall {
                Some(_) => reason,
                None => Some(&wider.why),
            },
        }
    }
}

/// The same as one document.
///
/// # Errors
/// It cannot be written.
pub(crate) fn json(file: &Path, difference: &FilterDifference) -> Result<String, Problem> {
    let document = Document {
        schema: "safe-podman/seccomp-diff/1",
        file: file.display().to_string(),
        architectures: difference
            .foreign
            .iter()
            .map(|arch| arch.engine())
            .collect(),
        wider: difference
            .wider
            .iter()
            .map(|wider| Entry::of(wider, reason(wider)))
            .collect(),
        narrower: difference
            .narrower
            .iter()
            .map(|wider| Entry::of(wider, None))
            .collect(),
    };
    harmless::to_string(&document).map_err(|error| Problem::new(error.to_string()))
}
