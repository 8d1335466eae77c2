//! What `check` looked at, and what came of it.

use super::sanitize::safe;
use crate::allow::Allow;
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::policy::level::Level;
use crate::policy::rows::ROW_RULES;
use crate::policy::rule::Severity;
use crate::problem::Problem;

/// One command line or profile.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// Where it stands.
    pub place: SubjectPlace,
    /// The podman command that it would become; none when that is not known.
    pub command: Option<Vec<String>>,
    /// All findings, the worst first.
    pub findings: Vec<Finding>,
    /// Overrides that met no finding.
    pub unneeded: Vec<Allow>,
}

/// Where a subject stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SubjectPlace {
    /// The arguments of `check`, as a shell line.
    CommandLine(String),
    /// A profile, by its file or name.
    Profile(String),
    /// A row of `--commands`.
    Row {
        /// The file; none for standard input.
        file: Option<String>,
        /// 1-based line.
        line: usize,
        /// The row.
        text: String,
    },
}

impl SubjectPlace {
    /// The file and line, where there is one.
    pub(crate) fn file(&self) -> Option<(&str, usize)> {
        match self {
            Self::Row {
                file: Some(file),
                line,
                ..
            } => Some((file, *line)),
            Self::Row { file: None, .. } | Self::CommandLine(_) | Self::Profile(_) => None,
        }
    }

    /// The command line, or the profile's name.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::CommandLine(text) | Self::Profile(text) | Self::Row { text, .. } => text,
        }
    }

    /// One line for people, harmless for a terminal.
    pub(crate) fn title(&self) -> String {
        let title = match self {
            Self::CommandLine(text) => text.clone(),
            Self::Profile(file) => format!("profile {file}"),
            Self::Row { file, line, text } => {
                format!(
                    "{}:{line}: {text}",
                    file.as_deref().unwrap_or("standard input")
                )
            }
        };
        safe(&title).into_owned()
    }
}

/// What is said of all subjects of one `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threshold {
    /// The level that was judged at.
    pub level: Level,
    /// From here on any finding counts.
    pub fail_on: Severity,
}

impl Threshold {
    /// Does the finding count? A refusal does, an overridden finding does not, any other by its severity.
    pub(crate) fn counts(self, finding: &Finding) -> bool {
        match finding.verdict {
            Verdict::Refused(_) => true,
            Verdict::Allowed { .. } => false,
            Verdict::Rewritten { .. } | Verdict::Noted | Verdict::Shown => {
                finding.rule.severity >= self.fail_on
            }
        }
    }

    /// Does a finding of the subject count?
    pub(crate) fn fails(self, subject: &Subject) -> bool {
        subject.findings.iter().any(|finding| self.counts(finding))
    }

    /// The level's name.
    pub(crate) fn level_name(self) -> &'static str {
        match self.level {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// The name of a verdict, as in JSON.
pub(crate) fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Refused(_) => "refused",
        Verdict::Allowed { .. } => "allowed",
        Verdict::Rewritten { .. } => "rewritten",
        Verdict::Noted => "noted",
        Verdict::Shown => "shown",
    }
}

/// What overrides the finding, to be copied; none when nothing does, or when that was done.
pub(crate) fn remedy(finding: &Finding) -> Option<String> {
    let is_of_row = ROW_RULES.iter().any(|rule| rule.id == finding.rule.id);
    match finding.verdict {
        Verdict::Refused(Refusal::Forbidden) | Verdict::Allowed { .. } => None,
        _ if is_of_row => None,
        Verdict::Refused(_) | Verdict::Rewritten { .. } | Verdict::Noted | Verdict::Shown => {
            Some(format!("--allow {}=\"why it is needed\"", finding.rule.id))
        }
    }
}

impl Subject {
    /// Puts the worst finding first: what is refused, then by severity.
    pub(crate) fn sort(&mut self) {
        self.findings.sort_by_key(|finding| {
            let is_refused = matches!(finding.verdict, Verdict::Refused(_));
            (!is_refused, std::cmp::Reverse(finding.rule.severity))
        });
    }

    /// The strongest verdict among its findings, `clean` without any.
    pub(crate) fn verdict(&self) -> &'static str {
        let has = |name: &&&str| {
            self.findings
                .iter()
                .any(|finding| verdict_name(&finding.verdict) == **name)
        };
        let order = ["refused", "allowed", "rewritten", "noted", "shown"];
        order.iter().find(has).copied().unwrap_or("clean")
    }
}

/// What came of all subjects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Subjects that were judged.
    pub checked: usize,
    /// Of those, how many would not start.
    pub refused: usize,
    /// Of those, how many hold a finding that counts.
    pub failed: usize,
    /// Of those, how many have no finding at all.
    pub clean: usize,
    /// What could not be judged.
    pub problems: usize,
    /// Findings by severity, mildest first.
    pub findings: [usize; Severity::ALL.len()],
}

impl Totals {
    /// Counts one more.
    pub(crate) fn count(&mut self, subject: &Result<Subject, Problem>, bar: Threshold) {
        let add =
            |number: &mut usize, more: bool| *number = number.saturating_add(usize::from(more));
        let Ok(subject) = subject else {
            return add(&mut self.problems, true);
        };
        add(&mut self.checked, true);
        add(&mut self.refused, subject.verdict() == "refused");
        add(&mut self.failed, bar.fails(subject));
        add(&mut self.clean, subject.findings.is_empty());
        for finding in &subject.findings {
            for (number, severity) in self.findings.iter_mut().zip(Severity::ALL) {
                add(number, severity == finding.rule.severity);
            }
        }
    }
}
