//! The catalogue by example: [`rows`] holds command lines with their verdicts, [`mutations`] spells each of them in all
//! the ways that podman understands alike. Nothing is started and nothing of this machine is looked at.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests"
)]

mod judge;
mod machine;
mod mutations;
mod rows;
