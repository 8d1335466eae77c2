//! The hook: what the OCI runtime calls before the container's process exists.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::{Breach, Culprit};
use super::check::{Comparison, compare};
use super::observed::Waiting;
use super::sealed::Sealed;
use super::words::list;
use super::{ambient, reason};
use crate::host::Host;
use crate::podman::releases::Fact;
use crate::podman::releases::conf::{self, ConfKey};

/// The most that is read of the state, in bytes.
pub(crate) const MAX_STATE: u64 = 4 << 20;
/// How many differences are told at once.
const TOLD: usize = 5;

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
            SealVerdict::Broken(format!("the runtime does not tell {what}"))
        }
        (breaches, _) => SealVerdict::Broken(sentence(context, breaches)),
    }
}

fn sentence(context: &HookContext<'_>, breaches: &[Breach]) -> String {
    let mut told: Vec<String> = breaches
        .iter()
        .map(|breach| tell(context, breach))
        .collect();
    told.dedup();
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    let told = told.join("; and with ");
    let more = if more == 0 {
        String::new()
    } else {
        format!("; and with {more} more")
    };
    format!("the runtime was about to start it with what nobody asked for: {told}{more}")
}

/// The breach, with the file and line of the key that is likely to have made it.
fn tell(context: &HookContext<'_>, breach: &Breach) -> String {
    let find =
        |key: Fact<ConfKey>| ambient::files::find(context.host, key.what, context.config_home);
    let place = match breach.culprit {
        Culprit::Conf(key) => find(key),
        Culprit::ConfMounts => find(conf::VOLUMES).or_else(|| find(conf::MOUNTS)),
        Culprit::Image(_) | Culprit::Other(_) | Culprit::Unknown => None,
    };
    match place {
        Some(place) => format!("{breach} [{place}]"),
        None => breach.to_string(),
    }
}
