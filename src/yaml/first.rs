//! The first reading of a text: events with their places, into a tree.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::{MapKey, Node, NodeKind, Place, SourceText, Style, visible};
use crate::problem::Problem;

/// Lists and maps within each other; a profile needs three.
const MAX_DEPTH: usize = 8;

/// Reads one document, refusing what is not read on the way.
pub(super) struct NodeReader<'a> {
    source: &'a SourceText,
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> NodeReader<'a> {
    pub(super) fn new(source: &'a SourceText) -> Self {
        Self {
            source,
            events: Parser::new_from_str(source.text()),
        }
    }

    pub(super) fn document(mut self) -> Result<Node, Problem> {
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::MappingStart(..) => {
                    let root = self.node(event, place, 0)?;
                    return self.end().map(|()| root);
                }
                // A text of comments alone has no document, and `---` alone one of nothing.
                Event::StreamEnd => return Err(self.empty(place)),
                Event::Scalar(text, ScalarStyle::Plain, 0, None) if text.is_empty() => {
                    return Err(self.empty(place));
                }
                other => {
                    self.bare(&other, place)?;
                    return Err(self.wrong(
                        place,
                        "a profile is a list of \"key: value\" lines",
                        "user: 1000:1000",
                    ));
                }
            }
        }
    }

    fn end(&mut self) -> Result<(), Problem> {
        loop {
            let (event, place) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::DocumentEnd | Event::Nothing => {}
                _ => {
                    return Err(self.wrong(
                        place,
                        "a second document begins here",
                        "put it into a profile of its own",
                    ));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Node, Problem> {
        self.bare(&event, place)?;
        let is_collection = matches!(event, Event::SequenceStart(..) | Event::MappingStart(..));
        if is_collection && depth >= MAX_DEPTH {
            return Err(self.wrong(
                place,
                format!("lists and maps are nested deeper than {MAX_DEPTH}"),
                "a profile needs three levels",
            ));
        }
        let depth = depth.saturating_add(1);
        let kind = match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, place)?,
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.map(depth)?,
            _ => return Err(self.wrong(place, "a value is missing", "write one, or leave it out")),
        };
        Ok(Node { kind, place })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, place: Place) -> Result<NodeKind, Problem> {
        if let Some(c) = text
            .chars()
            .find(|c| c.is_control() && !"\t\n".contains(*c))
        {
            return Err(self.wrong(
                place,
                format!(
                    "the value holds the control character U+{:04X}",
                    u32::from(c)
                ),
                "remove the escape",
            ));
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            _ => Style::Quoted,
        };
        if style == Style::Plain && is_null(text) {
            return Err(self.wrong(
                place,
                "the value is missing",
                "write one, \"\" for an empty text, or leave the key out",
            ));
        }
        Ok(NodeKind::Scalar(text.to_owned(), style))
    }

    fn list(&mut self, depth: usize) -> Result<NodeKind, Problem> {
        let mut items = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(NodeKind::List(items));
            }
            items.push(self.node(event, place, depth)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<NodeKind, Problem> {
        let mut entries = Vec::new();
        let mut seen = BTreeMap::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(NodeKind::Map(entries));
            }
            let key = self.key(event, place)?;
            if let Some(Place { line, .. }) = seen.insert(key.text.clone(), place) {
                return Err(self.wrong(
                    place,
                    format!(
                        "\"{}\" stands twice, first in line {line}",
                        visible(&key.text)
                    ),
                    "keep one of them",
                ));
            }
            let (event, place) = self.next()?;
            entries.push((key, self.node(event, place, depth)?));
        }
    }

    fn key(&self, event: Event<'a>, place: Place) -> Result<MapKey, Problem> {
        self.bare(&event, place)?;
        let Event::Scalar(text, style, ..) = event else {
            return Err(self.wrong(place, "a key is a word, not a list or a map", "key: value"));
        };
        if text == "<<" {
            return Err(self.wrong(
                place,
                "merge keys (\"<<\") are not read",
                "write the keys out, or put them into a profile and name it in extends",
            ));
        }
        if text.is_empty() {
            return Err(self.wrong(place, "a key is empty", "key: value"));
        }
        if style == ScalarStyle::Plain && !is_word(&text) {
            return Err(self.wrong(
                place,
                format!("\"{}\" is not read as a text everywhere", visible(&text)),
                format!("put the key in quotes: \"{}\"", visible(&text)),
            ));
        }
        self.scalar(&text, style, place)?;
        Ok(MapKey {
            text: text.into_owned(),
            place,
        })
    }

    /// Refuses what hangs on a node or stands for another one.
    fn bare(&self, event: &Event<'_>, place: Place) -> Result<(), Problem> {
        let (anchor, tag) = match event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(anchor, tag)
            | Event::MappingStart(anchor, tag) => (*anchor, tag.is_some()),
            Event::Alias(_) => (1, false),
            _ => (0, false),
        };
        if tag {
            let what = "tags (\"!…\") are not read";
            return Err(self.wrong(place, what, "leave the tag out, or put the value in quotes"));
        }
        if anchor != 0 {
            let what = "anchors (\"&…\") and aliases (\"*…\") are not read";
            return Err(self.wrong(place, what, "write the value out, or put it in quotes"));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<(Event<'a>, Place), Problem> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, place_of(span))),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Place { line: 1, column: 1 })),
        }
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let place = place_of(Span::empty(*error.marker()));
        self.source
            .problem(place, format!("not YAML: {}", visible(error.info())))
            .instead(
                "write \"key: value\" lines, and quotes around a value with special characters",
            )
    }

    fn empty(&self, place: Place) -> Problem {
        self.wrong(place, "the profile is empty", "description: what it is for")
    }

    fn wrong(&self, place: Place, what: impl Into<String>, instead: impl Into<String>) -> Problem {
        self.source.problem(place, what).instead(instead)
    }
}

fn place_of(span: Span) -> Place {
    Place {
        line: span.start.line().max(1),
        column: span.start.col().saturating_add(1),
    }
}

/// What YAML 1.2 reads as nothing.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// A plain key that every reader takes for a text: it cannot be a number, a boolean or nothing.
fn is_word(text: &str) -> bool {
    let is_boolean = ["true", "false"]
        .iter()
        .any(|b| text.eq_ignore_ascii_case(b));
    !is_null(text)
        && !is_boolean
        && text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/'))
}
