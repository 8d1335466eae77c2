//! The hook: what the OCI runtime calls before the container's process exists.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::{Breach, Culprit};
use super::check::{self, Facts};
use super::oci::{self, OciConfig};
use super::promise::{Promise, PromisedFilter, PromisedSeccomp};
use super::{ANNOTATION, ambient, reason};
use crate::digest::sha256;
use crate::host::{Host, Links};
use crate::problem::Problem;
use crate::seccomp;

/// The most that is read of the state, in bytes.
pub const MAX_STATE: u64 = 4 << 20;
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
pub enum SealVerdict {
    /// Nothing was promised about this container.
    Unsealed,
    /// It is what was promised.
    Kept,
    /// It may not start, and why.
    Broken(String),
}

/// What the hook goes by besides the container.
pub struct HookContext<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// This program.
    pub program: &'a Path,
    /// `XDG_CONFIG_HOME`, where the runtime hands it on.
    pub config_home: Option<&'a Path>,
    /// The command line of the runtime; none when the container runs already.
    pub runtime: Option<&'a [String]>,
}

/// Judges the container of a state; a refusal is left where podman looks for the runtime's last words.
pub fn judge(context: &HookContext<'_>, state: &[u8]) -> SealVerdict {
    let state: RuntimeState = match serde_json::from_slice(state) {
        Ok(state) => state,
        Err(error) => {
            return SealVerdict::Broken(format!("the runtime's state is not understood: {error}"));
        }
    };
    let verdict = match read(context.host, &state.bundle) {
        Ok(Some((promise, config))) => hold(context, &state, &promise, &config),
        Ok(None) => SealVerdict::Unsealed,
        Err(problem) => SealVerdict::Broken(problem.what),
    };
    if let SealVerdict::Broken(why) = &verdict {
        let reason = format!("sealed: {why}");
        reason::leave(context.host, &state.bundle, &state.id, &reason);
    }
    verdict
}

fn read(host: &dyn Host, bundle: &Path) -> Result<Option<(Promise, OciConfig)>, Problem> {
    let path = bundle.join("config.json");
    let file = host.open_file(&path, oci::MAX_BYTES, Links::Refuse)?;
    let config = OciConfig::parse(&file.bytes)?;
    match config.annotations.get(ANNOTATION) {
        None => Ok(None),
        Some(text) => Ok(Some((Promise::decode(text)?, config))),
    }
}

fn hold(
    context: &HookContext<'_>,
    state: &RuntimeState,
    promise: &Promise,
    config: &OciConfig,
) -> SealVerdict {
    match breaches(context, state, promise, config) {
        Ok(breaches) if breaches.is_empty() => SealVerdict::Kept,
        Ok(breaches) => SealVerdict::Broken(sentence(context, &breaches)),
        Err(problem) => SealVerdict::Broken(problem.what),
    }
}

/// What a container was started with that nobody promised, from the `config.json` in its bundle.
///
/// # Errors
/// The document or the promise in it is unreadable, or gone.
pub fn differences(
    context: &HookContext<'_>,
    bundle: &Path,
    id: &str,
) -> Result<Vec<Breach>, Problem> {
    let state = RuntimeState {
        id: id.to_owned(),
        bundle: bundle.to_owned(),
        pid: None,
    };
    let Some((promise, config)) = read(context.host, bundle)? else {
        return Err(Problem::new("its config.json has no promise"));
    };
    breaches(context, &state, &promise, &config)
}

fn breaches(
    context: &HookContext<'_>,
    state: &RuntimeState,
    promise: &Promise,
    config: &OciConfig,
) -> Result<Vec<Breach>, Problem> {
    let profile = match &promise.seccomp {
        PromisedSeccomp::Filter(filter) => Some(profile_of(context.host, filter)?),
        PromisedSeccomp::Unconfined => None,
    };
    let facts = Facts {
        host: context.host,
        id: &state.id,
        bundle: &state.bundle,
        root: &config.root.path,
        program: context.program,
        pid: state.pid,
        runtime: context.runtime,
        profile: profile.as_deref(),
    };
    Ok(check::check(promise, config, &facts))
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
    let find = |section, key| ambient::files::find(context.host, section, key, context.config_home);
    let place = match breach.culprit {
        Culprit::Conf(key) => find("containers", key),
        Culprit::ConfMounts => {
            find("containers", "volumes").or_else(|| find("containers", "mounts"))
        }
        Culprit::EngineConf(key) => find("engine", key),
        Culprit::Image(_) | Culprit::Other(_) | Culprit::Unknown => None,
    };
    match place {
        Some(place) => format!("{breach} [{place}]"),
        None => breach.to_string(),
    }
}

/// The bytes that were judged, however long ago.
fn profile_of(host: &dyn Host, filter: &PromisedFilter) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(seccomp::MAX_BYTES).unwrap_or(u64::MAX);
    let file = host
        .open_file(&filter.file, most, Links::Refuse)
        .map_err(|error| {
            Problem::new(format!(
                "the seccomp profile that was promised is gone: {error}"
            ))
        })?;
    if sha256(&file.bytes) != filter.sha256 {
        return Err(Problem::new(format!(
            "\"{}\" is not the seccomp profile that was promised",
            filter.file.display()
        )));
    }
    Ok(file.bytes)
}
