//! Everything that is printed: data on stdout, all else on stderr, one writer for each.

pub mod explain;
pub mod human;
pub mod sanitize;
pub mod shell;

use std::io::{self, Write as _};

use crate::problem::Problem;

/// Prints data.
///
/// # Errors
/// When standard output is closed or full: what was asked for did not arrive.
pub fn data(text: &str) -> Result<(), Problem> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) => Err(Problem::new(format!(
            "cannot write to standard output: {error}"
        ))),
    }
}

/// Prints a message; a closed standard error is no reason to stop.
pub fn message(text: &str) {
    let mut err = anstream::stderr().lock();
    let _: io::Result<()> = err.write_all(text.as_bytes());
}
