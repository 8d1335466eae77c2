//! `safe-podman`: a short YAML profile becomes a least-privilege `podman run`.
//!
//! # The way of the data
//!
//! ```text
//! argv ──► cli ──► podman::args ─┐
//! profile layers ──► profile ────┼─► Request ─► Draft ─► Judged ─┬─ Refused(findings)
//! host, engine, image facts ─────┘   (flags)    (Spec)           └─ Accepted(Spec, notes) ─► Plan (argv, env, promise) ─► exec
//! ```
//! Each arrow is a type and one function of [`plan`]. Both a profile and a command line are turned into the same thing: a
//! list of [`podman::args::FlagValue`], a flag of the table with its value and its [`origin::Origin`]. From there on
//! nothing tells which of the two said it, so a rule that holds for a flag holds for the profile key. Only what the rules
//! accepted becomes a plan, and nothing edits a plan.
//!
//! When the OCI runtime starts the container, it calls this program once more, as a hook: [`seal`] holds the plan's
//! promise against what the runtime was really told, and `verify` holds it against a container that runs.
//!
//! # Where a line belongs
//!
//! | a line that … | belongs in |
//! |---|---|
//! | parses our own subcommands and options | [`cli`] |
//! | orders the steps of a subcommand and prints | [`commands`], one file per subcommand |
//! | leads from what was said to what is executed | [`plan`] |
//! | says what podman accepts | [`podman`]: `flags` for the table, `args` for the grammar, `value/` for one compound value per file |
//! | says what a podman release does by itself | [`podman`]: `releases/` |
//! | reads YAML, within bounds | [`mod@yaml`] |
//! | reads a profile, finds it, merges it | [`profile`] |
//! | says what the container will be | [`spec`] |
//! | says what is refused, and why | [`policy`]: `rules/`, one file per rule |
//! | says who permits what, why and until when | [`allow`] |
//! | builds or compares a seccomp filter | [`seccomp`] |
//! | names a capability | [`caps`] |
//! | promises, and holds the promise against what is there | [`seal`] |
//! | reads `/proc`, `/sys` or a file | [`host`], behind a trait with a fake |
//! | reads the environment, or writes podman's | [`mod@env`] |
//! | starts a process | [`exec`] |
//! | finds podman and asks it | [`engine`], behind a trait with a fake |
//! | reads a row of shell | [`shell`] |
//! | records a decision for the administrator | [`log`] |
//! | prints findings | [`report`] |
//! | writes a man page | [`man`] |
//!
//! The ground floor: [`origin`] (who asked for a value), [`problem`] (what went wrong, for a person), [`rule_id`],
//! [`nearest`] (did you mean), [`text`] (folding, invisible characters), [`digest`].
//!
//! Who may import whom is a list in `tests/house`, from the ground floor up and without circles; `clippy.toml` forbids the
//! file system, the environment and processes outside [`host`], [`mod@env`] and [`exec`]. How to add a flag, a rule, a
//! value, a check or a release is in `CONTRIBUTING.md`.

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
mod words;
pub mod yaml;
