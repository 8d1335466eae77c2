//! Files that are read whole, and what tells one state of a file from the next.

use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufRead, Read as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use super::paths::FileKind;
use crate::problem::{Invalid, Problem};

/// What to do when the last name of a path is a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Open what it leads to.
    Follow,
    /// Refuse it (`O_NOFOLLOW`).
    Refuse,
}

/// A file that was read; owner and mode are of the open file, so a swap of the name cannot lie about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The whole content.
    pub bytes: Vec<u8>,
    /// The uid that owns it.
    pub owner: u32,
    /// Its permission bits (07777).
    pub mode: u32,
    /// Where it lies, whatever name it was opened by.
    pub path: PathBuf,
}

/// A file that is read bit by bit.
pub struct Streamed {
    /// Its content.
    pub reader: Box<dyn BufRead>,
    /// May a person who starts this program be shown it? See [`super::Host::may_show`].
    pub may_be_shown: bool,
}

/// Why a file was not read.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    /// The reason.
    pub why: Unread,
}

/// The reasons for which a file is not read.
#[derive(Debug)]
pub enum Unread {
    /// The system's own.
    Io(io::Error),
    /// It is a symbolic link, where [`Links::Refuse`] was asked.
    Link,
    /// It is no regular file but this.
    Kind(FileKind),
    /// It is larger than this many bytes.
    TooLarge(u64),
    /// Its path leads nowhere.
    Nowhere(Invalid),
    /// Others than root may change it.
    Untrusted(Box<Problem>),
}

impl ReadError {
    /// Why `path` was not read.
    pub(crate) fn new(path: &Path, why: Unread) -> Self {
        Self {
            path: path.to_owned(),
            why,
        }
    }

    /// Is there nothing of this name?
    pub fn is_missing(&self) -> bool {
        use io::ErrorKind::{NotADirectory, NotFound};
        matches!(&self.why, Unread::Io(error) if matches!(error.kind(), NotFound | NotADirectory))
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            Unread::Io(error) => write!(f, "\"{path}\" cannot be read: {error}"),
            Unread::Link => write!(f, "\"{path}\" is a symbolic link, not a regular file"),
            Unread::Kind(kind) => {
                write!(
                    f,
                    "\"{path}\" is a {}, not a regular file",
                    kind_name(*kind)
                )
            }
            Unread::TooLarge(limit) => write!(f, "\"{path}\" is larger than {limit} bytes"),
            Unread::Nowhere(invalid) => invalid.fmt(f),
            Unread::Untrusted(problem) => problem.fmt(f),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error.why {
            Unread::Untrusted(problem) => *problem,
            Unread::Io(_)
            | Unread::Link
            | Unread::Kind(_)
            | Unread::TooLarge(_)
            | Unread::Nowhere(_) => Self::new(error.to_string()),
        }
    }
}

/// What changes when a file does: the place, the size and the time of the last change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The device it lies on.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// Its time of modification in nanoseconds since 1970.
    pub mtime_ns: i128,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok().filter(Metadata::is_file)?;
        let seconds = i128::from(meta.mtime()).saturating_mul(1_000_000_000);
        Some(Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            mtime_ns: seconds.saturating_add(i128::from(meta.mtime_nsec())),
        })
    }
}

/// Writes a file as any program does: for what is no secret and steers nothing.
///
/// # Errors
/// The system's own.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes)
        .map_err(|error| Problem::new(format!("cannot write \"{}\": {error}", path.display())))
}

/// The system's answer to [`super::Host::open_file`].
pub(super) fn read_whole(path: &Path, limit: u64, links: Links) -> Result<Opened, ReadError> {
    let fail = |why| ReadError::new(path, why);
    let (file, meta) = open_regular(path, links).map_err(fail)?;
    let path_of = place(&file);
    // Room for the whole file and one byte more, by which the end is seen: two reads.
    let size = usize::try_from(meta.size().min(limit)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| fail(Unread::Io(error)))?;
    if u64::try_from(bytes.len()).map_or(true, |size| size > limit) {
        return Err(fail(Unread::TooLarge(limit)));
    }
    Ok(Opened {
        bytes,
        ..described(path_of, &meta)
    })
}

/// Opens a file of any kind and size, with a description of it if it is a regular one: a pipe or a terminal holds what the
/// caller puts there.
pub(super) fn open_stream(path: &Path) -> io::Result<(File, Option<Opened>)> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    let opened = meta.is_file().then(|| described(place(&file), &meta));
    Ok((file, opened))
}

fn described(path: PathBuf, meta: &Metadata) -> Opened {
    Opened {
        bytes: Vec::new(),
        owner: meta.uid(),
        mode: meta.mode() & 0o7777,
        path,
    }
}

/// Of the open file; empty where `/proc` does not tell.
fn place(file: &File) -> PathBuf {
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap_or_default()
}

/// Looked at before it is opened because opening a device may already do something, and after it because the name may
/// have been swapped in between.
fn open_regular(path: &Path, links: Links) -> Result<(File, Metadata), Unread> {
    let (before, flags) = match links {
        Links::Follow => (fs::metadata(path), OFlag::empty()),
        Links::Refuse => (fs::symlink_metadata(path), OFlag::O_NOFOLLOW),
    };
    must_be_file(&before.map_err(Unread::Io)?)?;
    let flags = flags | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)
        .map_err(Unread::Io)?;
    let meta = file.metadata().map_err(Unread::Io)?;
    must_be_file(&meta)?;
    Ok((file, meta))
}

fn must_be_file(meta: &Metadata) -> Result<(), Unread> {
    if meta.is_file() {
        return Ok(());
    }
    Err(if meta.is_symlink() {
        Unread::Link
    } else {
        Unread::Kind(kind(meta))
    })
}

pub(super) fn kind(meta: &Metadata) -> FileKind {
    let kind = meta.file_type();
    if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_socket() {
        FileKind::Socket
    } else if kind.is_block_device() {
        FileKind::BlockDevice
    } else if kind.is_char_device() {
        FileKind::CharDevice
    } else if kind.is_fifo() {
        FileKind::Fifo
    } else {
        FileKind::File
    }
}

fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Missing => "missing",
        FileKind::Directory => "directory",
        FileKind::File => "regular file",
        FileKind::Socket => "socket",
        FileKind::BlockDevice => "block device",
        FileKind::CharDevice => "character device",
        FileKind::Fifo => "named pipe",
    }
}

pub(super) fn unreadable(path: &Path, error: &dyn fmt::Display) -> Problem {
    Problem::new(format!("\"{}\" cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn reads_a_file_up_to_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, "12345").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o662)).unwrap();
        let opened = read_whole(&path, 5, Links::Refuse).unwrap();
        assert_eq!(opened.bytes, b"12345");
        assert_eq!(opened.mode, 0o662);
        let error = read_whole(&path, 4, Links::Refuse).unwrap_err();
        assert!(error.to_string().contains("larger than 4 bytes"), "{error}");
    }

    #[test]
    fn refuses_what_is_no_file_without_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let socket = dir.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        for (path, kind) in [
            (fifo.as_path(), "named pipe"),
            (&socket, "socket"),
            (dir.path(), "directory"),
            (Path::new("/dev/zero"), "character device"),
        ] {
            let error = read_whole(path, 10, Links::Follow).unwrap_err();
            assert!(error.to_string().contains(kind), "{error}");
        }
    }

    #[test]
    fn what_is_missing_is_told_from_what_cannot_be_read() {
        // The last is what a service without a home has below its home.
        for (path, is_missing) in [
            ("/proc/self/nothing", true),
            ("/dev/null/.config/x", true),
            ("/proc", false),
        ] {
            let error = read_whole(Path::new(path), 10, Links::Follow).unwrap_err();
            assert_eq!(error.is_missing(), is_missing, "{path}: {error}");
        }
    }

    #[test]
    fn a_link_is_followed_only_where_that_is_asked() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("f"), dir.path().join("l"));
        fs::write(&file, "x").unwrap();
        symlink(&file, &link).unwrap();
        assert_eq!(read_whole(&link, 9, Links::Follow).unwrap().bytes, b"x");
        let error = read_whole(&link, 9, Links::Refuse).unwrap_err();
        assert!(error.to_string().contains("symbolic link"), "{error}");
    }

    #[test]
    fn a_stamp_changes_with_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        assert_eq!(Stamp::of(&path), None);
        assert_eq!(Stamp::of(dir.path()), None);
        fs::write(&path, "x").unwrap();
        let before = Stamp::of(&path).unwrap();
        assert_eq!(Stamp::of(&path), Some(before));
        let other = dir.path().join("g");
        fs::write(&other, "y").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_ne!(Stamp::of(&path), Some(before));
    }
}
