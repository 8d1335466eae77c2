//! `seal`: the hook that podman calls and the OCI runtime.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::env::Environment;
use crate::host::{self, Host as _, System};
use crate::log::Log;
use crate::report;
use crate::seal::hook::{self, HookContext, SealVerdict};
use crate::seal::precreate::ProposedConfig;
use crate::seal::register;

/// The hook: silent and 0, or the reason on standard error and 1. podman gets what it proposed back as it was.
pub(super) fn seal(words: &[OsString]) -> anyhow::Result<ExitCode> {
    if !words.is_empty() {
        bail!("seal takes no arguments: the OCI runtime calls it as a hook");
    }
    let host = System::default();
    let mut state = Vec::new();
    let stdin = std::io::stdin();
    stdin
        .take(hook::MAX_STATE)
        .read_to_end(&mut state)
        .context("the runtime's state cannot be read")?;
    if let Some(proposed) = ProposedConfig::read(&state) {
        return Ok(match proposed.judge(&host) {
            SealVerdict::Unsealed | SealVerdict::Kept => {
                std::io::stdout().write_all(&state)?;
                ExitCode::SUCCESS
            }
            SealVerdict::Broken(why) => {
                // podman throws away what this hook says; its own standard error is the person's.
                if let Some(mut stderr) = host::parents_stderr() {
                    let _ = writeln!(stderr, "sealed: {}", report::sanitize::safe(&why));
                }
                refuse(&why, &host)
            }
        });
    }
    let runtime = host.parent_words();
    let environment = Environment::from_process();
    let config_home = environment.get("XDG_CONFIG_HOME").map(Path::new);
    let context = HookContext {
        host: &host,
        program: &register::own_path(&host)?,
        config_home: config_home.filter(|path| path.is_absolute()),
        runtime: runtime.as_deref(),
    };
    match hook::judge(&context, &state) {
        SealVerdict::Unsealed | SealVerdict::Kept => Ok(ExitCode::SUCCESS),
        SealVerdict::Broken(why) => Ok(refuse(&why, &host)),
    }
}

fn refuse(why: &str, host: &System) -> ExitCode {
    report::message(&format!("sealed: {}\n", report::sanitize::safe(why)));
    Log::default().sealed(why, host.identity().owner.uid, host.login_uid());
    ExitCode::FAILURE
}
