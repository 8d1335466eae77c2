//! One file per subcommand: the only place that orders steps.

mod check;
mod completions;
mod man;
mod profile;
mod rules;
mod run;
mod schema;
mod seal;
mod seccomp;
mod verify;

#[cfg(any(test, fuzzing))]
pub(crate) use check::fuzz;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::cli::Subcommand;
use crate::engine::{Engines, Installed};
use crate::exec;
use crate::host::{Host, System};
use crate::plan::{Context, Verb};
use crate::problem::Problem;
use crate::{cli, env, report};

/// What podman, and so this program, exits with when the wrapper itself fails; see `podman-run(1)`.
const WRAPPER_FAILED: u8 = 125;

/// The whole program.
pub fn main() -> ExitCode {
    exec::outlive_size_limit();
    match dispatch(&env::arguments(), &Installed, &System::default()) {
        Ok(code) => code,
        Err(error) => {
            report::message(&report::human::problem(&told_as(&error)));
            ExitCode::from(WRAPPER_FAILED)
        }
    }
}

fn dispatch(
    words: &[OsString],
    engines: &dyn Engines,
    host: &dyn Host,
) -> anyhow::Result<ExitCode> {
    let here = || Context::of_process(host);
    let subcommand = words.first().and_then(|word| word.to_str());
    let Some(subcommand) = subcommand.and_then(Subcommand::from_word) else {
        return Ok(other(words)?);
    };
    let rest = words.get(1..).unwrap_or_default();
    // Those that clap reads; it has nothing to hand over when help was asked for.
    let read = |then: &dyn Fn(&ArgMatches) -> Result<ExitCode, Problem>| match cli::matches(
        subcommand, rest,
    ) {
        Ok(said) => then(&said),
        Err(error) => told(&error),
    };
    Ok(match subcommand {
        Subcommand::Run => run::run(Verb::Run, rest, engines, &here()?)?,
        Subcommand::Create => run::run(Verb::Create, rest, engines, &here()?)?,
        Subcommand::Check => check::check(rest, &here()?),
        Subcommand::Rules => read(&rules::rules)?,
        Subcommand::Profile => read(&|said| profile::profile(said, &here()?.library()))?,
        Subcommand::Seccomp => read(&|said| seccomp::seccomp(said, &here()?))?,
        Subcommand::Verify => verify::verify(rest, engines, host)?,
        Subcommand::Completions => read(&completions::completions)?,
        Subcommand::Man => read(&man::man)?,
        Subcommand::Schema => read(&|_| schema::schema())?,
        Subcommand::Seal => seal::seal(rest)?,
    })
}

/// A failure as a person reads it: a problem with its place and remedy, after whatever was being done meanwhile.
fn told_as(error: &anyhow::Error) -> Problem {
    let what = format!("{error:#}");
    match error.downcast_ref() {
        Some(problem) => Problem {
            what,
            ..Problem::clone(problem)
        },
        None => Problem::new(what),
    }
}

/// No subcommand: the program's help, its version, or a mistake.
fn other(words: &[OsString]) -> Result<ExitCode, Problem> {
    let name = OsString::from("safe-podman");
    match cli::command().try_get_matches_from(std::iter::once(&name).chain(words)) {
        Ok(_) => Err(Problem::new("there is no command").instead("safe-podman --help")),
        Err(error) => told(&error),
    }
}

/// Prints help and the version; anything else is a mistake.
fn told(error: &clap::Error) -> Result<ExitCode, Problem> {
    if error.use_stderr() {
        return Err(misunderstood(error));
    }
    report::data(&error.render().to_string()).map(|()| ExitCode::SUCCESS)
}

/// What clap says, in the form of our own messages: its first line is the sentence, which a list may follow; a line with
/// `tip:` is the remedy.
fn misunderstood(error: &clap::Error) -> Problem {
    let text = error.render().to_string().replace('\'', "\"");
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let what = lines.next().unwrap_or_default();
    let mut what = what.strip_prefix("error: ").unwrap_or(what).to_owned();
    if what.ends_with(':') {
        what = format!("{what} {}", lines.next().unwrap_or_default());
    }
    let rest: Vec<&str> = lines.collect();
    // A word that begins with a dash is hardly ever meant for a name.
    let tip = rest.iter().find_map(|line| line.strip_prefix("tip: "));
    let tip = tip.filter(|tip| !tip.starts_with("to pass"));
    let usage = rest.iter().find_map(|line| line.strip_prefix("Usage: "));
    let plain = |word: &&str| !word.starts_with(['[', '<', '-']);
    let command: Vec<&str> = usage
        .unwrap_or("safe-podman")
        .split(' ')
        .take_while(plain)
        .collect();
    Problem::new(what).instead(match tip {
        Some(tip) => (*tip).to_owned(),
        None => format!("{} --help", command.join(" ")),
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;
    use crate::engine::fake::FakeEngine;
    use crate::host::Fake;
    use crate::podman::version::Version;

    #[test]
    fn a_failure_keeps_its_remedy_under_what_was_being_done() {
        let problem = Problem::new("it is gone").instead("look elsewhere");
        let plain = anyhow::Error::from(problem.clone());
        assert_eq!(told_as(&plain), problem);
        let told = told_as(&plain.context("the file cannot be read"));
        assert_eq!(told.what, "the file cannot be read: it is gone");
        assert_eq!(told.instead, problem.instead);
        let foreign: std::io::Result<()> = Err(std::io::Error::other("no"));
        let told = told_as(&foreign.context("reading").unwrap_err());
        assert_eq!(told, Problem::new("reading: no"));
    }

    #[test]
    fn run_and_create_become_podman() {
        for verb in ["run", "create"] {
            let engine = FakeEngine::new(Version(5, 4, 2));
            let program = "/usr/bin/safe-podman";
            let host = Fake::rootful()
                .link("/proc/self/exe", program)
                .file(program, 0, 0o755, "ours")
                .file(
                    "/usr/share/containers/seccomp.json",
                    0,
                    0o644,
                    "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
                );
            let words = [verb, "--quiet", "localhost/x"].map(OsString::from);
            let error = dispatch(&words, &engine, &host).unwrap_err();
            assert_eq!(error.to_string(), "became podman");
            let calls = engine.calls();
            let last = calls.last().unwrap();
            assert!(
                last.starts_with(&format!("{verb} --annotation=safe-podman.promise=")),
                "{last}"
            );
            assert!(last.ends_with("-- localhost/x"), "{last}");
        }
    }
}
