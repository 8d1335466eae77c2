//! The command line of `run`, and the rules upon it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| safe_podman::testing::fuzz::argv(bytes));
