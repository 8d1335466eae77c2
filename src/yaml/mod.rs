//! The small part of YAML that a profile may be written in, as a tree whose every node knows its place.
//!
//! YAML is large and its readers disagree. So a text is read twice, by two readers that share no code: the positions
//! come from one (`saphyr-parser`), the values from the other (`serde_yaml`), and a text that the two do not understand
//! alike is refused. Before that the text is bounded, and what only serves to hide something is refused by name: tags,
//! anchors and aliases, merge keys, duplicate keys, directives, further documents, keys that are no text.
//!
//! A scalar keeps its text: `0.5`, `998:998`, `no` and `0644` are what they look like, never a number in base 60, a
//! boolean or an octal.

mod first;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod second;
mod source;

pub(crate) use source::{Place, SourceText, visible};

use crate::problem::Problem;

/// `[` and `{` in a whole text, in comments too: libyaml's time grows with the square of their nesting.
const MAX_BRACKETS: usize = 512;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// In quotes, or as a block.
    Quoted,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// A text, as written. Never a plain empty one, `~` or `null`.
    Scalar(String, Style),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text; no key stands twice.
    Map(Vec<(MapKey, Node)>),
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The value.
    pub kind: NodeKind,
    /// Where it begins.
    pub place: Place,
}

/// A key of a map and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MapKey {
    /// The key.
    pub text: String,
    /// Where it begins.
    pub place: Place,
}

/// Reads a text as one map.
///
/// # Errors
/// It is not the part of YAML described [above](self); the problem shows the line and what to write instead.
pub(crate) fn parse(source: &SourceText) -> Result<Node, Problem> {
    guard(source)?;
    let root = first::NodeReader::new(source).document()?;
    second::confirm(source, &root)?;
    Ok(root)
}

/// What is refused before any YAML reader sees the text.
fn guard(source: &SourceText) -> Result<(), Problem> {
    let text = source.text();
    let mut brackets = text.match_indices(['[', '{']);
    if let Some((before, _)) = brackets
        .nth(MAX_BRACKETS)
        .and_then(|(at, _)| text.split_at_checked(at))
    {
        return Err(source
            .problem(
                SourceText::place_after(before),
                format!("the profile holds more than {MAX_BRACKETS} of \"[\" and \"{{\""),
            )
            .instead("write one item per line, each after \"- \""));
    }
    match text.split('\n').position(|line| line.starts_with('%')) {
        None => Ok(()),
        Some(line) => {
            let line = line.saturating_add(1);
            Err(source
                .problem(
                    Place { line, column: 1 },
                    "a line that begins with \"%\" is a directive to the YAML reader",
                )
                .instead("leave it out"))
        }
    }
}

#[cfg(test)]
mod tests;
