//! `rules.jsonl`: command lines with what must become of them.
//!
//! A row is `{expect, rule, level, args, note}`. `args` stand between `run` and the image (`image`, else
//! `localhost/app:1`). `expect` is
//! - `refuse`: `rule` is among those that refuse it; `grammar` for a line that nobody can read;
//! - `rewrite`: it runs, and podman is given each word of `argv`;
//! - `note`: it runs, and `rule` says so in a note;
//! - `allow`: it runs, because an override of `rule` counts;
//! - `accept`: it runs, and `rule` finds nothing to refuse, change or note.
//!
//! `host` is `rootful` unless it says `rootless`; [`super::machine`] is what both look like. `site` is the administrator's
//! policy, `profile` the profile (an override with a last day stands only there), `today` another day than 2026-11-22.

use std::collections::BTreeSet;

use safe_podman::testing::{Fake, Level, Problem, Site, TestRun, Verdict, layers};
use serde::Deserialize;

use crate::judge::{self, Judged};
use crate::machine;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) expect: Expect,
    pub(crate) rule: String,
    pub(crate) level: String,
    pub(crate) args: Vec<String>,
    #[serde(default)]
    pub(crate) note: String,
    #[serde(default = "app")]
    pub(crate) image: String,
    #[serde(default)]
    pub(crate) host: User,
    #[serde(default)]
    pub(crate) argv: Vec<String>,
    #[serde(default)]
    pub(crate) site: Option<String>,
    #[serde(default)]
    pub(crate) profile: Option<String>,
    #[serde(default)]
    pub(crate) today: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expect {
    Refuse,
    Rewrite,
    Note,
    Allow,
    Accept,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum User {
    #[default]
    Rootful,
    Rootless,
}

fn app() -> String {
    "localhost/app:1".to_owned()
}

impl Row {
    pub(crate) fn all() -> Vec<Self> {
        let lines = include_str!("rules.jsonl").lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}")))
            .collect()
    }

    pub(crate) fn machine(&self) -> Fake {
        match self.host {
            User::Rootful => machine::rootful(),
            User::Rootless => machine::rootless(),
        }
    }

    pub(crate) fn level(&self) -> Level {
        self.level.parse().unwrap()
    }

    /// `args` and the image.
    pub(crate) fn words(&self) -> Vec<String> {
        let image = [&self.image];
        self.args.iter().chain(image).cloned().collect()
    }

    /// Why a command line does not fare as this row says; the words or a profile may be others than the row's own.
    pub(crate) fn fault(
        &self,
        host: &Fake,
        profile: Option<&str>,
        words: &[String],
    ) -> Option<String> {
        let judged = match self.judged(host, profile, words) {
            Ok(judged) => judged,
            Err(_) if self.expect == Expect::Refuse && self.rule == "grammar" => return None,
            Err(problem) => return Some(format!("unreadable: {problem}")),
        };
        match self.expect {
            Expect::Refuse => {
                let by = refused_by(&judged);
                let is_refused = by.contains(&self.rule.as_str());
                (!is_refused).then(|| format!("refused by {by:?}"))
            }
            Expect::Rewrite => self.unwritten(&judged),
            Expect::Note => self.unsaid(&judged, |verdict| *verdict == Verdict::Noted),
            Expect::Allow => self.unsaid(&judged, |verdict| {
                matches!(verdict, Verdict::Allowed { .. })
            }),
            Expect::Accept => self.objection(&judged),
        }
    }

    fn judged(
        &self,
        host: &Fake,
        profile: Option<&str>,
        words: &[String],
    ) -> Result<Judged, Problem> {
        let mut run = TestRun {
            level: self.level(),
            ..judge::on(host)
        };
        if let Some(text) = &self.site {
            run.site = Site::parse(text, "policy.yaml")?;
        }
        if let Some(text) = profile.or(self.profile.as_deref()) {
            run.profile = layers(text, &run.directory)?;
        }
        if let Some(day) = &self.today {
            run.today = day.parse()?;
        }
        judge::judge(&run, words)
    }

    fn unwritten(&self, judged: &Judged) -> Option<String> {
        let missing = self.argv.iter().find(|word| !judged.argv.contains(word));
        match (refused_by(judged).as_slice(), missing) {
            ([], None) => None,
            ([], Some(word)) => Some(format!("no {word} in {:?}", judged.argv)),
            (by, _) => Some(format!("refused by {by:?}")),
        }
    }

    fn unsaid(&self, judged: &Judged, is_it: fn(&Verdict) -> bool) -> Option<String> {
        let (refused, said) = (refused_by(judged), rules(judged, is_it));
        let is_said = refused.is_empty() && said.contains(&self.rule.as_str());
        (!is_said).then(|| format!("refused by {refused:?}, told by {said:?}"))
    }

    fn objection(&self, judged: &Judged) -> Option<String> {
        let own = rules(judged, |verdict| *verdict != Verdict::Shown);
        let refused = refused_by(judged);
        (!refused.is_empty() || own.contains(&self.rule.as_str()))
            .then(|| format!("refused by {refused:?}, told by {own:?}"))
    }
}

/// The rules that gave a verdict of this kind.
fn rules(judged: &Judged, is_it: fn(&Verdict) -> bool) -> Vec<&'static str> {
    let findings = judged.judgement.findings.iter();
    let found = findings.filter(|finding| is_it(&finding.verdict));
    found.map(|finding| finding.rule.id.name()).collect()
}

fn refused_by(judged: &Judged) -> Vec<&'static str> {
    rules(judged, |verdict| matches!(verdict, Verdict::Refused(_)))
}

#[test]
fn every_row_fares_as_it_says() {
    let rows = Row::all();
    assert!(rows.len() >= 300, "{} rows", rows.len());
    let faults: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let fault = row.fault(&row.machine(), None, &row.words())?;
            let Row {
                expect,
                rule,
                level,
                args,
                note,
                ..
            } = row;
            Some(format!(
                "{expect:?} {rule} at {level}: {args:?} ({note})\n    {fault}"
            ))
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{}\n{} faults",
        faults.join("\n"),
        faults.len()
    );
}

/// Every message that a row gets, once: by rule, then those of lines that nobody can read.
#[test]
fn every_message_is_reviewed() {
    let shown = |c: char| match c {
        ' '..='~' | '\n' => c.to_string(),
        _ => c.escape_unicode().to_string(),
    };
    let mut told: BTreeSet<String> = BTreeSet::new();
    for row in Row::all() {
        match row.judged(&row.machine(), None, &row.words()) {
            Ok(judged) => told.extend(judged.judgement.findings.iter().map(|finding| {
                let (what, instead) = (&finding.what, &finding.instead);
                format!(
                    "[{}] {what}\n    instead: {instead}",
                    finding.rule.id.name()
                )
            })),
            Err(Problem { what, instead, .. }) => {
                let instead = instead.map(|instead| format!("\n    instead: {instead}"));
                told.insert(format!("{}{}", what, instead.unwrap_or_default()));
            }
        }
    }
    let told: Vec<String> = told.into_iter().collect();
    let told: String = told.join("\n").chars().map(shown).collect();
    insta::assert_snapshot!("messages", told);
}
