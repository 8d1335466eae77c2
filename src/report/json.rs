//! Findings as JSON: `safe-podman/findings/1`, described by `tests/schema/findings.schema.json`.
//!
//! The document is written while it is made, a subject at a time, so that its size does not matter. Fields may be added
//! within a version; a reader that meets another `version` does not know the document.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq as _, Serializer};

use super::harmless::to_writer;
use super::subject::{Subject, SubjectPlace, Threshold, remedy, verdict_name};
use crate::origin::Origin;
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::problem::Problem;

/// The name and major version of the document.
const SCHEMA: &str = "safe-podman/findings/1";

/// Subjects, or what could not be judged, in the order in which they are to be written.
pub(crate) type Subjects<'a> = &'a mut dyn Iterator<Item = Result<Subject, Problem>>;

/// Writes one document.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(out: &mut dyn Write, bar: Threshold, subjects: Subjects<'_>) -> io::Result<()> {
    let problems = RefCell::default();
    let document = Report {
        schema: SCHEMA,
        version: 1,
        tool: Tool {
            name: "safe-podman",
            version: env!("CARGO_PKG_VERSION"),
        },
        level: bar.level_name(),
        fail_on: bar.fail_on.name(),
        subjects: Elements::new(subjects, &problems, |subject: &Subject| {
            vec![SubjectView::of(subject, bar)]
        }),
        problems: Later(&problems, ProblemView::of),
    };
    to_writer(out, 1, &document)
}

/// An array that is filled while it is written: what `view` makes of each subject. Problems are put aside.
pub(super) struct Elements<'a, F> {
    subjects: RefCell<Subjects<'a>>,
    problems: &'a RefCell<Vec<Problem>>,
    view: F,
}

impl<'a, F> Elements<'a, F> {
    pub(super) fn new(
        subjects: Subjects<'a>,
        problems: &'a RefCell<Vec<Problem>>,
        view: F,
    ) -> Self {
        Self {
            subjects: RefCell::new(subjects),
            problems,
            view,
        }
    }
}

impl<V: Serialize, F: Fn(&Subject) -> Vec<V>> Serialize for Elements<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(None)?;
        for subject in &mut **self.subjects.borrow_mut() {
            match subject {
                Ok(subject) => (self.view)(&subject)
                    .iter()
                    .try_for_each(|element| array.serialize_element(element))?,
                Err(problem) => self.problems.borrow_mut().push(problem),
            }
        }
        array.end()
    }
}

/// The problems that [`Elements`] put aside; stands behind it in the document.
pub(super) struct Later<'a, V>(
    pub(super) &'a RefCell<Vec<Problem>>,
    pub(super) fn(&Problem) -> V,
);

impl<V: Serialize> Serialize for Later<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.borrow().iter().map(self.1))
    }
}

#[derive(Serialize)]
struct Report<S: Serialize, P: Serialize> {
    schema: &'static str,
    version: u8,
    tool: Tool,
    level: &'static str,
    fail_on: &'static str,
    subjects: S,
    problems: P,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct SubjectView {
    kind: &'static str,
    subject: String,
    file: Option<String>,
    line: Option<usize>,
    verdict: &'static str,
    failed: bool,
    command: Option<Vec<String>>,
    findings: Vec<FindingView>,
    unneeded: Vec<UnneededView>,
}

impl SubjectView {
    fn of(subject: &Subject, bar: Threshold) -> Self {
        let kind = match &subject.place {
            SubjectPlace::CommandLine(_) | SubjectPlace::Row { .. } => "command-line",
            SubjectPlace::Profile(_) => "profile",
        };
        let line = match &subject.place {
            SubjectPlace::Row { line, .. } => Some(*line),
            SubjectPlace::CommandLine(_) | SubjectPlace::Profile(_) => None,
        };
        let unneeded = subject.unneeded.iter().map(|allow| UnneededView {
            rule: allow.rule.name(),
            reason: allow.reason.clone(),
            origin: OriginView::of(&allow.origin),
        });
        Self {
            kind,
            subject: subject.place.text().to_owned(),
            file: subject.place.file().map(|(file, _)| file.to_owned()),
            line,
            verdict: subject.verdict(),
            failed: bar.fails(subject),
            command: subject.command.clone(),
            findings: subject
                .findings
                .iter()
                .map(|finding| FindingView::of(finding, bar))
                .collect(),
            unneeded: unneeded.collect(),
        }
    }
}

#[derive(Serialize)]
struct UnneededView {
    rule: &'static str,
    reason: String,
    origin: OriginView,
}

#[derive(Serialize)]
struct FindingView {
    rule: &'static str,
    title: &'static str,
    severity: &'static str,
    verdict: &'static str,
    failed: bool,
    message: String,
    origin: OriginView,
    why: &'static str,
    instead: String,
    /// The value that a rewritten one has now.
    to: Option<String>,
    /// What overrides it; none when nothing does.
    r#override: Option<String>,
    references: &'static [&'static str],
    /// The reason of an override, also of one that has expired.
    reason: Option<String>,
    /// The last day of an override that has expired.
    until: Option<String>,
}

impl FindingView {
    fn of(finding: &Finding, bar: Threshold) -> Self {
        let rule = finding.rule;
        let (to, reason, until) = match &finding.verdict {
            Verdict::Rewritten { to } => (Some(to.clone()), None, None),
            Verdict::Allowed { reason, .. } => (None, Some(reason.clone()), None),
            Verdict::Refused(Refusal::Expired { reason, until }) => {
                (None, Some(reason.clone()), Some(until.to_string()))
            }
            Verdict::Refused(Refusal::NotAllowed | Refusal::Forbidden)
            | Verdict::Noted
            | Verdict::Shown => (None, None, None),
        };
        Self {
            rule: rule.id.name(),
            title: rule.title,
            severity: rule.severity.name(),
            verdict: verdict_name(&finding.verdict),
            failed: bar.counts(finding),
            message: finding.what.clone(),
            origin: OriginView::of(&finding.origin),
            why: rule.why,
            instead: finding.instead.clone(),
            to,
            r#override: remedy(finding),
            references: rule.references,
            reason,
            until,
        }
    }
}

#[derive(Default, Serialize)]
struct OriginView {
    kind: &'static str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    index: Option<usize>,
    text: Option<String>,
}

impl OriginView {
    fn of(origin: &Origin) -> Self {
        match origin {
            Origin::Baseline => Self {
                kind: "baseline",
                ..Self::default()
            },
            Origin::Profile { file, line, column } => Self {
                kind: "profile",
                file: Some(file.to_string()),
                line: Some(*line),
                column: Some(*column),
                ..Self::default()
            },
            Origin::Argument { index, text } => Self {
                kind: "argument",
                index: Some(*index),
                text: Some(text.to_string()),
                ..Self::default()
            },
            Origin::Host(what) => Self {
                kind: "host",
                text: Some((*what).to_owned()),
                ..Self::default()
            },
            Origin::Image(what) => Self {
                kind: "image",
                text: Some((*what).to_owned()),
                ..Self::default()
            },
        }
    }
}

#[derive(Serialize)]
struct ProblemView {
    message: String,
    origin: Option<OriginView>,
    shown: Option<String>,
    instead: Option<String>,
}

impl ProblemView {
    fn of(problem: &Problem) -> Self {
        Self {
            message: problem.what.clone(),
            origin: problem.origin.as_ref().map(OriginView::of),
            shown: problem.shown.clone(),
            instead: problem.instead.clone(),
        }
    }
}
