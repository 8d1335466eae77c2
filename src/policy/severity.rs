//! How bad a finding is: what rules, paths and devices are graded by.

use std::fmt;

/// How bad it is, by what an attacker needs and what is lost.
///
/// Critical: the host, directly. High: the host, with a known technique. Medium: a mitigation that stands between the
/// container and the host, or another container. Low: hygiene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Shown, never in the way.
    Info,
    /// Hygiene; shown by `check`.
    Low,
    /// Removes a mitigation.
    Medium,
    /// The host, with a technique.
    High,
    /// The host, directly.
    Critical,
}

impl Severity {
    /// Its name, as in `--fail-on`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// All of them, mildest first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
