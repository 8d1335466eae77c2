//! Every attack that is known: under plain podman, where it gets through, and under safe-podman, where it must not.
//!
//! A row is an [`Attack`](row::Attack), in the file of its root cause. Its attack is a function that types a command as a
//! victim or an attacker would and then **looks at the host**: that nothing was refused aloud, or that a container was, proves
//! nothing. It is called twice, once for each program, and the same words have to serve for both. Its twin is a run of the
//! same shape without the attack, which safe-podman has to let through.
//!
//! - Open under safe-podman: the test fails.
//! - Open under plain podman, stopped by another rule or check than the row names: the test fails, since the one that was
//!   meant may be dead.
//! - Open under plain podman in no cell at all: the row is void, which `make test-attack` says.
//!
//! Beside the rows, [`floor`] tries every system call that the filter may not let through, in the same way.
//!
//! The test writes `attack: NAME<tab>PLAIN<tab>OURS<tab>BY` to standard error; `tests/attack/run` makes a table of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::unnecessary_wraps,
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
#[path = "../podman/user.rs"]
mod user;

mod by_image;
mod capability;
mod file;
mod floor;
mod given;
mod joined;
mod place;
mod row;
mod variable;
mod volume;

use std::process::ExitCode;
use std::sync::Arc;

use engine::{Engine, Engines};
use harness::{Skip, trial};
use row::{Attack, Row};

type Kind = fn(&Engines) -> Result<&Engine, Skip>;

/// The root causes, a file each.
const CAUSES: &[(&str, &[Row])] = &[
    ("given", given::ATTACKS),
    ("place", place::ATTACKS),
    ("joined", joined::ATTACKS),
    ("capability", capability::ATTACKS),
    ("by_image", by_image::ATTACKS),
    ("file", file::ATTACKS),
    ("variable", variable::ATTACKS),
    ("volume", volume::ATTACKS),
];

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let engines = Arc::new(Engines::default());
    let mut trials = Vec::new();
    let kinds: [(&str, Kind); 2] = [
        ("rootful", Engines::rootful),
        ("rootless", Engines::rootless),
    ];
    for (kind, engine) in kinds {
        for (cause, rows) in CAUSES {
            for (name, row) in *rows {
                let engines = Arc::clone(&engines);
                let attack = Attack::new(format!("{cause}::{name}"), row());
                trials.push(trial(format!("{kind}::{}", attack.name()), move || {
                    attack.judge(kind, engine(&engines)?)
                }));
            }
        }
        for &(name, test) in floor::TESTS {
            let engines = Arc::clone(&engines);
            trials.push(trial(format!("{kind}::floor::{name}"), move || {
                if !cfg!(target_arch = "x86_64") {
                    return Err(Skip::new("the probe is written for x86_64"));
                }
                test(engine(&engines)?)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The engines clean up when they are dropped, which a static or an exit would not do.
    drop(engines);
    conclusion.exit_code()
}
