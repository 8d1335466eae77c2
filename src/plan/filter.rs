//! The seccomp profiles of a run, read once: what is judged is what is promised and what podman gets.

use std::path::PathBuf;
use std::rc::Rc;

use super::context::{Context, ENGINE_FILTERS, EngineFilter, FloorHere};
use crate::digest::sha256;
use crate::host::{Host, Links, Opened};
use crate::policy::facts::SeccompFacts;
use crate::problem::Problem;
use crate::seal::promise::{PromisedFilter, PromisedSeccomp};
use crate::seccomp::{self, SeccompProfile};
use crate::spec::{Seccomp, Spec, Switch};

/// The most that is read of a seccomp profile, in bytes.
const MAX_BYTES: u64 = seccomp::MAX_BYTES as u64;

/// The profiles as they were read.
pub(super) struct FilterSource {
    floor: Rc<FloorHere>,
    engine: Option<Rc<EngineFilter>>,
    /// The one of `--security-opt seccomp=FILE`.
    file: Option<Vec<u8>>,
}

impl FilterSource {
    /// Reads what the spec names.
    ///
    /// # Errors
    /// The host's default profile cannot be heeded or is asked for and not there, or a file cannot be read.
    pub(super) fn read(spec: &Spec, context: &Context<'_>) -> Result<Self, Problem> {
        let at = |problem: Problem| problem.at(&spec.seccomp.origin);
        let engine = context.engine_filter()?;
        let file = match &spec.seccomp.value {
            Seccomp::File(path) => {
                let read = context.host.open_file(path, MAX_BYTES, Links::Refuse);
                let opened = read.map_err(|error| at(error.into()))?;
                Some(discreet(opened, context.host))
            }
            Seccomp::Engine => {
                usable(engine.as_deref()).map_err(at)?;
                None
            }
            Seccomp::Default | Seccomp::Denying(_) | Seccomp::Allowing(_) | Seccomp::Unconfined => {
                None
            }
        };
        Ok(Self {
            floor: context.floor(spec.floor(), spec.bounding())?,
            engine,
            file,
        })
    }

    /// What the rules are told.
    pub(super) fn facts(&self) -> SeccompFacts<'_> {
        SeccompFacts {
            floor: &self.floor.profile,
            engine: self.engine.as_ref().map(|engine| &*engine.bytes),
            file: self.file.as_deref(),
        }
    }

    /// The file that podman would be given, which need not be there yet.
    pub(super) fn preview(&self, spec: &Spec, context: &Context<'_>) -> PathBuf {
        let place = || -> Result<PathBuf, Problem> {
            let sha256 = self.made(spec, context)?.sha256();
            Ok(context.state_directory()?.join(name(&sha256)))
        };
        place().unwrap_or_else(|_| PathBuf::from("seccomp.json"))
    }

    /// The filter for podman and for the promise: a copy of what was judged, so that a later change of the original changes
    /// nothing, and the hook finds it whenever the container starts.
    ///
    /// # Errors
    /// It cannot be kept.
    pub(super) fn keep(
        &self,
        spec: &Spec,
        context: &Context<'_>,
    ) -> Result<PromisedFilter, Problem> {
        let made = self.made(spec, context)?;
        let (directory, sha256) = (context.state_directory()?, made.sha256());
        let file = context
            .host
            .keep(&directory, &name(&sha256), made.bytes())?;
        Ok(PromisedFilter { file, sha256 })
    }

    pub(super) fn made(&self, spec: &Spec, context: &Context<'_>) -> Result<Made, Problem> {
        // A rule may have rewritten the capabilities.
        let floor = context.floor(spec.floor(), spec.bounding())?;
        let json = |profile: &SeccompProfile| Made::Own(profile.to_json().into_bytes());
        Ok(match (&spec.seccomp.value, &self.file) {
            (Seccomp::Default | Seccomp::Unconfined, _) => Made::Floor(floor),
            (Seccomp::Engine, _) => Made::Own(usable(self.engine.as_deref())?.to_vec()),
            (Seccomp::File(path), None) => {
                return Err(Problem::new(format!("\"{}\" was not read", path.display())));
            }
            (Seccomp::File(_), Some(bytes)) => Made::Own(bytes.clone()),
            (Seccomp::Denying(names), _) => json(&SeccompProfile::denying(&floor.profile, names)),
            (Seccomp::Allowing(names), _) => json(&self.facts().allowing(spec, names)),
        })
    }
}

/// A profile as podman gets it.
pub(super) enum Made {
    Floor(Rc<FloorHere>),
    Own(Vec<u8>),
}

impl Made {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Floor(floor) => floor.json.as_bytes(),
            Self::Own(bytes) => bytes,
        }
    }

    pub(super) fn sha256(&self) -> String {
        match self {
            Self::Floor(floor) => floor.sha256.clone(),
            Self::Own(bytes) => sha256(bytes),
        }
    }
}

/// What the promise says of the filter.
pub(super) fn promised(spec: &Spec, filter: PromisedFilter) -> PromisedSeccomp {
    if spec.seccomp.value == Seccomp::Unconfined || spec.privileged.value == Switch::On {
        return PromisedSeccomp::Unconfined;
    }
    PromisedSeccomp::Filter(filter)
}

/// The engines' default, where somebody asks for it.
fn usable(engine: Option<&EngineFilter>) -> Result<&[u8], Problem> {
    let Some(engine) = engine else {
        let places = ENGINE_FILTERS.join(" or ");
        let what = format!("there is no default seccomp profile at {places}");
        let instead = "seccomp: default, or install containers-common (Debian: golang-github-containers-common)";
        return Err(Problem::new(what).instead(instead));
    };
    match SeccompProfile::parse(&engine.bytes) {
        Ok(_) => Ok(&engine.bytes),
        Err(problem) => {
            let what = format!("\"{}\" cannot be used: {problem}", engine.path.display());
            Err(Problem::new(what).instead("seccomp: default"))
        }
    }
}

pub(super) fn name(sha256: &str) -> String {
    format!("{sha256}.json")
}

/// What is wrong with a profile is said with words of its own, which are for those who may read it: to everybody else one
/// that cannot be used is as one that is empty.
fn discreet(opened: Opened, host: &dyn Host) -> Vec<u8> {
    if host.may_show(&opened) || SeccompProfile::parse(&opened.bytes).is_ok() {
        opened.bytes
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::Fake;

    #[test]
    fn what_only_root_may_read_is_not_told() {
        let host = Fake::rootful()
            .file("/srv/open.json", 0, 0o644, "\"secret\"")
            .file("/srv/shut.json", 0, 0o600, "\"secret\"");
        let read = |path: &str| {
            let opened = host.open_file(Path::new(path), MAX_BYTES, Links::Refuse);
            discreet(opened.unwrap(), &host)
        };
        assert_eq!(read("/srv/open.json"), b"\"secret\"");
        assert_eq!(read("/srv/shut.json"), b"");
    }
}
