//! Runs the probe in a container.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::foreign;
use super::table::Table;
use crate::engine::Engine;
use crate::image::rootfs;
use crate::process::{Said, said};

/// Where the probe is in the image.
pub(super) const PROBE: &str = "/usr/bin/floor";

/// For which architecture an image says that it is.
#[derive(Clone, Copy)]
pub(super) enum Image {
    Native,
    Bits32,
}

/// The probe's table under plain podman.
pub(super) fn plain(engine: &Engine, flags: &[&str], words: &[&str]) -> Table {
    read(plain_of(
        engine,
        Image::Native,
        flags,
        &[&[PROBE], words].concat(),
    ))
}

/// The probe's table under safe-podman.
pub(super) fn safe(engine: &Engine, flags: &[&str], words: &[&str]) -> Table {
    read(safe_of(
        engine,
        Image::Native,
        flags,
        &[&[PROBE], words].concat(),
    ))
}

pub(super) fn plain_of(engine: &Engine, image: Image, flags: &[&str], command: &[&str]) -> Said {
    let image = made(engine, image);
    engine.plain([&["--network=none"], flags, &[&*image], command].concat())
}

pub(super) fn safe_of(engine: &Engine, image: Image, flags: &[&str], command: &[&str]) -> Said {
    let image = made(engine, image);
    engine.safe([&["--network=none"], flags, &[&*image], command].concat())
}

/// The lines that the probe wrote.
pub(super) fn read(said: Said) -> Table {
    let lines = said.ok();
    let lines = lines.lines().map(|line| line.split_once('\t').unwrap());
    let table: Table = lines
        .map(|(name, answer)| (name.to_owned(), answer.to_owned()))
        .collect();
    // exit_group is what the probe itself needs.
    let unknown = |(name, answer): &(&String, &String)| {
        answer.starts_with("unknown") && *name != "syscall 231"
    };
    let unknown: Vec<_> = table.iter().filter(unknown).collect();
    assert!(unknown.is_empty(), "the probe had no answer: {unknown:?}");
    table
}

/// The name of the image with the probe and the 32-bit program, made where there is none yet.
fn made(engine: &Engine, image: Image) -> String {
    // Other tests want the same one.
    static ONE: Mutex<()> = Mutex::new(());
    let (name, flags): (_, &[&str]) = match image {
        Image::Native => ("floor", &[]),
        Image::Bits32 => ("floor-386", &["--arch=386"]),
    };
    let full = format!("localhost/{name}:1");
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    if engine.podman(["image", "exists", &full]).code == 0 {
        return full;
    }
    let dir = engine.dir(name);
    let archive = dir.join("image.tar");
    fs::write(&archive, rootfs()).unwrap();
    let below_root = |path: &'static str| path.trim_start_matches('/');
    let (probe_at, program_at) = (below_root(PROBE), below_root(foreign::PLACE));
    engine.make_dir(dir.join(probe_at).parent().unwrap());
    fs::copy(probe(), dir.join(probe_at)).unwrap();
    fs::write(dir.join(program_at), foreign::program()).unwrap();
    fs::set_permissions(dir.join(program_at), fs::Permissions::from_mode(0o755)).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&dir).arg("-rf").arg(&archive);
    said(tar.args([probe_at, program_at]), &[]).ok();
    let mut import = engine.patient("podman");
    import
        .args(engine.store_flags())
        .args(["import", "--quiet", "--change=USER 998"]);
    said(import.args(flags).arg(&archive).arg(&full), &[]).ok();
    full
}

/// The probe: beside the test's own binary, where it is not older than its sources. A machine that only runs tests, as those
/// of tests/matrix, has no compiler; there `tests/attack/run` has made it before.
fn probe() -> &'static Path {
    static PROBE: OnceLock<PathBuf> = OnceLock::new();
    PROBE.get_or_init(|| {
        let sources = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/attack/probe"));
        let built = std::env::current_exe()
            .unwrap()
            .with_file_name("floor-probe");
        let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
        let newest = fs::read_dir(sources)
            .unwrap()
            .map(|entry| modified(&entry.unwrap().path()).unwrap())
            .max();
        if !modified(&built).is_ok_and(|built| Some(built) > newest) {
            said(Command::new(sources.join("build")).arg(&built), &[]).ok();
        }
        built
    })
}
