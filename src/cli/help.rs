//! The help of the subcommands that take podman's flags, in two columns.

use std::fmt::Write as _;

use crate::podman::flags::{self, Flag, Topic};
use crate::text::{Margins, columns, fold};

/// The width of help: a terminal's, and what the tests hold it to.
pub(super) const WIDTH: usize = 80;
/// Where the second column begins.
const COLUMN: usize = 30;

/// The help of a subcommand: its own options, then podman's by topic.
pub(super) fn help(about: &str, usage: &str, own: &'static [Flag], see: &str) -> String {
    let mut out = format!("{about}\n\nUsage: {usage}\n");
    heading(&mut out, Topic::Own, own.iter());
    for topic in Topic::OF_PODMAN {
        heading(&mut out, topic, flags::about(topic));
    }
    let _ = writeln!(out, "\nSee {see}.");
    out
}

fn heading(out: &mut String, topic: Topic, flags: impl Iterator<Item = &'static Flag>) {
    let _ = writeln!(out, "\n{}:", topic.title());
    for flag in flags {
        row(out, &term(flag), flag.help);
    }
}

fn term(flag: &Flag) -> String {
    let letter = match flag.short {
        Some(letter) => format!("-{letter}, "),
        None => "    ".to_owned(),
    };
    let names: Vec<_> = flag.names().map(|name| format!("--{name}")).collect();
    let equals = if flag.kind.takes_value() { "=" } else { "" };
    format!("  {letter}{}{equals}{}", names.join(", "), flag.value)
}

/// A term and its text, beside it where there is room, folded in its column.
fn row(out: &mut String, term: &str, text: &str) {
    let margins = Margins {
        first: COLUMN,
        left: COLUMN,
        right: WIDTH,
    };
    let text = fold(text, margins, |_| true);
    let width = columns(term);
    if width.saturating_add(2) > COLUMN {
        let _ = writeln!(out, "{term}\n{:COLUMN$}{text}", "");
    } else {
        let gap = COLUMN.saturating_sub(width);
        let _ = writeln!(out, "{term}{:gap$}{text}", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stands_in_its_column() {
        let mut out = String::new();
        row(&mut out, "  -a, --all", "some text");
        row(&mut out, &format!("  {}", "-".repeat(30)), "below");
        row(&mut out, "  -b", "word ".repeat(20).trim_end());
        for (at, line) in out.lines().enumerate().filter(|(at, _)| *at != 1) {
            let text = line.split_at(COLUMN).1;
            assert!(!text.starts_with(' ') && !text.is_empty(), "{at}: {line}");
            assert!(line.len() <= WIDTH, "{line}");
        }
        assert_eq!(
            out.split_whitespace()
                .filter(|word| *word == "word")
                .count(),
            20
        );
    }
}
