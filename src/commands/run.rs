//! `run` and `create`: harden, judge, become podman.

use std::ffi::OsString;
use std::process::ExitCode;

use super::WRAPPER_FAILED;
use crate::cli::{self, Format, Output, RunOptions, Subcommand};
use crate::engine::Engines;
use crate::log::{Log, LogContext};
use crate::origin::Origin;
use crate::plan::{self, Context, Outcome, Plan, Pulling, Refused, Request, Verb};
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::policy::engine::{Judgement, Verdict};
use crate::policy::rule::Severity;
use crate::problem::Problem;
use crate::report::subject::{Subject, SubjectPlace, Threshold};
use crate::report::{self, explain, human, json, shell};

/// Runs the subcommand; returns only when podman was not started.
pub(super) fn run(
    verb: Verb,
    words: &[OsString],
    engines: &dyn Engines,
    context: &Context<'_>,
) -> Result<ExitCode, Problem> {
    let said = RunOptions::parse(words, cli::RUN_OPTIONS, &context.directory)?;
    if said.help {
        report::data(&cli::help(match verb {
            Verb::Run => Subcommand::Run,
            Verb::Create => Subcommand::Create,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let request = Request::new(&said, &context.library(), notify_layer(context)?)?;
    let pulling = match said.output {
        Output::Run => Pulling::AsAsked,
        Output::DryRun | Output::Explain => Pulling::Never,
    };
    match plan::plan(verb, &request, pulling, engines, context)? {
        Outcome::Refused(refused) => refuse(&said, &refused, words, context),
        Outcome::Planned(plan) => carry_out(verb, &said, *plan, context),
    }
}

fn carry_out(
    verb: Verb,
    said: &RunOptions,
    plan: Plan,
    context: &Context<'_>,
) -> Result<ExitCode, Problem> {
    if !said.quiet {
        note(plan.judgement());
        for name in plan.shown_variables() {
            let what = format!(
                "podman takes a value like that of {name:?} on its command line only, where every user of this host sees it: use --secret"
            );
            report::message(&human::remark("env", &what));
        }
        if verb == Verb::Create && !plan.starts_sealed(context) {
            report::message(&human::remark(
                "seal",
                "podman start will not hold the container to its promise, because the hook is not installed: make install",
            ));
        }
    }
    let shown = match said.output {
        Output::Run => {
            record(plan.judgement(), plan.image(), context);
            return Err(plan.execute());
        }
        Output::DryRun => format!("{}\n", shell::line(plan.command())),
        Output::Explain => explain::explain(said.format, &plan),
    };
    report::data(&shown)?;
    Ok(ExitCode::SUCCESS)
}

/// Reports every finding that stops the run, and ends it.
fn refuse(
    said: &RunOptions,
    refused: &Refused,
    words: &[OsString],
    context: &Context<'_>,
) -> Result<ExitCode, Problem> {
    let judgement = refused.judgement();
    record(judgement, refused.image(), context);
    match said.format {
        Format::Json => {
            let subject = Subject {
                place: SubjectPlace::CommandLine(shell::line(words)),
                command: None,
                findings: judgement.findings.clone(),
                unneeded: judgement.unneeded.clone(),
            };
            let bar = Threshold {
                level: judgement.level,
                fail_on: Severity::Critical,
            };
            report::stream(|out| json::write(out, bar, &mut std::iter::once(Ok(subject))))?;
        }
        Format::Human => {
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
fn record(judgement: &Judgement, image: String, context: &Context<'_>) {
    let around = LogContext {
        uid: context.host.identity().uid,
        login_uid: context.host.login_uid(),
        place: context.host.runs_in(),
        image,
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
fn notify_layer(context: &Context<'_>) -> Result<Vec<FlagValue>, Problem> {
    if context.environment.get("NOTIFY_SOCKET").is_none() {
        return Ok(Vec::new());
    }
    FlagValue::read(
        &flags::SDNOTIFY,
        "conmon",
        &Origin::Host("NOTIFY_SOCKET is set"),
        &context.directory,
    )
}
