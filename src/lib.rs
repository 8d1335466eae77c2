//! `safe-podman`: a short YAML profile becomes a least-privilege `podman run`.
//!
//! # The map of the house
//!
//! ```text
//! argv ─► cli ─► podman::args ─┐
//!                              ├─► spec (every setting with its Origin) ─► policy ─► findings ─► report
//! profile layers ─► profile ───┘                                            │
//!                                                                           └─► podman::args (argv) + seal ─► exec
//! ```
//!
//! Both a profile and a command line are turned into the same thing: a list of [`podman::args::FlagValue`], a flag of the
//! table with its value and its [`origin::Origin`]. From there on nobody knows which of the two said it, so a rule that
//! holds for a flag holds for the profile key.
//!
//! | a line that … | belongs in |
//! |---|---|
//! | says what podman accepts | [`podman`] (`flags` for the table, `value/` for one compound value per file) |
//! | reads YAML | [`mod@yaml`] |
//! | reads a profile | [`profile`] |
//! | says what the container will be | [`spec`] |
//! | says who permits what, why and until when | [`allow`] |
//! | says what is refused, and why | [`policy`] (`rules/`, one file per rule) |
//! | builds or compares a seccomp filter | [`seccomp`] |
//! | holds the promise against the runtime's `config.json` | `seal` |
//! | reads `/proc`, `/sys` or the file system | [`host`] |
//! | reads the environment | [`mod@env`] |
//! | starts a process | [`exec`] |
//! | reads a row of shell | [`shell`] |
//! | records a decision for the administrator | [`log`] |
//! | names content by its SHA-256 | [`digest`] |
//! | prints | [`report`] |
//! | describes the program | [`man`] |
//! | orders the steps | [`commands`], one file per subcommand |
//!
//! From the parsed inputs to the findings everything is pure: what must be read is read through [`host::Host`], which
//! tests replace.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "a test may stop where it stands"
    )
)]

pub mod allow;
pub mod caps;
pub mod cli;
pub mod commands;
pub mod digest;
pub mod engine;
pub mod env;
pub mod exec;
pub mod host;
pub mod log;
pub mod man;
pub mod nearest;
pub mod origin;
pub mod plan;
pub mod podman;
pub mod policy;
pub mod problem;
pub mod profile;
pub mod report;
pub mod rule_id;
pub mod seal;
pub mod seccomp;
pub mod shell;
pub mod spec;
#[doc(hidden)]
pub mod testing;
mod text;
pub mod yaml;
