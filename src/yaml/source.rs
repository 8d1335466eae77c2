//! The text of a profile, the places in it, and how a line is shown to a person.

use std::sync::Arc;

use crate::origin::Origin;
use crate::problem::Problem;
use crate::text::{columns, is_invisible};

/// Characters of a line that are shown around a place; a hostile line may have 60 000.
const WINDOW: usize = 96;

/// A place in a text, both counted from 1; the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A profile's text with the name it goes by in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    file: Arc<str>,
    text: String,
}

impl SourceText {
    /// Takes the bytes of a file; `file` is what messages call it.
    ///
    /// # Errors
    /// The bytes are not UTF-8, or hold a character that a reader cannot see: a control character other than tab and
    /// line end, a byte order mark, a zero-width or bidirectional one. Such a text can look like another one.
    pub fn new(file: Arc<str>, bytes: &[u8]) -> Result<Self, Problem> {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let source = Self { file, text };
        if let Err(error) = std::str::from_utf8(bytes) {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let good = String::from_utf8_lossy(good).replace("\r\n", "\n");
            return Err(source
                .problem(end_of(&good), "the profile is not UTF-8")
                .instead("save it as UTF-8"));
        }
        let hidden = |c: char| is_invisible(c) && !matches!(c, '\t' | '\n');
        if let Some((before, c)) = source
            .text
            .find(hidden)
            .and_then(|at| source.text.split_at_checked(at))
            .and_then(|(before, rest)| Some((before, rest.chars().next()?)))
        {
            return Err(source
                .problem(
                    end_of(before),
                    format!(
                        "the profile holds the invisible character U+{:04X}",
                        u32::from(c)
                    ),
                )
                .instead(if c == '\u{feff}' {
                    "save it as UTF-8 without a byte order mark"
                } else {
                    "remove it; in double quotes it can be written as an escape"
                }));
        }
        Ok(source)
    }

    /// What messages call the file.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The text, its lines ended by `\n` alone.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The origin of a value at a place.
    pub fn origin(&self, place: Place) -> Origin {
        Origin::Profile {
            file: Arc::clone(&self.file),
            line: place.line,
            column: place.column,
        }
    }

    /// A problem at a place, with the line and a caret.
    pub fn problem(&self, place: Place, what: impl Into<String>) -> Problem {
        Problem::new(what)
            .at(&self.origin(place))
            .showing(self.cite(place))
    }

    /// The place where a piece of the text begins, given what stands before it.
    pub(super) fn place_after(before: &str) -> Place {
        end_of(before)
    }

    /// The line of a place between gutters, and a caret below the place.
    pub fn cite(&self, place: Place) -> String {
        let line = self.text.split('\n').nth(place.line.saturating_sub(1));
        let line = line.unwrap_or_default();
        let before = place.column.saturating_sub(1);
        let start = before.saturating_sub(WINDOW / 2);
        let head = line.chars().skip(start);
        let lead = if start > 0 { "…" } else { "" };
        let tail = if head.clone().count() > WINDOW {
            "…"
        } else {
            ""
        };
        let indent: String = head.clone().take(before.saturating_sub(start)).collect();
        let shown: String = head.take(WINDOW).collect();
        let indent = columns(&format!("{lead}{}", visible(&indent)));
        let number = place.line.to_string();
        let gutter = " ".repeat(number.len());
        let shown = format!("{lead}{}{tail}", visible(&shown));
        format!(
            "{gutter} |\n{number} | {}\n{gutter} | {}^",
            shown.trim_end(),
            " ".repeat(indent)
        )
    }
}

fn end_of(text: &str) -> Place {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Place {
        line: text.matches('\n').count().saturating_add(1),
        column: last.chars().count().saturating_add(1),
    }
}

/// A text as it may be shown on a terminal: whatever is invisible or steers the terminal as `\u{..}`, a tab as a blank.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            c if is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceText {
        SourceText::new("a.yaml".into(), text.as_bytes()).unwrap()
    }

    #[test]
    fn a_line_is_cited_with_a_caret() {
        let source = source("user: 1:1\nmemroy: 225m\r\ncpus: 1\n");
        let place = Place { line: 2, column: 9 };
        assert_eq!(source.cite(place), "  |\n2 | memroy: 225m\n  |         ^");
        let problem = source.problem(place, "what");
        assert_eq!(problem.origin.unwrap().to_string(), "a.yaml:2:9");
    }

    #[test]
    fn the_caret_stands_below_the_place_whatever_stands_before_it() {
        let text = "\u{fc}\tx: 1";
        let shown = source(text).cite(Place { line: 1, column: 3 });
        assert_eq!(shown, "  |\n1 | \u{fc} x: 1\n  |   ^");
        let wide = source("\u{65e5}\u{672c}: x").cite(Place { line: 1, column: 5 });
        assert!(wide.ends_with("\n  |       ^"), "two columns each: {wide}");
        let hidden = SourceText {
            file: "a".into(),
            text: "\u{1b}[2J: x".into(),
        };
        assert_eq!(
            hidden.cite(Place { line: 1, column: 5 }),
            "  |\n1 | \\u{1b}[2J: x\n  |          ^"
        );
    }

    #[test]
    fn a_long_line_is_cropped_around_the_place() {
        let text = format!("{}!{}", "a".repeat(30_000), "b".repeat(30_000));
        let shown = source(&text).cite(Place {
            line: 1,
            column: 30_001,
        });
        let mut lines = shown.lines().skip(1);
        let (line, caret) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(line.chars().count() < 120, "{line}");
        assert_eq!(
            line.chars().position(|c| c == '!'),
            caret.chars().position(|c| c == '^')
        );
    }

    #[test]
    fn what_cannot_be_seen_is_refused_and_shown() {
        for (text, code) in [
            ("a: \u{1b}[31m", "U+001B"),
            ("a: \u{0}", "U+0000"),
            ("a: \u{85}", "U+0085"),
            ("\u{feff}a: 1", "U+FEFF"),
            ("a: \u{202e}x", "U+202E"),
            ("# \u{2028}b: 1", "U+2028"),
            ("a: \u{200b}", "U+200B"),
            ("description: \"x\u{e0100}y\"", "U+E0100"),
            ("a: \u{fe0f}", "U+FE0F"),
            ("a: 1\rb: 2", "U+000D"),
        ] {
            let problem = SourceText::new("x".into(), text.as_bytes()).unwrap_err();
            assert!(problem.what.ends_with(code), "{problem}");
            let shown = problem.shown.unwrap();
            assert!(
                shown.contains("\\u{") && !shown.contains(|c| is_invisible(c) && c != '\n'),
                "{shown}"
            );
        }
    }

    #[test]
    fn other_encodings_are_refused_at_their_place() {
        let problem = SourceText::new("x".into(), b"a: 1\nb: \xff\n").unwrap_err();
        assert!(problem.what.contains("not UTF-8"));
        assert_eq!(problem.origin.unwrap().to_string(), "x:2:4");
        assert!(SourceText::new("x".into(), b"\xff\xfea\0:\0 \x001\0").is_err());
    }
}
