//! A system call filter for people: its size, and the floor row by row.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use anstyle::Style;
use nix::errno::Errno;

use super::human::hanging;
use super::sanitize::safe;
use super::shell;
use crate::plan::ShownFilter;
use crate::problem::Problem;
use crate::seccomp::floor::{Denies, Opener, Row, SUBJECTS};
use crate::seccomp::{Filter, FilterAction, SeccompProblem, Syscall, Wider};
use crate::spec::Seccomp;
use crate::text::{Margins, fold};

const HEAD: Style = Style::new().bold();
/// Where the second column of the head begins.
const COLUMN: usize = 13;

/// The profile, byte for byte.
///
/// # Errors
/// It is somebody's file, which is printed by other means.
pub(crate) fn json(shown: &ShownFilter) -> Result<String, Problem> {
    if let Seccomp::File(path) = &shown.source {
        let what = format!("the filter is the file \"{}\" as it stands", path.display());
        let words = [OsStr::new("cat"), path.as_os_str()];
        return Err(Problem::new(what).instead(shell::line(words)));
    }
    let text = String::from_utf8(shown.bytes.clone());
    text.map_err(|_| Problem::new("the profile is not UTF-8"))
}

/// What libseccomp makes of it, in its own words.
///
/// # Errors
/// It makes nothing of it.
pub(crate) fn pseudo_code(shown: &ShownFilter) -> Result<String, Problem> {
    shown
        .filter()?
        .pseudo_code()
        .map_err(|problem| unusable(&problem))
}

fn unusable(problem: &SeccompProblem) -> Problem {
    Problem::new(problem.to_string())
}

/// The filter, its size and its rows.
///
/// # Errors
/// It cannot be used.
pub(crate) fn human(shown: &ShownFilter) -> Result<String, Problem> {
    let filter = shown.filter()?;
    let mut out = format!("{HEAD}{}{HEAD:#}\n", safe(&title(shown)));
    head(&mut out, shown, &filter)?;
    match &shown.source {
        Seccomp::Engine | Seccomp::File(_) | Seccomp::Unconfined => {
            let mut words = ["safe-podman", "seccomp", "diff"].map(OsStr::new).to_vec();
            if let Seccomp::File(path) = &shown.source {
                words.push(path.as_os_str());
            }
            let _ = writeln!(
                out,
                "\nWhat it lets through and the floor does not: {}",
                safe(&shell::line(words))
            );
        }
        Seccomp::Default | Seccomp::Denying(_) | Seccomp::Allowing(_) => {
            stricter(&mut out, shown);
            rows(&mut out, shown, &shown.opened(&filter));
        }
    }
    Ok(out)
}

fn title(shown: &ShownFilter) -> String {
    let names = |names: &[Syscall]| {
        let names: Vec<&str> = names.iter().map(Syscall::as_str).collect();
        names.join(", ")
    };
    let floor = if shown.floor.nesting {
        "The floor, with nesting: true"
    } else {
        "The floor"
    };
    let foreign = shown.floor.foreign.map_or(String::new(), |arch| {
        format!(", for programs of {} too", arch.engine())
    });
    match &shown.source {
        Seccomp::Default | Seccomp::Unconfined => format!("{floor}{foreign}"),
        Seccomp::Denying(denied) => format!("{floor}{foreign}, without {}", names(denied)),
        Seccomp::Allowing(allowed) => {
            format!("{floor}{foreign}, and of it only {}", names(allowed))
        }
        Seccomp::Engine => "The default of this host's engines".to_owned(),
        Seccomp::File(path) => format!("The profile {}", path.display()),
    }
}

fn head(out: &mut String, shown: &ShownFilter, filter: &Filter) -> Result<(), Problem> {
    let size = filter
        .size(shown.arch)
        .map_err(|problem| unusable(&problem))?;
    let mut line = |name: &str, text: &str| {
        let name = format!("  {name:width$}", width = COLUMN.saturating_sub(3));
        hanging(
            out,
            &name,
            COLUMN.saturating_sub(1),
            COLUMN.saturating_sub(1),
            text,
        );
    };
    line("SHA-256", &shown.sha256);
    let directory = shown.file.parent().map(Path::display);
    let directory = directory.map_or(String::new(), |directory| format!("{directory}/"));
    line(
        "file",
        &format!("{directory}SHA-256.json, {} bytes", shown.bytes.len()),
    );
    line(
        "program",
        &format!(
            "{} instructions on {}",
            size.instructions,
            shown.arch.engine()
        ),
    );
    line(
        "left",
        &format!(
            "{} calls, {} of them with some arguments only",
            size.left, size.partly
        ),
    );
    line("all else", &answer(filter.default));
    if !shown.bounding.is_empty() {
        line("with", &shown.bounding.join(", "));
    }
    Ok(())
}

/// What a call gets for an action.
fn answer(action: FilterAction) -> String {
    match action.errno().map(|errno| Errno::from_raw(errno.into())) {
        Some(Errno::ENOSYS) => "ENOSYS, as on a kernel that has no such call".to_owned(),
        Some(errno) => format!("{errno:?}"),
        None => action.oci().to_owned(),
    }
}

/// What this host's own default takes away besides.
fn stricter(out: &mut String, shown: &ShownFilter) {
    let whole = shown.floor.profile();
    if whole == shown.here {
        return;
    }
    let lost = shown
        .resolved(&whole)
        .wider_than(&shown.resolved(&shown.here));
    let lost: Vec<String> = lost.iter().map(name_of).collect();
    let engine = shown.engine.as_deref().unwrap_or(Path::new(""));
    let text = format!(
        "This host's own default, {}, is stricter and takes away besides: {}",
        engine.display(),
        lost.join(", ")
    );
    out.push('\n');
    let margins = Margins {
        first: 0,
        left: 0,
        right: 80,
    };
    let _ = writeln!(out, "{}", fold(&safe(&text), margins, |_| true));
}

fn name_of(wider: &Wider) -> String {
    match (&wider.syscall, wider.partly) {
        (Some(name), true) => format!("{name} with some arguments"),
        (Some(name), false) => name.clone(),
        (None, _) => wider.why.clone(),
    }
}

fn rows(out: &mut String, shown: &ShownFilter, opened: &BTreeSet<String>) {
    for (subject, rows) in SUBJECTS {
        let rows: Vec<&Row> = rows.iter().filter(|row| speaks(shown, row)).collect();
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{HEAD}{subject}{HEAD:#}");
        }
        for row in rows {
            show_row(out, shown, row, opened);
        }
    }
}

/// Of a profile that allows a few calls, only the rows about these say something.
fn speaks(shown: &ShownFilter, row: &Row) -> bool {
    match &shown.source {
        Seccomp::Allowing(names) => names.iter().any(|name| row.calls.contains(&name.as_str())),
        Seccomp::Default
        | Seccomp::Engine
        | Seccomp::File(_)
        | Seccomp::Denying(_)
        | Seccomp::Unconfined => true,
    }
}

fn show_row(out: &mut String, shown: &ShownFilter, row: &Row, opened: &BTreeSet<String>) {
    let head = format!(
        "{}{}: {:?}",
        row.calls.join(", "),
        condition(&row.denies),
        row.errno
    );
    hanging(out, " ", 1, 3, &head);
    hanging(out, "     ", 5, 5, row.why);
    let by: Vec<&str> = row.opened_by.iter().map(opener).collect();
    let here = row.calls.iter().any(|call| opened.contains(*call));
    let here = row
        .opened_by
        .iter()
        .find(|opener| here && shown.has(**opener));
    let by = match (here, by.as_slice()) {
        (Some(here), _) => format!("open here by {}", opener(here)),
        (None, []) => "opened by nothing".to_owned(),
        (None, some) => format!("opened by {}", some.join(" or ")),
    };
    hanging(out, "     ", 5, 5, &format!("{by}; see {}", row.reference));
}

fn opener(opener: &Opener) -> &'static str {
    match opener {
        Opener::Cap(cap) => cap,
        Opener::Nesting => "nesting: true",
    }
}

/// When a row denies its calls, as it follows their names.
fn condition(denies: &Denies) -> String {
    match denies {
        Denies::Always => String::new(),
        Denies::AnyBit { bits, .. } => format!(" with any of the flags {bits:#010x}, CLONE_NEW…"),
        Denies::OtherThan { arg, values } => {
            let values: Vec<String> = values.iter().map(|value| format!("{value:#x}")).collect();
            let number = arg.saturating_add(1);
            format!(" with another argument {number} than {}", values.join(", "))
        }
        Denies::Families(families) => format!(" of address family {}", ranges(families)),
        Denies::Types(types) => format!(" of AF_INET and AF_INET6, type {}", ranges(types)),
        Denies::Protocols(pairs) => {
            let pair = |(kind, protocol): &(u32, u32)| format!("{kind} with protocol {protocol}");
            let pairs: Vec<String> = pairs.iter().map(pair).collect();
            format!(" of AF_INET and AF_INET6, type {}", pairs.join(", "))
        }
        Denies::Netlink(protocols) => format!(" of AF_NETLINK, protocol {}", ranges(protocols)),
    }
}

/// Sorted numbers, as `1, 3 to 5`.
fn ranges(numbers: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let ranges = ranges
        .into_iter()
        .map(|(first, last)| match last.saturating_sub(first) {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        });
    ranges.collect::<Vec<_>>().join(", ")
}
