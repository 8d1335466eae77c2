//! A name is not a place: what is mounted is another thing than what was judged.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::engine::IMAGE;
use crate::harness::Skip;
use crate::process::{Said, said};
use crate::row::{Parts, Seen, Side, Try, attacks};

attacks!(
    a_source_that_became_a_link,
    a_source_below_a_directory_that_became_a_link
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
