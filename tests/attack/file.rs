//! Files of the host that podman or conmon write, read or hand on.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};

use crate::engine::IMAGE;
use crate::process::Said;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    a_log_through_a_link,
    the_next_log_through_a_link,
    a_sign_to_other_programs,
);

/// Somebody who may write to the directory that a log is to be written to.
const SOMEBODY: u32 = 4242;
const SECRET: &str = "of root's";

/// A file of root's, and a directory where everybody may write, with a link of this name to the file.
fn trap(t: &Try<'_>, link: &str) -> (PathBuf, PathBuf) {
    let (victim, theirs) = (t.dir().join("victim"), t.dir().join("theirs"));
    let _ = fs::remove_dir_all(&theirs);
    fs::create_dir(&theirs).unwrap();
    fs::write(&victim, SECRET).unwrap();
    symlink(&victim, theirs.join(link)).unwrap();
    lchown(theirs.join(link), Some(SOMEBODY), None).unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o777)).unwrap();
    (victim, theirs)
}

/// A container that prints more than a log of a kilobyte holds.
fn chatter(t: &Try<'_>, directory: &Path) -> Said {
    t.run([
        "--log-driver=k8s-file",
        "--log-opt=max-size=1k",
        &format!("--log-opt=path={}", directory.join("log").display()),
        IMAGE,
        "sh",
        "-c",
        "i=0; while [ $i -lt 100 ]; do echo a line of the container; i=$((i+1)); done",
    ])
}

fn own_directory(t: &Try<'_>) -> PathBuf {
    let own = t.dir().join("own");
    fs::create_dir_all(&own).unwrap();
    own
}

/// `--log-opt path=` where somebody else put a link.
fn a_log_through_a_link() -> Parts {
    Parts {
        by: &["[host-file-write]"],
        attack: |t| {
            t.rootful()?;
            let (victim, theirs) = trap(t, "log");
            let said = chatter(t, &theirs);
            Ok(Seen {
                reached: fs::read_to_string(victim).unwrap() != SECRET,
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            Ok(chatter(t, &own_directory(t)))
        },
    }
}

/// The name that conmon writes the next log to, when the first one is full.
fn the_next_log_through_a_link() -> Parts {
    Parts {
        by: &["[host-file-write]"],
        attack: |t| {
            t.rootful()?;
            let (victim, theirs) = trap(t, "log.tmp");
            let said = chatter(t, &theirs);
            Ok(Seen {
                reached: fs::read_to_string(victim).unwrap() != SECRET,
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            // A second run goes on with the log of the first.
            let own = own_directory(t);
            chatter(t, &own);
            Ok(chatter(t, &own))
        },
    }
}

/// `--cidfile` with a name in /run that makes other programs do something; it is nobody's here.
fn a_sign_to_other_programs() -> Parts {
    Parts {
        by: &["[host-file-write]"],
        attack: |t| {
            t.rootful()?;
            let sign = PathBuf::from(format!("/run/{}", t.container()));
            let _ = fs::remove_file(&sign);
            let said = t.run([&format!("--cidfile={}", sign.display()), IMAGE, "true"]);
            let reached = said.code == 0 || sign.exists();
            let _ = fs::remove_file(&sign);
            Ok(Seen { reached, said })
        },
        twin: |t| {
            t.rootful()?;
            let own = PathBuf::from(format!("/run/{}.ctr-id", t.container()));
            let _ = fs::remove_file(&own);
            let said = t.run([&format!("--cidfile={}", own.display()), IMAGE, "true"]);
            let _ = fs::remove_file(&own);
            Ok(said)
        },
    }
}
