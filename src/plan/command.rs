//! The plan: what podman is given, whole. It comes only from a container that was [accepted](Accepted).

use std::ffi::{OsStr, OsString};

use super::answers::{Answers, Fetched};
use super::context::Context;
use super::judged::{Accepted, Judged};
use super::ready::Ready;
use crate::env::{Import, Scrubbed};
use crate::podman::flags;
use crate::podman::value::env::EnvVar;
use crate::policy::engine::Judgement;
use crate::problem::Problem;
use crate::rule_id::RuleId;
use crate::seal::ambient::{self, Ambient};
use crate::seal::make::{LimitsHere, PromiseInputs};
use crate::seal::promise::Descriptors;
use crate::seal::{self, register};
use crate::spec::Spec;
use crate::spec::argv::{self, Line, Sealing};

/// What podman is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `podman run`
    Run,
    /// `podman create`
    Create,
}

impl Verb {
    /// podman's own word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Create => "create",
        }
    }
}

/// A command that may be executed. Nothing changes it any more.
pub(crate) struct Plan {
    verb: Verb,
    spec: Spec,
    judgement: Judgement,
    lines: Vec<Line>,
    ready: Ready,
}

impl Plan {
    /// Writes the command: the last step, which all that is not in the spec enters as well. These are the variables of
    /// the caller that the container gets, the end of pulling, and the seal's own flags.
    ///
    /// # Errors
    /// A person's own annotation stands where the promise goes; what the container gets cannot be promised; a file
    /// cannot be kept.
    pub(super) fn new(
        verb: Verb,
        accepted: Accepted,
        ready: Ready,
        context: &Context<'_>,
    ) -> Result<Self, Problem> {
        let Accepted {
            judgement,
            spec,
            filter,
            answers,
        } = accepted;
        let spec = settled(spec, &ready.scrubbed, &answers);
        unpromised(&spec)?;
        let file = filter.place(&spec, context)?;
        let inputs = PromiseInputs {
            host: context.host,
            image: answers.image.as_ref(),
            seccomp: filter.promised(&spec, context)?,
            limits: limits(&judgement),
            hooks: ready.registered.hooks.clone(),
            sockets: match ready.scrubbed.get("LISTEN_FDS") {
                Some(_) => Descriptors::Passed,
                None => Descriptors::None,
            },
            volume_path: ready.ambient.volume_path.clone(),
            init_path: ready.ambient.init_path.clone(),
        };
        let promise = seal::promise(&spec, &inputs)?.encode()?;
        let sealing = Sealing {
            annotation: format!("{}={promise}", seal::ANNOTATION),
            hooks_dirs: ready.registered.directories.clone(),
            mounts_file: ambient::MOUNTS_FILE,
        };
        Ok(Self {
            verb,
            lines: argv::lines(&spec, &file, Some(sealing)),
            spec,
            judgement,
            ready,
        })
    }

    /// What the rules say.
    pub(crate) fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// The image, for the log.
    pub(crate) fn image(&self) -> String {
        self.spec.image.value.to_string()
    }

    /// The container.
    pub(crate) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// podman's flags, each with who asked for it.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The environment podman gets.
    pub(crate) fn scrubbed(&self) -> &Scrubbed {
        &self.ready.scrubbed
    }

    /// What was found in podman's configuration files.
    pub(crate) fn ambient(&self) -> &Ambient {
        &self.ready.ambient
    }

    /// podman and what follows it.
    pub(crate) fn command(&self) -> Vec<OsString> {
        let podman = self.ready.engine.path().as_os_str().to_owned();
        std::iter::once(podman).chain(self.words()).collect()
    }

    fn words(&self) -> Vec<OsString> {
        let verb = OsString::from(self.verb.name());
        std::iter::once(verb)
            .chain(argv::argv(&self.lines, &self.spec))
            .collect()
    }

    /// Becomes podman; returns only when that failed.
    #[must_use]
    pub(crate) fn execute(self) -> Problem {
        self.ready.engine.replace(&self.words())
    }

    /// Would a later `podman start` hold the container to its promise?
    pub(crate) fn starts_sealed(&self, context: &Context<'_>) -> bool {
        register::is_installed(context.host, self.ready.ambient.hooks_dir.as_deref())
    }
}

impl Judged {
    /// What podman would be given, with nothing asked and nothing sealed: to be shown, by `check`. Such words stand for
    /// a refused container too.
    pub(crate) fn preview(&self) -> Vec<OsString> {
        let (spec, filter) = match self {
            Self::Refused(refused) => (&refused.spec, &refused.filter),
            Self::Accepted(accepted) => (&accepted.spec, &accepted.filter),
        };
        argv::argv(&argv::lines(spec, &filter.default_path(), None), spec)
    }
}

/// Writes out the value of each `-e NAME` whose variable podman itself must not see, and keeps podman from fetching
/// another image than the one that was judged.
fn settled(mut spec: Spec, scrubbed: &Scrubbed, answers: &Answers) -> Spec {
    for (name, import) in &scrubbed.imports {
        let is_it =
            |env: &EnvVar| matches!(env, EnvVar::Import(found) if OsStr::new(found) == name);
        match import {
            Import::Inherited => {}
            Import::Unset => spec.env.retain(|env| !is_it(&env.value)),
            Import::Literal(value) => {
                for env in spec.env.iter_mut().filter(|env| is_it(&env.value)) {
                    env.value = EnvVar::Value {
                        name: name.to_string_lossy().into_owned(),
                        value: value.to_string_lossy().into_owned(),
                    };
                }
            }
        }
    }
    if answers.fetched == Fetched::Now {
        for given in &mut spec.passed {
            if given.flag == &flags::PULL {
                "never".clone_into(&mut given.value);
            }
        }
    }
    spec
}

/// The annotation of the promise is ours alone.
fn unpromised(spec: &Spec) -> Result<(), Problem> {
    let mut annotations = spec.annotation.iter();
    match annotations.find(|annotation| annotation.value.key == seal::ANNOTATION) {
        None => Ok(()),
        Some(taken) => Err(
            Problem::new("this annotation carries the promise of the run")
                .at(&taken.origin)
                .instead("leave it out"),
        ),
    }
}

/// A finding that let the container be accepted, by an override or under the site's `mode: warn`, says that the limit is
/// not there.
fn limits(judgement: &Judgement) -> LimitsHere {
    let mut findings = judgement.findings.iter();
    if findings.any(|finding| finding.rule.id == RuleId::LimitNotEffective) {
        LimitsHere::Waived
    } else {
        LimitsHere::Held
    }
}
