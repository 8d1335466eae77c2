//! The mount table of a running container.

use std::path::{Path, PathBuf};

use super::{Running, breach};
use crate::host::{Mount, source_of};
use crate::seal::breach::Breach;
use crate::seal::check::{engine_mounts, store};
use crate::seal::promise::{
    Depth, Init, MountKind, Privilege, Promise, PromisedAccess, PromisedMount, PromisedNamespace,
};

/// File systems of the kernel's, which the runtime mounts, hides or makes read-only below `/proc` and `/sys`.
const KERNEL: [&str; 8] = [
    "cgroup",
    "cgroup2",
    "devtmpfs",
    "mqueue",
    "proc",
    "selinuxfs",
    "sysfs",
    "tmpfs",
];
/// File systems of the container's own, and nodes of the host's that a runtime without root's powers mounts.
const DEVICES: [&str; 4] = ["devpts", "devtmpfs", "mqueue", "tmpfs"];
/// The nodes that every container has, OCI runtime-spec, `config-linux.md`.
const NODES: [&str; 8] = [
    "console", "full", "null", "ptmx", "random", "tty", "urandom", "zero",
];

pub(super) fn check(promise: &Promise, running: &Running<'_>) -> Vec<Breach> {
    let mounts = &running.process.mounts;
    let mut breaches = Vec::new();
    // What is mounted last is what a path leads to.
    let root = mounts.iter().rfind(|mount| mount.point == Path::new("/"));
    if promise.root == PromisedAccess::ReadOnly && !root.is_some_and(|root| root.has("ro")) {
        breaches.push(breach("a writable root file system", "a read-only one"));
    }
    if promise.privilege == Privilege::Privileged {
        return breaches;
    }
    let covered = |at: usize, found: &Mount| {
        let mut later = mounts.iter().skip(at.saturating_add(1));
        later.any(|later| later.point == found.point)
    };
    let seen = mounts
        .iter()
        .enumerate()
        .filter(|(at, found)| found.point != Path::new("/") && !covered(*at, found));
    for (_, found) in seen {
        breaches.extend(one(found, promise, running));
    }
    breaches
}

fn one(found: &Mount, promise: &Promise, running: &Running<'_>) -> Option<Breach> {
    let point = found.point.display();
    if let Some(asked) = promise.mounts.get(&found.point) {
        let lacks = |flag: &&String| !(found.has(flag) || is_closed_layer(found, flag));
        if !is_source(asked, found, running) {
            let what = format!("{} at \"{point}\"", describe(found));
            return Some(breach(what, "the source that was asked for"));
        }
        let missing = asked.flags.iter().find(lacks)?;
        let what = format!("the mount at \"{point}\" without {missing}");
        return Some(breach(what, missing.clone()));
    }
    // What lies below an open source came along with it.
    let mut open = promise
        .mounts
        .iter()
        .filter(|(_, asked)| asked.depth == Depth::Open);
    let below = open.any(|(known, _)| found.point.starts_with(known));
    let known = below || is_engines(found, promise, running) || is_moved(found, promise, running);
    (!known).then(|| breach(format!("{} at \"{point}\"", describe(found)), "no mount"))
}

fn describe(found: &Mount) -> String {
    format!("a mount of {} \"{}\"", found.kind, found.root.display())
}

/// A layer without an upper directory cannot be written.
fn is_closed_layer(found: &Mount, flag: &str) -> bool {
    let upper = |option: &String| option.starts_with("upperdir=");
    flag == "ro" && found.kind == "overlay" && !found.options.iter().any(upper)
}

fn is_source(asked: &PromisedMount, found: &Mount, running: &Running<'_>) -> bool {
    let ends = |name: Option<&str>, part: Option<&Path>| {
        let names = store::names(&found.root).unwrap_or_default();
        let at = names.iter().rposition(|part| *part == "_data");
        let Some((before, after)) = at.map(|at| names.split_at(at)) else {
            return false;
        };
        let after: PathBuf = after.iter().skip(1).collect();
        let part = part.map_or(Path::new(""), |part| part.strip_prefix("/").unwrap_or(part));
        let same = |found: &&str| name.is_none_or(|name| name == *found);
        before.last().is_some_and(same) && after == part
    };
    match &asked.kind {
        MountKind::Bind(source) => is_bound(source, found, running),
        MountKind::Volume(name, part) => ends(name.as_deref(), part.as_deref()),
        MountKind::Tmpfs(_) => found.kind == "tmpfs",
        MountKind::Overlay(_, _) => found.kind.contains("overlay"),
        // A store of plain directories has nothing but a path.
        MountKind::Image => found.kind.contains("overlay") || found.root != Path::new("/"),
        MountKind::Type(name) => {
            found.kind == *name || (name == "cgroup" && found.kind == "cgroup2")
        }
    }
}

/// Is it this place of the host's? A file that was replaced since is called deleted.
fn is_bound(source: &Path, found: &Mount, running: &Running<'_>) -> bool {
    let Some((device, root)) = source_of(&running.ours.mounts, source) else {
        return false;
    };
    let shown = found.root.to_string_lossy();
    let shown = Path::new(shown.strip_suffix("//deleted").unwrap_or(&shown));
    // A subvolume of btrfs has a number of its own for stat(2), and the host's table may show another part of it.
    let same_device = device == found.device || found.kind == "btrfs";
    same_device && (shown == root || (found.kind == "btrfs" && shown.ends_with(last(source))))
}

fn last(path: &Path) -> &Path {
    path.file_name().map_or(path, Path::new)
}

/// The kernel's own file systems, and the files that podman writes for this container.
fn is_engines(found: &Mount, promise: &Promise, running: &Running<'_>) -> bool {
    let (point, kind) = (found.point.as_path(), found.kind.as_str());
    if point.starts_with("/proc") || point.starts_with("/sys") {
        return KERNEL.contains(&kind);
    }
    let file = store::of_container(&found.root);
    let own = file
        .as_ref()
        .filter(|(id, _)| *id == running.id)
        .map(|(_, name)| name);
    if let Ok(node) = point.strip_prefix("/dev") {
        let asked = promise.devices.iter().any(|device| device.path == point);
        let node = node.to_str().unwrap_or_default();
        return match node {
            "" | "pts" | "mqueue" => DEVICES.contains(&kind),
            "shm" => kind == "tmpfs",
            "init" => promise.init != Init::None,
            _ => (asked || NODES.contains(&node)) && DEVICES.contains(&kind),
        };
    }
    if point == Path::new("/run/podman-init") {
        return promise.init != Init::None;
    }
    let joined = promise
        .namespaces
        .values()
        .any(|other| *other == PromisedNamespace::Joined);
    let is_file = |(place, name): &(&str, &str)| {
        let mut roots = promise.chroot_dirs.iter();
        let below = place.strip_prefix('/').unwrap_or(place);
        let here = Path::new(place) == point || roots.any(|root| root.join(below) == point);
        let theirs = || {
            joined
                && file
                    .as_ref()
                    .is_some_and(|(_, found)| found == Path::new(name))
        };
        here && (own.is_some_and(|own| own == Path::new(name)) || theirs())
    };
    let secrets =
        own.is_some_and(|own| own.starts_with("secrets") || own.starts_with("run/secrets"));
    let is_secret = secrets
        && (point.starts_with(engine_mounts::SECRETS) || promise.secrets.contains_key(point));
    let is_fips = engine_mounts::FIPS
        .iter()
        .any(|place| Path::new(place) == point);
    let is_notify =
        point == Path::new("/run/notify") && own.is_some_and(|own| own == Path::new("notify"));
    engine_mounts::FILES.iter().any(is_file) || is_secret || is_fips || is_notify
}

/// podman follows the image's links on the way to a tmpfs.
fn is_moved(found: &Mount, promise: &Promise, running: &Running<'_>) -> bool {
    let is_there = |at: &PathBuf| {
        running
            .process
            .mounts
            .iter()
            .any(|mount| mount.point == *at)
    };
    let mut moved = promise.mounts.iter().filter(|(at, _)| !is_there(at));
    found.kind == "tmpfs"
        && moved.any(|(_, asked)| {
            matches!(asked.kind, MountKind::Tmpfs(_))
                && asked.flags.iter().all(|flag| found.has(flag))
        })
}
