//! Everything that is printed: data on stdout, all else on stderr, one writer for each.

pub(crate) mod difference;
pub(crate) mod explain;
pub(crate) mod filter;
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

use std::io::{self, BufWriter, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice, StripStream, adapter::strip_str};

use crate::problem::Problem;

/// The bytes that are written at once where nobody watches them arrive.
const BLOCK: usize = 64 << 10;

/// Prints data. A reader that has gone away, as `head` does, has read what it wanted.
///
/// # Errors
/// When standard output is closed or full: what was asked for did not arrive.
pub(crate) fn data(text: &str) -> Result<(), Problem> {
    stream(|out| out.write_all(text.as_bytes())).map(|_| ())
}

/// Prints data that is made while it is printed: line by line on a terminal, else in blocks. None when the reader has gone
/// away before the end.
///
/// # Errors
/// As [`data`].
pub(crate) fn stream<T>(
    write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> Result<Option<T>, Problem> {
    let stdout = io::stdout();
    let is_plain = is_plain(&stdout);
    let mut out: Box<dyn Write> = if stdout.is_terminal() {
        Box::new(stdout.lock())
    } else {
        Box::new(BufWriter::with_capacity(BLOCK, stdout.lock()))
    };
    if is_plain {
        out = Box::new(StripStream::new(out));
    }
    match write(&mut *out).and_then(|made| out.flush().map(|()| made)) {
        Ok(made) => Ok(Some(made)),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        Err(error) => Err(Problem::new(format!(
            "cannot write to standard output: {error}"
        ))),
    }
}

/// Prints a message, in one piece so that no other program's comes in between; a closed standard error is no reason to
/// stop.
pub(crate) fn message(text: &str) {
    let mut stderr = io::stderr();
    let _: io::Result<()> = if is_plain(&stderr) {
        stderr.write_all(strip_str(text).to_string().as_bytes())
    } else {
        stderr.write_all(text.as_bytes())
    };
}

/// Are colours to be left out? As `NO_COLOR`, `CLICOLOR` and the terminal say.
fn is_plain<S: anstream::stream::RawStream>(stream: &S) -> bool {
    AutoStream::choice(stream) == ColorChoice::Never
}
