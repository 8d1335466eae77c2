//! `check`: judge, and start nothing.

mod rows;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use self::rows::Rows;
use super::WRAPPER_FAILED;
use crate::cli::{CheckOptions, Format, RunOptions, Target, help};
use crate::podman::args::RunArgs;
use crate::policy::engine::Judgement;
use crate::problem::Problem;
use crate::report::subject::{Place, Subject, Threshold, Totals};
use crate::report::{self, human, json, sarif};
use crate::shell::ShellContext;

/// A finding counts, or something could not be read.
const FOUND: u8 = 1;
/// Nothing could be checked.
const NOTHING: u8 = 2;
/// Stands for the image when a profile is checked alone: a digest, so that no rule about images has a say.
const ANY_IMAGE: &str =
    "localhost/any@sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// What `run` would make of a command line, just before it would start it.
#[derive(Debug)]
pub(super) struct Judged {
    /// What the rules say.
    pub judgement: Judgement,
    /// The podman command.
    pub argv: Vec<OsString>,
}

/// Judges what was said, as `run` does.
pub(super) trait Judge {
    /// Builds the container and holds the rules against it.
    ///
    /// # Errors
    /// What `run` would stop at before it can judge.
    fn judge(&self, said: &RunOptions) -> Result<Judged, Problem>;
}

impl<F: Fn(&RunOptions) -> Result<Judged, Problem>> Judge for F {
    fn judge(&self, said: &RunOptions) -> Result<Judged, Problem> {
        self(said)
    }
}

/// `safe-podman check WORDS`, everything printed: 0 when it is clean, 1 when a finding counts, 2 when nothing could be
/// checked, 125 when the result could not be written.
pub(super) fn check(
    words: &[OsString],
    directory: &Arc<Path>,
    around: ShellContext,
    judge: &dyn Judge,
) -> ExitCode {
    let said = match CheckOptions::parse(words, directory) {
        Ok(said) => said,
        Err(problem) => return stop(&problem, NOTHING),
    };
    if said.run.help {
        return match report::data(&help("check")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => stop(&problem, WRAPPER_FAILED),
        };
    }
    let checker = Checker {
        line: report::shell::line(words),
        said,
        directory,
        around,
        judge,
    };
    match report::stream(|out| checker.check(out)) {
        Ok(Ok(totals)) => ExitCode::from(code(&totals)),
        Ok(Err(problem)) => stop(&problem, NOTHING),
        Err(problem) => stop(&problem, WRAPPER_FAILED),
    }
}

fn stop(problem: &Problem, code: u8) -> ExitCode {
    report::message(&human::problem(problem));
    ExitCode::from(code)
}

fn code(totals: &Totals) -> u8 {
    match totals {
        Totals { checked: 0, .. } => NOTHING,
        Totals {
            failed: 0,
            problems: 0,
            ..
        } => 0,
        _ => FOUND,
    }
}

/// One `check`.
pub(super) struct Checker<'a> {
    /// What was typed.
    line: String,
    pub(super) said: CheckOptions,
    pub(super) directory: &'a Arc<Path>,
    pub(super) around: ShellContext,
    judge: &'a dyn Judge,
}

impl Checker<'_> {
    /// Checks the target and writes what is found. The inner problem is one that nothing could be checked for.
    fn check(&self, out: &mut dyn Write) -> io::Result<Result<Totals, Problem>> {
        match &self.said.target {
            Target::CommandLine => {
                let place = Place::CommandLine(self.line.clone());
                let mut subjects =
                    std::iter::once_with(|| self.judge(&self.said.run, place.clone()));
                self.write(out, &mut subjects).map(Ok)
            }
            Target::Profiles(profiles) => {
                let mut subjects = profiles.iter().map(|profile| self.profile(profile));
                self.write(out, &mut subjects).map(Ok)
            }
            Target::Commands(file) if file == "-" => self
                .write(out, &mut self.rows(io::stdin().lock(), None))
                .map(Ok),
            Target::Commands(file) => match File::open(file) {
                Ok(opened) => self
                    .write(
                        out,
                        &mut self.rows(BufReader::new(opened), Some(file.clone())),
                    )
                    .map(Ok),
                Err(error) => Ok(Err(Problem::new(format!(
                    "cannot open \"{file}\": {error}"
                ))
                .instead("check --commands FILE, or - for standard input"))),
            },
        }
    }

    fn rows<R>(&self, reader: R, file: Option<String>) -> Rows<'_, R> {
        Rows {
            reader,
            file,
            checker: self,
            line: 0,
            waiting: Vec::new(),
            has_ended: false,
        }
    }

    fn profile(&self, profile: &str) -> Result<Subject, Problem> {
        let args = RunArgs {
            given: Vec::new(),
            image: Some(ANY_IMAGE.to_owned()),
            image_index: 0,
            command: Vec::new(),
        };
        let said = RunOptions {
            profile: Some(profile.to_owned()),
            args,
            ..self.said.run.clone()
        };
        let mut subject = self.judge(&said, Place::Profile(profile.to_owned()))?;
        // The image in it is none.
        subject.command = None;
        Ok(subject)
    }

    /// Judges a command line.
    pub(super) fn judge(&self, said: &RunOptions, place: Place) -> Result<Subject, Problem> {
        let Judged { judgement, argv } = self.judge.judge(said)?;
        let command = argv
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        Ok(Subject {
            place,
            command: Some(command),
            findings: judgement.findings,
            unneeded: judgement.unneeded,
        })
    }

    fn write(
        &self,
        out: &mut dyn Write,
        subjects: &mut dyn Iterator<Item = Result<Subject, Problem>>,
    ) -> io::Result<Totals> {
        let bar = Threshold {
            level: self.said.run.level,
            fail_on: self.said.fail_on,
        };
        let mut totals = Totals::default();
        let mut counted = subjects.inspect(|subject| totals.count(subject, bar));
        match self.said.run.format {
            Format::Json => json::write(out, bar, &mut counted)?,
            Format::Sarif => sarif::write(out, bar, &mut counted)?,
            Format::Human => {
                for subject in counted {
                    match subject {
                        Ok(subject) => out.write_all(human::subject(&subject).as_bytes())?,
                        Err(problem) => report::message(&human::problem(&problem)),
                    }
                }
                if totals.checked > 0 {
                    out.write_all(human::totals(&totals, bar).as_bytes())?;
                } else if totals.problems == 0 {
                    report::message(&human::problem(&Problem::new("there was nothing to check")));
                }
            }
        }
        Ok(totals)
    }
}
