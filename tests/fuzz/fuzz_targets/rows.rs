//! The rows of `check --commands`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| safe_podman::testing::fuzz::rows(bytes));
