//! Real podman, rootful and rootless: what a process inside a container sees.
//!
//! Each test runs once for each kind of engine. The rootless one belongs to the caller, or, when that is root on a
//! throw-away machine (`CI=true` or `SAFE_PODMAN_TEST_USERS=1`), to a user made for this run.
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

mod done;
mod engine;
mod files;
mod grammar;
#[path = "../harness.rs"]
mod harness;
mod host;
mod identity;
mod image;
mod image_files;
mod isolation;
mod judge;
mod lifecycle;
mod limits;
mod mounts;
mod plain;
mod ports;
mod probe;
mod process;
mod refused;
mod seal;
mod seal_cache;
mod seal_conf;
mod seal_env;
mod seal_image;
mod seal_ordinary;
mod seal_start;
mod site;
mod site_boundary;
mod user;
mod values;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use engine::{Engine, Engines};
use harness::{Skip, Tested, trial};

type Test = fn(&Engine) -> Tested;
type Kind = fn(&Engines) -> Result<&Engine, Skip>;

const ROOMS: &[(&str, &[(&str, Test)])] = &[
    ("plain", plain::TESTS),
    ("refused", refused::TESTS),
    ("identity", identity::TESTS),
    ("files", files::TESTS),
    ("image_files", image_files::TESTS),
    ("mounts", mounts::TESTS),
    ("limits", limits::TESTS),
    ("isolation", isolation::TESTS),
    ("done", done::TESTS),
    ("ports", ports::TESTS),
    ("lifecycle", lifecycle::TESTS),
    ("grammar", grammar::TESTS),
    ("values", values::TESTS),
    ("seal", seal::TESTS),
    ("seal_cache", seal_cache::TESTS),
    ("seal_conf", seal_conf::TESTS),
    ("seal_env", seal_env::TESTS),
    ("seal_image", seal_image::TESTS),
    ("seal_ordinary", seal_ordinary::TESTS),
    ("seal_start", seal_start::TESTS),
    ("site", site::TESTS),
    ("site_boundary", site_boundary::TESTS),
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
        for (room, tests) in ROOMS {
            for &(name, test) in *tests {
                let engines = Arc::clone(&engines);
                trials.push(trial(format!("{kind}::{room}::{name}"), move || {
                    test(engine(&engines)?)
                }));
            }
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // The engines clean up when they are dropped, which a static or an exit would not do.
    drop(engines);
    conclusion.exit_code()
}
