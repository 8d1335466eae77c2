//! The directory of a new volume, given to the user who owns all that it holds.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

use nix::libc::{O_DIRECTORY, O_NOFOLLOW};

/// Nothing happens where something in it is another's, or it is nobody's to give any more: then it is no new volume.
pub(super) fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    let directory = OpenOptions::new()
        .read(true)
        .custom_flags(O_DIRECTORY | O_NOFOLLOW)
        .open(path)?;
    if directory.metadata()?.uid() == uid {
        return Ok(());
    }
    // The one that was opened, whatever has its name now.
    for entry in fs::read_dir(format!("/proc/self/fd/{}", directory.as_raw_fd()))? {
        if entry?.metadata()?.uid() != uid {
            return Ok(());
        }
    }
    fchown(&directory, Some(uid), Some(gid))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn owner(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().uid()
    }

    #[test]
    fn only_root_can_give_and_only_what_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let (volume, link) = (dir.path().join("volume"), dir.path().join("link"));
        fs::create_dir(&volume).unwrap();
        std::os::unix::fs::symlink(&volume, &link).unwrap();
        let own = owner(&volume);
        assert!(give(&link, own, own).is_err());
        give(&volume, own, own).unwrap();
        // Somebody's file is in it: nobody else gets the directory.
        fs::write(volume.join("file"), "").unwrap();
        give(&volume, own + 1, own + 1).unwrap();
        assert_eq!(owner(&volume), own);
        fs::remove_file(volume.join("file")).unwrap();
        let given = give(&volume, own + 1, own + 1);
        assert_eq!(given.is_ok(), owner(&volume) == own + 1);
        assert_eq!(given.is_ok(), own == 0);
    }
}
