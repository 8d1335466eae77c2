//! The promise held against a container that runs: has it been weakened behind our back?

use std::path::Path;

use super::check::{compare, compare_other};
use super::observed::{Observed, ObservedProcess};
use super::promise::{Promise, PromisedNamespace, PromisedSeccomp};
use super::sealed::Sealed;
use crate::host::Host;
use crate::problem::Problem;

/// A running container that carries a promise.
pub(crate) struct Running<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// This program, absolute.
    pub program: &'a Path,
    /// The container's id.
    pub id: &'a str,
    /// The directory of its `config.json`.
    pub bundle: &'a Path,
    /// Its process 1.
    pub pid: u32,
}

/// What was seen of a container.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Everything in which it is not as promised, a sentence each.
    pub differences: Vec<String>,
    /// None when no filter was promised, or there is none.
    pub filter: Option<FilterSource>,
}

/// What says which system call filter a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FilterSource {
    /// The kernel itself.
    Kernel,
    /// Its `config.json`, and `/proc` that there is one; why the kernel did not say, as a clause.
    Config(String),
}

/// Everything in which it is not as promised: by what the kernel shows of its processes, and by its
/// `config.json`, which is what the runtime was told, or would be told by now.
///
/// # Errors
/// Its process or its `config.json` cannot be read, or is gone.
pub(crate) fn look(running: &Running<'_>, promise: &Promise) -> Result<Seen, Problem> {
    let Running {
        host,
        program,
        id,
        bundle,
        pid,
    } = *running;
    let process = host.process(pid)?;
    let ours = host.process(std::process::id())?;
    let Some(sealed) = Sealed::read(host, bundle)? else {
        return Err(Problem::new("its config.json has no promise"));
    };
    let context = sealed.context(host, id, bundle);
    let mut observed = Observed::of_process(context, (pid, &process), &ours, promise.privilege);
    let is_filtered = promise.seccomp != PromisedSeccomp::Unconfined && process.seccomp == 2;
    let filter = is_filtered.then(|| match sealed.loaded(host, pid) {
        Ok(loaded) => {
            observed.loaded = Some(loaded);
            FilterSource::Kernel
        }
        Err(why) => FilterSource::Config(why),
    });
    let runs = compare(promise, &observed);
    let mut told: Vec<String> = runs.breaches.iter().map(ToString::to_string).collect();
    if *promise.namespace("pid") == PromisedNamespace::Own {
        told.extend(of_others(running, promise)?);
    }
    // podman update writes it anew, so it need not be what the container began with.
    let began = compare(&sealed.promise, &sealed.observed(context, program, None));
    let found = began.breaches.iter();
    told.extend(found.map(|found| format!("in its config.json: {found}")));
    let nobody = runs.left_unanswered(&began);
    told.extend(
        nobody
            .iter()
            .map(|check| format!("nothing shows whether it keeps what was promised of {check}")),
    );
    Ok(Seen {
        differences: told,
        filter,
    })
}

/// What else runs in it.
fn of_others(running: &Running<'_>, promise: &Promise) -> Result<Vec<String>, Problem> {
    let mut told = Vec::new();
    for pid in running.host.neighbours(running.pid)? {
        // It may have ended meanwhile.
        let Ok(process) = running.host.process(pid) else {
            continue;
        };
        let found = compare_other(
            promise,
            &ObservedProcess::of_process(running.host, &process),
        );
        let name = format!("process {pid} ({})", process.name);
        told.extend(found.iter().map(|found| format!("{name}: {found}")));
    }
    Ok(told)
}
