//! `check`: judge, and start nothing.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod rows;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use self::rows::Rows;
use super::WRAPPER_FAILED;
use crate::cli::{CheckFormat, CheckOptions, RunOptions, Subcommand, Target, help};
use crate::plan::{Answers, Context, Draft, Request};
use crate::podman::args::RunArgs;
use crate::problem::Problem;
use crate::report::subject::{Subject, SubjectPlace, Threshold, Totals};
use crate::report::{self, human, json, sarif};
use crate::shell::ShellContext;

/// A finding counts, or something could not be read.
const FOUND: u8 = 1;
/// Nothing could be checked.
const NOTHING: u8 = 2;
/// Stands for the image when a profile is checked alone: a digest, so that no rule about images has a say.
pub(super) const ANY_IMAGE: &str =
    "localhost/any@sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// The layers of what was said: the profile is found and laid below it.
pub(super) type Layered<'a> = &'a dyn Fn(&RunOptions) -> Result<Request, Problem>;

/// `safe-podman check WORDS`, everything printed: 0 when it is clean, 1 when a finding counts, 2 when nothing could be
/// checked, 125 when the result could not be written.
pub(super) fn check(words: &[OsString], context: &Context<'_>) -> ExitCode {
    let said = match CheckOptions::parse(words, &context.directory) {
        Ok(said) => said,
        Err(problem) => return stop(&problem, NOTHING),
    };
    if said.run.help {
        return match report::data(&help(Subcommand::Check)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => stop(&problem, WRAPPER_FAILED),
        };
    }
    let library = context.library();
    let checker = Checker {
        line: report::shell::line(words),
        said,
        context,
        shell: shell_context(context),
        layered: &|said| Request::new(said, &library, Vec::new()),
    };
    match report::stream(|out| checker.check(out)) {
        Ok(Some(Ok(totals))) => ExitCode::from(code(&totals)),
        // Whoever read it has gone away, and there is no verdict about the rest.
        Ok(None) => ExitCode::from(WRAPPER_FAILED),
        Ok(Some(Err(problem))) => stop(&problem, NOTHING),
        Err(problem) => stop(&problem, WRAPPER_FAILED),
    }
}

fn shell_context(context: &Context<'_>) -> ShellContext {
    let identity = context.host.identity();
    let text = |path: &Path| path.to_str().map(str::to_owned);
    ShellContext {
        directory: text(&context.directory),
        home: identity.home.as_deref().and_then(text),
        uid: Some(identity.uid),
        gid: Some(identity.gid),
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
    pub(super) context: &'a Context<'a>,
    pub(super) shell: ShellContext,
    layered: Layered<'a>,
}

impl Checker<'_> {
    /// Checks the target and writes what is found. The inner problem is one that nothing could be checked for.
    fn check(&self, out: &mut dyn Write) -> io::Result<Result<Totals, Problem>> {
        match &self.said.target {
            Target::CommandLine => {
                let place = SubjectPlace::CommandLine(self.line.clone());
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
            Target::Commands(file) => {
                let path = self.context.directory.join(file);
                match self.context.host.stream(&path) {
                    Ok(opened) if !opened.may_be_shown => Ok(Err(Problem::new(format!(
                        "the rows of \"{file}\" would be shown, and not everybody may read it"
                    ))
                    .instead(format!("safe-podman check --commands - <{file}")))),
                    Ok(opened) => self
                        .write(out, &mut self.rows(opened.reader, Some(file.clone())))
                        .map(Ok),
                    Err(error) => Ok(Err(Problem::new(format!(
                        "cannot open \"{file}\": {error}"
                    ))
                    .instead("check --commands FILE, or - for standard input"))),
                }
            }
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
        let mut subject = self.judge(&said, SubjectPlace::Profile(profile.to_owned()))?;
        // The image in it is none.
        subject.command = None;
        Ok(subject)
    }

    /// Judges a command line as `run` does before it asks podman anything.
    pub(super) fn judge(&self, said: &RunOptions, place: SubjectPlace) -> Result<Subject, Problem> {
        let request = (self.layered)(said)?;
        let draft = Draft::new(&request, Answers::default(), self.context)?;
        let judged = draft.judge(self.context)?;
        let judgement = judged.judgement();
        let command = ["podman".into(), "run".into()]
            .into_iter()
            .chain(judged.preview(self.context));
        Ok(Subject {
            place,
            command: Some(
                command
                    .map(|word| word.to_string_lossy().into_owned())
                    .collect(),
            ),
            findings: judgement.findings.clone(),
            unneeded: judgement.unneeded.clone(),
        })
    }

    fn write(
        &self,
        out: &mut dyn Write,
        subjects: &mut dyn Iterator<Item = Result<Subject, Problem>>,
    ) -> io::Result<Totals> {
        let bar = Threshold {
            level: self.said.run.level.max(self.context.site.level),
            fail_on: self.said.fail_on,
        };
        let mut totals = Totals::default();
        let mut counted = subjects.inspect(|subject| totals.count(subject, bar));
        match self.said.format {
            CheckFormat::Json => json::write(out, bar, &mut counted)?,
            CheckFormat::Sarif => sarif::write(out, bar, &mut counted)?,
            CheckFormat::Human => {
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
