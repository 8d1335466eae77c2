//! A name is not a place: what is mounted is another thing than what was judged.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

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
fn created(tried: &Try<'_>, source: &Path, meanwhile: impl FnOnce()) -> Said {
    let mut create = tried.command("create");
    create.args(["--network=none", "--name", tried.container()]);
    let volume = format!("--volume={}:/x:ro", source.display());
    said(create.args([&volume, IMAGE, "cat", "/x/file"]), &[]).ok();
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
    Ok(created(tried, &given, || {
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
            Ok(seen(created(tried, &given, || {
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
            Ok(seen(created(tried, &given, || {
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

/// Reads the host's file through a directory at which, or below which, the host's root is mounted.
fn read_through(tried: &Try<'_>, below: &str, access: &str) -> Result<Seen, Skip> {
    tried.rootful()?;
    let work = tried.dir();
    let (host, _) = two(&work);
    let alias = work.join("alias");
    let _mounted = Mounted::new(&["--bind", "/"], &alias.join(below))?;
    let volume = format!("--volume={}:/x:{access}", alias.display());
    let file = format!("/x/{below}{}/file", host.display());
    Ok(seen(tried.run([&volume, IMAGE, "cat", &file])))
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
