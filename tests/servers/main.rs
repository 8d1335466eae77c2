//! Ordinary programs go on working: each under plain podman, and under safe-podman with the same flags.
//!
//! A row is a [`Program`]: a script of `tests/servers/programs`, which does real work and checks what comes of it. A row that
//! does not work under plain podman proves nothing and fails as well. The test writes
//! `server: KIND::NAME<tab>OURS<tab>SECONDS PLAIN<tab>SECONDS OURS` to standard error; `tests/servers/run` makes a table of it.
//!
//! Or it is a [`Row`]: an image in the shape of a public one, the line that a person types for it, and no profile. It has to serve
//! and to keep its data over a stop, a start and a restart. Those write
//! `shape: KIND::NAME<tab>PLAIN<tab>OURS<tab>OWNERS PLAIN<tab>OWNERS OURS<tab>WHY PLAIN<tab>WHY OURS`.
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
mod rows;
mod serve;
mod shapes;
#[path = "../podman/user.rs"]
mod user;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};

use engine::{Engine, Engines};
use harness::{Skip, Tested, trial};
use process::{Said, said};
use programs::{Expected, Image, PROGRAMS, Program};
use rows::{ROWS, Row};
use serve::{Place, Way};

/// The engines of one kind, and the images that were imported into their store.
#[derive(Default)]
struct Shop {
    engines: Engines,
    images: [OnceLock<Tested>; 2],
    /// The images of the rows that run now: two rows of one image would meet in it.
    shapes: Mutex<BTreeSet<&'static str>>,
    free: Condvar,
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
        for row in ROWS.iter().filter(|row| row.is_for(kind)) {
            let shop = Arc::clone(&shop);
            trials.push(trial(format!("{kind}::shape::{}", row.name), move || {
                let engine = engine(&shop.engines)?;
                engine.has_network()?;
                shop.import(engine, Image::Native)?;
                shop.with_shape(engine, row, || serve(kind, engine, row));
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
            // As long as it takes: it is most of a gigabyte.
            let mut import = engine.command("podman");
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

    /// Works with the row's image, which is there for as long.
    fn with_shape(&self, engine: &Engine, row: &'static Row, work: impl FnOnce()) {
        let image = row.shape.image;
        let busy = self.shapes.lock().unwrap();
        drop(
            self.free
                .wait_while(busy, |busy| !busy.insert(image))
                .unwrap(),
        );
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            row.shape.make(engine, Image::Native.name());
            work();
        }));
        row.shape.remove(engine);
        self.shapes.lock().unwrap().remove(image);
        self.free.notify_all();
        if let Err(panic) = worked {
            std::panic::resume_unwind(panic);
        }
    }
}

/// The row with plain podman and with safe-podman, and with the words of its message where it is expected to have one.
fn serve(kind: &str, engine: &Engine, row: &'static Row) {
    let [(plain, plain_owners), (ours, ours_owners)] = [Way::Plain, Way::Ours].map(|way| {
        let place = Place::new(engine, row, way);
        let outcome = place.attempt(way, &[]);
        (outcome, place.owners())
    });
    let cured = match &row.ours {
        rows::Expected::Works | rows::Expected::Fails => None,
        rows::Expected::Says { flags, lines } => Some(cured(engine, row, &ours.said, flags, lines)),
    };
    let fails = matches!(row.ours, rows::Expected::Fails);
    let word = match (&ours.failed, &cured) {
        (None, None) if !fails => "worked",
        (Some(_), None) if fails => "failed",
        (Some(_), Some(Ok(()))) => "said how",
        _ => "FAILED",
    };
    let why = |failed: &Option<String>| failed.as_deref().unwrap_or("-").replace(['\t', '\n'], " ");
    let plain_word = if plain.failed.is_none() {
        "worked"
    } else {
        "failed"
    };
    eprintln!(
        "shape: {kind}::{}\t{plain_word}\t{word}\t{plain_owners}\t{ours_owners}\t{}\t{}",
        row.name,
        why(&plain.failed),
        why(&ours.failed)
    );
    assert_eq!(
        plain.failed.is_none(),
        row.plain,
        "under plain podman: {plain:#?}"
    );
    assert_ne!(
        word, "FAILED",
        "safe-podman: {ours:#?}, with the words of its message: {cured:#?}"
    );
}

/// Does the message have the words, and do they make it work when they are typed?
fn cured(
    engine: &Engine,
    row: &'static Row,
    said: &str,
    flags: &[&str],
    lines: &[&str],
) -> Result<(), String> {
    let place = Place::new(engine, row, Way::Ours);
    // A message is broken into lines of a terminal's width.
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in flags.iter().chain(lines) {
        let words = place.words(words);
        if !said.contains(&words) {
            return Err(format!("the message does not say \"{words}\""));
        }
    }
    for line in lines {
        place.type_in(&place.words(line));
    }
    let flags = flags
        .iter()
        .map(|flag| place.words(flag))
        .collect::<Vec<_>>();
    let flags = flags.iter().map(String::as_str).collect::<Vec<_>>();
    place.attempt(Way::Ours, &flags).failed.map_or(Ok(()), Err)
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
