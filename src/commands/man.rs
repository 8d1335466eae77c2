//! `__man`: writes the man pages, for `make man` and the test that compares them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::problem::Problem;
use crate::{host, man};

/// Runs the subcommand.
pub(super) fn man(said: &ArgMatches) -> Result<ExitCode, Problem> {
    let Some(dir) = said.get_one::<PathBuf>("dir") else {
        return Err(Problem::new("there is no directory").instead("make man"));
    };
    for page in man::pages() {
        let path = dir.join(page.file_name());
        host::write(&path, page.render().as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
