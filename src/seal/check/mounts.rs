//! Every mount: the ones that were asked for, and the engine's own.

use std::path::{Component, Path, PathBuf};

use super::{Facts, engine_mounts, store};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::{OciConfig, OciMount};
use crate::seal::promise::{Depth, Lower, MountKind, Owners, Promise, PromisedMount};

const CULPRIT: Culprit = Culprit::ConfMounts;

/// Options that let mounts cross the container's wall.
const CROSSING: [&str; 4] = ["shared", "rshared", "slave", "rslave"];

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let mut moved = moved(promise, config);
    let mut breaches = Vec::new();
    for found in &config.mounts {
        let at = clean(&found.destination);
        let asked = promise.mounts.get(&at);
        let why = match asked {
            _ if let Some(option) = deep(found) => Err((format!("no {option}"), Culprit::Unknown)),
            _ if is_mapped(found) && asked.is_none_or(|asked| asked.owners == Owners::Kept) => {
                Err(("the files' own owners".to_owned(), CULPRIT))
            }
            Some(asked) => against(asked, found, promise, facts),
            None => engine_mounts::check(&at, found, promise, facts).or_else(|refusal| {
                let stands_for = |asked: &&PromisedMount| {
                    is_free(&at) && against(asked, found, promise, facts).is_ok()
                };
                let index = moved.iter().position(stands_for).ok_or(refusal)?;
                moved.remove(index);
                Ok(())
            }),
        };
        if let Err((promised, culprit)) = why {
            let found = format!(
                "the {} mount \"{}\" at \"{}\" ({})",
                found.kind,
                found.source.display(),
                found.destination.display(),
                found.options.join(",")
            );
            breaches.push(Breach::new(found, promised, culprit));
        }
    }
    breaches
}

/// podman follows the image's links on the way to a tmpfs (`/var/run` is `/run`): those that are not where they were
/// promised to be.
fn moved<'a>(promise: &'a Promise, config: &OciConfig) -> Vec<&'a PromisedMount> {
    let is_there = |at: &Path| {
        config
            .mounts
            .iter()
            .any(|found| clean(&found.destination) == at)
    };
    let moved = promise
        .mounts
        .iter()
        .filter(|(at, asked)| matches!(asked.kind, MountKind::Tmpfs(_)) && !is_there(at));
    moved.map(|(_, asked)| asked).collect()
}

/// A tmpfs there would hide what the kernel or podman put there.
fn is_free(at: &Path) -> bool {
    !["/proc", "/sys", "/dev"]
        .iter()
        .any(|taken| at.starts_with(taken))
        && at != Path::new("/")
}

/// An option of crun's that also reaches the mounts below, or one that changes a mount that is there.
fn deep(found: &OciMount) -> Option<&'static str> {
    const DEEP: [&str; 5] = ["rrw", "rsuid", "rdev", "rexec", "remount"];
    DEEP.into_iter().find(|option| has(found, option))
}

/// With other owners root's files may be the container user's.
fn is_mapped(found: &OciMount) -> bool {
    let mapped = !found.uid_mappings.is_empty() || !found.gid_mappings.is_empty();
    mapped || has(found, "idmap") || has(found, "ridmap")
}

/// What was promised instead, and who is likely to have changed it.
pub(super) type MountRefusal = (String, Culprit);

/// podman writes `/run/../etc` as it was given; two spellings are one place.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => drop(clean.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    clean
}

pub(super) fn has(found: &OciMount, option: &str) -> bool {
    found.options.iter().any(|other| other == option)
}

/// Does the option hold? The last of a pair wins, and a missing one is the weaker.
pub(super) fn holds(found: &OciMount, flag: &str) -> bool {
    let opposite = match flag {
        "ro" => "rw",
        "nosuid" => "suid",
        "nodev" => "dev",
        "noexec" => "exec",
        _ => "",
    };
    let last = found
        .options
        .iter()
        .rfind(|option| *option == flag || *option == opposite);
    last.is_some_and(|option| option == flag)
}

pub(super) fn is_bind(found: &OciMount) -> bool {
    found.kind == "bind" || has(found, "bind") || has(found, "rbind")
}

fn against(
    promised: &PromisedMount,
    found: &OciMount,
    promise: &Promise,
    facts: &Facts<'_>,
) -> Result<(), MountRefusal> {
    let refuse = |what: String| Err((what, CULPRIT));
    source(&promised.kind, found, promise, facts)?;
    // A layer without an upper directory cannot be written.
    let closed = found.kind == "overlay" && option(found, "upperdir").is_none();
    let lacks = |flag: &&String| !(holds(found, flag) || closed && flag.as_str() == "ro");
    if let Some(flag) = promised.flags.iter().find(lacks) {
        return refuse(flag.clone());
    }
    // crun takes the r of a propagation for rbind. What is mounted by a type of its own has nothing below it.
    let deep = ["rbind", "rprivate", "rslave", "rshared", "runbindable"];
    let bound = matches!(promised.kind, MountKind::Bind { .. });
    let closed = bound && promised.depth == Depth::Closed;
    if closed && deep.into_iter().any(|option| has(found, option)) {
        return refuse("a source without the mounts below it".to_owned());
    }
    let crossing = found
        .options
        .iter()
        .find(|option| CROSSING.contains(&option.as_str()));
    if crossing.is_some() && crossing != promised.propagation.as_ref() {
        return refuse("a private mount".to_owned());
    }
    Ok(())
}

fn source(
    kind: &MountKind,
    found: &OciMount,
    promise: &Promise,
    facts: &Facts<'_>,
) -> Result<(), MountRefusal> {
    let refuse = |what: String| Err((what, CULPRIT));
    let holds = match kind {
        MountKind::Bind(source) => is_bind(found) && found.source == *source,
        MountKind::Volume(name, part) => {
            is_bind(found)
                && store::is_volume(
                    &found.source,
                    name.as_deref(),
                    part.as_deref(),
                    promise,
                    facts,
                )
        }
        MountKind::Tmpfs(_) => found.kind == "tmpfs" && !is_bind(found),
        MountKind::Overlay(lower, upper) => {
            let lowest = option(found, "lowerdir").unwrap_or(Path::new(""));
            let below = match lower {
                Lower::Path(path) => lowest == path,
                Lower::Volume(name, part) => {
                    let (name, part) = (name.as_deref(), part.as_deref());
                    store::is_volume(lowest, name, part, promise, facts)
                }
            };
            found.kind == "overlay" && below && is_upper(found, upper.as_ref(), facts)
        }
        MountKind::Image => is_image(found, facts),
        MountKind::Type(name) => found.kind == *name && !is_bind(found),
    };
    if !holds {
        return refuse(describe(kind));
    }
    match kind {
        MountKind::Tmpfs(Some(most)) if size(found).is_none_or(|size| size > *most) => {
            refuse(format!("a tmpfs of at most {most} bytes"))
        }
        _ => Ok(()),
    }
}

/// `size=64m` in bytes.
fn size(found: &OciMount) -> Option<u64> {
    let mut sizes = found
        .options
        .iter()
        .filter_map(|option| option.strip_prefix("size="));
    let size: crate::podman::value::tmpfs::TmpfsSize = sizes.next_back()?.parse().ok()?;
    size.bytes()
}

fn option<'a>(found: &'a OciMount, key: &str) -> Option<&'a Path> {
    let value = |option: &'a String| option.strip_prefix(key)?.strip_prefix('=');
    found
        .options
        .iter()
        .filter_map(value)
        .next_back()
        .map(Path::new)
}

/// Do writes go where they were promised to go?
fn is_upper(found: &OciMount, upper: Option<&(PathBuf, PathBuf)>, facts: &Facts<'_>) -> bool {
    let dirs = (option(found, "upperdir"), option(found, "workdir"));
    let own = |dir: Option<&Path>| dir.is_some_and(|dir| store::is_own(dir, facts));
    match upper {
        Some((upper, work)) => dirs == (Some(upper), Some(work)),
        None => own(dirs.0) && own(dirs.1),
    }
}

/// The layers of an image lie in podman's store.
fn is_image(found: &OciMount, facts: &Facts<'_>) -> bool {
    let stores = store::stores(facts);
    let below = |path: &Path| {
        let in_store = |store: &PathBuf| store::is_below(path, store);
        stores.iter().any(in_store) || store::is_own(path, facts)
    };
    match option(found, "lowerdir") {
        Some(lower) => lower
            .to_str()
            .is_some_and(|lower| lower.split(':').all(|dir| below(Path::new(dir)))),
        None => is_bind(found) && below(&found.source),
    }
}

fn describe(kind: &MountKind) -> String {
    match kind {
        MountKind::Bind(source) => format!("\"{}\"", source.display()),
        MountKind::Volume(Some(name), _) => format!("the volume \"{name}\""),
        MountKind::Volume(None, _) => "a new volume".to_owned(),
        MountKind::Tmpfs(_) => "a tmpfs".to_owned(),
        MountKind::Overlay(Lower::Path(path), _) => {
            format!("a layer above \"{}\"", path.display())
        }
        MountKind::Overlay(Lower::Volume(_, _), _) => "a layer above a volume".to_owned(),
        MountKind::Image => "the content of an image".to_owned(),
        MountKind::Type(name) => format!("a {name}"),
    }
}
