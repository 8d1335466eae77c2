//! What the options of a volume make mount(8) do, whoever made the volume.

use std::fs;

use crate::engine::IMAGE;
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    an_existing_volume_of_a_kernel_type,
    an_existing_volume_in_a_disk_image,
    a_line_of_another_fstab,
);

/// Makes a volume of this name where there is none.
fn volume(t: &Try<'_>, name: &str, options: &[&str]) {
    let opts = options.iter().flat_map(|option| ["--opt", option]);
    let words = ["volume", "create"].into_iter().chain(opts).chain([name]);
    t.engine.podman(words);
}

/// `podman volume create --opt type=proc`: the host's processes.
fn an_existing_volume_of_a_kernel_type() -> Parts {
    Parts {
        by: &["[volume-driver-bind]"],
        attack: |t| {
            t.rootful()?;
            volume(t, "kernel-proc", &["type=proc", "device=x"]);
            let said = t.run(["-v", "kernel-proc:/k", IMAGE, "cat", "/k/1/comm"]);
            let first = fs::read_to_string("/proc/1/comm").unwrap();
            Ok(Seen {
                reached: said.stdout == first,
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            volume(
                t,
                "kernel-tmpfs",
                &["type=tmpfs", "device=tmpfs", "o=size=1m"],
            );
            Ok(t.run(["-v", "kernel-tmpfs:/k", IMAGE, "ls", "/k"]))
        },
    }
}

/// A file with a file system of somebody else's making, which the host's kernel reads.
fn an_existing_volume_in_a_disk_image() -> Parts {
    Parts {
        by: &["[volume-driver-bind]"],
        attack: |t| {
            t.rootful()?;
            let disk = t.dir().join("disk.img");
            fs::write(&disk, vec![0; 4 << 20]).unwrap();
            let made = std::process::Command::new("/sbin/mkfs.ext4")
                .arg("-q")
                .arg(&disk)
                .status();
            if !made.is_ok_and(|status| status.success()) {
                return Err(crate::harness::Skip::new("there is no mkfs.ext4"));
            }
            let name = format!("{}-disk", t.container());
            let device = format!("device={}", disk.display());
            volume(t, &name, &["type=ext4", &device, "o=loop"]);
            let said = t.run(["-v", &format!("{name}:/k"), IMAGE, "ls", "/k"]);
            Ok(Seen {
                reached: said.stdout.contains("lost+found"),
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            let name = format!("{}-own", t.container());
            let device = format!("device={}", t.dir().display());
            volume(t, &name, &["type=none", &device, "o=bind"]);
            Ok(t.run(["-v", &format!("{name}:/k:ro"), IMAGE, "ls", "/k"]))
        },
    }
}

/// A "device" that is an option of mount(8): `-T` names the table in which it looks up what belongs there.
fn a_line_of_another_fstab() -> Parts {
    Parts {
        by: &["[volume-driver-bind]"],
        attack: |t| {
            t.rootful()?;
            let name = format!("{}-new", t.container());
            let (dir, secret) = (t.dir(), t.dir().join("of-the-host"));
            fs::create_dir_all(&secret).unwrap();
            fs::write(secret.join("secret"), "of the host").unwrap();
            let place = t
                .engine
                .podman(["info", "--format={{.Store.VolumePath}}"])
                .ok();
            let line = format!(
                "{} {}/{name}/_data none bind 0 0\n",
                secret.display(),
                place.trim()
            );
            fs::write(dir.join("fstab"), line).unwrap();
            let mount = format!(
                "--mount=type=volume,src={name},dst=/k,volume-opt=type=tmpfs,volume-opt=device=-T{}",
                dir.join("fstab").display()
            );
            let said = t.run([&mount, IMAGE, "cat", "/k/secret"]);
            Ok(Seen {
                reached: said.stdout.contains("of the host"),
                said,
            })
        },
        twin: |t| {
            t.rootful()?;
            let name = format!("{}-new", t.container());
            let mount = format!(
                "--mount=type=volume,src={name},dst=/k,volume-opt=type=tmpfs,volume-opt=device=tmpfs"
            );
            Ok(t.run([&mount, IMAGE, "ls", "/k"]))
        },
    }
}
