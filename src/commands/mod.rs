//! One file per subcommand: the only place that orders steps.

mod check;
mod completions;
mod man;
mod profile;
mod rules;
mod run;
mod seal;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::engine::{Engines, Installed};
use crate::host::{Host, System};
use crate::plan::{Context, Verb};
use crate::problem::Problem;
use crate::{cli, env, report};

/// What podman, and so this program, exits with when the wrapper itself fails; see `podman-run(1)`.
const WRAPPER_FAILED: u8 = 125;

/// The whole program.
pub fn main() -> ExitCode {
    match dispatch(&env::arguments(), &Installed, &System) {
        Ok(code) => code,
        Err(problem) => {
            report::message(&report::human::problem(&problem));
            ExitCode::from(WRAPPER_FAILED)
        }
    }
}

fn dispatch(
    words: &[OsString],
    engines: &dyn Engines,
    host: &dyn Host,
) -> Result<ExitCode, Problem> {
    let here = || Context::of_process(host);
    let (subcommand, rest) = words
        .split_first()
        .map_or((None, words), |(first, rest)| (first.to_str(), rest));
    match subcommand {
        Some("run") => run::run(Verb::Run, rest, engines, &here()?),
        // Hidden: only OCI runtimes call it.
        Some("seal") => seal::seal(rest),
        Some("verify") => verify::verify(rest, engines, host),
        Some("create") => run::run(Verb::Create, rest, engines, &here()?),
        Some("check") => Ok(check::check(rest, &here()?)),
        Some("rules") => rules::rules(rest).map(|()| ExitCode::SUCCESS),
        Some("profile") => profile::profile(rest, &here()?.library()),
        _ => other(words),
    }
}

/// The subcommands that are not podman's: clap reads them.
fn other(words: &[OsString]) -> Result<ExitCode, Problem> {
    let name = OsString::from("safe-podman");
    let said = cli::command().try_get_matches_from(std::iter::once(&name).chain(words));
    let said = match said {
        Ok(said) => said,
        Err(error) if !error.use_stderr() => {
            report::data(&error.render().to_string())?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => return Err(misunderstood(&error)),
    };
    match said.subcommand() {
        Some(("completions", said)) => completions::completions(said),
        Some((cli::MAN, said)) => man::man(said),
        found => Err(unwired(found)),
    }
}

fn unwired(found: Option<(&str, &ArgMatches)>) -> Problem {
    let name = found.map_or("", |(name, _)| name);
    Problem::new(format!("\"{name}\" is not a command of this release"))
        .instead("safe-podman --help")
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
