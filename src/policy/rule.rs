//! What a rule is: a static description and a pure check.

use std::fmt;

use super::facts::Facts;
pub(crate) use super::severity::Severity;
use crate::origin::Origin;
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// A change of the spec that takes the danger away.
pub(crate) type Fix = Box<dyn Fn(&mut Spec)>;

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
    /// Arguments of a run that the rule refuses, rewrites or notes; or one line of a profile, for what no flag says.
    pub bad: &'static [&'static str],
    /// Arguments of a similar run that it leaves alone.
    pub good: &'static [&'static str],
    /// Finds it.
    pub check: fn(&Spec, &Facts<'_>) -> Vec<Hit>,
}

/// The line of a profile, where an example of a rule is one.
pub(crate) fn profile_line<'a>(example: &[&'a str]) -> Option<&'a str> {
    match example {
        [line] if !line.starts_with('-') && line.contains(": ") => Some(line),
        _ => None,
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
