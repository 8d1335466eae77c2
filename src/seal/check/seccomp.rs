//! The system call filter: no wider than the profile that was judged.

use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::{ObservedConfig, ObservedFilters, ObservedProcess};
use crate::seal::promise::{Promise, PromisedSeccomp};
use crate::seal::words::list;
use crate::seccomp::{Arch, Filter, LoadedFilters, SeccompProfile, Wider};

pub(super) fn presence(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    match &promise.seccomp {
        PromisedSeccomp::Filter(_) if !process.is_filtered => missing("it has none".to_owned()),
        PromisedSeccomp::Filter(_) | PromisedSeccomp::Unconfined => Vec::new(),
    }
}

fn missing(found: String) -> Vec<Breach> {
    let promised = "the seccomp filter that was judged";
    vec![Breach::missing(promised, found).by(conf::SECCOMP_PROFILE)]
}

pub(super) fn width(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    if promise.seccomp == PromisedSeccomp::Unconfined {
        return Vec::new();
    }
    let Some(seccomp) = &config.document.linux.seccomp else {
        return Vec::new();
    };
    let found = match Filter::from_oci(seccomp) {
        Ok(found) => found,
        Err(problem) => {
            return missing(format!("its filter is not understood: {problem}"));
        }
    };
    let promised = match promised(promise, config.profile) {
        Ok(promised) => promised,
        Err(why) => return missing(format!("its filter cannot be compared with it: {why}")),
    };
    told(&found.wider_than(&promised), "its seccomp filter")
}

/// What the runtime and whatever it started have really loaded, by what it does.
pub(super) fn loaded(promise: &Promise, loaded: &ObservedFilters<'_>) -> Vec<Breach> {
    let what = "the seccomp filter that the kernel holds for it";
    let promised = match promised(promise, loaded.profile) {
        Ok(promised) => promised,
        Err(why) => return missing(format!("{what} cannot be compared with it: {why}")),
    };
    match LoadedFilters::read(&loaded.programs) {
        Ok(found) => told(&found.wider_than(&promised), what),
        Err(problem) => missing(format!("{what} is not understood: {problem}")),
    }
}

fn told(wider: &[Wider], what: &str) -> Vec<Breach> {
    if wider.is_empty() {
        return Vec::new();
    }
    // The names of the calls; what concerns the filter as a whole has none.
    let words = wider
        .iter()
        .map(|wider| wider.syscall.as_ref().unwrap_or(&wider.why));
    let words = list(words.map(String::as_str));
    let found = format!("wider ({words})");
    vec![Breach::wider(what, found, "the judged one").by(conf::SECCOMP_PROFILE)]
}

fn promised(promise: &Promise, profile: Option<&[u8]>) -> Result<Filter, String> {
    let bytes = profile.ok_or("the profile is gone")?;
    let profile = SeccompProfile::parse(bytes).map_err(|problem| problem.to_string())?;
    let arch = Arch::native().ok_or("this architecture has no seccomp")?;
    let capabilities: Vec<&str> = promise.capabilities.iter().map(String::as_str).collect();
    Ok(profile.resolve(arch, &capabilities))
}
