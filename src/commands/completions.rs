//! `completions`: the script that a shell asks for.

use std::process::ExitCode;

use clap::ArgMatches;
use clap_complete::Shell;

use crate::problem::Problem;
use crate::{cli, report};

/// Runs the subcommand.
pub(super) fn completions(said: &ArgMatches) -> Result<ExitCode, Problem> {
    let Some(shell) = said.get_one::<Shell>("shell") else {
        return Err(Problem::new("there is no shell").instead("safe-podman completions bash"));
    };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut cli::command(), "safe-podman", &mut script);
    report::data(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
