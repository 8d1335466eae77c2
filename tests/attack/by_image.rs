//! What the files and the config of an image make podman or the runtime do on the host.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::Skip;
use crate::image::rootfs;
use crate::process::{Said, said};
use crate::row::{Parts, Seen, Try, attacks};

attacks!(
    a_workdir_that_is_a_link,
    a_workdir_that_is_a_link_upwards,
    a_dev_that_is_a_link,
    a_dev_that_is_a_link_upwards,
);

/// podman makes the WORKDIR that an image lacks, on the host where a link leads there (CVE-2026-55686).
fn a_workdir_that_is_a_link() -> Parts {
    Parts {
        by: &[
            "sealed: the container is not started, for the working directory \"/w/made\" is a link",
        ],
        attack: |on| linked(on, &["WORKDIR /w/made"], "w", Path::to_owned),
        // It lacks it too, and gets it: inside.
        twin: |on| twin(on, &["WORKDIR /w/made"], "w", "srv"),
    }
}

fn a_workdir_that_is_a_link_upwards() -> Parts {
    Parts {
        attack: |on| linked(on, &["WORKDIR /w/made"], "w", upwards),
        ..a_workdir_that_is_a_link()
    }
}

/// The runtime removes `/dev/ptmx` and makes nodes and links, where a link leads (CVE-2026-41579, CVE-2026-47766).
fn a_dev_that_is_a_link() -> Parts {
    Parts {
        by: &["sealed: the container is not started, for \"/dev\" of the image is a link"],
        attack: |on| linked(on, &[], "dev", Path::to_owned),
        twin: |on| twin(on, &[], "device", "dev"),
    }
}

fn a_dev_that_is_a_link_upwards() -> Parts {
    Parts {
        attack: |on| linked(on, &[], "dev", upwards),
        ..a_dev_that_is_a_link()
    }
}

/// Runs an image that has a link to a directory of the host: is that directory another one afterwards?
fn linked(
    on: &Try<'_>,
    changes: &[&str],
    name: &str,
    target: fn(&Path) -> PathBuf,
) -> Result<Seen, Skip> {
    let victim = on.dir();
    fs::write(victim.join("ptmx"), "kept").unwrap();
    let image = image(on, changes, name, &target(&victim));
    let said = on.run(["--name", on.container(), &image, "true"]);
    let names = fs::read_dir(&victim).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    let is_kept = fs::read(victim.join("ptmx")).is_ok_and(|text| text == b"kept");
    let reached = !is_kept || names != ["ptmx"];
    Ok(Seen { reached, said })
}

fn twin(on: &Try<'_>, changes: &[&str], name: &str, target: &str) -> Result<Said, Skip> {
    let image = image(on, changes, name, Path::new(target));
    Ok(on.run(["--name", on.container(), &image, "true"]))
}

/// The same place by a link that goes up and out of the root file system.
fn upwards(path: &Path) -> PathBuf {
    Path::new(&"../".repeat(24)).join(path.strip_prefix("/").unwrap())
}

/// An image with a link in its root directory.
fn image(on: &Try<'_>, changes: &[&str], name: &str, target: &Path) -> String {
    let dir = on.engine.dir(&format!("{}-image", on.container()));
    let archive = dir.join("image.tar");
    fs::write(&archive, rootfs()).unwrap();
    symlink(target, dir.join(name)).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C")
        .arg(&dir)
        .arg("-rf")
        .args([&archive, Path::new(name)]);
    said(&mut tar, &[]).ok();
    let image = format!("localhost/{}:1", on.container());
    let mut import = on.engine.patient("podman");
    import
        .args(on.engine.store_flags())
        .args(["import", "--quiet"]);
    for change in ["USER 1000"].iter().chain(changes) {
        import.arg("--change").arg(change);
    }
    said(import.arg(&archive).arg(&image), &[]).ok();
    image
}
