//! Where a value came from: every refusal and every line of `--explain` names it.

use std::fmt;
use std::sync::Arc;

/// Who asked for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in baseline: what every container gets without being asked for.
    Baseline,
    /// A place in a profile.
    Profile {
        /// The file as it was named, or `profile NAME (built in)`.
        file: Arc<str>,
        /// 1-based line.
        line: usize,
        /// 1-based column, in characters.
        column: usize,
    },
    /// An argument of the command line.
    Argument {
        /// 1-based position among the arguments that follow the subcommand, as a person counts them.
        index: usize,
        /// The argument as typed, e.g. `--net=host`.
        text: Arc<str>,
    },
    /// Found on this host while judging, e.g. the process's own hard limit.
    Host(&'static str),
    /// Read from the image's own config.
    Image(&'static str),
}

impl Origin {
    /// Did a person ask for it, in a profile or on the command line?
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Profile { .. } | Self::Argument { .. })
    }

    /// The same place, with `secret` hidden wherever it follows `before` in the argument as typed: what is printed and
    /// logged must not spread what it warns about.
    #[must_use]
    pub fn hiding(&self, before: &str, secret: &str) -> Self {
        match self {
            Self::Argument { index, text } if !secret.is_empty() => Self::Argument {
                index: *index,
                text: text
                    .replace(&format!("{before}{secret}"), &format!("{before}…"))
                    .into(),
            },
            other => other.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Baseline => f.write_str("built-in baseline"),
            Self::Profile { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Argument { index, text } => write!(f, "command line, argument {index}: {text}"),
            Self::Host(what) => write!(f, "this host: {what}"),
            Self::Image(what) => write!(f, "the image's {what}"),
        }
    }
}

/// A value and who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who asked for it.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A value with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A value of the baseline.
    pub fn baseline(value: T) -> Self {
        Self::new(value, Origin::Baseline)
    }

    /// The same origin with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting {
            value: change(self.value),
            origin: self.origin,
        }
    }
}
