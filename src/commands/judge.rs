//! `check` on this host: what `run` would say, with nothing asked of podman.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use super::check::{self, Judged};
use super::context::Context;
use super::prepare::{Known, Prepared, Request, prepare};
use crate::cli::RunOptions;
use crate::host::Host as _;
use crate::problem::Problem;
use crate::shell::ShellContext;
use crate::spec::argv;

/// Checks what is named, against this host and its site policy.
pub(super) fn check(words: &[OsString]) -> Result<ExitCode, Problem> {
    let context = Context::new()?;
    let library = context.library();
    let judge = |said: &RunOptions| {
        let request = Request::new(said, &library, Vec::new())?;
        let Prepared {
            spec,
            judgement,
            seccomp,
        } = prepare(&request, said, &context, &Known::default())?;
        let lines = argv::lines(&spec, &seccomp.default_path);
        let argv = ["podman".into(), "run".into()]
            .into_iter()
            .chain(argv::argv(&lines, &spec))
            .collect();
        Ok(Judged { judgement, argv })
    };
    Ok(check::check(
        words,
        &context.directory,
        surroundings(&context),
        &judge,
    ))
}

fn surroundings(context: &Context) -> ShellContext {
    let identity = context.host.identity();
    let text = |path: &Path| path.to_str().map(str::to_owned);
    ShellContext {
        directory: text(&context.directory),
        home: identity.home.as_deref().and_then(text),
        uid: Some(identity.uid),
        gid: Some(identity.gid),
    }
}
