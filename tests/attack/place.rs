//! A name is not a place: what is mounted is another thing than what was judged.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use crate::engine::IMAGE;
use crate::harness::Skip;
use crate::process::{Said, said};
use crate::row::{Parts, Seen, Side, Try, attacks};

attacks!(
    a_source_that_became_a_link,
    a_source_below_a_directory_that_became_a_link,
    the_host_by_another_name,
    what_holds_the_host_by_another_name,
    the_processes_of_a_build_root,
    an_owner_given_through_a_link,
    a_layer_over_a_link,
);

const SECRET: &str = "only-the-host-knows";

/// A directory with a file of the host's, and one that somebody means to give away.
fn two(work: &Path) -> (PathBuf, PathBuf) {
    let (host, given) = (work.join("host/d"), work.join("given/d"));
    for (dir, text) in [(&host, SECRET), (&given, "given away")] {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("file"), text).unwrap();
    }
    (host, given)
}

/// Makes a container, lets something happen, and starts it as a host does where safe-podman is installed.
fn created(tried: &Try<'_>, source: &Path, words: &str, meanwhile: impl FnOnce()) -> Said {
    let mut create = tried.command("create");
    create.args(["--network=none", "--user=998:998"]);
    create.args(["--name", tried.container()]);
    let volume = format!("--volume={}:/x:{words}", source.display());
    let made = said(create.args([&volume, IMAGE, "cat", "/x/file"]), &[]);
    if made.code != 0 {
        return made;
    }
    meanwhile();
    let mut start = tried.engine.patient("podman");
    start.args(tried.engine.store_flags());
    if tried.side == Side::Safe {
        let hooks = tried.dir().join("hooks");
        fs::create_dir_all(&hooks).unwrap();
        let template = include_str!("../../src/seal/safe-podman.json.in");
        let place = tried.engine.program().parent().unwrap();
        let hook = template.replace("@BINDIR@", place.to_str().unwrap());
        fs::write(hooks.join("safe-podman.json"), hook).unwrap();
        start.arg("--hooks-dir").arg(hooks);
    }
    start.args(["start", "--attach", tried.container()]);
    said(&mut start, &[])
}

fn seen(said: Said) -> Seen {
    let reached = said.stdout.contains(SECRET);
    Seen { reached, said }
}

const STOPPED: &[&str] = &["a link or a mount that came in its place after it was judged"];

/// The same path, another directory: that is what people do who deploy anew.
fn replaced(tried: &Try<'_>) -> Result<Said, Skip> {
    let work = tried.dir();
    let (_, given) = two(&work);
    Ok(created(tried, &given, "ro", || {
        fs::rename(&given, work.join("old")).unwrap();
        fs::create_dir(&given).unwrap();
        fs::write(given.join("file"), "new").unwrap();
    }))
}

fn a_source_that_became_a_link() -> Parts {
    Parts {
        by: STOPPED,
        attack: |tried| {
            let work = tried.dir();
            let (host, given) = two(&work);
            Ok(seen(created(tried, &given, "ro", || {
                fs::rename(&given, work.join("old")).unwrap();
                symlink(&host, &given).unwrap();
            })))
        },
        twin: replaced,
    }
}

/// The last name of both paths is the same.
fn a_source_below_a_directory_that_became_a_link() -> Parts {
    Parts {
        by: STOPPED,
        attack: |tried| {
            let work = tried.dir();
            let (_, given) = two(&work);
            Ok(seen(created(tried, &given, "ro", || {
                fs::rename(work.join("given"), work.join("old")).unwrap();
                symlink("host", work.join("given")).unwrap();
            })))
        },
        twin: replaced,
    }
}

/// A mount that is gone with this value.
struct Mounted(PathBuf);

impl Mounted {
    fn new(words: &[&str], at: &Path) -> Result<Self, Skip> {
        fs::create_dir_all(at).unwrap();
        let done = said(Command::new("mount").args(words).arg(at), &[]);
        if done.code != 0 {
            let why = done.stderr.trim();
            return Err(Skip(format!("nothing is mounted here: {why}")));
        }
        Ok(Self(at.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        said(Command::new("umount").arg("--lazy").arg(&self.0), &[]);
    }
}

/// Reads a file of the host's through a directory at which, or below which, the host's root is mounted: one of /etc, since
/// the directories of the tests may be a mount of their own.
fn read_through(tried: &Try<'_>, below: &str, access: &str) -> Result<Seen, Skip> {
    tried.rootful()?;
    let work = tried.dir();
    let alias = work.join("alias");
    let _mounted = Mounted::new(&["--bind", "/"], &alias.join(below))?;
    let volume = format!("--volume={}:/x:{access}", alias.display());
    let said = tried.run([&volume, IMAGE, "cat", &format!("/x/{below}/etc/passwd")]);
    let reached = said.stdout == fs::read_to_string("/etc/passwd").unwrap();
    Ok(Seen { reached, said })
}

/// A part of a disk that is mounted a second time is nothing but data.
fn data(tried: &Try<'_>) -> Result<Said, Skip> {
    let work = tried.dir();
    let (_, given) = two(&work);
    let alias = work.join("alias");
    let _mounted = Mounted::new(&["--bind", given.to_str().unwrap()], &alias)?;
    let volume = format!("--volume={}:/x:ro", alias.display());
    Ok(tried.run([&volume, IMAGE, "cat", "/x/file"]))
}

fn the_host_by_another_name() -> Parts {
    Parts {
        by: &["[host-root]"],
        attack: |tried| read_through(tried, "", "ro"),
        twin: data,
    }
}

/// What is mounted below a directory comes along with it.
fn what_holds_the_host_by_another_name() -> Parts {
    Parts {
        by: &["[host-root]"],
        attack: |tried| read_through(tried, "below", "rw"),
        twin: data,
    }
}

fn the_processes_of_a_build_root() -> Parts {
    Parts {
        by: &["[kernel-fs-readonly]", "[kernel-fs]"],
        attack: |tried| {
            tried.rootful()?;
            let proc = tried.dir().join("build/proc");
            let _mounted = Mounted::new(&["-t", "proc", "proc"], &proc)?;
            let volume = format!("--volume={}:/x:ro", proc.display());
            let us = std::process::id().to_string();
            let said = tried.run([&volume, IMAGE, "cat", &format!("/x/{us}/stat")]);
            let reached = said.stdout.starts_with(&us);
            Ok(Seen { reached, said })
        },
        twin: data,
    }
}

/// Somebody else's directory with one that root is asked to give to the container, or to lay a layer over; then it is
/// another one.
fn swapped_by_its_owner(tried: &Try<'_>, words: &str) -> Result<(PathBuf, Said), Skip> {
    tried.rootful()?;
    let work = tried.dir();
    let (host, given) = two(&work);
    let theirs = given.parent().unwrap();
    chown(theirs, Some(OTHERS), Some(OTHERS)).unwrap();
    let said = created(tried, &given, words, || {
        fs::rename(&given, theirs.join("old")).unwrap();
        symlink(&host, &given).unwrap();
    });
    Ok((host, said))
}

const OTHERS: u32 = 47_110;

/// The same of one that is root's.
fn of_root(tried: &Try<'_>, words: &str) -> Result<Said, Skip> {
    let (_, given) = two(&tried.dir());
    Ok(created(tried, &given, words, || {}))
}

/// Whoever swaps the two in a loop wins sooner or later.
fn an_owner_given_through_a_link() -> Parts {
    Parts {
        by: &["[unpinned-source]"],
        attack: |tried| {
            tried.rootful()?;
            let theirs = tried.dir().join("theirs");
            let (host, given) = two(&theirs);
            chown(&theirs, Some(OTHERS), Some(OTHERS)).unwrap();
            // podman does not follow a link at the end of the path, but on the way.
            let (parent, link) = (theirs.join("given"), theirs.join("link"));
            symlink(host.parent().unwrap(), &link).unwrap();
            let is_over = AtomicBool::new(false);
            let owner = || fs::metadata(host.join("file")).unwrap().uid();
            let said = std::thread::scope(|scope| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let flags = RenameFlags::RENAME_EXCHANGE;
                        renameat2(AT_FDCWD, &parent, AT_FDCWD, &link, flags).unwrap();
                    }
                });
                let mut tries = 0;
                let said = loop {
                    let said = created(tried, &given, "ro,U", || {});
                    tried
                        .engine
                        .podman(["rm", "--force", "--ignore", tried.container()]);
                    tries += 1;
                    if owner() == 998 || tries == 10 {
                        break said;
                    }
                };
                is_over.store(true, Ordering::Relaxed);
                said
            });
            Ok(Seen {
                reached: owner() == 998,
                said,
            })
        },
        twin: |tried| of_root(tried, "ro,U"),
    }
}

fn a_layer_over_a_link() -> Parts {
    Parts {
        by: &["[unpinned-source]"],
        attack: |tried| Ok(seen(swapped_by_its_owner(tried, "O")?.1)),
        twin: |tried| of_root(tried, "O"),
    }
}
