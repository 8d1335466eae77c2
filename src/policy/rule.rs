//! What a rule is: a static description and a pure check.

use std::fmt;

use super::facts::Facts;
use crate::origin::Origin;
use crate::rule_id::RuleId;
use crate::spec::Spec;

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

/// A change of the spec that takes the danger away.
pub type Fix = Box<dyn Fn(&mut Spec)>;

/// What a rule wants done about what it found, at level `baseline`.
pub enum Action {
    /// Do not start.
    Refuse,
    /// Do not start at level `restricted`; run with a note at `baseline`.
    Warn,
    /// Change the value, with a note that says to what; a person who wants the old one overrides the rule. At level
    /// `restricted` a medium rule refuses instead.
    Rewrite {
        /// Completes “… is now …”: the new value.
        to: String,
        /// Makes it so.
        fix: Fix,
    },
    /// Shown by `check` only. At level `restricted` a medium or worse rule refuses all the same.
    Inform,
}

/// Something that a rule found.
pub struct Hit {
    /// What the container would be able to do: a phrase that follows “refused: ”.
    pub what: String,
    /// The setting that makes it so.
    pub origin: Origin,
    /// The safe spelling for just this case; the rule's own words when absent.
    pub instead: Option<String>,
    /// What is to be done.
    pub action: Action,
}

impl Hit {
    /// A refusal.
    pub fn refuse(what: impl Into<String>, origin: &Origin) -> Self {
        Self {
            what: what.into(),
            origin: origin.clone(),
            instead: None,
            action: Action::Refuse,
        }
    }

    /// A note.
    pub fn warn(what: impl Into<String>, origin: &Origin) -> Self {
        Self {
            action: Action::Warn,
            ..Self::refuse(what, origin)
        }
    }

    /// Something for `check`.
    pub fn inform(what: impl Into<String>, origin: &Origin) -> Self {
        Self {
            action: Action::Inform,
            ..Self::refuse(what, origin)
        }
    }

    /// A changed value.
    pub fn rewrite(
        what: impl Into<String>,
        origin: &Origin,
        to: impl Into<String>,
        fix: impl Fn(&mut Spec) + 'static,
    ) -> Self {
        Self {
            action: Action::Rewrite {
                to: to.into(),
                fix: Box::new(fix),
            },
            ..Self::refuse(what, origin)
        }
    }

    /// Says what to type in just this case.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }
}

/// One rule of the catalogue.
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// One line: what it finds.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One or two sentences: what an attacker makes of it.
    pub why: &'static str,
    /// What to type instead.
    pub instead: &'static str,
    /// Where it is written: CIS Docker Benchmark 1.6 (`CIS 5.10`), Pod Security Standards (`PSS baseline`), NIST SP
    /// 800-190, a CVE, a man page, one of the articles (`article: …`).
    pub references: &'static [&'static str],
    /// Arguments of a run that the rule refuses, rewrites or notes.
    pub bad: &'static [&'static str],
    /// Arguments of a similar run that it leaves alone.
    pub good: &'static [&'static str],
    /// Finds it.
    pub check: fn(&Spec, &Facts<'_>) -> Vec<Hit>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
