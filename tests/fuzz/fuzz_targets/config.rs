//! The runtime's config.json, and the seal upon it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| safe_podman::testing::fuzz::config(bytes));
