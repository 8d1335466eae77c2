//! What people are told, whole, as they see it.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::human;
use super::subject::{Subject, SubjectPlace, Threshold, Totals};
use crate::origin::Origin;
use crate::policy::engine::{Finding, Refusal, Verdict};
use crate::policy::level::Level;
use crate::policy::rule::Severity;
use crate::policy::rules::RULES;
use crate::problem::Problem;
use crate::testing::{self, Told};

/// As `run` tells it, and `check` what `run` does not.
fn told(finding: &Finding) -> String {
    match &finding.verdict {
        Verdict::Refused(why) => human::refusal(finding, why),
        Verdict::Rewritten { .. } | Verdict::Noted | Verdict::Allowed { .. } => {
            human::note(finding).unwrap()
        }
        Verdict::Shown => human::subject(&subject(vec![finding.clone()])),
    }
}

fn subject(findings: Vec<Finding>) -> Subject {
    Subject {
        place: SubjectPlace::CommandLine("localhost/test".to_owned()),
        command: None,
        findings,
        unneeded: Vec::new(),
    }
}

/// The pages of the rules are in the manual, which a test of its own holds.
#[test]
fn each_rule_on_its_bad_example() {
    for severity in Severity::ALL {
        let mut all = Told::default();
        for rule in RULES.iter().filter(|rule| rule.severity == severity) {
            for finding in testing::findings_of_example(rule.id.name(), rule.bad) {
                all.printed(rule.bad.join(" "), &told(&finding));
            }
        }
        insta::assert_snapshot!(format!("rules_{severity}"), all.text());
    }
}

#[test]
fn each_verdict_on_one_finding() {
    let found = testing::findings("privileged", &["--privileged"]).remove(0);
    let reason = || "the build needs it".to_owned();
    let mut all = Told::default();
    for verdict in [
        Verdict::Refused(Refusal::NotAllowed),
        Verdict::Refused(Refusal::Expired {
            reason: reason(),
            until: "2026-03-31".parse().unwrap(),
        }),
        Verdict::Refused(Refusal::Forbidden),
        Verdict::Rewritten {
            to: "--privileged=false".to_owned(),
        },
        Verdict::Noted,
        Verdict::Allowed {
            reason: reason(),
            by: Origin::Profile {
                file: "web.yaml".into(),
                line: 3,
                column: 5,
            },
        },
        Verdict::Shown,
    ] {
        let title = format!("{verdict:?}");
        let finding = Finding {
            verdict,
            ..found.clone()
        };
        all.printed(format!("run: {title}"), &told(&finding));
        all.printed(
            format!("check: {title}"),
            &human::subject(&subject(vec![finding])),
        );
    }
    insta::assert_snapshot!("verdicts", all.text());
    // The one message with its colours.
    insta::assert_snapshot!(
        "colours",
        human::refusal(&found, &Refusal::NotAllowed).escape_debug()
    );
}

#[test]
fn what_is_said_beside_the_findings() {
    let mut all = Told::default();
    all.printed(
        "a remark",
        &human::remark("seal", "the hook is not installed"),
    );
    let allow = testing::layers(
        "allow: [{rule: privileged, reason: x}]",
        &std::path::Path::new("/").into(),
    );
    let allow = allow.unwrap().allow.remove(0);
    all.printed("an override that met nothing", &human::unneeded(&allow));
    let mut subject = subject(Vec::new());
    subject.unneeded.push(allow);
    all.printed("the same in check", &human::subject(&subject));
    let threshold = Threshold {
        level: Level::Baseline,
        fail_on: Severity::High,
    };
    let mut totals = Totals {
        checked: 7,
        clean: 7,
        ..Totals::default()
    };
    all.printed("totals, good", &human::totals(&totals, threshold));
    (totals.refused, totals.failed, totals.clean, totals.problems) = (2, 3, 1, 1);
    totals.findings = [1, 0, 2, 3, 4];
    all.printed("totals, bad", &human::totals(&totals, threshold));
    let place = Origin::Profile {
        file: "web.yaml".into(),
        line: 3,
        column: 10,
    };
    let problem = Problem::new("\"hots\" is not a network: write none, bridge or host")
        .at(&place)
        .showing("   3 | network: hots\n     |          ^")
        .instead("network: host");
    all.problem("a problem with everything", &problem);
    all.problem("a problem with a sentence", &Problem::new("cannot write"));
    insta::assert_snapshot!("beside", all.text());
}
