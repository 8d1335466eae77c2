//! `__schema`: prints the JSON Schema of profiles, for `make schema`.

use std::process::ExitCode;

use crate::problem::Problem;
use crate::profile::json_schema::json_schema;
use crate::report;

/// Runs the subcommand.
pub(super) fn schema() -> Result<ExitCode, Problem> {
    report::data(&json_schema()).map(|()| ExitCode::SUCCESS)
}
