//! The words that a mount was asked for with, where they reach further than the mount itself. The kernel's table has no
//! words, only what came of them.

use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::{ObservedConfig, ObservedMount, clean};
use crate::seal::oci::OciMount;
use crate::seal::promise::{Depth, MountKind, Promise, PromisedMount};

/// Options of crun's that also reach the mounts below, and one that changes a mount that is there.
const DEEP: [&str; 5] = ["rrw", "rsuid", "rdev", "rexec", "remount"];

/// Options that let mounts cross the container's wall.
const CROSSING: [&str; 4] = ["shared", "rshared", "slave", "rslave"];

/// Options that bring the mounts below a source; crun takes the r of a propagation for rbind.
const RECURSIVE: [&str; 5] = ["rbind", "rprivate", "rslave", "rshared", "runbindable"];

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let breach = |found: &OciMount| breach(promise.mounts.get(&clean(&found.destination)), found);
    config.document.mounts.iter().filter_map(breach).collect()
}

fn breach(asked: Option<&PromisedMount>, found: &OciMount) -> Option<Breach> {
    let described = ObservedMount::from(found).described;
    let has = |option: &&str| found.options.iter().any(|other| other == option);
    if let Some(option) = DEEP.iter().find(|option| has(option)) {
        let found = format!("the option \"{option}\" of {described}");
        return Some(Breach::extra(found, None));
    }
    let missing = |promised: &str, found: &str| {
        let breach = Breach::missing(promised, format!("{described} {found}"));
        Some(breach.by(Culprit::ConfMounts))
    };
    // Only a bind has mounts below its source.
    let is_closed = asked.is_some_and(|asked| {
        matches!(asked.kind, MountKind::Bind(_)) && asked.depth == Depth::Closed
    });
    if is_closed && RECURSIVE.iter().any(&has) {
        return missing(
            "a bind of the source alone",
            "brings the mounts below it along",
        );
    }
    // podman mounts devices and what belongs to the host as slaves: judged by what they are.
    let is_engines = asked.is_none() && found.kind != "tmpfs";
    let crossing = CROSSING.iter().find(|option| has(option)).copied();
    let promised = asked.and_then(|asked| asked.propagation.as_deref());
    if crossing.is_some() && crossing != promised && !is_engines {
        return missing("a private mount", "passes mounts on");
    }
    None
}
