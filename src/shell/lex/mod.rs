//! A row of shell into simple commands and words, as sh(1) and bash(1) would cut it.

mod expand;
mod lexer;
#[cfg(test)]
mod tests;

use super::ShellContext;
use crate::problem::Problem;
use lexer::Lexer;

/// Substitutions within substitutions.
const MAX_DEPTH: u8 = 16;
/// Each thing that cannot be known is one character of plane 15, where Unicode assigns nothing.
const FIRST: u32 = 0xf_0000;
/// Things that cannot be known in one row.
const MAX_UNKNOWN: usize = 0xfffd;

/// Something that only the shell will know.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unknown {
    /// As it was written, e.g. `$DATA`.
    written: String,
    /// May it become several words, or none?
    splits: bool,
}

/// A row, cut up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShellLine {
    /// Its simple commands, those inside `$(…)` too. What cannot be known in a word is a character for which
    /// [`is_unknown`] holds.
    pub commands: Vec<Vec<String>>,
    unknowns: Vec<Unknown>,
}

impl ShellLine {
    /// The word as it was written, without its quotes.
    pub(crate) fn written(&self, word: &str) -> String {
        let mut out = String::with_capacity(word.len());
        for c in word.chars() {
            match self.unknown(c) {
                Some(unknown) => out.push_str(&unknown.written),
                None => out.push(c),
            }
        }
        out
    }

    /// May the word become several words, or none?
    pub(crate) fn splits(&self, word: &str) -> bool {
        word.chars()
            .any(|c| self.unknown(c).is_some_and(|unknown| unknown.splits))
    }

    fn unknown(&self, c: char) -> Option<&Unknown> {
        let index = u32::from(c).checked_sub(FIRST)?;
        self.unknowns.get(usize::try_from(index).ok()?)
    }
}

/// Does this character of a word stand for something that cannot be known?
pub(crate) fn is_unknown(c: char) -> bool {
    u32::from(c) >= FIRST
}

/// Cuts up a row.
///
/// # Errors
/// The sentence that says why it is no complete row: an open quote or bracket, a backslash at the end, a control
/// character, too many nested substitutions.
pub(crate) fn read(row: &str, context: &ShellContext) -> Result<ShellLine, Problem> {
    if let Some(bad) = row
        .chars()
        .find(|c| is_unknown(*c) || c.is_control() && *c != '\t')
    {
        return Err(Problem::new(format!(
            "it holds the character U+{:04X}",
            u32::from(bad)
        )));
    }
    let mut lexer = Lexer {
        chars: row.chars().collect(),
        at: 0,
        depth: 0,
        context,
        line: ShellLine::default(),
    };
    lexer.script(None)?;
    Ok(lexer.line)
}
