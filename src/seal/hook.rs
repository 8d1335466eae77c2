//! The hook: what the OCI runtime calls before the container's process exists.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::{self, Breach};
use super::check::{Comparison, compare};
use super::observed::Waiting;
use super::sealed::Sealed;
use super::words::list;
use super::{ambient, reason};
use crate::host::Host;

/// The most that is read of the state, in bytes.
pub(crate) const MAX_STATE: u64 = 4 << 20;

/// The state of a container as the runtime tells its hooks: OCI runtime-spec, `runtime.md`.
#[derive(Debug, Deserialize)]
struct RuntimeState {
    id: String,
    bundle: PathBuf,
    pid: Option<u32>,
}

/// What the hook found out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SealVerdict {
    /// Nothing was promised about this container.
    Unsealed,
    /// It is what was promised.
    Kept,
    /// It may not start, and why.
    Broken(String),
}

/// What the hook goes by besides the container.
pub(crate) struct HookContext<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// This program.
    pub program: &'a Path,
    /// `XDG_CONFIG_HOME`, where the runtime hands it on.
    pub config_home: Option<&'a Path>,
    /// The command line of the runtime; none when it cannot be read.
    pub runtime: Option<&'a [String]>,
}

/// Judges the container of a state; a refusal is left where podman looks for the runtime's last words.
pub(crate) fn judge(context: &HookContext<'_>, state: &[u8]) -> SealVerdict {
    let state: RuntimeState = match serde_json::from_slice(state) {
        Ok(state) => state,
        Err(error) => {
            return SealVerdict::Broken(format!("the runtime's state is not understood: {error}"));
        }
    };
    let verdict = match Sealed::read(context.host, &state.bundle) {
        Ok(Some(sealed)) => hold(context, &state, &sealed),
        Ok(None) => SealVerdict::Unsealed,
        Err(problem) => SealVerdict::Broken(problem.what),
    };
    if let SealVerdict::Broken(why) = &verdict {
        let reason = format!("sealed: {why}");
        reason::leave(context.host, &state.bundle, &state.id, &reason);
    }
    verdict
}

fn hold(context: &HookContext<'_>, state: &RuntimeState, sealed: &Sealed) -> SealVerdict {
    let waiting = state.pid.zip(context.runtime);
    let waiting = waiting.map(|(pid, runtime)| Waiting { pid, runtime });
    let place = sealed.context(context.host, &state.id, &state.bundle);
    let observed = sealed.observed(place, context.program, waiting);
    let Comparison {
        breaches,
        unanswered,
    } = compare(&sealed.promise, &observed);
    match (breaches.as_slice(), unanswered.as_slice()) {
        ([], []) => SealVerdict::Kept,
        // What cannot be told may be anything.
        ([], unanswered) => {
            let what = list(unanswered.iter().copied());
            SealVerdict::Broken(format!(
                "the container is not started, for nothing shows whether it keeps what was promised of {what}"
            ))
        }
        (breaches, _) => SealVerdict::Broken(sentence(context, breaches)),
    }
}

/// With the file and line of each key that is likely to have made a difference.
fn sentence(context: &HookContext<'_>, breaches: &[Breach]) -> String {
    let place = |key| ambient::files::find(context.host, key, context.config_home);
    let told = breach::tell(breaches, place);
    format!("the container is not started, for it is stronger than promised: {told}")
}
