//! `__man`: writes the man pages, for `make man` and the test that compares them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::man;
use crate::problem::Problem;

/// Runs the subcommand.
pub(super) fn man(said: &ArgMatches) -> Result<ExitCode, Problem> {
    let Some(dir) = said.get_one::<PathBuf>("dir") else {
        return Err(Problem::new("there is no directory").instead("make man"));
    };
    for page in man::pages() {
        let path = dir.join(page.file_name());
        std::fs::write(&path, page.render()).map_err(|error| {
            Problem::new(format!("cannot write \"{}\": {error}", path.display()))
        })?;
    }
    Ok(ExitCode::SUCCESS)
}
