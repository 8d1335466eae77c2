//! Ordinary programs go on working: each under plain podman, and under safe-podman with the same flags.
//!
//! A row is a [`Program`]: a script of `tests/servers/programs`, which does real work and checks what comes of it. A row that
//! does not work under plain podman proves nothing and fails as well. The test writes
//! `server: KIND::NAME<tab>OURS<tab>SECONDS PLAIN<tab>SECONDS OURS` to standard error; `tests/servers/run` makes a table of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr,
    reason = "tests"
)]
#![allow(dead_code, reason = "the engine is that of tests/podman")]

#[path = "../podman/engine.rs"]
mod engine;
#[allow(
    unused_imports,
    unused_macros,
    reason = "a row says more than a test's name"
)]
#[path = "../harness.rs"]
mod harness;
#[path = "../podman/image.rs"]
mod image;
#[path = "../podman/probe.rs"]
mod probe;
#[path = "../podman/process.rs"]
mod process;
mod programs;
#[path = "../podman/user.rs"]
mod user;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use engine::{Engine, Engines};
use harness::{Skip, Tested, trial};
use process::{Said, said};
use programs::{Expected, Image, PROGRAMS, Program};

/// The engines of one kind, and the images that were imported into their store.
#[derive(Default)]
struct Shop {
    engines: Engines,
    images: [OnceLock<Tested>; 2],
}

type Kind = fn(&Engines) -> Result<&Engine, Skip>;

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let kinds: [(&str, Kind); 2] = [
        ("rootful", Engines::rootful),
        ("rootless", Engines::rootless),
    ];
    let mut trials = Vec::new();
    let shops = kinds.map(|(kind, engine)| {
        let shop = Arc::new(Shop::default());
        for program in PROGRAMS {
            let shop = Arc::clone(&shop);
            trials.push(trial(format!("{kind}::{}", program.name), move || {
                let engine = engine(&shop.engines)?;
                shop.import(engine, program.image)?;
                judge(kind, engine, program);
                Ok(())
            }));
        }
        shop
    });
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The engines clean up when they are dropped, which a static or an exit would not do.
    drop(shops);
    conclusion.exit_code()
}

impl Shop {
    /// Fills the store, once for each image.
    fn import(&self, engine: &Engine, image: Image) -> Tested {
        let (arch, imported) = match (image, &self.images) {
            (Image::Native, [native, _]) => ("amd64", native),
            (Image::Foreign, [_, foreign]) => ("386", foreign),
        };
        let import = || {
            // Beside this binary, because that is what a cell has of the machine that it was built on.
            let built = Path::new(env!("CARGO_BIN_EXE_safe-podman"))
                .parent()
                .unwrap();
            let archive = built.join("servers").join(format!("{arch}.tar"));
            if !archive.exists() {
                return Err(Skip::new("make test-servers makes the images"));
            }
            let mut import = engine.patient("podman");
            import
                .args(engine.store_flags())
                .args(["import", "--quiet"])
                .arg(format!("--arch={arch}"))
                .arg(archive)
                .arg(image.name());
            said(&mut import, &[]).ok();
            Ok(())
        };
        imported.get_or_init(import).clone()
    }
}

/// Runs the program both ways.
fn judge(kind: &str, engine: &Engine, program: &Program) {
    let mut podman = engine.patient("podman");
    podman
        .args(engine.store_flags())
        .arg("run")
        .args(Engine::plain_flags());
    let (plain, before) = timed(program, &mut podman);
    assert_eq!(
        plain.code, 0,
        "void: it does not work under plain podman: {plain:#?}"
    );

    let mut safe = engine.safe_command("run");
    if let Some(profile) = program.profile {
        safe.arg(engine.profile(program.name, profile));
    }
    for rule in program.allowed {
        safe.arg(format!("--allow={rule}=the program needs it"));
    }
    let (ours, after) = timed(program, &mut safe);
    let came = match program.expected {
        Expected::Works => ours.code == 0,
        Expected::Says(words) => {
            ours.code != 0 && format!("{}{}", ours.stdout, ours.stderr).contains(words)
        }
    };
    let word = match (came, program.expected) {
        (false, _) => "FAILED",
        (true, Expected::Works) => "worked",
        (true, Expected::Says(_)) => "shut",
    };
    eprintln!(
        "server: {kind}::{}\t{word}\t{:.1}\t{:.1}",
        program.name,
        before.as_secs_f32(),
        after.as_secs_f32()
    );
    assert!(came, "safe-podman: {ours:#?}");
    for words in program.says {
        assert!(
            ours.stdout.lines().any(|line| line.starts_with(words)),
            "no line \"{words}\": {ours:#?}"
        );
    }
}

/// `… --rm --network=none FLAG… IMAGE bash -c SCRIPT`, and how long it took.
fn timed(program: &Program, command: &mut Command) -> (Said, Duration) {
    let script = format!("set -euo pipefail\n{}", program.script);
    command
        .args(["--rm", "--network=none", "--workdir=/work"])
        .arg("--tmpfs=/work:rw,exec,mode=1777,size=400m")
        .args(program.flags)
        .args([program.image.name(), "bash", "-c", &script]);
    let begin = Instant::now();
    let said = said(command, &[]);
    (said, begin.elapsed())
}
