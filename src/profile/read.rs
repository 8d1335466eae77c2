//! Reading a profile: a regular file of at most 64 KiB, asked of the host.
//!
//! What is read is what the open file holds, and nothing here waits: a FIFO without a writer or a terminal is refused for
//! what it is.

use std::path::Path;

use crate::host::{FileKind, Host, Links, Opened, ReadError, Unread};
use crate::problem::Problem;

/// The largest profile, in bytes.
pub(crate) const MAX_BYTES: u64 = 64 * 1024;

/// Reads the file a person named; `shown` is what they called it.
///
/// # Errors
/// It is missing, unreadable, no regular file or larger than [`MAX_BYTES`]. Never blocks.
pub(super) fn read(host: &dyn Host, path: &Path, shown: &Path) -> Result<Opened, Problem> {
    let opened = host.open_file(path, MAX_BYTES, Links::Follow);
    opened.map_err(|error| unusable(shown, error))
}

/// Reads a file of the profile library: `None` when there is none.
///
/// What uid 0 obeys must not be in another user's hands, the directories above included. Any other user may trust what they
/// like: they could call podman directly.
///
/// # Errors
/// As [`read`]; besides, others than root can change what root would obey.
pub(super) fn read_library(host: &dyn Host, path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let opened = if host.identity().euid == 0 {
        // Whoever can take a stricter profile away from here makes a weaker one hold: judged also when there is none.
        judged(host, path.parent().unwrap_or(path))?;
        host.open_trusted(path, MAX_BYTES)
    } else {
        host.open_file(path, MAX_BYTES, Links::Follow)
    };
    match opened {
        Ok(opened) => Ok(Some(opened.bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

/// A directory that does not exist holds nothing that could have been taken away.
fn judged(host: &dyn Host, directory: &Path) -> Result<(), Problem> {
    if host.resolve(directory)?.kind == FileKind::Missing {
        return Ok(());
    }
    host.trusted(directory).map_err(|problem| {
        let untrusted = Unread::Untrusted(Box::new(problem));
        unusable(directory, ReadError::new(directory, untrusted))
    })
}

/// The names in a directory of the library, none when it does not exist.
///
/// # Errors
/// It cannot be read; others than root can change what root would obey.
pub(super) fn names(host: &dyn Host, directory: &Path) -> Result<Vec<String>, Problem> {
    if host.identity().euid == 0 {
        judged(host, directory)?;
    }
    let files = match host.list(directory) {
        Err(error) if error.is_missing() => Vec::new(),
        files => files?,
    };
    // A profile's name is ASCII, so a file whose name is not even UTF-8 is none.
    let names = files.iter().filter_map(|file| file.file_name()?.to_str());
    Ok(names.map(str::to_owned).collect())
}

fn unusable(path: &Path, error: ReadError) -> Problem {
    let file = path.display();
    let irregular = |kind| {
        Problem::new(format!("profile \"{file}\" is a {kind}")).instead("name a regular file")
    };
    match error.why {
        Unread::Link => irregular("symbolic link"),
        Unread::Kind(kind) => irregular(match kind {
            FileKind::Directory => "directory",
            FileKind::Fifo => "FIFO",
            FileKind::CharDevice | FileKind::BlockDevice => "device",
            FileKind::Socket => "socket",
            FileKind::Missing | FileKind::File => "special file",
        }),
        Unread::TooLarge(_) => Problem::new(format!("profile \"{file}\" is larger than 64 KiB"))
            .instead(
                "a profile is a few lines: move what is common to many into one that they extend",
            ),
        Unread::Untrusted(problem) => {
            let instead = problem.instead.unwrap_or_default();
            Problem::new(problem.what)
                .instead(format!("{instead}, or name the file: --profile FILE"))
        }
        Unread::Io(_) if error.is_missing() => unreadable(path, &"there is no such file"),
        Unread::Io(error) => unreadable(path, &error),
        Unread::Nowhere(invalid) => unreadable(path, &invalid),
    }
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem::new(format!(
        "profile \"{}\" cannot be read: {why}",
        path.display()
    ))
    .instead("name a file that exists and that you may read")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::host::{Fake, System};

    fn refusal(host: &dyn Host, path: &str) -> String {
        let path = Path::new(path);
        read(host, path, path).unwrap_err().what
    }

    #[test]
    fn only_a_small_regular_file_is_read() {
        let host = Fake::rootless()
            .file("/p/good", 1000, 0o644, "a: 1")
            .file("/p/full", 1000, 0o644, vec![b'#'; 65_536])
            .file("/p/over", 1000, 0o644, vec![b'#'; 65_537])
            .link("/p/link", "/p/good")
            .link("/p/loop", "loop")
            .node("/p/fifo", FileKind::Fifo, 1000, 0o644)
            .node("/p/socket", FileKind::Socket, 1000, 0o644)
            .node("/dev/zero", FileKind::CharDevice, 0, 0o666);
        let bytes = |path: &str| read(&host, Path::new(path), Path::new(path)).unwrap();
        assert_eq!(bytes("/p/good").bytes, b"a: 1");
        assert_eq!(bytes("/p/link").bytes, b"a: 1");
        assert_eq!(bytes("/p/full").bytes.len(), 65_536);
        for (path, why) in [
            ("/p/over", "larger than 64 KiB"),
            ("/p/fifo", "is a FIFO"),
            ("/p/socket", "is a socket"),
            ("/dev/zero", "is a device"),
            ("/p", "is a directory"),
            ("/p/missing", "no such file"),
            ("/p/good/below", "no directory"),
            ("/p/loop", "symbolic link"),
        ] {
            let problem = refusal(&host, path);
            assert!(problem.contains(why), "{path}: {problem}");
        }
    }

    #[test]
    fn nothing_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        // The best of three: the machine may be busy, but who waits for a writer waits each time.
        let attempts = (0..3).map(|_| {
            let start = Instant::now();
            let what = refusal(&System::default(), fifo.to_str().unwrap());
            (start.elapsed(), what)
        });
        let (time, what) = attempts.min().unwrap();
        assert!(time < Duration::from_millis(100), "{time:?}");
        assert!(what.ends_with("is a FIFO"), "{what}");
        // /proc says 0 bytes for all of its files, and this one is larger than the limit on any running kernel.
        let path = "/proc/kallsyms";
        if Path::new(path).exists() {
            assert!(refusal(&System::default(), path).contains("larger than 64 KiB"));
        }
    }

    #[test]
    fn root_obeys_what_only_root_can_change() {
        let path = Path::new("/etc/safe-podman/profiles/web.yaml");
        let file = |host: Fake, owner, mode| host.file(path, owner, mode, "a: 1");
        let root = || file(Fake::rootful(), 0, 0o644);
        assert_eq!(read_library(&Fake::rootful(), path), Ok(None));
        assert_eq!(read_library(&root(), path).unwrap().unwrap(), b"a: 1");
        for (host, place) in [
            (
                file(Fake::rootful(), 1000, 0o600),
                "web.yaml\" belongs to uid 1000",
            ),
            (file(Fake::rootful(), 0, 0o664), "web.yaml\" has mode 0664"),
            (
                root().directory("/etc/safe-podman/profiles", 0, 0o777),
                "profiles\" has mode 0777",
            ),
            // Who may write here puts another directory in the place of profiles.
            (
                root().directory("/etc/safe-podman", 1000, 0o777),
                "safe-podman\" belongs to uid 1000",
            ),
            (
                root().directory("/etc/safe-podman", 0, 0o777),
                "safe-podman\" has mode 0777",
            ),
        ] {
            let problem = read_library(&host, path).unwrap_err();
            assert!(problem.what.contains("others than root"), "{problem}");
            assert!(problem.what.contains(place), "{problem}");
            assert!(problem.instead.unwrap().contains("--profile FILE"));
        }
        for (owner, mode) in [(1000, 0o755), (0, 0o777), (0, 0o1777)] {
            let directory = path.parent().unwrap();
            let host = Fake::rootful().directory(directory, owner, mode);
            for problem in [
                read_library(&host, path).unwrap_err(),
                names(&host, directory).unwrap_err(),
            ] {
                assert!(problem.what.contains("others than root"), "{problem}");
            }
        }
        let user = file(Fake::rootless(), 1001, 0o666);
        assert!(read_library(&user, path).unwrap().is_some());
    }

    #[test]
    fn a_missing_directory_has_no_names() {
        let host = Fake::rootless().file("/p/a", 1000, 0o644, "");
        assert!(names(&host, Path::new("/none")).unwrap().is_empty());
        assert_eq!(names(&host, Path::new("/p")).unwrap(), ["a"]);
    }
}
