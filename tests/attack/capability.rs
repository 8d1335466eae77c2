//! Capabilities that are another spelling of root.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use crate::engine::IMAGE;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(a_program_of_roots, a_file_by_root);

/// A directory of the host that everybody may write to, and the volume that it is.
fn shared(t: &Try<'_>) -> (PathBuf, String) {
    let dir = t.dir().join("shared");
    fs::create_dir_all(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
    let volume = format!("--volume={}:/d:rw,exec", dir.display());
    (dir, volume)
}

/// A user of the container's makes a set-uid program of root's for everybody on the host.
fn a_program_of_roots() -> Parts {
    Parts {
        by: &["[cap-privilege]"],
        attack: |t| {
            t.rootful()?;
            let (dir, volume) = shared(t);
            let said = t.run([
                "--user=998:998",
                "--cap-add=CHOWN,FOWNER",
                &volume,
                IMAGE,
                "sh",
                "-c",
                "cp /bin/busybox /d/b && chown 0:0 /d/b && chmod 4755 /d/b",
            ]);
            let made = fs::metadata(dir.join("b"));
            let reached = made.is_ok_and(|made| made.uid() == 0 && made.mode() & 0o4000 != 0);
            Ok(Seen { reached, said })
        },
        twin: |t| {
            t.rootful()?;
            let (_, volume) = shared(t);
            Ok(t.run([
                "--user=998:998",
                "--cap-add=KILL",
                &volume,
                IMAGE,
                "sh",
                "-c",
                "cp /bin/busybox /d/b && chmod 755 /d/b",
            ]))
        },
    }
}

/// A user of the container's becomes uid 0.
fn a_file_by_root() -> Parts {
    Parts {
        by: &["[cap-privilege]"],
        attack: |t| {
            t.rootful()?;
            let (dir, volume) = shared(t);
            let daemon = "start-stop-daemon -S -c root:root -x /bin/touch -- /d/of-root";
            let said = t.run([
                "--user=998:998",
                "--cap-add=SETUID,SETGID",
                &volume,
                IMAGE,
                "sh",
                "-c",
                daemon,
            ]);
            let made = fs::metadata(dir.join("of-root"));
            Ok(Seen {
                reached: made.is_ok_and(|made| made.uid() == 0),
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            let (_, volume) = shared(t);
            Ok(t.run(["--user=998:998", &volume, IMAGE, "touch", "/d/own"]))
        },
    }
}
