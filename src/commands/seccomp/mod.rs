//! `seccomp`: the filter that a container would get, and another one held against the floor.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;

use super::WRAPPER_FAILED;
use super::check::ANY_IMAGE;
use crate::cli::{
    FilterFormat, Format, OF_A_CONTAINER, RUN_OPTIONS, RunOptions, SeccompSubcommand,
};
use crate::origin::Origin;
use crate::plan::{Answers, Context, Draft, Request, ShownFilter};
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::problem::Problem;
use crate::report::{self, difference, filter, human};

/// Exit code of `diff`: the other filter lets something through that the floor does not.
const WIDER: u8 = 1;
/// Exit code of `diff`: nothing could be compared.
const NOTHING: u8 = 2;

/// `safe-podman seccomp …`.
///
/// # Errors
/// The filter cannot be made, or an output that is closed.
pub(super) fn seccomp(said: &ArgMatches, context: &Context<'_>) -> Result<ExitCode, Problem> {
    let found = said.subcommand();
    let found = found.and_then(|(name, said)| Some((SeccompSubcommand::from_word(name)?, said)));
    match found {
        Some((SeccompSubcommand::Show, said)) => {
            report::data(&shown(said, context)?).map(|()| ExitCode::SUCCESS)
        }
        Some((SeccompSubcommand::Diff, said)) => Ok(diff(said, context)),
        None => {
            let problem = Problem::new("seccomp does nothing by itself");
            Err(problem.instead("safe-podman seccomp show, or safe-podman seccomp diff FILE"))
        }
    }
}

fn shown(said: &ArgMatches, context: &Context<'_>) -> Result<String, Problem> {
    let filter = filter_of(said, None, context)?;
    match format(said).and_then(FilterFormat::from_word) {
        Some(FilterFormat::Json) => filter::json(&filter),
        Some(FilterFormat::Pfc) => filter::pseudo_code(&filter),
        Some(FilterFormat::Human) | None => filter::human(&filter),
    }
}

/// 0 when the file is not wider than the floor, 1 when it is, 2 when it could not be compared, 125 when the result could not
/// be written.
fn diff(said: &ArgMatches, context: &Context<'_>) -> ExitCode {
    match compared(said, context) {
        Err(problem) => stop(&problem, NOTHING),
        Ok((text, is_wider)) => match report::data(&text) {
            Ok(()) => ExitCode::from(if is_wider { WIDER } else { 0 }),
            Err(problem) => stop(&problem, WRAPPER_FAILED),
        },
    }
}

fn compared(said: &ArgMatches, context: &Context<'_>) -> Result<(String, bool), Problem> {
    let file = match said.get_one::<std::path::PathBuf>("file") {
        Some(file) => context.directory.join(file),
        None => context.engine_file()?,
    };
    let mut word = OsString::from("--security-opt=seccomp=");
    word.push(&file);
    let found = filter_of(said, Some(word), context)?.difference()?;
    let text = match format(said).and_then(Format::from_word) {
        Some(Format::Json) => difference::json(&file, &found)?,
        Some(Format::Human) | None => difference::human(&file, &found),
    };
    Ok((text, found.is_wider()))
}

fn stop(problem: &Problem, code: u8) -> ExitCode {
    report::message(&human::problem(problem));
    ExitCode::from(code)
}

fn format(said: &ArgMatches) -> Option<&str> {
    said.get_one::<String>("format").map(String::as_str)
}

/// The filter of a container of which this is said and nothing else.
fn filter_of(
    said: &ArgMatches,
    more: Option<OsString>,
    context: &Context<'_>,
) -> Result<ShownFilter, Problem> {
    let of_a_container = OF_A_CONTAINER.iter().flat_map(|flag| {
        let name = flag.long;
        let values = said.get_many::<String>(name).into_iter().flatten();
        values.map(move |value| OsString::from(format!("--{name}={value}")))
    });
    let words: Vec<OsString> = of_a_container
        .chain(more)
        .chain([ANY_IMAGE.into()])
        .collect();
    let filter = || {
        let mut run = RunOptions::parse(&words, RUN_OPTIONS, &context.directory)?;
        if said.get_flag(flags::NESTING.long) {
            let typed = Origin::Argument {
                index: 0,
                text: "--nesting".into(),
            };
            let nesting = FlagValue::read(&flags::NESTING, "true", &typed, &context.directory)?;
            run.args.given.extend(nesting);
        }
        let request = Request::new(&run, &context.library(), Vec::new())?;
        let draft = Draft::new(&request, Answers::default(), context)?;
        draft.judge(context)?.filter(context)
    };
    filter().map_err(as_typed)
}

/// Nobody typed the words that stand for a run; the text in question is quoted.
fn as_typed(problem: Problem) -> Problem {
    let origin = problem
        .origin
        .filter(|origin| !matches!(origin, Origin::Argument { .. }));
    Problem { origin, ..problem }
}
