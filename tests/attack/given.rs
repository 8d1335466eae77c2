//! What a person, a script or a README simply asks for.

use std::fs;

use crate::engine::IMAGE;
use crate::process::Said;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    the_root_of_the_host,
    a_directory_above,
    a_device_number_that_is_a_wildcard,
);

/// `-v /:/host`
fn the_root_of_the_host() -> Parts {
    Parts {
        by: &["[host-root]"],
        attack: |t| {
            let secret = t.dir().join("secret");
            fs::write(&secret, "of the host").unwrap();
            let inside = format!("/host{}", secret.display());
            let said = t.run(["-v", "/:/host:ro", IMAGE, "cat", &inside]);
            Ok(Seen {
                reached: said.stdout.contains("of the host"),
                said,
            })
        },
        twin: |t| {
            let volume = format!("{}:/host:ro", t.dir().display());
            Ok(t.run(["-v", &volume, IMAGE, "ls", "/host"]))
        },
    }
}

/// A directory that leads up by a link, as a project of somebody else's may have one.
fn a_directory_above() -> Parts {
    Parts {
        by: &["[host-root]"],
        attack: |t| {
            let dir = t.dir();
            let _ = fs::remove_file(dir.join("data"));
            std::os::unix::fs::symlink("/", dir.join("data")).unwrap();
            let volume = format!("{}/data:/data:ro", dir.display());
            let said = t.run(["-v", &volume, IMAGE, "cat", "/data/etc/hostname"]);
            let hostname = fs::read_to_string("/etc/hostname").unwrap();
            Ok(Seen {
                reached: said.code == 0 && said.stdout == hostname,
                said,
            })
        },
        twin: |t| {
            let dir = t.dir();
            t.engine.make_dir(&dir.join("real"));
            let _ = fs::remove_file(dir.join("data"));
            std::os::unix::fs::symlink("real", dir.join("data")).unwrap();
            let volume = format!("{}/data:/data:ro", dir.display());
            Ok(t.run(["-v", &volume, IMAGE, "ls", "/data"]))
        },
    }
}

/// The largest 32 bits are the kernel's own `*`.
fn a_device_number_that_is_a_wildcard() -> Parts {
    fn devices(t: &Try<'_>, rule: &str) -> Said {
        let list = "cat /sys/fs/cgroup/devices/devices.list || true";
        t.run(["--device-cgroup-rule", rule, IMAGE, "sh", "-c", list])
    }
    Parts {
        by: &["[device-cgroup-rule]"],
        attack: |t| {
            t.rootful()?;
            let said = devices(t, "c 4294967295:4294967295 rwm");
            Ok(Seen {
                reached: said.stdout.lines().any(|line| line == "c *:* rwm"),
                said,
            })
        },
        twin: |t| Ok(devices(t, "c 188:0 rw")),
    }
}
