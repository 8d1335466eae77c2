//! `seal`: the hook that the OCI runtime calls.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::env::Environment;
use crate::host::{Host as _, System};
use crate::log::Log;
use crate::report;
use crate::seal::hook::{self, HookContext, SealVerdict};
use crate::seal::register;

/// The hook: silent and 0, or the reason on standard error and 1.
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
        SealVerdict::Broken(why) => {
            report::message(&format!("sealed: {}\n", report::sanitize::safe(&why)));
            Log::default().sealed(&why, host.identity().owner.uid);
            Ok(ExitCode::FAILURE)
        }
    }
}
