//! How strictly the rules are applied, and whether what they refuse is stopped.

use crate::problem::Invalid;

/// How strictly the rules are applied; the names are those of the Kubernetes Pod Security Standards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Critical and high refuse, medium is rewritten or noted.
    #[default]
    Baseline,
    /// Medium refuses too.
    Restricted,
}

impl std::str::FromStr for Level {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "baseline" => Ok(Self::Baseline),
            "restricted" => Ok(Self::Restricted),
            other => Err(Invalid::new(
                other,
                "not a level",
                "write baseline or restricted",
            )),
        }
    }
}

/// Are refusals carried out?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Enforcement {
    /// A refused container does not start.
    #[default]
    Enforce,
    /// It starts, with a note. Only an administrator can choose this.
    Warn,
}

impl std::str::FromStr for Enforcement {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "enforce" => Ok(Self::Enforce),
            "warn" => Ok(Self::Warn),
            other => Err(Invalid::new(other, "not a mode", "write enforce or warn")),
        }
    }
}
