//! What a person, a script or a README simply asks for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::engine::IMAGE;
use crate::harness::Skip;
use crate::process::Said;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    the_root_of_the_host,
    a_directory_above,
    a_device_number_that_is_a_wildcard,
    a_profile_of_safe_podman,
    a_file_that_the_next_shell_reads,
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
/// A profile, which the next run would obey.
fn a_profile_of_safe_podman() -> Parts {
    Parts {
        by: &["[engine-storage]"],
        attack: |t| plant(t, ".config/safe-podman/profiles"),
        twin: |t| Ok(plant(t, ".config/app")?.said),
    }
}

/// A file that the user's shell reads at the next login.
fn a_file_that_the_next_shell_reads() -> Parts {
    Parts {
        by: &["[home-dir]"],
        attack: |t| plant(t, ".bashrc.d"),
        twin: |t| Ok(plant(t, ".cache/app")?.said),
    }
}

/// Lets the container write into a directory of the account's home, which is everybody's to write to.
fn plant(t: &Try<'_>, directory: &str) -> Result<Seen, Skip> {
    let home = t.engine.work_dir().with_file_name("home");
    let directory = home.join(directory);
    for part in directory.ancestors().take_while(|part| **part != home) {
        t.engine.make_dir(part);
    }
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    let volume = format!("{}:/x:rw", directory.display());
    let said = t.run(["-v", &volume, IMAGE, "touch", "/x/planted"]);
    let reached = directory.join("planted").exists();
    fs::remove_dir_all(&directory).unwrap();
    Ok(Seen { reached, said })
}
