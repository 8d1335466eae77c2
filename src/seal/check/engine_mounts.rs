//! The mounts that podman makes by itself, as seen from podman 4.3.1 and 5.4.2, rootful and rootless, with runc and crun.

use std::path::{Component, Path, PathBuf};

use super::Facts;
use super::mounts::{Refusal, holds, is_bind};
use crate::seal::breach::Culprit;
use crate::seal::config::Mount as Found;
use crate::seal::promise::{Init, Namespace, Privilege, Promise};

/// A file system of the kernel's, and the options that it always has.
struct Kernel {
    at: &'static str,
    types: &'static [&'static str],
    flags: &'static [&'static str],
}

const KERNEL: [Kernel; 6] = [
    Kernel {
        at: "/proc",
        types: &["proc"],
        flags: &["nosuid", "noexec", "nodev"],
    },
    Kernel {
        at: "/sys",
        types: &["sysfs"],
        flags: &["nosuid", "noexec", "nodev", "ro"],
    },
    Kernel {
        at: "/dev",
        types: &["tmpfs"],
        flags: &["nosuid"],
    },
    Kernel {
        at: "/dev/pts",
        types: &["devpts"],
        flags: &["nosuid", "noexec"],
    },
    Kernel {
        at: "/dev/mqueue",
        types: &["mqueue"],
        flags: &["nosuid", "noexec", "nodev"],
    },
    Kernel {
        at: "/sys/fs/cgroup",
        types: &["cgroup", "cgroup2"],
        flags: &["nosuid", "noexec", "nodev", "ro"],
    },
];

/// Files that podman writes for each container and mounts from its own directory, and their names there.
const FILES: [(&str, &str); 8] = [
    ("/etc/hosts", "hosts"),
    ("/etc/resolv.conf", "resolv.conf"),
    ("/etc/hostname", "hostname"),
    ("/etc/localtime", "localtime"),
    ("/etc/passwd", "passwd"),
    ("/etc/group", "group"),
    ("/run/.containerenv", ".containerenv"),
    ("/dev/shm", "shm"),
];

/// Where distributions install podman's init.
const INITS: [&str; 6] = [
    "/usr/libexec/podman/catatonit",
    "/usr/libexec/catatonit/catatonit",
    "/usr/lib/podman/catatonit",
    "/usr/bin/catatonit",
    "/usr/local/libexec/podman/catatonit",
    "/usr/libexec/catatonit",
];

const CULPRIT: Culprit = Culprit::Conf("volumes");

pub(super) fn check(
    at: &Path,
    found: &Found,
    promise: &Promise,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let nothing = || {
        let culprit = if is_own(&found.source, facts) {
            Culprit::Other("mounts.conf")
        } else if is_below(&found.source, Path::new("/dev")) {
            // Without root's powers a device is a mount.
            Culprit::Conf("devices")
        } else {
            CULPRIT
        };
        Err(("no mount".to_owned(), culprit))
    };
    if let Some(kernel) = KERNEL
        .iter()
        .find(|kernel| Path::new(kernel.at) == at && kernel.types.contains(&found.kind.as_str()))
    {
        return of_kernel(kernel, found, promise);
    }
    if let Some((_, name)) = FILES.iter().find(|(place, _)| Path::new(place) == at)
        && is_bind(found)
        && is_own_file(&found.source, Path::new(name), facts)
    {
        return Ok(());
    }
    if let Some(name) = promise.secrets.get(at) {
        let file = Path::new("secrets").join(name);
        return if is_bind(found) && is_own_file(&found.source, &file, facts) {
            Ok(())
        } else {
            Err((format!("the secret \"{name}\""), CULPRIT))
        };
    }
    let text = at.to_str().unwrap_or_default();
    let allowed = match text {
        "/run/podman-init" | "/dev/init" => is_bind(found) && is_init(&found.source, &promise.init),
        "/run/notify" => {
            promise.env.contains("NOTIFY_SOCKET")
                && is_own_file(&found.source, Path::new("notify"), facts)
        }
        "/dev/shm" => {
            is_hosts(promise, "ipc") && found.source == at
                || found.kind == "tmpfs" && !is_bind(found)
        }
        "/dev/mqueue" => is_hosts(promise, "ipc") && is_bind(found) && found.source == at,
        "/proc" => is_hosts(promise, "pid") && is_bind(found) && found.source == at,
        "/sys" => {
            is_hosts(promise, "network")
                && is_bind(found)
                && found.source == at
                && holds(found, "ro")
        }
        _ => is_device(at, found, promise),
    };
    // Joining another container shares its files: which ones, only that container knows.
    let shared = promise
        .namespaces
        .values()
        .any(|namespace| *namespace == Namespace::Joined)
        && FILES.iter().any(|(place, name)| {
            Path::new(place) == at && is_of_container(&found.source, Path::new(name))
        });
    if allowed || shared { Ok(()) } else { nothing() }
}

fn of_kernel(kernel: &Kernel, found: &Found, promise: &Promise) -> Result<(), Refusal> {
    let privileged = promise.privilege == Privilege::Privileged;
    let missing = kernel.flags.iter().find(|flag| !holds(found, flag));
    match missing {
        Some(flag) if !privileged => Err(((*flag).to_owned(), Culprit::Unknown)),
        _ if is_bind(found) => Err((format!("a {}", kernel.types.join(" or ")), CULPRIT)),
        _ => Ok(()),
    }
}

fn is_hosts(promise: &Promise, namespace: &str) -> bool {
    *promise.namespace(namespace) == Namespace::Host
}

fn is_init(source: &Path, init: &Init) -> bool {
    match init {
        Init::None => false,
        Init::Engine => INITS.iter().any(|known| Path::new(known) == source),
        Init::Path(path) => path == source,
    }
}

/// Without root's powers podman mounts a device instead of making its node.
fn is_device(at: &Path, found: &Found, promise: &Promise) -> bool {
    let node = promise
        .devices
        .iter()
        .any(|device| device.path == at && device.host == found.source);
    let every = promise.privilege == Privilege::Privileged
        && at == found.source
        && is_below(at, Path::new("/dev"));
    is_bind(found) && promise.is_mapped() && (node || every)
}

/// The ids of containers, layers and volumes without a name.
pub(super) fn is_id(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The names on the way to a path; none when one is `..` or no text.
pub(super) fn names(path: &Path) -> Option<Vec<&str>> {
    let name = |part| match part {
        Component::Normal(name) => Some(name.to_str()),
        Component::RootDir => None,
        Component::ParentDir | Component::CurDir | Component::Prefix(_) => Some(None),
    };
    path.components().filter_map(name).collect()
}

/// Is `path` a place strictly below `base`, by components and without `..`?
pub(super) fn is_below(path: &Path, base: &Path) -> bool {
    names(path).is_some() && path != base && path.starts_with(base)
}

/// Does the path lie in a directory that podman made for this container? Nobody knew the id before podman made it up.
pub(super) fn is_own(path: &Path, facts: &Facts<'_>) -> bool {
    let Some(names) = names(path) else {
        return false;
    };
    let own = |window: &[&str]| match window {
        [driver, id, "userdata"] => driver.ends_with("-containers") && *id == facts.id,
        _ => false,
    };
    path.is_absolute() && names.windows(3).any(own)
}

/// Is it just this file of a directory of podman's?
fn is_own_file(path: &Path, name: &Path, facts: &Facts<'_>) -> bool {
    is_own(path, facts) && userdata(path).as_deref() == Some(name)
}

fn is_of_container(path: &Path, name: &Path) -> bool {
    path.is_absolute() && names(path).is_some() && userdata(path).as_deref() == Some(name)
}

/// What follows `DRIVER-containers/ID/userdata`.
fn userdata(path: &Path) -> Option<PathBuf> {
    let names = names(path)?;
    let is_place = |window: &[&str]| match window {
        [driver, id, "userdata"] => driver.ends_with("-containers") && is_id(id),
        _ => false,
    };
    let at = names.windows(3).position(is_place)?;
    Some(names.iter().skip(at.saturating_add(3)).collect())
}

/// podman's store, from the place of the `config.json`.
pub(super) fn store(facts: &Facts<'_>) -> Option<PathBuf> {
    is_own(facts.bundle, facts).then_some(())?;
    Some(facts.bundle.parent()?.parent()?.parent()?.to_owned())
}

/// Is it the directory of this volume?
pub(super) fn is_volume(
    source: &Path,
    name: Option<&str>,
    part: Option<&Path>,
    promise: &Promise,
    facts: &Facts<'_>,
) -> bool {
    let Some(volumes) = promise
        .volume_path
        .clone()
        .or_else(|| Some(store(facts)?.join("volumes")))
    else {
        return false;
    };
    let Some(rest) = source.strip_prefix(&volumes).ok().and_then(names) else {
        return false;
    };
    match rest.as_slice() {
        [found, "_data", rest @ ..] => {
            let below: PathBuf = rest.iter().collect();
            let part = part.map(|part| part.strip_prefix("/").unwrap_or(part));
            name.map_or_else(|| is_id(found), |name| name == *found)
                && part.unwrap_or(Path::new("")) == below
        }
        _ => false,
    }
}
