//! Small things kept from one start to the next, in a directory that is ours alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

use super::file::{Links, read_whole};

/// More than this is not kept: the cache of images starts over instead of growing.
const LARGEST: u64 = 1 << 20;

pub(super) fn recall(directory: &Path, name: &str) -> Option<Vec<u8>> {
    let path = file_in(directory, name)?;
    let kept = read_whole(&path, LARGEST, Links::Refuse).ok()?;
    (kept.owner == us() && kept.mode == 0o600).then_some(kept.bytes)
}

/// A failure is the caller's to ignore.
pub(super) fn remember(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if u64::try_from(bytes.len()).map_or(true, |size| size > LARGEST) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let path = file_in(directory, name).ok_or(io::ErrorKind::PermissionDenied)?;
    let draft = directory.join(format!(".{name}.{}", std::process::id()));
    let written = write_new(&draft, bytes).and_then(|()| fs::rename(&draft, &path));
    if written.is_err() {
        // A draft left by a process of the same number would block every later one.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Like [`remember`], with all directories above; what stands there already with the same content stays.
pub(super) fn keep(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    if recall(directory, name).as_deref() == Some(bytes) {
        return Ok(());
    }
    if let Some(above) = directory.parent() {
        // Ours may be among them, when another directory of ours is kept below it.
        DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(above)?;
    }
    remember(directory, name, bytes)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?
        .write_all(bytes)
}

/// `None` unless the directory is ours alone, and the name just a name.
fn file_in(directory: &Path, name: &str) -> Option<PathBuf> {
    let mut parts = Path::new(name).components();
    let plain = matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none();
    let meta = fs::symlink_metadata(directory).ok()?;
    let ours = meta.is_dir() && meta.uid() == us() && meta.mode() & 0o7777 == 0o700;
    (plain && ours).then(|| directory.join(name))
}

fn us() -> u32 {
    nix::unistd::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn keeps_and_replaces() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("ours");
        assert_eq!(recall(&place, "version"), None);
        remember(&place, "version", b"1").unwrap();
        remember(&place, "version", b"2").unwrap();
        assert_eq!(recall(&place, "version"), Some(b"2".to_vec()));
        assert_eq!(fs::metadata(&place).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1, "no draft stays");
    }

    #[test]
    fn what_others_could_have_written_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("ours");
        remember(&place, "version", b"1").unwrap();
        let file = place.join("version");
        chmod(&file, 0o644);
        assert_eq!(recall(&place, "version"), None, "a file others can read");
        chmod(&file, 0o600);
        chmod(&place, 0o755);
        assert_eq!(recall(&place, "version"), None, "a directory of all");
        assert!(remember(&place, "version", b"2").is_err());
        chmod(&place, 0o700);
        assert!(recall(&place, "version").is_some());

        symlink(&file, place.join("link")).unwrap();
        assert_eq!(recall(&place, "link"), None, "a link to a file");
        let link = dir.path().join("link");
        symlink(&place, &link).unwrap();
        assert_eq!(recall(&link, "version"), None, "a link to the directory");
        for name in ["../ours/version", "", ".", "..", "/etc/passwd", "a/b"] {
            assert_eq!(recall(&place, name), None, "{name}");
            assert!(remember(&place, name, b"x").is_err(), "{name}");
        }
    }

    #[test]
    fn a_cache_that_cannot_be_written_only_fails() {
        let dir = tempfile::tempdir().unwrap();
        assert!(remember(&dir.path().join("no/such"), "version", b"1").is_err());
        let large = vec![0; 1 << 21];
        assert!(remember(dir.path(), "version", &large).is_err());
    }
}
