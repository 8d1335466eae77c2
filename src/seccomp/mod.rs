//! Seccomp profiles and filters: read, resolved as podman does, built, compared and compiled with libseccomp.
//!
//! A [`SeccompProfile`] is what a file says; a [`Filter`] is what podman makes of it for one container, the `linux.seccomp` of the
//! OCI `config.json`; a [`program::Program`] is what the kernel gets. Everything works on bytes handed in.
//!
//! ```text
//! bytes ─► Profile ─► Filter ─► Program ─► kernel
//!    denying, allowing   └► wider_than: what one filter lets through and another does not
//! ```

mod arch;
mod build;
mod compare;
mod compile;
mod example;
mod facts;
pub(crate) mod floor;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod json;
mod loaded;
mod model;
mod program;
mod resolve;
mod rule;
mod sibling;
mod size;
mod syscall;
#[cfg(test)]
mod tests;

use std::fmt;

pub(crate) use arch::Arch;
pub(crate) use compare::Wider;
pub(crate) use floor::Floor;
pub(crate) use json::MAX_BYTES;
pub(crate) use loaded::LoadedFilters;
pub(crate) use model::{Architectures, FilterFlag, Gate, Group, Listener, SeccompProfile};
pub(crate) use resolve::Filter;
pub(crate) use rule::{Condition, FilterAction, FilterRule, Operator};
pub(crate) use sibling::siblings_left;
pub(crate) use syscall::Syscall;

use crate::problem::Invalid;

/// Why bytes are no seccomp profile, or a filter is none the kernel could get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SeccompProblem {
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// Not the JSON of a profile; serde's words, with line and column.
    Json(String),
    /// Neither a default action nor a rule: podman would take that as “no seccomp” and start the container without a filter.
    SwitchedOff,
    /// Words that are none, or contradict each other.
    Value(Invalid),
    /// This host's default profile cannot be put together with the floor.
    Host(String),
    /// libseccomp or the kernel would refuse the filter.
    Filter(String),
}

impl fmt::Display for SeccompProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "the seccomp profile is too large: keep it under {MAX_BYTES} bytes"
            ),
            Self::Json(what) => write!(
                f,
                "not a seccomp profile: {what}; compare with /usr/share/containers/seccomp.json"
            ),
            Self::SwitchedOff => f.write_str(
                "the seccomp profile has neither \"defaultAction\" nor \"syscalls\", which switches seccomp off: \
                 write \"defaultAction\": \"SCMP_ACT_ERRNO\" and the calls it allows",
            ),
            Self::Value(invalid) => write!(f, "in the seccomp profile: {invalid}"),
            Self::Host(what) => f.write_str(what),
            Self::Filter(what) => write!(f, "the seccomp filter cannot be built: {what}"),
        }
    }
}

impl std::error::Error for SeccompProblem {}

impl From<Invalid> for SeccompProblem {
    fn from(invalid: Invalid) -> Self {
        Self::Value(invalid)
    }
}

impl From<libseccomp::error::SeccompError> for SeccompProblem {
    fn from(error: libseccomp::error::SeccompError) -> Self {
        Self::Filter(error.to_string())
    }
}
