//! The plan: what podman is given, whole. It comes only from a container that was [accepted](Accepted).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::answers::{Answers, Fetched};
use super::context::Context;
use super::filter::promised;
use super::imports::Imports;
use super::judged::{Accepted, Judged};
use super::ready::Ready;
use crate::env::{Environment, Scrubbed};
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
    imports: Imports,
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
        let spec = settled(spec, &context.environment, &answers);
        unpromised(&spec)?;
        let filter = filter.keep(&spec, context)?;
        let file = filter.file.clone();
        let inputs = PromiseInputs {
            host: context.host,
            image: answers.image.as_ref(),
            seccomp: promised(&spec, filter),
            limits: limits(&judgement),
            hosts_joined: hosts_joined(&judgement),
            hooks: ready.registered.hooks.clone(),
            sockets: match ready.scrubbed.get("LISTEN_FDS") {
                Some(_) => Descriptors::Passed,
                None => Descriptors::None,
            },
            volume_path: ready.ambient.volume_path.clone(),
            init_path: ready.ambient.init_path.clone(),
        };
        let promise = short_enough(seal::promise(&spec, &inputs)?.encode()?)?;
        let sealing = Sealing {
            annotation: format!("{}={promise}", seal::ANNOTATION),
            hooks_dirs: ready.registered.directories.clone(),
            mounts_file: ambient::MOUNTS_FILE,
        };
        Ok(Self {
            verb,
            lines: argv::lines(&spec, &file, Some(sealing)),
            imports: Imports::find(&spec, ready.engine.version(), context)?,
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

    /// podman and what follows it, to be shown and pasted: without the values of the caller's variables, which a shell that
    /// has them hands to podman by itself.
    pub(crate) fn command(&self) -> Vec<OsString> {
        let podman = self.ready.engine.path().as_os_str().to_owned();
        let words = argv::argv(&self.lines, &self.spec);
        [podman, self.verb.name().into()]
            .into_iter()
            .chain(words)
            .collect()
    }

    /// The caller's variables whose values stand on podman's command line, where other users of this host see them.
    pub(crate) fn shown_variables(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.imports
            .shown
            .iter()
            .map(|(name, _)| name.to_string_lossy())
    }

    /// Becomes podman; returns only when that failed.
    #[must_use]
    pub(crate) fn execute(self) -> Problem {
        let words = |files: &[PathBuf]| self.words(files);
        self.ready.engine.replace(&self.imports.files, &words)
    }

    /// What podman gets: the caller's variables as values, never by their names.
    fn words(&self, files: &[PathBuf]) -> Vec<OsString> {
        let flag = |start: &str, rest: &[&OsStr]| {
            let mut word = OsString::from(start);
            for part in rest {
                word.push(part);
            }
            word
        };
        let shown = self.imports.shown.iter();
        let shown = shown.map(|(name, value)| flag("--env=", &[name, OsStr::new("="), value]));
        let files = files
            .iter()
            .map(|file| flag("--env-file=", &[file.as_ref()]));
        let mut words = vec![self.verb.name().into()];
        words.extend(self.lines.iter().filter_map(looking_nothing_up));
        words.extend(shown.chain(files));
        words.extend(argv::image(&self.spec));
        words
    }

    /// Would a later `podman start` hold the container to its promise?
    pub(crate) fn starts_sealed(&self, context: &Context<'_>) -> bool {
        register::is_installed(context.host, self.ready.ambient.hooks_dir.as_deref())
    }
}

impl Judged {
    /// What podman would be given, with nothing asked and nothing sealed: to be shown, by `check`. Such words stand for
    /// a refused container too.
    pub(crate) fn preview(&self, context: &Context<'_>) -> Vec<OsString> {
        let (spec, filter) = match self {
            Self::Refused(refused) => (&refused.spec, &refused.filter),
            Self::Accepted(accepted) => (&accepted.spec, &accepted.filter),
        };
        argv::argv(
            &argv::lines(spec, &filter.preview(spec, context), None),
            spec,
        )
    }
}

/// The flag, when podman need not look for variables among its own.
fn looking_nothing_up(line: &Line) -> Option<OsString> {
    if line.flag == &flags::ENV_HOST {
        return Some("--env-host=false".into());
    }
    let import = line.flag == &flags::ENV && !line.value.contains('=');
    (!import).then(|| line.argument())
}

/// Leaves out each `-e NAME` that the caller has no variable for, and keeps podman from fetching another image than the one
/// that was judged.
fn settled(mut spec: Spec, environment: &Environment, answers: &Answers) -> Spec {
    spec.env.retain(|env| match &env.value {
        EnvVar::Import(name) => environment.get(name).is_some(),
        EnvVar::Value { .. } | EnvVar::ImportPrefix(_) => true,
    });
    if answers.fetched == Fetched::Now {
        for given in &mut spec.passed {
            if given.flag == &flags::PULL {
                "never".clone_into(&mut given.value);
            }
        }
    }
    spec
}

/// The kernel takes no argument of more than 128 KiB, `execve(2)`, and the promise is one.
fn short_enough(promise: String) -> Result<String, Problem> {
    // The flag's own name, the annotation's and the NUL need less than the rest.
    const MOST: usize = (128 << 10) - 256;
    if promise.len() <= MOST {
        return Ok(promise);
    }
    let what = "what this run promises of its container is longer than the kernel takes for one argument, 128 KiB";
    Err(Problem::new(what).instead(
        "fewer or shorter names of variables, of mounts and of annotations: many variables fit into one file that the \
         program reads, -v ./settings:/settings",
    ))
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

/// The namespaces that a joined container shares with the host, which somebody overrode.
fn hosts_joined(judgement: &Judgement) -> BTreeSet<String> {
    let rules = [
        (RuleId::CgroupnsHost, "cgroup"),
        (RuleId::HostNetwork, "network"),
        (RuleId::IpcHost, "ipc"),
        (RuleId::PidHost, "pid"),
        (RuleId::UsernsHost, "user"),
        (RuleId::UtsHost, "uts"),
    ];
    let has = |id| {
        judgement
            .findings
            .iter()
            .any(|finding| finding.rule.id == id)
    };
    let found = rules.into_iter().filter(|(id, _)| has(*id));
    found.map(|(_, name)| name.to_owned()).collect()
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
