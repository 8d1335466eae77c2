//! Text for the program that we become, which it can read once and nobody else at all: not on its command line, not in
//! its environment, not on a disk.
//!
//! It is a pipe with nobody at its other end. When the program has read it, it is empty, whoever else inherits it: a
//! descriptor that has to survive exec survives every other exec of the program too.

use std::io::{self, PipeReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};

use crate::problem::Problem;

/// As much as a pipe takes before anybody reads, in bytes.
pub(crate) const MOST_HANDED: usize = 64 << 10;

/// Such a text.
#[derive(Debug)]
pub(super) struct Handed(PipeReader);

impl Handed {
    pub(super) fn new(text: &[u8]) -> Result<Self, Problem> {
        filled(text).map(Self).map_err(|error| {
            let bytes = text.len();
            Problem::new(format!(
                "{bytes} bytes of variables cannot be handed to podman: {error}"
            ))
            .instead(
                "end programs that hold many pipes, or raise /proc/sys/fs/pipe-user-pages-soft",
            )
        })
    }

    /// The name under which the program finds it.
    pub(super) fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}

fn filled(text: &[u8]) -> io::Result<PipeReader> {
    let (reader, mut writer) = io::pipe()?;
    // Nobody reads before the exec: a write that has to wait would wait for ever.
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    writer.write_all(text)?;
    fcntl(&reader, FcntlArg::F_SETFD(FdFlag::empty()))?;
    Ok(reader)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::fs;

    use super::*;

    #[test]
    fn it_can_be_read_once_by_name() {
        let text = vec![b'x'; MOST_HANDED];
        let handed = Handed::new(&text).unwrap();
        assert_eq!(fs::read(handed.path()).unwrap(), text);
        assert_eq!(fs::read(handed.path()).unwrap(), b"", "it is gone");
    }

    #[test]
    fn more_than_a_pipe_takes_is_an_error() {
        let problem = Handed::new(&vec![b'x'; MOST_HANDED + 1]).unwrap_err();
        assert!(problem.what.contains("65537 bytes"), "{problem}");
    }
}
