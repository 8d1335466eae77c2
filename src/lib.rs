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
//! [`nearest`] (did you mean), [`text`] (folding, invisible characters), [`words`] (enums of words), [`digest`]. Above all
//! stands [`testing`], what the tests outside `src` may see.
//!
//! Who may import whom is a list in `tests/house`, from the ground floor up and without circles; `clippy.toml` forbids the
//! file system, the environment and processes outside [`host`], [`mod@env`], [`exec`] and the socket of [`log`]. How to add a flag, a rule, a
//! value, a check or a release is in `CONTRIBUTING.md`.

// Of a program nothing is public: what other rooms may name is documented all the same (clippy.toml narrows it to that).
// A crate that nothing uses has no place in Cargo.toml.
#![cfg_attr(
    not(test),
    warn(clippy::missing_docs_in_private_items, unused_crate_dependencies)
)]
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

pub use commands::main;

pub(crate) mod allow;
pub(crate) mod caps;
pub(crate) mod cli;
pub(crate) mod commands;
pub(crate) mod digest;
pub(crate) mod engine;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod host;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod nearest;
pub(crate) mod origin;
pub(crate) mod plan;
pub(crate) mod podman;
pub(crate) mod policy;
pub(crate) mod problem;
pub(crate) mod profile;
pub(crate) mod report;
pub(crate) mod rule_id;
pub(crate) mod seal;
pub(crate) mod seccomp;
pub(crate) mod shell;
pub(crate) mod spec;
#[doc(hidden)]
pub mod testing;
pub(crate) mod text;
pub(crate) mod words;
pub(crate) mod yaml;
