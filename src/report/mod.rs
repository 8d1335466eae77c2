//! Everything that is printed: data on stdout, all else on stderr, one writer for each.

pub(crate) mod explain;
pub(crate) mod harmless;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod manual;
pub(crate) mod sanitize;
pub(crate) mod sarif;
#[cfg(test)]
pub(crate) mod schema;
pub(crate) mod shell;
pub(crate) mod subject;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};

use crate::problem::Problem;

/// Prints data.
///
/// # Errors
/// When standard output is closed or full: what was asked for did not arrive.
pub(crate) fn data(text: &str) -> Result<(), Problem> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| closed(&error))
}

/// Prints data that is made while it is printed.
///
/// # Errors
/// As [`data`].
pub(crate) fn stream<T>(write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Problem> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write(&mut out)
        .and_then(|made| out.flush().map(|()| made))
        .map_err(|error| closed(&error))
}

fn closed(error: &io::Error) -> Problem {
    Problem::new(format!("cannot write to standard output: {error}"))
}

/// Prints a message; a closed standard error is no reason to stop.
pub(crate) fn message(text: &str) {
    let mut err = anstream::stderr().lock();
    let _: io::Result<()> = err.write_all(text.as_bytes());
}
