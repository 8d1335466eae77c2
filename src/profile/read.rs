//! Reading a profile: a regular file of at most 64 KiB, judged on the open descriptor.
//!
//! A name is looked up once. What is then asked (kind, owner, mode, size) is asked of the descriptor, so nobody can
//! put another file in its place between the question and the reading. Nothing here waits: a FIFO without a writer or
//! a terminal is opened without blocking and refused for what it is.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat};
use nix::unistd::Uid;

use crate::problem::Problem;

/// The largest profile, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024;

const FLAGS: OFlag = OFlag::O_RDONLY
    .union(OFlag::O_NONBLOCK)
    .union(OFlag::O_CLOEXEC)
    .union(OFlag::O_NOCTTY);

/// Reads the file a person named.
///
/// # Errors
/// It is missing, unreadable, no regular file or larger than [`MAX_BYTES`]. Never blocks.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let file = open(path, FLAGS, Mode::empty()).map_err(|errno| unreadable(path, errno))?;
    contents(path, File::from(file), |_| Ok(()))
}

/// Reads a file of the profile library: `None` when it, or its directory, does not exist.
///
/// # Errors
/// As [`read`]; besides, the directory or the file is not to be [trusted](trust).
pub fn read_library(path: &Path, euid: Uid) -> Result<Option<Vec<u8>>, Problem> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(unreadable(path, Errno::EISDIR));
    };
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let Some(open_dir) = found(dir, open(dir, FLAGS | OFlag::O_DIRECTORY, Mode::empty()))? else {
        return Ok(None);
    };
    trusted(dir, &stat(dir, &open_dir)?, euid)?;
    let Some(file) = found(path, openat(&open_dir, name, FLAGS, Mode::empty()))? else {
        return Ok(None);
    };
    contents(path, File::from(file), |meta| trusted(path, meta, euid)).map(Some)
}

/// The names in a directory of the library, none when it does not exist. The order is the file system's.
///
/// # Errors
/// It cannot be read.
pub fn names(dir: &Path) -> Result<Vec<String>, Problem> {
    let failed = |error: &std::io::Error| {
        let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
        (!is_missing(errno)).then(|| unreadable(dir, errno))
    };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return failed(&error).map_or(Ok(Vec::new()), Err),
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            // A profile's name is ASCII, so a file whose name is not even UTF-8 is none.
            Ok(entry) => names.extend(entry.file_name().into_string().ok()),
            Err(error) => return Err(failed(&error).unwrap_or_else(|| unreadable(dir, Errno::EIO))),
        }
    }
    Ok(names)
}

/// What is wrong with the owner or the mode of something that steers a run by `euid`; `None` when nothing is.
///
/// What root obeys must be root's and must not be writable by anybody else. Any other user may trust what they like:
/// they could call podman directly.
pub fn trust(meta: &FileStat, euid: Uid) -> Option<String> {
    if !euid.is_root() {
        None
    } else if meta.st_uid != 0 {
        Some(format!("belongs to uid {}", meta.st_uid))
    } else if meta.st_mode & 0o022 != 0 {
        Some(format!(
            "can be written by others (mode {:04o})",
            meta.st_mode & 0o7777
        ))
    } else {
        None
    }
}

fn trusted(path: &Path, meta: &FileStat, euid: Uid) -> Result<(), Problem> {
    let Some(why) = trust(meta, euid) else {
        return Ok(());
    };
    let path = path.display();
    Err(
        Problem::new(format!("\"{path}\" is not trusted by root: it {why}")).instead(format!(
            "chown root:root {path} && chmod go-w {path}, or name the file: --profile FILE"
        )),
    )
}

fn contents(
    path: &Path,
    file: File,
    judge: impl FnOnce(&FileStat) -> Result<(), Problem>,
) -> Result<Vec<u8>, Problem> {
    let meta = stat(path, &file)?;
    if let Some(kind) = other_than_regular(&meta) {
        return Err(
            Problem::new(format!("profile \"{}\" is a {kind}", path.display()))
                .instead("name a regular file"),
        );
    }
    judge(&meta)?;
    let too_large = || {
        Problem::new(format!(
            "profile \"{}\" is larger than 64 KiB",
            path.display()
        ))
        .instead("a profile is a few lines: move what is common to many into one that they extend")
    };
    if u64::try_from(meta.st_size).is_ok_and(|size| size > MAX_BYTES) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| {
            unreadable(
                path,
                error.raw_os_error().map_or(Errno::EIO, Errno::from_raw),
            )
        })?;
    // The size says nothing for files of /proc, and a file may grow while it is read.
    if u64::try_from(bytes.len()).is_ok_and(|size| size > MAX_BYTES) {
        return Err(too_large());
    }
    Ok(bytes)
}

fn other_than_regular(meta: &FileStat) -> Option<&'static str> {
    let kind = SFlag::from_bits_truncate(meta.st_mode) & SFlag::S_IFMT;
    match kind {
        SFlag::S_IFREG => None,
        SFlag::S_IFDIR => Some("directory"),
        SFlag::S_IFIFO => Some("FIFO"),
        SFlag::S_IFCHR | SFlag::S_IFBLK => Some("device"),
        _ => Some("special file"),
    }
}

fn stat(path: &Path, fd: &impl AsFd) -> Result<FileStat, Problem> {
    fstat(fd).map_err(|errno| unreadable(path, errno))
}

fn found<T>(path: &Path, opened: nix::Result<T>) -> Result<Option<T>, Problem> {
    match opened {
        Ok(fd) => Ok(Some(fd)),
        Err(errno) if is_missing(errno) => Ok(None),
        Err(errno) => Err(unreadable(path, errno)),
    }
}

fn is_missing(errno: Errno) -> bool {
    matches!(errno, Errno::ENOENT | Errno::ENOTDIR)
}

fn unreadable(path: &Path, errno: Errno) -> Problem {
    let why = match errno {
        Errno::ENOENT => "there is no such file",
        // What open(2) answers for a socket, and for a device without a driver.
        Errno::ENXIO => "it is a socket or a device",
        errno => errno.desc(),
    };
    Problem::new(format!(
        "profile \"{}\" cannot be read: {}",
        path.display(),
        lower_first(why)
    ))
    .instead("name a file that exists and that you may read")
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}

/// The absolute form of a path, without resolving symbolic links.
///
/// # Errors
/// The current directory is gone.
pub fn absolute(path: &Path) -> Result<PathBuf, Problem> {
    std::path::absolute(path).map_err(|error| {
        unreadable(
            path,
            error.raw_os_error().map_or(Errno::EIO, Errno::from_raw),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};

    use super::*;

    fn refusal(path: &Path) -> String {
        // The best of three: the machine may be busy, but who waits for a writer waits each time.
        let attempts = (0..3).map(|_| {
            let start = Instant::now();
            let problem = read(path).unwrap_err();
            (start.elapsed(), problem.what)
        });
        let (time, what) = attempts.min().unwrap();
        assert!(time < Duration::from_millis(100), "{path:?}: {time:?}");
        what
    }

    #[test]
    fn only_a_small_regular_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);

        std::fs::write(at("good"), "a: 1").unwrap();
        assert_eq!(read(&at("good")).unwrap(), b"a: 1");
        std::fs::write(at("full"), vec![b'#'; 65_536]).unwrap();
        assert_eq!(read(&at("full")).unwrap().len(), 65_536);
        std::os::unix::fs::symlink(at("good"), at("link")).unwrap();
        assert_eq!(read(&at("link")).unwrap(), b"a: 1");

        std::fs::write(at("over"), vec![b'#'; 65_537]).unwrap();
        assert!(refusal(&at("over")).contains("larger than 64 KiB"));
        File::create(at("zeros"))
            .unwrap()
            .set_len(10 << 30)
            .unwrap();
        assert!(refusal(&at("zeros")).contains("larger than 64 KiB"));
        nix::unistd::mkfifo(&at("fifo"), Mode::S_IRWXU).unwrap();
        assert!(refusal(&at("fifo")).ends_with("is a FIFO"));
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(refusal(&at("socket")).contains("socket"));
        assert!(refusal(dir.path()).ends_with("is a directory"));
        assert!(refusal(Path::new("/dev/zero")).ends_with("is a device"));
        assert!(refusal(Path::new("/dev/null")).ends_with("is a device"));
        assert!(refusal(&at("missing")).contains("no such file"));
        assert!(refusal(&at("good/below")).contains("not a directory"));
        std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
        assert!(refusal(&at("loop")).contains("symbolic link"));
    }

    #[test]
    fn a_file_without_a_size_is_bounded_too() {
        // /proc says 0 bytes for all of its files, and this one is larger than the limit on any running kernel.
        let path = Path::new("/proc/kallsyms");
        if path.exists() {
            assert!(refusal(path).contains("larger than 64 KiB"));
        }
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.yaml");
        std::fs::write(&path, "a: 1").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        if Uid::effective().is_root() {
            return; // root reads everything
        }
        assert!(refusal(&path).contains("permission denied"));
    }

    fn meta(path: &Path) -> FileStat {
        nix::sys::stat::stat(path).unwrap()
    }

    #[test]
    fn root_trusts_what_only_root_can_write() {
        let (root, user) = (Uid::from_raw(0), Uid::from_raw(1000));
        let mut meta = meta(Path::new("/"));
        for (owner, mode, is_trusted) in [
            (0, 0o100_644, true),
            (0, 0o100_600, true),
            (0, 0o100_664, false),
            (0, 0o100_646, false),
            (0, 0o041_777, false),
            (1000, 0o100_600, false),
        ] {
            meta.st_uid = owner;
            meta.st_mode = mode;
            assert_eq!(trust(&meta, root).is_none(), is_trusted, "{owner} {mode:o}");
            assert!(trust(&meta, user).is_none());
        }
    }

    #[test]
    fn the_library_is_judged_on_directory_and_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("web.yaml");
        let user = Uid::from_raw(4242);
        assert_eq!(read_library(&path, user).unwrap(), None);
        assert_eq!(
            read_library(&dir.path().join("none/web.yaml"), user).unwrap(),
            None
        );
        std::fs::write(&path, "a: 1").unwrap();
        assert_eq!(read_library(&path, user).unwrap().unwrap(), b"a: 1");

        let root = Uid::from_raw(0);
        let chmod = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        chmod(&path, 0o644);
        chmod(dir.path(), 0o777);
        assert!(read_library(&path, root).is_err());
        chmod(dir.path(), 0o755);
        chmod(&path, 0o666);
        assert!(read_library(&path, root).is_err());
        chmod(&path, 0o644);
        assert_eq!(
            read_library(&path, root).is_ok(),
            meta(&path).st_uid == 0,
            "root's own files are trusted, a user's are not"
        );
    }

    #[test]
    fn a_missing_directory_has_no_names() {
        let dir = tempfile::tempdir().unwrap();
        assert!(names(&dir.path().join("none")).unwrap().is_empty());
        std::fs::write(dir.path().join("a"), "").unwrap();
        assert_eq!(names(dir.path()).unwrap(), ["a"]);
    }
}
