//! The hook: what the OCI runtime calls before the container's process exists.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::{Breach, Culprit};
use super::check::{self, Facts};
use super::config::{self, Config};
use super::promise::{Filter, Promise, Seccomp};
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
struct State {
    id: String,
    bundle: PathBuf,
    pid: Option<u32>,
}

/// What the hook found out.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was promised about this container.
    Unsealed,
    /// It is what was promised.
    Kept,
    /// It may not start, and why.
    Broken(String),
}

/// What the hook goes by besides the container.
pub struct Around<'a> {
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
pub fn judge(around: &Around<'_>, state: &[u8]) -> Verdict {
    let state: State = match serde_json::from_slice(state) {
        Ok(state) => state,
        Err(error) => {
            return Verdict::Broken(format!("the runtime's state is not understood: {error}"));
        }
    };
    let verdict = match read(around.host, &state.bundle) {
        Ok(Some((promise, config))) => hold(around, &state, &promise, &config),
        Ok(None) => Verdict::Unsealed,
        Err(problem) => Verdict::Broken(problem.what),
    };
    if let Verdict::Broken(why) = &verdict {
        let reason = format!("sealed: {why}");
        reason::leave(around.host, &state.bundle, &state.id, &reason);
    }
    verdict
}

fn read(host: &dyn Host, bundle: &Path) -> Result<Option<(Promise, Config)>, Problem> {
    let path = bundle.join("config.json");
    let file = host.open_file(&path, config::MAX_BYTES, Links::Refuse)?;
    let config = Config::parse(&file.bytes)?;
    match config.annotations.get(ANNOTATION) {
        None => Ok(None),
        Some(text) => Ok(Some((Promise::decode(text)?, config))),
    }
}

fn hold(around: &Around<'_>, state: &State, promise: &Promise, config: &Config) -> Verdict {
    match breaches(around, state, promise, config) {
        Ok(breaches) if breaches.is_empty() => Verdict::Kept,
        Ok(breaches) => Verdict::Broken(sentence(around, &breaches)),
        Err(problem) => Verdict::Broken(problem.what),
    }
}

/// What a container was started with that nobody promised, from the `config.json` in its bundle.
///
/// # Errors
/// The document or the promise in it is unreadable, or gone.
pub fn differences(around: &Around<'_>, bundle: &Path, id: &str) -> Result<Vec<Breach>, Problem> {
    let state = State {
        id: id.to_owned(),
        bundle: bundle.to_owned(),
        pid: None,
    };
    let Some((promise, config)) = read(around.host, bundle)? else {
        return Err(Problem::new("its config.json has no promise"));
    };
    breaches(around, &state, &promise, &config)
}

fn breaches(
    around: &Around<'_>,
    state: &State,
    promise: &Promise,
    config: &Config,
) -> Result<Vec<Breach>, Problem> {
    let profile = match &promise.seccomp {
        Seccomp::Filter(filter) => Some(profile_of(around.host, filter)?),
        Seccomp::Unconfined => None,
    };
    let facts = Facts {
        host: around.host,
        id: &state.id,
        bundle: &state.bundle,
        root: &config.root.path,
        program: around.program,
        pid: state.pid,
        runtime: around.runtime,
        profile: profile.as_deref(),
    };
    Ok(check::check(promise, config, &facts))
}

fn sentence(around: &Around<'_>, breaches: &[Breach]) -> String {
    let mut told: Vec<String> = breaches.iter().map(|breach| tell(around, breach)).collect();
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
fn tell(around: &Around<'_>, breach: &Breach) -> String {
    let find = |section, key| ambient::files::find(around.host, section, key, around.config_home);
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
fn profile_of(host: &dyn Host, filter: &Filter) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(seccomp::MAX_BYTES).unwrap_or(u64::MAX);
    let file = host
        .open_file(&filter.file, most, Links::Refuse)
        .map_err(|problem| {
            Problem::new(format!(
                "the seccomp profile that was promised is gone: {}",
                problem.what
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
