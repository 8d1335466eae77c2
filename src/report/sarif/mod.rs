//! Findings as SARIF 2.1.0 (OASIS, 27 March 2020), for code scanning services.
//!
//! The rules of the tool are the catalogue. An overridden finding is a suppressed result. A place in a profile or in a
//! file of commands is a physical location, an argument of the command line a logical one.

mod location;

use std::cell::RefCell;
use std::io::{self, Write};

use serde::Serialize;

use self::location::Location;
use super::harmless::to_writer;
use super::json::{Elements, Later, Subjects};
use super::subject::{Subject, Threshold, verdict_name};
use crate::policy::engine::{Finding, Verdict};
use crate::policy::rows::ROW_RULES;
use crate::policy::rule::{Rule, Severity};
use crate::policy::rules::RULES;
use crate::problem::Problem;

/// The official schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one log with one run.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(out: &mut dyn Write, bar: Threshold, subjects: Subjects<'_>) -> io::Result<()> {
    let problems = RefCell::default();
    let driver = Driver {
        name: "safe-podman",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules().map(Descriptor::of).collect(),
    };
    let run = SarifRun {
        tool: SarifTool { driver },
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            level: bar.level_name(),
            fail_on: bar.fail_on.name(),
        },
        results: Elements::new(subjects, &problems, results),
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: Later(&problems, Notification::of),
        }],
    };
    to_writer(
        out,
        2,
        &SarifLog {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [run],
        },
    )
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(ROW_RULES).copied()
}

#[derive(Serialize)]
struct SarifLog<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<R: Serialize, N: Serialize> {
    tool: SarifTool,
    column_kind: &'static str,
    properties: RunProperties,
    results: R,
    /// Behind the results: the problems are known when these are written.
    invocations: [Invocation<N>; 1],
}

#[derive(Serialize)]
struct RunProperties {
    level: &'static str,
    #[serde(rename = "failOn")]
    fail_on: &'static str,
}

#[derive(Serialize)]
struct SarifTool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
    properties: DescriptorProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct DescriptorProperties {
    severity: &'static str,
    /// What code scanning services sort by, from 0.0 to 10.0.
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
    tags: Vec<&'static str>,
}

impl Descriptor {
    fn of(rule: &Rule) -> Self {
        let references = rule.references.join("; ");
        let help = format!(
            "Why: {}.\nInstead: {}.\nReferences: {references}.",
            rule.why, rule.instead
        );
        let markdown = format!(
            "**Why:** {}.\n\n**Instead:** {}.\n\n**References:** {references}.",
            rule.why, rule.instead
        );
        Self {
            id: rule.id.name(),
            short_description: Message::new(rule.title),
            full_description: Message::new(rule.why),
            help: Message {
                text: help,
                markdown: Some(markdown),
            },
            default_configuration: Configuration {
                level: level(rule.severity),
            },
            properties: DescriptorProperties {
                severity: rule.severity.name(),
                security_severity: score(rule.severity),
                tags: ["security", "container"]
                    .into_iter()
                    .chain(rule.references.iter().copied())
                    .collect(),
            },
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl Message {
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            markdown: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    suppressions: Vec<Suppression>,
    properties: ResultProperties,
}

#[derive(Serialize)]
struct ResultProperties {
    verdict: &'static str,
    severity: &'static str,
    subject: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

fn results(subject: &Subject) -> Vec<SarifResult> {
    subject
        .findings
        .iter()
        .map(|finding| result(subject, finding))
        .collect()
}

fn result(subject: &Subject, finding: &Finding) -> SarifResult {
    let rule = finding.rule;
    let suppression = match &finding.verdict {
        Verdict::Allowed { reason, .. } => Some(Suppression {
            kind: "external",
            justification: reason.clone(),
        }),
        Verdict::Refused(_) | Verdict::Rewritten { .. } | Verdict::Noted | Verdict::Shown => None,
    };
    SarifResult {
        rule_id: rule.id.name(),
        rule_index: rules().position(|other| other.id == rule.id),
        level: match finding.verdict {
            Verdict::Refused(_) => "error",
            _ => level(rule.severity),
        },
        message: Message::new(format!("{}; instead: {}", finding.what, finding.instead)),
        locations: [Location::of(&subject.place, &finding.origin)],
        suppressions: suppression.into_iter().collect(),
        properties: ResultProperties {
            verdict: verdict_name(&finding.verdict),
            severity: rule.severity.name(),
            subject: subject.place.text().to_owned(),
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<N: Serialize> {
    execution_successful: bool,
    tool_execution_notifications: N,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

impl Notification {
    fn of(problem: &Problem) -> Self {
        let place = problem
            .origin
            .as_ref()
            .map(|origin| format!(" ({origin})"))
            .unwrap_or_default();
        Self {
            level: "error",
            message: Message::new(format!("{}{place}", problem.what)),
        }
    }
}
