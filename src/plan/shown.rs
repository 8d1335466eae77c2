//! The filter that a container would get, to be shown.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::context::Context;
use super::judged::Judged;
use crate::problem::Problem;
use crate::seccomp::floor::Opener;
use crate::seccomp::{Arch, Filter, Floor, SeccompProfile, Wider};
use crate::spec::{Seccomp, Switch};

/// A filter that podman would be given, and what it stands on.
pub(crate) struct ShownFilter {
    /// What was asked for.
    pub source: Seccomp,
    /// The profile, as podman would get it.
    pub bytes: Vec<u8>,
    /// Of these bytes.
    pub sha256: String,
    /// Where it would be kept.
    pub file: PathBuf,
    /// Which floor the container stands on.
    pub floor: Floor,
    /// That floor on this host.
    pub here: SeccompProfile,
    /// The container's bounding set, `CAP_…`.
    pub bounding: Vec<String>,
    /// The profile that this host's engines take by default.
    pub engine: Option<PathBuf>,
    /// The kernel's architecture.
    pub arch: Arch,
}

/// What a filter lets through and the floor does not, and the other way round.
pub(crate) struct FilterDifference {
    /// Architectures of which the floor has none.
    pub foreign: Vec<Arch>,
    /// Through the filter and not through the floor.
    pub wider: Vec<Wider>,
    /// Through the floor and not through the filter.
    pub narrower: Vec<Wider>,
}

impl FilterDifference {
    /// Does the filter let anything through that the floor does not?
    pub(crate) fn is_wider(&self) -> bool {
        !(self.foreign.is_empty() && self.wider.is_empty())
    }
}

impl Judged {
    /// The filter of the container, whatever the rules say about it.
    ///
    /// # Errors
    /// It has none, or one that cannot be used.
    pub(crate) fn filter(&self, context: &Context<'_>) -> Result<ShownFilter, Problem> {
        let (spec, filter) = match self {
            Self::Refused(refused) => (&refused.spec, &refused.filter),
            Self::Accepted(accepted) => (&accepted.spec, &accepted.filter),
        };
        let unfiltered = match (&spec.seccomp.value, spec.privileged.value) {
            (Seccomp::Unconfined, _) => Some(&spec.seccomp.origin),
            (_, Switch::On) => Some(&spec.privileged.origin),
            (_, Switch::Off) => None,
        };
        if let Some(origin) = unfiltered {
            let problem = Problem::new("the container would have no filter to show").at(origin);
            return Err(problem.instead("leave out what switches it off"));
        }
        let made = filter.made(spec, context)?;
        let sha256 = made.sha256();
        let name = super::filter::name(&sha256);
        Ok(ShownFilter {
            source: spec.seccomp.value.clone(),
            bytes: made.bytes().to_vec(),
            sha256,
            file: context
                .state_directory()
                .map_or(name.clone().into(), |directory| directory.join(&name)),
            floor: spec.floor(),
            here: context
                .floor(spec.floor(), spec.bounding())?
                .profile
                .clone(),
            bounding: spec.bounding(),
            engine: context.engine_filter()?.map(|engine| engine.path.clone()),
            arch: Arch::of_kernel().map_err(|problem| Problem::new(problem.to_string()))?,
        })
    }
}

impl ShownFilter {
    /// What podman makes of the profile.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn filter(&self) -> Result<Filter, Problem> {
        let problem = match SeccompProfile::parse(&self.bytes) {
            Ok(profile) => return Ok(self.resolved(&profile)),
            Err(_) if self.bytes.is_empty() => {
                "it is empty, or not for everybody to read, and then what is wrong is not shown"
                    .to_owned()
            }
            Err(problem) => problem.to_string(),
        };
        let whose = match &self.source {
            Seccomp::File(path) => format!("\"{}\"", path.display()),
            Seccomp::Default
            | Seccomp::Engine
            | Seccomp::Denying(_)
            | Seccomp::Allowing(_)
            | Seccomp::Unconfined => "the filter".to_owned(),
        };
        Err(Problem::new(format!("{whose} cannot be used: {problem}"))
            .instead("begin with the floor: safe-podman seccomp show --format json >FILE"))
    }

    /// What podman makes of a profile for this container.
    pub(crate) fn resolved(&self, profile: &SeccompProfile) -> Filter {
        let bounding: Vec<&str> = self.bounding.iter().map(String::as_str).collect();
        profile.resolve(self.arch, &bounding)
    }

    /// The calls that the container may make, be it with some arguments, and that the floor denies where nothing opens it.
    pub(crate) fn opened(&self, filter: &Filter) -> BTreeSet<String> {
        let shut = Floor {
            nesting: false,
            ..self.floor
        };
        let shut = shut.profile().resolve(self.arch, &[]);
        let wider = filter.wider_than(&shut).into_iter();
        wider.filter_map(|wider| wider.syscall).collect()
    }

    /// Has the container this?
    pub(crate) fn has(&self, opener: Opener) -> bool {
        match opener {
            Opener::Cap(cap) => self.bounding.iter().any(|other| other == cap),
            Opener::Nesting => self.floor.nesting,
        }
    }

    /// The filter against the floor on this host.
    ///
    /// # Errors
    /// Those of [`Self::filter`].
    pub(crate) fn difference(&self) -> Result<FilterDifference, Problem> {
        let ours = self.resolved(&self.here);
        let (theirs, foreign) = self.filter()?.without_foreign(&ours, self.arch);
        Ok(FilterDifference {
            foreign,
            wider: theirs.wider_than(&ours),
            narrower: ours.wider_than(&theirs),
        })
    }
}
