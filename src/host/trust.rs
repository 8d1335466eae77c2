//! Whether what a path leads to can be changed only by users who are obeyed anyway: the one judgement of files that
//! steer a run, its policy, its profiles, its hooks and the programs that are started.

use std::path::Path;

use super::paths::{EntryKind, FileKind, Tree, walk};
use crate::problem::Problem;

/// May a path lead through a sticky directory such as /tmp?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sticky {
    /// No: what lies below it may be gone after a reboot, and another user's the next time that it is asked for.
    Refused,
    /// Yes, for what is used now: only the owner of a name, who is judged, can replace what has it.
    Passed,
}

/// The answer to [`super::Host::only_changed_by`].
pub(super) fn only_changed_by(
    tree: &dyn Tree,
    path: &Path,
    owners: &[u32],
    sticky: Sticky,
) -> Result<(), Problem> {
    let walk = walk(tree, path)?;
    let others = if owners == [0] {
        "root"
    } else {
        "root and you"
    };
    let refuse = |place: &Path, why: &str, instead: String| {
        Problem::new(format!(
            "\"{}\" may be changed by others than {others}: \"{}\" {why}",
            path.display(),
            place.display()
        ))
        .instead(instead)
    };
    let for_root = |place: &Path| format!("chown root:root {0} && chmod go-w {0}", place.display());
    if walk.resolved.kind == FileKind::Missing {
        let what = format!("\"{}\" does not exist", path.display());
        return Err(Problem::new(what));
    }
    for (place, entry) in &walk.passed {
        if !owners.contains(&entry.owner) {
            let instead = if owners == [0] {
                for_root(place)
            } else {
                "put it where only root and you can write".to_owned()
            };
            let why = format!("belongs to uid {}", entry.owner);
            return Err(refuse(place, &why, instead));
        }
        let is_open = match entry.kind {
            // The mode of a link means nothing: only who may write to its directory replaces it.
            EntryKind::Link(_) => false,
            // The directory at the end is not passed through: anybody could put a new name into it.
            EntryKind::Other(FileKind::Directory)
                if sticky == Sticky::Passed
                    && entry.mode & 0o1000 != 0
                    && *place != walk.resolved.path =>
            {
                false
            }
            EntryKind::Other(_) => entry.mode & 0o022 != 0,
        };
        if is_open {
            let why = format!("has mode {:04o}, writable by group or others", entry.mode);
            let instead = if owners == [0] {
                for_root(place)
            } else {
                format!("chmod go-w {}", place.display())
            };
            return Err(refuse(place, &why, instead));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{Fake, Host as _};
    use super::*;

    #[test]
    fn trust_needs_the_whole_way() {
        let host = Fake::rootful()
            .file("/usr/bin/podman", 0, 0o755, "")
            .file("/opt/bin/podman", 0, 0o755, "")
            .directory("/opt", 0, 0o775)
            .file("/srv/bin/podman", 0, 0o775, "")
            .file("/home/ann/podman", 1000, 0o755, "")
            .link("/usr/bin/engine", "/home/ann/podman")
            .directory("/home/ann", 1000, 0o755)
            .link("/home/ann/link", "/usr/bin/podman")
            .link("/usr/bin/fine", "podman");
        for path in ["/usr/bin/podman", "/usr/bin/fine", "/opt/../usr/bin/fine"] {
            let trusted = host.trusted(Path::new(path));
            assert_eq!(
                trusted.is_ok(),
                !path.contains("opt"),
                "{path}: {trusted:?}"
            );
        }
        for (path, place) in [
            ("/opt/bin/podman", "\"/opt\" has mode 0775"),
            ("/srv/bin/podman", "\"/srv/bin/podman\" has mode 0775"),
            ("/usr/bin/engine", "\"/home/ann\" belongs to uid 1000"),
            ("/home/ann/link", "\"/home/ann\" belongs to uid 1000"),
            ("/usr/bin/missing", "does not exist"),
        ] {
            let problem = host.trusted(Path::new(path)).unwrap_err();
            assert!(problem.what.contains(place), "{path}: {problem}");
        }
    }

    #[test]
    fn a_sticky_directory_may_be_passed_through() {
        let host = Fake::rootful()
            .directory("/tmp", 0, 0o1777)
            .file("/tmp/ours/podman", 0, 0o755, "")
            .file("/tmp/podman", 0, 0o755, "")
            .file("/tmp/theirs", 1000, 0o755, "")
            .file("/tmp/open", 0, 0o1777, "")
            .directory("/home/ann", 1000, 0o1777)
            .file("/home/ann/podman", 0, 0o755, "");
        for (path, is_trusted) in [
            ("/tmp/ours/podman", true),
            ("/tmp/podman", true),
            ("/tmp/theirs", false),
            ("/tmp/open", false),
            ("/tmp", false),
            ("/home/ann/podman", false),
        ] {
            let path = Path::new(path);
            let found = host.only_changed_by(path, &[0], Sticky::Passed);
            assert_eq!(found.is_ok(), is_trusted, "{found:?}");
            assert!(
                host.trusted(path).is_err(),
                "what is kept is not below /tmp"
            );
        }
    }

    #[test]
    fn a_user_may_obey_what_is_their_own() {
        let host = Fake::rootless()
            .file("/usr/bin/podman", 0, 0o755, "")
            .file("/home/ann/bin/podman", 1000, 0o755, "")
            .directory("/home/bob", 1001, 0o755)
            .file("/home/bob/podman", 1000, 0o755, "")
            .directory("/srv", 1000, 0o775)
            .file("/srv/podman", 1000, 0o755, "");
        for (path, is_trusted) in [
            ("/usr/bin/podman", true),
            ("/home/ann/bin/podman", true),
            ("/home/bob/podman", false),
            ("/srv/podman", false),
        ] {
            let found = host.only_changed_by(Path::new(path), &[0, 1000], Sticky::Passed);
            assert_eq!(found.is_ok(), is_trusted, "{path}: {found:?}");
            if path == "/srv/podman" {
                assert_eq!(found.unwrap_err().instead.unwrap(), "chmod go-w /srv");
            }
            assert_eq!(
                host.trusted(Path::new(path)).is_ok(),
                path.starts_with("/usr")
            );
        }
    }

    #[test]
    fn a_trusted_file_is_read_and_another_is_not() {
        let host = Fake::rootful()
            .file("/etc/a", 0, 0o644, "a")
            .file("/etc/b", 0, 0o666, "b")
            .file("/opt/c", 0, 0o644, "c")
            .directory("/opt", 1000, 0o755);
        let read = |path: &str| host.open_trusted(Path::new(path), 9);
        assert_eq!(read("/etc/a").unwrap().bytes, b"a");
        assert!(read("/etc/b").is_err() && read("/opt/c").is_err());
        assert!(read("/etc/d").unwrap_err().is_missing());
    }

    #[test]
    fn the_file_that_was_opened_is_judged_besides_the_one_that_stands_there() {
        let host = Fake::rootful().file("/etc/a", 0, 0o644, "a");
        for (owner, mode, is_trusted) in [
            (0, 0o644, true),
            (1000, 0o644, false),
            (0, 0o664, false),
            (0, 0o646, false),
        ] {
            let host = host.clone().swapped("/etc/a", owner, mode, "theirs");
            let read = host.open_trusted(Path::new("/etc/a"), 9);
            assert_eq!(read.is_ok(), is_trusted, "{owner} {mode:o}: {read:?}");
        }
    }
}
