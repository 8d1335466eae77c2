//! The room as a whole, against this machine's default profile and libseccomp.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod build;
mod compare;
mod loaded;
mod props;
mod read;

use libseccomp::ScmpSyscall;
use serde_json::Value;

use super::compare::Wider;
use super::program::passes;
use super::*;

pub(super) fn default_profile() -> SeccompProfile {
    SeccompProfile::parse(&std::fs::read("/usr/share/containers/seccomp.json").unwrap()).unwrap()
}

fn native() -> Arch {
    Arch::native().unwrap()
}

fn default_filter(caps: &[&str]) -> Filter {
    default_profile().resolve(native(), caps)
}

fn calls(names: &[&str]) -> Vec<Syscall> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn parse(profile: &Value) -> Result<SeccompProfile, SeccompProblem> {
    SeccompProfile::parse(profile.to_string().as_bytes())
}

/// The filter of a profile without conditions on the host.
fn filter(profile: &Value) -> Filter {
    parse(profile).unwrap().resolve(native(), &[])
}

fn named(wider: &[Wider]) -> Vec<&str> {
    let names = wider.iter().map(|wider| wider.syscall.as_deref());
    names.map(|name| name.unwrap_or("*")).collect()
}

/// What happens to a native call with these low words of its first arguments.
fn lets_through(filter: &Filter, name: &str, args: &[u64]) -> bool {
    let number = ScmpSyscall::from_name(name).unwrap().as_raw_syscall();
    let data = data(native().audit(), number.cast_unsigned(), args);
    passes(filter.compile().unwrap().run(data).unwrap())
}

pub(super) fn data(arch: u32, number: u32, args: &[u64]) -> [u32; 16] {
    let mut data = [0; 16];
    data[0] = number;
    data[1] = arch;
    for (index, arg) in args.iter().enumerate() {
        let halves = arg.to_ne_bytes();
        data[4 + 2 * index] = u32::from_ne_bytes(halves[..4].try_into().unwrap());
        data[5 + 2 * index] = u32::from_ne_bytes(halves[4..].try_into().unwrap());
    }
    data
}
