//! containers.conf.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| safe_podman::testing::fuzz::conf(bytes));
