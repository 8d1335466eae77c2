//! What went wrong, for a person: [`Problem`] when nothing can be judged at all (unusable input, a missing engine, a file
//! that cannot be read), [`Invalid`] for one text that is not a value.

use std::fmt;

use crate::origin::Origin;

/// A sentence about what went wrong, with everything a person needs to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and why: a lower-case phrase without a full stop, the offending text quoted.
    pub what: String,
    /// Where it stands.
    pub origin: Option<Origin>,
    /// The lines of a file with a caret below the place.
    pub shown: Option<String>,
    /// What to type instead.
    pub instead: Option<String>,
}

impl Problem {
    /// A problem with nothing but its sentence.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            origin: None,
            shown: None,
            instead: None,
        }
    }

    /// Says where it stands, unless that is already known more exactly.
    #[must_use]
    pub fn at(mut self, origin: &Origin) -> Self {
        self.origin.get_or_insert_with(|| origin.clone());
        self
    }

    /// Shows the lines of a file.
    #[must_use]
    pub fn showing(mut self, lines: impl Into<String>) -> Self {
        self.shown = Some(lines.into());
        self
    }

    /// The same without a word of the file that it is about, whose text is nothing for whoever reads this.
    #[must_use]
    pub fn veiled(self, file: &str) -> Self {
        Self {
            what: format!("\"{file}\" is not understood"),
            origin: self.origin,
            shown: None,
            instead: Some(
                "correct that line; it is not shown, since not everybody may read the file".into(),
            ),
        }
    }

    /// Says what to type instead.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::new(invalid.to_string())
    }
}

/// A text that is not a value of the type asked for.
///
/// Prints as `"TEXT" is WHAT: INSTEAD`, a lower-case phrase without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    text: String,
    what: String,
    instead: String,
}

impl Invalid {
    /// `text` is the offending text, `what` completes the sentence “`text` is …”, `instead` says what to type.
    pub fn new(
        text: impl Into<String>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            text: text.into(),
            what: what.into(),
            instead: instead.into(),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is {}: {}", self.text, self.what, self.instead)
    }
}

impl std::error::Error for Invalid {}
