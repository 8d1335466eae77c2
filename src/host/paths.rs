//! Where a path leads, walked one component at a time so that nothing on the way goes unseen.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::problem::Invalid;

/// As many as the kernel follows, `path_resolution(7)`.
const MAX_LINKS: usize = 40;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing, yet.
    Missing,
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A unix socket.
    Socket,
    /// A block device.
    BlockDevice,
    /// A character device.
    CharDevice,
    /// A named pipe.
    Fifo,
}

/// A path that contains no link, `.`, `..` or doubled slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The path, absolute.
    pub path: PathBuf,
    /// What is there.
    pub kind: FileKind,
    /// The uid that owns it; when it is missing, of the deepest directory that exists.
    pub owner: u32,
    /// The gid of the same.
    pub group: u32,
    /// The permission bits (07777) of the same.
    pub mode: u32,
}

/// One name in a directory, as lstat(2) sees it.
#[derive(Clone, Debug)]
pub(super) struct TreeEntry {
    pub(super) kind: EntryKind,
    pub(super) owner: u32,
    pub(super) group: u32,
    pub(super) mode: u32,
}

#[derive(Clone, Debug)]
pub(super) enum EntryKind {
    Link(PathBuf),
    Other(FileKind),
}

/// A file system that can be looked at.
pub(super) trait Tree {
    /// What stands at `path`, whose parent contains no link; `None` when nothing does.
    ///
    /// The target of a link is where the kernel goes, so an implementation fails where the text of the link says
    /// something else.
    fn look(&self, path: &Path) -> io::Result<Option<TreeEntry>>;
}

/// Where a path led, and everything that was passed.
pub(super) struct Walk {
    pub(super) resolved: Resolved,
    pub(super) passed: Vec<(PathBuf, TreeEntry)>,
}

/// Follows `path` to its end, as [`super::Host::resolve`] describes.
pub(super) fn walk(tree: &dyn Tree, path: &Path) -> Result<Walk, Invalid> {
    Walker::new(tree, path)?.run()
}

struct Walker<'a> {
    tree: &'a dyn Tree,
    asked: &'a Path,
    at: PathBuf,
    here: TreeEntry,
    todo: VecDeque<OsString>,
    links: usize,
    passed: Vec<(PathBuf, TreeEntry)>,
}

impl<'a> Walker<'a> {
    fn new(tree: &'a dyn Tree, asked: &'a Path) -> Result<Self, Invalid> {
        let refuse = |what: String| refusal(asked, &what);
        if !asked.is_absolute() {
            return Err(Invalid::new(
                asked.display().to_string(),
                "not an absolute path",
                "start it with a slash",
            ));
        }
        let root = Path::new("/");
        let here = tree
            .look(root)
            .map_err(|error| refuse(format!("not to be followed ({error})")))?
            .ok_or_else(|| refuse("not to be followed (there is no /)".into()))?;
        Ok(Self {
            tree,
            asked,
            at: root.into(),
            passed: vec![(root.into(), here.clone())],
            here,
            todo: names(asked).collect(),
            links: 0,
        })
    }

    fn run(mut self) -> Result<Walk, Invalid> {
        while let Some(name) = self.todo.pop_front() {
            self.must_be_directory()?;
            if name == ".." {
                self.at.pop();
                self.here = self.look_again()?;
                continue;
            }
            let next = self.at.join(&name);
            let Some(entry) = self.look(&next)? else {
                return self.missing(next);
            };
            self.passed.push((next.clone(), entry.clone()));
            if let EntryKind::Link(target) = &entry.kind {
                self.follow(target)?;
            } else {
                self.at = next;
                self.here = entry;
            }
        }
        let kind = self.kind();
        Ok(self.end(kind))
    }

    fn follow(&mut self, target: &Path) -> Result<(), Invalid> {
        self.links = self.links.saturating_add(1);
        if self.links > MAX_LINKS {
            return Err(refusal(
                self.asked,
                &format!("a path through more than {MAX_LINKS} symbolic links"),
            ));
        }
        if target.is_absolute() {
            self.at = PathBuf::from("/");
            self.here = self.look_again()?;
        }
        for name in names(target).collect::<Vec<_>>().into_iter().rev() {
            self.todo.push_front(name);
        }
        Ok(())
    }

    /// The rest is appended as it stands. A `..` in it would be judged here as one thing and mean another once somebody
    /// has put a link where nothing is now.
    fn missing(mut self, next: PathBuf) -> Result<Walk, Invalid> {
        if self.todo.iter().any(|name| name == "..") {
            return Err(refusal(
                self.asked,
                &format!(
                    "a path that goes through \"{}\", which does not exist, and up again",
                    next.display()
                ),
            ));
        }
        self.at = next;
        self.at.extend(&self.todo);
        Ok(self.end(FileKind::Missing))
    }

    fn end(self, kind: FileKind) -> Walk {
        Walk {
            resolved: Resolved {
                path: self.at,
                kind,
                owner: self.here.owner,
                group: self.here.group,
                mode: self.here.mode,
            },
            passed: self.passed,
        }
    }

    fn kind(&self) -> FileKind {
        match self.here.kind {
            EntryKind::Other(kind) => kind,
            EntryKind::Link(_) => FileKind::Missing,
        }
    }

    fn must_be_directory(&self) -> Result<(), Invalid> {
        if self.kind() == FileKind::Directory {
            return Ok(());
        }
        let what = format!(
            "a path below \"{}\", which is no directory",
            self.at.display()
        );
        Err(refusal(self.asked, &what))
    }

    fn look(&self, path: &Path) -> Result<Option<TreeEntry>, Invalid> {
        self.tree.look(path).map_err(|error| {
            let what = format!("not to be followed past \"{}\" ({error})", path.display());
            refusal(self.asked, &what)
        })
    }

    fn look_again(&self) -> Result<TreeEntry, Invalid> {
        self.look(&self.at)?
            .ok_or_else(|| refusal(self.asked, "a path that changed while it was followed"))
    }
}

fn refusal(path: &Path, what: &str) -> Invalid {
    Invalid::new(
        path.display().to_string(),
        what,
        "name the file or directory itself",
    )
}

fn names(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{Fake, Host as _, System};
    use super::*;

    fn fake() -> Fake {
        Fake::rootful()
            .directory("/etc", 0, 0o755)
            .file("/etc/passwd", 0, 0o644, "")
            .link("/var/run", "../run")
            .link("/home/ann/up", "../..")
            .link("/home/ann/deep", "up/etc/./passwd")
            .link("/loop/a", "b")
            .link("/loop/b", "/loop/a")
            .node("/run/podman/podman.sock", FileKind::Socket, 0, 0o660)
    }

    #[test]
    fn every_spelling_of_a_directory_is_that_directory() {
        for path in [
            "/etc",
            "//etc",
            "/./etc/.",
            "/etc/",
            "/usr/../etc",
            "/home/ann/up/etc",
            "/../etc",
            "/home/ann/up/home/ann/up/etc",
            "/etc/../home/../etc//",
            "/var/run/../etc",
        ] {
            let found = fake().directory("/usr", 0, 0o755).resolve(Path::new(path));
            let found = found.unwrap();
            assert_eq!(found.path, Path::new("/etc"), "{path}");
            assert_eq!(found.kind, FileKind::Directory, "{path}");
        }
    }

    #[test]
    fn up_from_a_link_is_up_from_where_it_leads() {
        let found = fake().resolve(Path::new("/home/ann/up/..")).unwrap();
        assert_eq!(found.path, Path::new("/"));
        let found = fake().resolve(Path::new("/home/ann/deep")).unwrap();
        assert_eq!(found.path, Path::new("/etc/passwd"));
        assert_eq!((found.kind, found.mode), (FileKind::File, 0o644));
        let found = fake().resolve(Path::new("/var/run/podman/podman.sock"));
        assert_eq!(found.unwrap().kind, FileKind::Socket);
    }

    #[test]
    fn what_is_missing_hangs_below_what_is_there() {
        let found = fake()
            .resolve(Path::new("/home/ann/up/etc/no/such"))
            .unwrap();
        assert_eq!(found.path, Path::new("/etc/no/such"));
        assert_eq!(found.kind, FileKind::Missing);
        assert_eq!((found.owner, found.mode), (0, 0o755), "of /etc");
    }

    #[test]
    fn refuses_what_it_cannot_follow_to_the_end() {
        for (path, why) in [
            ("etc", "not an absolute path"),
            ("", "not an absolute path"),
            ("./etc", "not an absolute path"),
            ("/loop/a", "more than 40"),
            ("/etc/passwd/x", "no directory"),
            ("/etc/passwd/..", "no directory"),
            ("/no/../etc", "does not exist, and up again"),
            ("/no/such/../../etc", "does not exist, and up again"),
        ] {
            let error = fake().resolve(Path::new(path)).unwrap_err().to_string();
            assert!(error.contains(why), "{path}: {error}");
        }
        let nul = System::default()
            .resolve(Path::new("/etc\0/x"))
            .unwrap_err();
        assert!(nul.to_string().contains("not to be followed"), "{nul}");
    }
}
