//! The rows of `check --commands`: read one at a time, so that the length of the file does not matter.

use std::ffi::OsString;
use std::io::{self, BufRead, Read as _};

use super::Checker;
use crate::cli::RunOptions;
use crate::origin::Origin;
use crate::policy::engine::{Finding, Verdict};
use crate::policy::rows::{ENGINE_OPTION, UNREADABLE};
use crate::policy::rule::Rule;
use crate::problem::Problem;
use crate::report::subject::{Subject, SubjectPlace};
use crate::shell::{self, Run, Settled, ShellLine, Simple};

/// The bytes of a row; the kernel takes no longer command line than twice this.
const MAX_ROW: u64 = 1024 * 1024;
/// How much of a row is shown as the place of a finding about all of it.
const SHOWN: usize = 60;

/// The subjects of a file, as it is read.
pub(super) struct Rows<'a, R> {
    pub(super) reader: R,
    /// The file's name; none for standard input.
    pub(super) file: Option<String>,
    pub(super) checker: &'a Checker<'a>,
    pub(super) line: usize,
    /// Of the last row, in the wrong order.
    pub(super) waiting: Vec<Subject>,
    pub(super) has_ended: bool,
}

impl<R: BufRead> Iterator for Rows<'_, R> {
    type Item = Result<Subject, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(subject) = self.waiting.pop() {
                return Some(Ok(subject));
            }
            if self.has_ended {
                return None;
            }
            match self.read() {
                Ok(Some(row)) => {
                    self.waiting = self.subjects(row);
                    self.waiting.reverse();
                }
                Ok(None) => self.has_ended = true,
                Err(error) => {
                    self.has_ended = true;
                    let name = self.file.as_deref().unwrap_or("standard input");
                    return Some(Err(Problem::new(format!(
                        "cannot read \"{name}\": {error}"
                    ))));
                }
            }
        }
    }
}

impl<R: BufRead> Rows<'_, R> {
    /// The next row; `Err` inside when it is no text of a bounded length.
    fn read(&mut self) -> io::Result<Option<Result<String, &'static str>>> {
        let mut row = Vec::new();
        let mut bounded = self.reader.by_ref().take(MAX_ROW);
        if bounded.read_until(b'\n', &mut row)? == 0 {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        let is_whole = row.last() == Some(&b'\n') || bounded.limit() > 0;
        if !is_whole {
            self.reader.skip_until(b'\n')?;
            return Ok(Some(Err("it is longer than a mebibyte")));
        }
        Ok(Some(String::from_utf8(row).map_err(|_| "it is not UTF-8")))
    }

    fn subjects(&self, row: Result<String, &'static str>) -> Vec<Subject> {
        match row {
            Ok(row) => {
                let row = row.trim();
                if row.is_empty() || row.starts_with('#') {
                    Vec::new()
                } else {
                    self.row(row)
                }
            }
            Err(why) => vec![self.unread("", why)],
        }
    }

    fn row(&self, row: &str) -> Vec<Subject> {
        let line = match shell::read(row, &self.checker.shell) {
            Ok(line) => line,
            Err(problem) => return vec![self.unread(row, &problem.what)],
        };
        let mut subjects = Vec::new();
        let mut unclear = Vec::new();
        let mut has_moved = false;
        for words in &line.commands {
            match shell::command::simple(&line, words) {
                Simple::Run(run) => subjects.push(self.run(row, &line, &run, has_moved)),
                Simple::Unclear(why) => unclear.push(finding(&UNREADABLE, why, whole(row))),
                Simple::ChangesDirectory => has_moved = true,
                Simple::Other => {}
            }
        }
        match subjects.first_mut() {
            Some(first) => {
                first.findings.append(&mut unclear);
                first.sort();
            }
            None if unclear.is_empty() => {
                subjects.push(self.unread(row, "it runs and creates no container"));
            }
            None => subjects.push(self.subject(row, unclear)),
        }
        subjects
    }

    fn run(&self, row: &str, line: &ShellLine, run: &Run, has_moved: bool) -> Subject {
        let settled = shell::settle(line, run, has_moved);
        let unreadable = settled.unreadable.iter().map(|unreadable| {
            let what = format!("what this is cannot be known, and {}", unreadable.why);
            finding(&UNREADABLE, what, unreadable.origin.clone())
        });
        let engine = run.engine.iter().map(|option| {
            let what = format!("\"{option}\" changes the engine");
            finding(
                &ENGINE_OPTION,
                what,
                Origin::Argument {
                    index: 0,
                    text: option.as_str().into(),
                },
            )
        });
        let findings = unreadable.chain(engine).collect();
        let mut subject = self.subject(row, findings);
        match self.judged(&settled) {
            Ok(judged) => {
                let at_home = judged.findings.into_iter().map(|finding| {
                    let origin = settled.origin(&finding.origin);
                    Finding { origin, ..finding }
                });
                subject.findings.extend(at_home);
                subject.unneeded = judged.unneeded;
                // With something unknown in it, what podman would get is unknown too.
                subject.command = judged.command.filter(|_| settled.unreadable.is_empty());
            }
            Err(problem) => {
                let origin = problem
                    .origin
                    .as_ref()
                    .map_or_else(|| whole(row), |origin| settled.origin(origin));
                let mut found = finding(&UNREADABLE, problem.what, origin);
                found.instead = problem.instead.unwrap_or(found.instead);
                subject.findings.push(found);
            }
        }
        subject.sort();
        subject
    }

    fn judged(&self, settled: &Settled) -> Result<Subject, Problem> {
        let words: &[OsString] = &settled.words;
        let row = RunOptions::parse(words, &[], &self.checker.context.directory)?;
        if row.args.image.is_none() {
            return Err(Problem::new("there is no image"));
        }
        let said = RunOptions {
            args: row.args,
            ..self.checker.said.run.clone()
        };
        self.checker
            .judge(&said, SubjectPlace::Profile(String::new()))
    }

    fn unread(&self, row: &str, why: &str) -> Subject {
        self.subject(row, vec![finding(&UNREADABLE, why.to_owned(), whole(row))])
    }

    fn subject(&self, row: &str, findings: Vec<Finding>) -> Subject {
        let place = SubjectPlace::Row {
            file: self.file.clone(),
            line: self.line,
            text: row.to_owned(),
        };
        Subject {
            place,
            command: None,
            findings,
            unneeded: Vec::new(),
        }
    }
}

fn finding(rule: &'static Rule, what: String, origin: Origin) -> Finding {
    Finding {
        rule,
        what,
        origin,
        instead: rule.instead.to_owned(),
        verdict: Verdict::Noted,
    }
}

fn whole(row: &str) -> Origin {
    let text: String = row.chars().take(SHOWN).collect();
    Origin::Argument {
        index: 0,
        text: text.into(),
    }
}
