//! Compound values of podman's flags: one type per file, each with one parser ([`std::str::FromStr`]) and one printer
//! ([`std::fmt::Display`]). A value that exists is valid; what podman would refuse, or silently misread, has no value.

pub mod annotation;
pub mod bytes;
pub mod cgroups;
pub mod csv;
pub mod device;
pub mod device_cgroup_rule;
pub mod env;
pub mod idmap;
pub mod label_opt;
pub mod limit;
pub mod log;
pub mod namespace;
pub mod network;
mod network_args;
pub mod number;
pub mod port;
pub mod publish;
pub mod restart;
pub mod sdnotify;
pub mod security_opt;
pub mod sysctl;
pub mod systemd;
mod text;
pub mod ulimit;
pub mod user;
pub mod userns;

use std::fmt;

pub mod image;
mod image_grammar;
pub mod image_volume;
pub mod mount;
mod mount_keys;
pub mod mount_options;
mod mount_print;
mod mount_types;
mod mount_words;
pub mod path;
pub mod secret;
pub mod tmpfs;
mod tmpfs_size;
pub mod volume;

/// A text that is not a value of the type asked for.
///
/// Prints as `"TEXT" is WHAT: INSTEAD`, a lower-case phrase without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    text: String,
    what: String,
    instead: String,
}

impl Invalid {
    /// `text` is the offending text, `what` completes the sentence “`text` is …”, `instead` says what to type.
    pub fn new(
        text: impl Into<String>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            text: text.into(),
            what: what.into(),
            instead: instead.into(),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is {}: {}", self.text, self.what, self.instead)
    }
}

impl std::error::Error for Invalid {}
