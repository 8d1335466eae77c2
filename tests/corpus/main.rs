//! How command lines of real life fare. See README.md beside this file; without `SAFE_PODMAN_CORPUS` there is nothing
//! to do.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "tests"
)]

#[path = "../cases/judge.rs"]
mod judge;
#[path = "../cases/machine.rs"]
mod machine;
mod reader;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use safe_podman::testing::Fake;
use safe_podman::testing::Verdict;
use serde::Deserialize;

/// A file of JSON rows.
const CORPUS: &str = "SAFE_PODMAN_CORPUS";
/// What is said of a command line that ends before the image.
const NO_IMAGE: &str = "there is no image";
/// When set, each row of one of these kinds is printed: `refused`, `unreadable`, `rewritten`, `noted`, a rule's id.
const SHOW: &str = "SAFE_PODMAN_CORPUS_SHOW";

#[derive(Deserialize)]
struct Row {
    source: String,
    command: String,
}

/// What became of one command line, the strongest of all that was said about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Accepted,
    Noted,
    Rewritten,
    Refused,
    Unreadable,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Noted => "noted",
            Self::Rewritten => "rewritten",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

#[derive(Default)]
struct Tally {
    fates: BTreeMap<Fate, usize>,
    rules: BTreeMap<(&'static str, Fate), usize>,
    alone: BTreeMap<&'static str, usize>,
    took: Duration,
}

fn main() {
    let Some(path) = std::env::var_os(CORPUS) else {
        println!("skipped: corpus: {CORPUS} names no file of rows {{source, command}}");
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Row> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let show = std::env::var(SHOW).unwrap_or_default();
    for (name, host) in [
        ("root", machine::rootful()),
        ("a user", machine::rootless()),
    ] {
        let mut tally = Tally::default();
        for row in &rows {
            tally.add(row, &host, &show);
        }
        println!("{}", tally.report(name, rows.len()));
    }
}

impl Tally {
    fn add(&mut self, row: &Row, host: &Fake, show: &str) {
        let runs = match reader::runs(&row.command) {
            Ok(runs) if runs.is_empty() => Err("no run in it".to_owned()),
            Ok(runs) => Ok(runs),
            Err(why) => Err(why.to_owned()),
        };
        // The worst of a row that runs several.
        let (mut fate, mut said) = (Fate::Accepted, Vec::new());
        match runs {
            Err(why) => (fate, said) = (Fate::Unreadable, vec![why]),
            Ok(runs) => {
                for words in runs {
                    let (one, what) = self.judge(&words, host);
                    fate = fate.max(one);
                    said.extend(what);
                }
            }
        }
        *self.fates.entry(fate).or_default() += 1;
        let is_shown = |said: &String| said.split(':').next() == Some(show);
        if !show.is_empty() && (fate.name() == show || said.iter().any(is_shown)) {
            println!(
                "{}\n{}\n    {}\n",
                row.source,
                row.command,
                said.join("\n    ")
            );
        }
    }

    fn judge(&mut self, words: &[String], host: &Fake) -> (Fate, Vec<String>) {
        let run = judge::on(host);
        let start = Instant::now();
        let mut judged = judge::judge(&run, words);
        self.took += start.elapsed();
        if judged
            .as_ref()
            .is_err_and(|problem| problem.what == NO_IMAGE)
        {
            // The row is a fragment that ends before the image.
            let words: Vec<String> = words
                .iter()
                .cloned()
                .chain(["standin".to_owned()])
                .collect();
            judged = judge::judge(&run, &words);
        }
        let judged = match judged {
            Ok(judged) => judged,
            Err(problem) => return (Fate::Unreadable, vec![problem.to_string()]),
        };
        let mut worst = Fate::Accepted;
        let mut said = Vec::new();
        for finding in &judged.judgement.findings {
            let fate = match finding.verdict {
                Verdict::Refused(_) => Fate::Refused,
                Verdict::Rewritten { .. } => Fate::Rewritten,
                Verdict::Noted | Verdict::Allowed { .. } => Fate::Noted,
                Verdict::Shown => continue,
            };
            let entry = (finding.rule.id.name(), fate);
            if !said.iter().any(|(old, _)| *old == entry) {
                *self.rules.entry(entry).or_default() += 1;
            }
            worst = worst.max(fate);
            said.push((
                entry,
                format!("{}: {}", finding.rule.id.name(), finding.what),
            ));
        }
        let mut refusing: Vec<&str> = said
            .iter()
            .filter(|((_, fate), _)| *fate == Fate::Refused)
            .map(|((rule, _), _)| *rule)
            .collect();
        refusing.dedup();
        if let [rule] = refusing[..] {
            *self.alone.entry(rule).or_default() += 1;
        }
        let mut said: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
        if worst < Fate::Refused {
            said.push(format!("podman run {}", judged.argv.join(" ")));
        }
        (worst, said)
    }

    fn report(&self, name: &str, rows: usize) -> String {
        let share = |count: usize| 100.0 * count as f64 / rows as f64;
        let mut lines = vec![format!(
            "as {name}: {rows} rows, judged in {:.2} s",
            self.took.as_secs_f64()
        )];
        for (fate, count) in &self.fates {
            lines.push(format!(
                "{count:6} {:5.1} %  {}",
                share(*count),
                fate.name()
            ));
        }
        for fate in [Fate::Refused, Fate::Rewritten, Fate::Noted] {
            let mut of_fate: Vec<_> = self
                .rules
                .iter()
                .filter(|((_, of), _)| *of == fate)
                .collect();
            of_fate.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            lines.push(format!("{} by rule (alone)", fate.name()));
            for ((rule, _), count) in of_fate {
                let alone = self.alone.get(rule).filter(|_| fate == Fate::Refused);
                let alone = alone.map_or(String::new(), |count| format!(" ({count})"));
                lines.push(format!("{count:6} {:5.1} %  {rule}{alone}", share(*count)));
            }
        }
        lines.join("\n") + "\n"
    }
}
