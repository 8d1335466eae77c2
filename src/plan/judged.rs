//! The draft, and what the rules make of it.

use super::answers::Answers;
use super::context::Context;
use super::filter::FilterSource;
use super::request::Request;
use crate::policy::engine::{self, Judgement};
use crate::policy::facts::{Facts, Worths};
use crate::problem::Problem;
use crate::spec::Spec;
use crate::spec::build::{self, Inputs};

/// A container as it would be made, which nobody has judged.
pub(crate) struct Draft<'r> {
    request: &'r Request,
    spec: Spec,
    filter: FilterSource,
    answers: Answers,
}

impl<'r> Draft<'r> {
    /// Makes sense of the flags; with [`Answers::default`] before podman was asked anything.
    ///
    /// # Errors
    /// A value that podman would refuse or misread, two that contradict each other, a path that cannot be followed, a
    /// file that cannot be read.
    pub(crate) fn new(
        request: &'r Request,
        answers: Answers,
        context: &Context<'_>,
    ) -> Result<Self, Problem> {
        let spec = build::build(&Inputs {
            given: &request.flags,
            image: &request.image,
            image_origin: request.image_origin.clone(),
            command: &request.command,
            host: context.host,
            image_config: answers.image.as_ref(),
            volumes: &answers.volumes,
            level: request.level,
        })?;
        Ok(Self {
            request,
            filter: FilterSource::read(&spec, context)?,
            spec,
            answers,
        })
    }

    /// Holds every rule against it.
    ///
    /// # Errors
    /// Where engines keep their files cannot be told; nothing speaks against it, but its user namespace has no such user.
    pub(crate) fn judge(mut self, context: &Context<'_>) -> Result<Judged, Problem> {
        let facts = Facts {
            host: context.host,
            cwd: &context.directory,
            image: self.answers.image.as_ref(),
            volumes: &self.answers.volumes,
            containers: &self.answers.containers,
            listening: context.environment.listening(),
            places: context.places()?,
            seccomp: self.filter.facts(),
            site: &context.site,
            today: context.today,
            worths: Worths::default(),
        };
        let Request { level, allow, .. } = self.request;
        let judgement = engine::judge(&mut self.spec, &facts, *level, allow, &context.site);
        let Self {
            request: _,
            spec,
            filter,
            answers,
        } = self;
        Ok(if judgement.is_refused() {
            Judged::Refused(Box::new(Refused {
                judgement,
                spec,
                filter,
            }))
        } else {
            spec.runner.has_a_place(&spec.user, context.host)?;
            Judged::Accepted(Box::new(Accepted {
                judgement,
                spec,
                filter,
                answers,
            }))
        })
    }
}

/// A container that was judged.
pub(crate) enum Judged {
    /// It must not start.
    Refused(Box<Refused>),
    /// Nothing speaks against it that nobody allowed.
    Accepted(Box<Accepted>),
}

/// A container that must not start. Nothing leads from here to podman.
pub(crate) struct Refused {
    pub(super) judgement: Judgement,
    pub(super) spec: Spec,
    pub(super) filter: FilterSource,
}

/// A container that may start: only [`Draft::judge`] makes one, and only from one comes a [plan](super::Plan).
pub(crate) struct Accepted {
    pub(super) judgement: Judgement,
    pub(super) spec: Spec,
    pub(super) filter: FilterSource,
    pub(super) answers: Answers,
}

impl Judged {
    /// What the rules say.
    pub(crate) fn judgement(&self) -> &Judgement {
        match self {
            Self::Refused(refused) => refused.judgement(),
            Self::Accepted(accepted) => accepted.judgement(),
        }
    }
}

impl Refused {
    /// What the rules say.
    pub(crate) fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// The image that would have been run, for the log.
    pub(crate) fn image(&self) -> String {
        self.spec.image.value.to_string()
    }
}

impl Accepted {
    /// What the rules say.
    pub(crate) fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}
