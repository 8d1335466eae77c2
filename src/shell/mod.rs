//! One row of shell, read far enough to find the containers that it starts.
//!
//! [`lex`] cuts a row into simple commands and words, [`command`] finds `podman run` and its relatives behind `sudo`,
//! `env` and the like, and [`mod@settle`] decides whether what a variable hides matters.
//!
//! What cannot be known is never guessed: it stays in a word as a character of its own, and where such a word decides
//! about a flag, a host path, a port or the image, the row is reported as unreadable. Three things are taken for granted,
//! and a row in which they do not hold is read wrongly: a variable is one word, the variable of a name or of the end of a
//! path holds no `/`, `:` or `,`, and no alias or function hides behind `podman`.
//!
//! The crate `shlex` would do the quotes, but not tell `'$HOME'` from `"$HOME"` nor a quoted `;` from a bare one, and
//! those are the differences that count here.

pub(crate) mod command;
pub(crate) mod lex;
pub(crate) mod settle;

pub(crate) use command::{Run, Simple};
pub(crate) use lex::{ShellLine, read};
pub(crate) use settle::{Settled, settle};

/// What a shell would know where the row is run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShellContext {
    /// The current directory: `$PWD`, `$(pwd)`.
    pub directory: Option<String>,
    /// The home directory: `~`, `$HOME`.
    pub home: Option<String>,
    /// The user: `$UID`, `$(id -u)`.
    pub uid: Option<u32>,
    /// The group: `$(id -g)`.
    pub gid: Option<u32>,
}
