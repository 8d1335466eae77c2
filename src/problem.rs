//! A thing that stopped the work: what is wrong, who asked for it and what to type instead.

use std::fmt;

use crate::origin::Origin;
use crate::podman::value::Invalid;

/// Why something cannot be done. Prints as [`Problem::what`] alone; the report lays out the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong: a lower-case phrase without a full stop, the offending text in double quotes.
    pub what: String,
    /// Who asked for it, when somebody did.
    pub origin: Option<Origin>,
    /// The lines of the source it stands in, with a caret below the place.
    pub shown: Option<String>,
    /// What to do or type instead.
    pub instead: Option<String>,
}

impl Problem {
    /// A problem of which only the fact is known.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            origin: None,
            shown: None,
            instead: None,
        }
    }

    /// The same problem, asked for by `origin`.
    #[must_use]
    pub fn at(self, origin: Origin) -> Self {
        Self {
            origin: Some(origin),
            ..self
        }
    }

    /// The same problem with the source lines it stands in.
    #[must_use]
    pub fn showing(self, text: impl Into<String>) -> Self {
        Self {
            shown: Some(text.into()),
            ..self
        }
    }

    /// The same problem with the way out.
    #[must_use]
    pub fn instead(self, text: impl Into<String>) -> Self {
        Self {
            instead: Some(text.into()),
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

/// The sentence of the value already ends with what to type, so nothing is split off.
impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::new(invalid.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_part_and_prints_the_first() {
        let problem = Problem::new("\"x\" is no user")
            .at(Origin::Baseline)
            .showing("user: x")
            .instead("type a number");
        assert_eq!(problem.to_string(), "\"x\" is no user");
        assert_eq!(problem.origin, Some(Origin::Baseline));
        assert_eq!(problem.shown.as_deref(), Some("user: x"));
        assert_eq!(problem.instead.as_deref(), Some("type a number"));
    }

    #[test]
    fn an_invalid_value_keeps_its_whole_sentence() {
        let problem = Problem::from(Invalid::new("x", "not a number", "expected 1"));
        assert_eq!(problem, Problem::new("\"x\" is not a number: expected 1"));
    }
}
