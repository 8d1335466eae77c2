//! Small things kept from one start to the next, in a directory that is ours alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
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
    sweep(directory);
    written
}

/// Removes the drafts of processes that were killed while they wrote.
fn sweep(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let writer = name
            .to_str()
            .and_then(|name| name.strip_prefix('.')?.rsplit_once('.'));
        let writer = writer.and_then(|(_, process)| process.parse::<u32>().ok());
        if writer.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists()) {
            let _ = fs::remove_file(entry.path());
        }
    }
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
    close(directory);
    remember(directory, name, bytes)
}

/// Takes away what others may read of a directory of ours: systemd's `StateDirectory=` makes one with mode 0755. One that
/// others could write to is left as it is, since nobody knows what they put there.
fn close(directory: &Path) {
    let no_link = nix::fcntl::OFlag::O_DIRECTORY | nix::fcntl::OFlag::O_NOFOLLOW;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(no_link.bits())
        .open(directory);
    let is_ours = |opened: &File| {
        opened
            .metadata()
            .is_ok_and(|meta| meta.uid() == us() && meta.mode() & 0o7022 == 0)
    };
    if let Ok(opened) = opened
        && is_ours(&opened)
    {
        let _ = opened.set_permissions(Permissions::from_mode(0o700));
    }
}

/// Why nothing is kept in a directory, and what to do about it; `None` when it is ours alone.
pub(super) fn is_open(directory: &Path) -> Option<(String, String)> {
    let meta = fs::symlink_metadata(directory).ok()?;
    let path = directory.display();
    if !meta.is_dir() {
        return Some((format!("\"{path}\" is no directory"), format!("rm {path}")));
    }
    let (owner, mode) = (meta.uid(), meta.mode() & 0o7777);
    if owner != us() {
        let what = format!(
            "\"{path}\" belongs to uid {owner}, and has to be uid {}'s",
            us()
        );
        return Some((
            what,
            format!("look what is in it, then chown {} {path}", us()),
        ));
    }
    (mode != 0o700).then(|| {
        let what =
            format!("\"{path}\" has mode {mode:04o}, and others may not so much as look into it");
        (what, format!("look what is in it, then chmod 700 {path}"))
    })
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
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
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
        keep(&place, "other", b"2").unwrap();
        assert_eq!(
            fs::metadata(&place).unwrap().mode() & 0o777,
            0o700,
            "mended"
        );
        chmod(&place, 0o777);
        assert!(keep(&place, "other", b"3").is_err());
        assert!(is_open(&place).unwrap().0.contains("mode 0777"));
        chmod(&place, 0o700);
        assert_eq!(is_open(&place), None);
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
    fn a_draft_of_a_process_that_was_killed_goes_with_the_next_file() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("ours");
        remember(&place, "version", b"1").unwrap();
        let alive = format!(".version.{}", std::process::id());
        for name in [".version.4294967294", ".hidden", &alive] {
            fs::write(place.join(name), "").unwrap();
        }
        remember(&place, "other", b"2").unwrap();
        let left = |name: &str| place.join(name).exists();
        assert!(!left(".version.4294967294") && left(".hidden") && left(&alive));
    }

    #[test]
    fn a_cache_that_cannot_be_written_only_fails() {
        let dir = tempfile::tempdir().unwrap();
        assert!(remember(&dir.path().join("no/such"), "version", b"1").is_err());
        let large = vec![0; 1 << 21];
        assert!(remember(dir.path(), "version", &large).is_err());
    }
}
