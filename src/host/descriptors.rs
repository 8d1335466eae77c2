//! The open descriptors of this process, and one of its parent's.

use std::fs::{self, File};
use std::io;
use std::os::fd::RawFd;
use std::path::Path;

use nix::fcntl::OFlag;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getppid, pidfd_getfd, pidfd_open};

use super::file::unreadable;
use crate::problem::Problem;

/// The descriptors that another program would inherit, 0 to 2 among them, from `/proc/self/fd` and `/proc/self/fdinfo`.
///
/// # Errors
/// The directory cannot be read: then it is unknown what would be handed on.
pub(crate) fn inherited_descriptors() -> Result<Vec<RawFd>, Problem> {
    let directory = Path::new("/proc/self/fd");
    read(directory).map_err(|error| unreadable(directory, &error))
}

fn read(directory: &Path) -> io::Result<Vec<RawFd>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        let number: RawFd = number.ok_or(io::ErrorKind::InvalidData)?;
        let info = match fs::read_to_string(format!("/proc/self/fdinfo/{number}")) {
            // Another thread closed its own in the meantime; inherited ones stay.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            info => info?,
        };
        if is_inherited(&info)? {
            found.push(number);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// A copy of the descriptor to which the process that started this one writes its errors.
///
/// Not a file that is opened by the name of `/proc/PID/fd/2`: that would ask for rights anew, and root has more of them
/// than whoever opened it, be it for reading only; it would not share the position in the file, and a socket, as the
/// journal's, cannot be opened at all.
pub(crate) fn parents_stderr() -> Option<File> {
    let parent = pidfd_open(getppid()?, PidfdFlags::empty()).ok()?;
    let copy = pidfd_getfd(parent, 2, PidfdGetfdFlags::empty()).ok()?;
    Some(copy.into())
}

/// Reads the octal `flags:` of proc(5).
fn is_inherited(info: &str) -> io::Result<bool> {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| i32::from_str_radix(flags.trim(), 8).ok());
    let flags = flags.ok_or(io::ErrorKind::InvalidData)?;
    Ok(flags & OFlag::O_CLOEXEC.bits() == 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn what_we_open_is_ours_and_a_plain_copy_is_inherited() {
        let file = File::open("/dev/null").unwrap();
        let copy = nix::unistd::dup(&file).unwrap();
        let found = inherited_descriptors().unwrap();
        assert!(!found.contains(&file.as_raw_fd()));
        assert!(found.contains(&copy.as_raw_fd()));
    }

    #[test]
    fn flags_are_octal() {
        assert!(is_inherited("pos:\t0\nflags:\t0100002\nmnt_id:\t5\n").unwrap());
        assert!(!is_inherited("pos:\t0\nflags:\t02100002\n").unwrap());
        assert!(is_inherited("pos:\t0\n").is_err());
        assert!(is_inherited("flags:\t9\n").is_err());
    }
}
