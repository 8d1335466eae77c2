//! The system call filter: no wider than the profile that was judged.

use super::{Facts, list};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Promise, PromisedSeccomp};
use crate::seccomp::{Arch, Filter, Profile};

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    if promise.seccomp == PromisedSeccomp::Unconfined {
        return Vec::new();
    }
    let breach = |found: String| {
        vec![Breach::new(
            found,
            "the seccomp profile that was judged",
            Culprit::Conf("seccomp_profile"),
        )]
    };
    let Some(seccomp) = &config.linux.seccomp else {
        return breach("no seccomp filter at all".to_owned());
    };
    let found = match Filter::from_oci(seccomp) {
        Ok(found) => found,
        Err(problem) => {
            return breach(format!(
                "a seccomp filter that is not understood ({problem})"
            ));
        }
    };
    let promised = match promised(promise, facts) {
        Ok(promised) => promised,
        Err(why) => return breach(format!("a seccomp filter that cannot be compared ({why})")),
    };
    let wider = found.wider_than(&promised);
    if wider.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = wider.iter().map(ToString::to_string).collect();
    let words = list(words.iter().map(String::as_str));
    breach(format!("a wider seccomp filter ({words})"))
}

fn promised(promise: &Promise, facts: &Facts<'_>) -> Result<Filter, String> {
    let bytes = facts.profile.ok_or("the profile is gone")?;
    let profile = Profile::parse(bytes).map_err(|problem| problem.to_string())?;
    let arch = Arch::native().ok_or("this architecture has no seccomp")?;
    let capabilities: Vec<&str> = promise.capabilities.iter().map(String::as_str).collect();
    Ok(profile.resolve(arch, &capabilities))
}
