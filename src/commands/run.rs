//! `run` and `create`: harden, judge, become podman.

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use super::WRAPPER_FAILED;
use super::context::Context;
use super::image::Image;
use super::prepare::{Known, Prepared, Request, prepare};
use crate::cli::{self, Format, Output, RunOptions};
use crate::engine::Engine;
use crate::env::{Import, Scrubbed};
use crate::exec;
use crate::host::Host as _;
use crate::log::{Log, LogContext};
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::podman::value::env::EnvVar;
use crate::policy::engine::{Judgement, Verdict};
use crate::policy::rule::Severity;
use crate::problem::Problem;
use crate::report::subject::{Place, Subject, Threshold};
use crate::report::{self, explain, human, json, shell};
use crate::seal::ambient::Ambient;
use crate::spec::Spec;
use crate::spec::argv::{self, Line};

/// What podman is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// `podman run`
    Run,
    /// `podman create`
    Create,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Create => "create",
        }
    }
}

/// Runs the subcommand; returns only when podman was not started.
pub(super) fn run(verb: Verb, words: &[OsString]) -> Result<ExitCode, Problem> {
    let context = Context::new()?;
    let said = RunOptions::parse(words, cli::RUN_OPTIONS, &context.directory)?;
    if said.help {
        report::data(&cli::help(verb.name()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let request = Request::new(&said, &context.library(), notify_layer(&context)?)?;

    // Judged before podman is asked anything: a refused flag must not reach even a question.
    let draft = prepare(&request, &said, &context, &Known::default())?;
    if draft.judgement.is_refused() {
        return refuse(&said, &draft, words, &context);
    }

    let mut scrubbed =
        crate::env::scrub(&context.environment, &imports(&draft.spec), &context.host);
    let engine = Engine::find(&context.host, context.site.engine.as_deref(), &scrubbed)?
        .with_store(arguments(&draft.spec, &flags::STORE));
    available(&request.given, &engine)?;
    // Before the first question about an image: a containers.conf may send it to another podman.
    let prelude = super::seal::prelude(&draft.spec, &engine, &mut scrubbed, &context)?;
    let engine = engine.with_environment(&scrubbed);
    let image = Image::look(&engine, &context, &draft.spec, &scrubbed, said.output)?;
    let known = Known::ask(image.config, &draft.spec, &engine, context.host)?;
    let mut ready = prepare(&request, &said, &context, &known)?;
    if ready.judgement.is_refused() {
        return refuse(&said, &ready, words, &context);
    }
    rewrite_imports(&mut ready.spec, &scrubbed);
    image.pulled.settle(&mut ready.spec);
    let filter = ready.seccomp.place(&ready.spec, &context)?;
    let mut lines = argv::lines(&ready.spec, &filter);
    super::seal::put(
        &mut lines,
        &ready,
        known.image.as_ref(),
        &scrubbed,
        &prelude,
        &context,
    )?;
    if !said.quiet {
        note(&ready.judgement);
        if verb == Verb::Create
            && let Some(note) = super::seal::unsealed_start(&prelude, &context)
        {
            report::message(&note);
        }
    }
    if said.output == Output::Run {
        record(&ready.judgement, &ready.spec, &context);
    }
    let command = Command {
        lines,
        scrubbed,
        ambient: prelude.ambient,
    };
    finish(verb, &said, &engine, &ready.spec, &command)
}

/// What podman is given.
struct Command {
    lines: Vec<Line>,
    scrubbed: Scrubbed,
    ambient: Ambient,
}

fn finish(
    verb: Verb,
    said: &RunOptions,
    engine: &Engine,
    spec: &Spec,
    command: &Command,
) -> Result<ExitCode, Problem> {
    let Command {
        lines,
        scrubbed,
        ambient,
    } = command;
    let mut words = vec![OsString::from(verb.name())];
    words.extend(argv::argv(lines, spec));
    match said.output {
        Output::Run => Err(exec::replace(engine.path(), &words, &scrubbed.variables)),
        Output::DryRun => {
            let command = std::iter::once(engine.path().as_os_str())
                .chain(words.iter().map(OsString::as_os_str));
            report::data(&format!("{}\n", shell::line(command)))?;
            Ok(ExitCode::SUCCESS)
        }
        Output::Explain => {
            report::data(&explain::explain(
                said.format,
                lines,
                spec,
                scrubbed,
                ambient,
            ))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Reports every finding that stops the run, and ends it.
fn refuse(
    said: &RunOptions,
    prepared: &Prepared,
    words: &[OsString],
    context: &Context,
) -> Result<ExitCode, Problem> {
    let judgement = &prepared.judgement;
    record(judgement, &prepared.spec, context);
    match said.format {
        Format::Json => {
            let subject = Subject {
                place: Place::CommandLine(shell::line(words)),
                command: None,
                findings: judgement.findings.clone(),
                unneeded: judgement.unneeded.clone(),
            };
            let bar = Threshold {
                level: said.level,
                fail_on: Severity::Critical,
            };
            report::stream(|out| json::write(out, bar, &mut std::iter::once(Ok(subject))))?;
        }
        Format::Human | Format::Sarif => {
            for finding in &judgement.findings {
                if let Verdict::Refused(why) = &finding.verdict {
                    report::message(&human::refusal(finding, why));
                }
            }
        }
    }
    Ok(ExitCode::from(WRAPPER_FAILED))
}

/// Writes refusals and overrides to the host's log.
fn record(judgement: &Judgement, spec: &Spec, context: &Context) {
    let around = LogContext {
        uid: context.host.identity().uid,
        place: context.host.runs_in(),
        image: spec.image.value.to_string(),
    };
    Log::default().record(judgement, &around);
}

fn note(judgement: &Judgement) {
    for note in judgement.findings.iter().filter_map(human::note) {
        report::message(&note);
    }
    for allow in &judgement.unneeded {
        report::message(&human::unneeded(allow));
    }
}

/// Under systemd with `Type=notify`, conmon says that the service is ready; the container never sees the socket.
fn notify_layer(context: &Context) -> Result<Vec<FlagValue>, Problem> {
    let Some(flag) =
        flags::by_name("sdnotify").filter(|_| context.environment.get("NOTIFY_SOCKET").is_some())
    else {
        return Ok(Vec::new());
    };
    FlagValue::read(
        flag,
        "conmon",
        &Origin::Host("NOTIFY_SOCKET is set"),
        &context.directory,
    )
}

/// The names of each `-e NAME`.
fn imports(spec: &Spec) -> Vec<OsString> {
    let names = spec.env.iter().filter_map(|env| match &env.value {
        EnvVar::Import(name) => Some(name.into()),
        EnvVar::Value { .. } | EnvVar::ImportPrefix(_) => None,
    });
    names.collect()
}

/// Writes out the value of each `-e NAME` whose variable podman itself must not see.
fn rewrite_imports(spec: &mut Spec, scrubbed: &Scrubbed) {
    for (name, import) in &scrubbed.imports {
        let is_it =
            |env: &EnvVar| matches!(env, EnvVar::Import(found) if OsStr::new(found) == name);
        match import {
            Import::Inherited => {}
            Import::Unset => spec.env.retain(|env| !is_it(&env.value)),
            Import::Literal(value) => {
                let value = value.to_string_lossy().into_owned();
                for env in spec.env.iter_mut().filter(|env| is_it(&env.value)) {
                    env.value = EnvVar::Value {
                        name: name.to_string_lossy().into_owned(),
                        value: value.clone(),
                    };
                }
            }
        }
    }
}

/// The forwarded flags of these names, as arguments.
pub(super) fn arguments(spec: &Spec, names: &[&str]) -> Vec<OsString> {
    spec.passed
        .iter()
        .filter(|given| names.contains(&given.flag.long))
        .map(FlagValue::argument)
        .collect()
}

/// Refuses a flag that this podman does not have.
fn available(given: &[FlagValue], engine: &Engine) -> Result<(), Problem> {
    let version = engine.version();
    let Some(missing) = given.iter().find(|given| !given.flag.is_in(version)) else {
        return Ok(());
    };
    let name = missing.flag.long;
    let what = format!("podman {version} has no --{name}");
    let problem = Problem::new(what).at(&missing.origin);
    Err(match (missing.flag.since, missing.flag.until) {
        (Some(since), _) if since > version => {
            problem.instead(format!("leave it out, or use podman {since} or newer"))
        }
        (_, Some(until)) => problem.instead(format!("leave it out: podman {until} dropped it")),
        _ => problem.instead("leave it out"),
    })
}
