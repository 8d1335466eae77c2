//! The mount table of this process, read anew only when it has changed.

use std::fs::File;
use std::io::{self, Seek as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::rc::Rc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::whole;
use crate::host::file::unreadable;
use crate::host::mounts::{self, KernelMount};
use crate::problem::Problem;

const PATH: &str = "/proc/self/mountinfo";

/// The table as it was last read, and the open file by which the kernel tells of a change: it can be polled, and has an
/// exceptional condition when something was mounted or unmounted since it was last opened or polled,
/// `proc_pid_mounts(5)`.
#[derive(Debug)]
pub(super) struct MountTable {
    file: File,
    mounts: Rc<[KernelMount]>,
}

impl MountTable {
    /// Reads it.
    ///
    /// # Errors
    /// It cannot be read or understood.
    pub(super) fn open() -> Result<Self, Problem> {
        let file = File::open(PATH).map_err(|error| failed(&error))?;
        let mounts = read(&file)?;
        Ok(Self { file, mounts })
    }

    /// The mounts of this moment.
    ///
    /// # Errors
    /// As [`MountTable::open`].
    pub(super) fn mounts(&mut self) -> Result<Rc<[KernelMount]>, Problem> {
        // Asked before the reading: what changes meanwhile is found by the next question.
        if self.has_changed().map_err(|error| failed(&error))? {
            self.file.rewind().map_err(|error| failed(&error))?;
            self.mounts = read(&self.file)?;
        }
        Ok(Rc::clone(&self.mounts))
    }

    fn has_changed(&self) -> io::Result<bool> {
        let mut asked = [PollFd::new(self.file.as_fd(), PollFlags::POLLPRI)];
        Ok(poll(&mut asked, PollTimeout::ZERO)? > 0)
    }
}

fn read(file: &File) -> Result<Rc<[KernelMount]>, Problem> {
    let table = whole(file).map_err(|error| failed(&error))?;
    Ok(mounts::parse(&table)?.into())
}

fn failed(error: &io::Error) -> Problem {
    unreadable(Path::new(PATH), error)
}
