//! Which seccomp filter the container gets.

use std::path::{Path, PathBuf};

use crate::podman::value::security_opt::SeccompArg;
use crate::problem::Invalid;
use crate::seccomp::Syscall;

/// Where the filter comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seccomp {
    /// The host's default profile.
    Default,
    /// A profile of the user's; absolute, as resolved.
    File(PathBuf),
    /// The default without these.
    Denying(Vec<Syscall>),
    /// Of what the default allows, only these.
    Allowing(Vec<Syscall>),
    /// No filter.
    Unconfined,
}

impl Seccomp {
    /// What `--security-opt seccomp=` said.
    pub fn from_arg(
        arg: &SeccompArg,
        resolve: impl FnOnce(&Path) -> Result<PathBuf, Invalid>,
    ) -> Result<Self, Invalid> {
        match arg {
            SeccompArg::Unconfined => Ok(Self::Unconfined),
            SeccompArg::Default => Ok(Self::Default),
            SeccompArg::File(path) => resolve(path).map(Self::File),
        }
    }

    /// What a profile's `seccomp:` said: `default`, `deny:a,b`, `allow:a,b` or a path.
    pub fn from_profile(
        text: &str,
        resolve: impl FnOnce(&Path) -> Result<PathBuf, Invalid>,
    ) -> Result<Self, Invalid> {
        let list = |names: &str| {
            names
                .split(',')
                .map(str::parse)
                .collect::<Result<Vec<Syscall>, Invalid>>()
        };
        match text.split_once(':') {
            Some(("deny", names)) => list(names).map(Self::Denying),
            Some(("allow", names)) => list(names).map(Self::Allowing),
            _ if text == "default" => Ok(Self::Default),
            _ if text == "unconfined" => Ok(Self::Unconfined),
            _ => resolve(Path::new(text)).map(Self::File),
        }
    }
}
