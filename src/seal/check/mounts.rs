//! Every mount: the ones that were asked for, and the engine's own.

use std::path::{Path, PathBuf};

use super::engine_mounts;
use crate::host::Place;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::{ObservedMount, ObservedMounts};
use crate::seal::promise::{Depth, EngineMode, Lower, MountKind, Owners, Promise, PromisedMount};
use crate::seal::store;

pub(super) fn check(promise: &Promise, mounts: &ObservedMounts<'_>) -> Vec<Breach> {
    let mut moved = moved(promise, mounts);
    let mut breaches: Vec<Breach> = of_root(promise, mounts).into_iter().collect();
    let mut open = Vec::new();
    for found in &mounts.all {
        let asked = promise.mounts.get(&found.at);
        // With mapped owners the files of the host's uid 0 may belong to the container's user.
        let is_mapped = found.owners == Owners::Mapped;
        let judged = match asked {
            _ if is_mapped && asked.is_none_or(|asked| asked.owners != Owners::Mapped) => {
                let maps = format!("{} maps them to others", found.described);
                Err(Breach::missing("each file's own owner", maps).by(Culprit::ConfMounts))
            }
            Some(asked) => against(asked, found, promise, mounts).map(|()| Some(asked)),
            None => engine_mounts::check(found, promise, mounts)
                .map(|()| None)
                .or_else(|breach| {
                    let stands_for = |asked: &&PromisedMount| {
                        is_free(&found.at) && against(asked, found, promise, mounts).is_ok()
                    };
                    let index = moved.iter().position(stands_for).ok_or(breach);
                    index.map(|index| Some(moved.remove(index)))
                })
                .or_else(|breach| came_along(found, &open, promise, mounts, breach)),
        };
        if let Ok(Some(asked)) = judged
            && asked.depth == Depth::Open
        {
            open.push((found.at.as_path(), asked));
        }
        breaches.extend(judged.err());
    }
    breaches
}

/// What lies below a source that was promised with all that is mounted below it came along with it. It must not give more
/// than the mount that it came with, or it is no part of it; before version 3 nothing was promised of that.
fn came_along<'a>(
    found: &ObservedMount,
    open: &[(&Path, &'a PromisedMount)],
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
    breach: Breach,
) -> Result<Option<&'a PromisedMount>, Breach> {
    let mut above = open.iter().rev();
    let above = above.find(|(at, _)| mounts.are_kernels() && store::is_below(&found.at, at));
    let (_, asked) = above.ok_or(breach)?;
    let lacks = |flag: &&String| !found.flags.contains(flag.as_str());
    match asked.flags.iter().find(lacks) {
        Some(flag) if promise.version >= 3 => {
            let after = Culprit::Other {
                who: "a mount that came below its source after it was judged",
                instead: "unmount it, or make the container again",
            };
            Err(found.lacks(flag).by(after))
        }
        _ => Ok(None),
    }
}

/// The image's links are followed on the way to a mount (`/var/run` is `/run`), by podman to a tmpfs, by the runtime to
/// every one: those that are not where they were promised to be.
fn moved<'a>(promise: &'a Promise, mounts: &ObservedMounts<'_>) -> Vec<&'a PromisedMount> {
    let is_there = |at: &Path| mounts.all.iter().any(|found| found.at == at);
    let may_move = |kind: &MountKind| mounts.are_kernels() || matches!(kind, MountKind::Tmpfs(_));
    let moved = promise
        .mounts
        .iter()
        .filter(|(at, asked)| may_move(&asked.kind) && !is_there(at));
    moved.map(|(_, asked)| asked).collect()
}

/// Is the directory of `--rootfs` the one that was judged?
fn of_root(promise: &Promise, mounts: &ObservedMounts<'_>) -> Option<Breach> {
    let (path, found) = promise.rootfs.as_ref().zip(mounts.root.as_ref())?;
    let place = promise.rootfs_place.as_ref();
    let is_still = place.is_none_or(|place| mounts.is_still(path, place));
    let promised = format!("\"{}\"", path.display());
    (!(is_still && mounts.is_path(found, path)))
        .then(|| found.is_not(promised).by(another_place(mounts)))
}

/// Who is likely to have mounted something else.
fn another_place(mounts: &ObservedMounts<'_>) -> Culprit {
    if mounts.are_kernels() {
        Culprit::Other {
            who: "a link or a mount that came in its place after it was judged",
            instead: "see where the path leads, and make the container again",
        }
    } else {
        Culprit::ConfMounts
    }
}

/// A tmpfs there would hide what the kernel or podman put there.
fn is_free(at: &Path) -> bool {
    !["/proc", "/sys", "/dev"]
        .iter()
        .any(|taken| at.starts_with(taken))
        && at != Path::new("/")
}

fn against(
    promised: &PromisedMount,
    found: &ObservedMount,
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
) -> Result<(), Breach> {
    if !is_source(&promised.kind, found, promise, mounts) {
        let breach = found.is_not(describe(&promised.kind));
        return Err(breach.by(another_place(mounts)));
    }
    if let (MountKind::Bind(path), Some(place)) = (&promised.kind, &promised.place)
        && !mounts.is_still(path, place)
    {
        let unseen = Culprit::Other {
            who: "a mount of the host's that your podman does not see, since it came later",
            instead: "podman system migrate, which stops your containers, and make this one again",
        };
        let culprit = match promise.engine {
            EngineMode::Rootful => another_place(mounts),
            EngineMode::Rootless => unseen,
        };
        return Err(found.is_not(describe_place(path, place)).by(culprit));
    }
    if let MountKind::Tmpfs(Some(most)) = promised.kind
        && found.size.is_none_or(|size| size > most)
    {
        let breach = found.is_not(format!("a tmpfs of at most {most} bytes"));
        return Err(breach.by(Culprit::ConfMounts));
    }
    // Not set before the hooks where it is read-only: crun does that last.
    if !mounts.are_set_up() && promised.flags.contains("ro") {
        return Ok(());
    }
    // A layer without an upper directory cannot be written.
    let dirs = found.overlay.as_ref();
    let closed = dirs.is_some_and(|dirs| dirs.upper.is_none());
    let lacks =
        |flag: &&String| !(found.flags.contains(flag.as_str()) || closed && flag.as_str() == "ro");
    match promised.flags.iter().find(lacks) {
        Some(flag) if mounts.are_set_up() => Err(found.lacks(flag).by(Culprit::ConfMounts)),
        Some(flag) => Err(found.lacks(flag).by(Culprit::Other {
            who: "the runtime itself, as crun 1.8 does beside --userns=keep-id",
            instead: "a newer crun; or --userns=host, with the directory given to the container's user by podman unshare chown",
        })),
        None => Ok(()),
    }
}

fn is_source(
    kind: &MountKind,
    found: &ObservedMount,
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
) -> bool {
    match kind {
        MountKind::Bind(source) => {
            mounts.is_path(found, source) || is_hierarchy(found, source, mounts)
        }
        MountKind::Volume(name, part) => {
            mounts.is_volume(found, name.as_deref(), part.as_deref(), promise)
        }
        MountKind::Tmpfs(_) => found.kind == "tmpfs" && mounts.is_new(found),
        MountKind::Overlay(lower, upper) => is_layer(found, lower, upper.as_ref(), promise, mounts),
        MountKind::Image => is_image(found, mounts),
        MountKind::Type(name) => {
            // Version 1 is a tmpfs with a hierarchy for each controller.
            let is_v1 = mounts.are_kernels() && found.kind == "tmpfs";
            let is_cgroup = name == "cgroup" && (found.kind == "cgroup2" || is_v1);
            (found.kind == *name || is_cgroup) && mounts.is_new(found)
        }
    }
}

/// In the kernel's table, control groups, which the runtime shows from the container's own downwards.
fn is_hierarchy(found: &ObservedMount, source: &Path, mounts: &ObservedMounts<'_>) -> bool {
    let is_cgroup = ["cgroup", "cgroup2"].contains(&found.kind.as_str());
    mounts.are_kernels() && is_cgroup && source.starts_with("/sys/fs/cgroup")
}

/// In the kernel's table, an overlay of which it does not show the layers: the `config.json` names them.
fn is_closed_book(found: &ObservedMount, mounts: &ObservedMounts<'_>) -> bool {
    mounts.are_kernels() && found.kind.contains("overlay")
}

/// Is what was promised below it, and do writes go where they were promised to go?
fn is_layer(
    found: &ObservedMount,
    lower: &Lower,
    upper: Option<&(PathBuf, PathBuf)>,
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
) -> bool {
    let Some(dirs) = &found.overlay else {
        return is_closed_book(found, mounts);
    };
    let context = &mounts.context;
    let below = match lower {
        Lower::Path(path) => dirs.lower == *path,
        Lower::Volume(name, part) => {
            let (name, part) = (name.as_deref(), part.as_deref());
            store::is_volume(&dirs.lower, name, part, promise, context)
        }
    };
    let own = |dir: Option<&PathBuf>| dir.is_some_and(|dir| store::is_own(dir, context));
    let found = (dirs.upper.as_ref(), dirs.work.as_ref());
    below
        && match upper {
            Some((upper, work)) => found == (Some(upper), Some(work)),
            None => own(found.0) && own(found.1),
        }
}

/// The layers of an image lie in podman's store.
fn is_image(found: &ObservedMount, mounts: &ObservedMounts<'_>) -> bool {
    let context = &mounts.context;
    let stores = store::stores(context);
    let below = |path: &Path| {
        let in_store = |store: &PathBuf| store::is_below(path, store);
        stores.iter().any(in_store) || store::is_own(path, context)
    };
    if let Some(dirs) = &found.overlay {
        let lower = dirs.lower.to_str();
        return lower.is_some_and(|lower| lower.split(':').all(|dir| below(Path::new(dir))));
    }
    let names = mounts.names_of(found);
    is_closed_book(found, mounts) || names.iter().any(|name| below(name))
}

impl ObservedMount {
    pub(super) fn lacks(&self, flag: &str) -> Breach {
        let lacks = format!("{} lacks it", self.described);
        Breach::missing(format!("the option \"{flag}\""), lacks)
    }

    pub(super) fn is_not(&self, promised: String) -> Breach {
        Breach::missing(promised, format!("it has {}", self.described))
    }
}

fn describe_place(path: &Path, place: &Place) -> String {
    let whose = match place.fs.as_str() {
        "/" => "the file system of the host's root".to_owned(),
        kind => format!("a file system of type {kind}"),
    };
    let (path, at) = (path.display(), place.path.display());
    format!("\"{path}\" as it was when it was judged, \"{at}\" in {whose},")
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
