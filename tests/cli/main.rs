//! The whole binary with a podman that starts nothing: what podman is given, where no container is needed to see it.
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

mod bad_input;
mod bad_profile;
mod becoming;
mod canonical;
mod enter;
#[path = "../harness.rs"]
mod harness;
mod hook;
mod man;
mod record;
mod recorder;
mod stand_in;
mod streams;

use std::process::ExitCode;

use harness::{Tested, trial};

type Test = fn() -> Tested;

const ROOMS: &[(&str, &[(&str, Test)])] = &[
    ("man", man::TESTS),
    ("hook", hook::TESTS),
    ("recorder", recorder::TESTS),
    ("becoming", becoming::TESTS),
    ("canonical", canonical::TESTS),
    ("bad_input", bad_input::TESTS),
    ("bad_profile", bad_profile::TESTS),
    ("streams", streams::TESTS),
];

fn main() -> ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let rooms = ROOMS
        .iter()
        .flat_map(|(room, tests)| tests.iter().map(move |(name, test)| (room, name, *test)));
    let trials = rooms
        .map(|(room, name, test)| trial(format!("{room}::{name}"), test))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
