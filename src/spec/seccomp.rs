//! Which seccomp filter the container gets.

use std::path::{Path, PathBuf};

use super::{Spec, Switch};
use crate::caps::{Cap, CapArg};
use crate::podman::image_config::ImageConfig;
use crate::podman::value::security_opt::SeccompArg;
use crate::problem::Invalid;
use crate::seccomp::{Arch, Floor, Syscall};

/// Where the filter comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seccomp {
    /// The floor.
    Default,
    /// The profile that the host's engines take by default.
    Engine,
    /// A profile of the user's; absolute, as resolved.
    File(PathBuf),
    /// The floor without these.
    Denying(Vec<Syscall>),
    /// Only these, as far as the floor allows them; where it refuses one altogether, as far as the engines' default does.
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

    /// What a profile's `seccomp:` said: `default`, `engine`, `deny:a,b`, `allow:a,b` or a path.
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
            _ if text == "engine" => Ok(Self::Engine),
            _ if text == "unconfined" => Ok(Self::Unconfined),
            _ => resolve(Path::new(text)).map(Self::File),
        }
    }
}

impl Spec {
    /// The floor under this container.
    pub(crate) fn floor(&self) -> Floor {
        let without_namespaces = match &self.seccomp.value {
            Seccomp::Denying(names) => names.iter().any(|name| name.as_str() == "unshare"),
            Seccomp::Default
            | Seccomp::Engine
            | Seccomp::File(_)
            | Seccomp::Allowing(_)
            | Seccomp::Unconfined => false,
        };
        Floor {
            nesting: self.nesting.value == Switch::On,
            without_namespaces,
            foreign: self.foreign,
        }
    }

    /// The container's bounding set, as `CAP_SYS_ADMIN`, sorted.
    pub(crate) fn bounding(&self) -> Vec<String> {
        let granted: Vec<&CapArg> = self.cap_add.iter().map(|cap| &cap.value).collect();
        let all = granted.contains(&&CapArg::All);
        let mut caps: Vec<String> = Cap::all()
            .filter(|cap| all || granted.contains(&&CapArg::One(*cap)))
            .map(|cap| format!("CAP_{cap}"))
            .collect();
        caps.sort();
        caps
    }
}

/// The architecture of the container's programs, where it is one that this kernel runs beside its own: the one that was asked
/// for by `--arch` or `--platform`, for which podman chooses another image of a list than the one it describes; or else the
/// image's.
pub(super) fn foreign(image: Option<&ImageConfig>, asked: Option<&str>) -> Option<Arch> {
    let image = image.map(|image| image.architecture.as_str());
    let mut said = asked.into_iter().chain(image);
    Arch::native()?.runs(said.find(|architecture| !architecture.is_empty())?)
}
