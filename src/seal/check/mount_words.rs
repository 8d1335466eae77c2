//! The words that a mount was asked for with, where they reach further than the mount itself. The kernel's table has no
//! words, only what came of them.

use crate::seal::breach::{Breach, Culprit, MountRefusal};
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
    let refusal = |found: &OciMount| {
        let (what, culprit) = judge(promise.mounts.get(&clean(&found.destination)), found).err()?;
        Some(Breach::new(
            ObservedMount::from(found).described,
            what,
            culprit,
        ))
    };
    config.document.mounts.iter().filter_map(refusal).collect()
}

fn judge(asked: Option<&PromisedMount>, found: &OciMount) -> Result<(), MountRefusal> {
    let has = |option: &&str| found.options.iter().any(|other| other == option);
    if let Some(option) = DEEP.iter().find(|option| has(option)) {
        return Err((format!("no {option}"), Culprit::Unknown));
    }
    let refuse = |what: &str| Err((what.to_owned(), Culprit::ConfMounts));
    // Only a bind has mounts below its source.
    let is_closed = asked.is_some_and(|asked| {
        matches!(asked.kind, MountKind::Bind(_)) && asked.depth == Depth::Closed
    });
    if is_closed && RECURSIVE.iter().any(&has) {
        return refuse("a source without the mounts below it");
    }
    // podman mounts devices and what belongs to the host as slaves: judged by what they are.
    let is_engines = asked.is_none() && found.kind != "tmpfs";
    let crossing = CROSSING.iter().find(|option| has(option)).copied();
    let promised = asked.and_then(|asked| asked.propagation.as_deref());
    if crossing.is_some() && crossing != promised && !is_engines {
        return refuse("a private mount");
    }
    Ok(())
}
