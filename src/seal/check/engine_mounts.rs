//! The mounts that podman makes by itself, as seen from podman 4.3.1 and 5.4.2, rootful and rootless, with runc and crun.

use std::path::Path;

use super::Facts;
use super::mounts::{MountRefusal, holds, is_bind};
use super::store::{is_below, is_own, is_own_file, of_container, own};
use crate::seal::breach::Culprit;
use crate::seal::oci::OciMount;
use crate::seal::promise::{Init, Privilege, Promise, PromisedNamespace, Unmasked};

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
pub(in crate::seal) const FILES: [(&str, &str); 8] = [
    ("/etc/hosts", "hosts"),
    ("/etc/resolv.conf", "resolv.conf"),
    ("/etc/hostname", "hostname"),
    ("/etc/localtime", "localtime"),
    ("/etc/passwd", "passwd"),
    ("/etc/group", "group"),
    ("/run/.containerenv", ".containerenv"),
    ("/dev/shm", "shm"),
];

/// The rules of cryptography that podman gives a container of a host in FIPS mode: the image's own, or a line of podman's.
pub(in crate::seal) const FIPS: [&str; 2] = [
    "/etc/crypto-policies/back-ends",
    "/etc/crypto-policies/config",
];
const FIPS_FILE: &str = "fips-config";

/// Where podman collects what mounts.conf names, the mark of FIPS mode, and secrets with a place of their own.
pub(in crate::seal) const SECRETS: &str = "/run/secrets";

/// Where distributions install podman's init.
const INITS: [&str; 8] = [
    "/usr/libexec/podman/catatonit",
    "/usr/libexec/catatonit/catatonit",
    "/usr/lib/podman/catatonit",
    "/usr/bin/catatonit",
    "/usr/local/libexec/podman/catatonit",
    "/usr/libexec/catatonit",
    "/usr/local/lib/podman/catatonit",
    "/usr/local/bin/catatonit",
];

const CULPRIT: Culprit = Culprit::ConfMounts;

pub(super) fn check(
    at: &Path,
    found: &OciMount,
    promise: &Promise,
    facts: &Facts<'_>,
) -> Result<(), MountRefusal> {
    if let Some(kernel) = KERNEL
        .iter()
        .find(|kernel| Path::new(kernel.at) == at && kernel.types.contains(&found.kind.as_str()))
    {
        return of_kernel(kernel, found, promise);
    }
    let allowed = is_file(at, found, promise, facts)
        || is_secret(at, found, promise, facts)
        || is_fips(at, found, facts)
        || is_hosts(at, found, promise)
        || is_init(at, found, &promise.init)
        || is_device(at, found, promise);
    if allowed {
        return Ok(());
    }
    let culprit = if is_own(&found.source, facts) {
        Culprit::Other("mounts.conf")
    } else if is_below(&found.source, Path::new("/dev")) {
        // Without root's powers a device is a mount.
        Culprit::Conf("devices")
    } else {
        CULPRIT
    };
    Err(("no mount".to_owned(), culprit))
}

fn of_kernel(kernel: &Kernel, found: &OciMount, promise: &Promise) -> Result<(), MountRefusal> {
    let open = match &promise.unmasked {
        Unmasked::All => true,
        Unmasked::Paths(paths) => paths.contains(kernel.at),
    };
    let privileged = promise.privilege == Privilege::Privileged;
    let needed = |flag: &&&str| !(privileged || (open && **flag == "ro"));
    let missing = kernel
        .flags
        .iter()
        .filter(needed)
        .find(|flag| !holds(found, flag));
    match missing {
        Some(flag) => Err(((*flag).to_owned(), Culprit::Unknown)),
        None if is_bind(found) => Err((format!("a {}", kernel.types.join(" or ")), CULPRIT)),
        None => Ok(()),
    }
}

/// The container's own files, below each of `--chrootdirs` too; those of another container that it joins: which ones,
/// only that container knows.
fn is_file(at: &Path, found: &OciMount, promise: &Promise, facts: &Facts<'_>) -> bool {
    if at == Path::new("/dev/shm") && found.kind == "tmpfs" && !is_bind(found) {
        return true;
    }
    if at == Path::new("/run/notify") {
        let asked = promise.env.contains("NOTIFY_SOCKET");
        return asked && is_own_file(&found.source, Path::new("notify"), facts);
    }
    let inside = |place: &str| {
        let mut roots = promise.chroot_dirs.iter();
        let below = Path::new(place)
            .strip_prefix("/")
            .unwrap_or(Path::new(place));
        Path::new(place) == at || roots.any(|root| root.join(below) == at)
    };
    let joined = || {
        promise
            .namespaces
            .values()
            .any(|other| *other == PromisedNamespace::Joined)
    };
    let is_it = |(place, name): &(&str, &str)| {
        let of_other =
            || of_container(&found.source).is_some_and(|(_, file)| file == Path::new(name));
        inside(place)
            && is_bind(found)
            && (is_own_file(&found.source, Path::new(name), facts) || (joined() && of_other()))
    };
    FILES.iter().any(is_it)
}

/// podman mounts a secret from a file of the secret's name, also when it was asked for by id, and makes a directory for
/// those that have a place of their own.
fn is_secret(at: &Path, found: &OciMount, promise: &Promise, facts: &Facts<'_>) -> bool {
    let Some(file) = own(&found.source, facts).filter(|_| is_bind(found)) else {
        return false;
    };
    let below = |base: &str, path: &Path| path.parent() == Some(Path::new(base));
    let asked = promise.secrets.contains_key(at);
    !promise.secrets.is_empty() && below("secrets", &file) && (asked || below(SECRETS, at))
}

/// The image's own files, or what podman writes; from the image they give away nothing.
fn is_fips(at: &Path, found: &OciMount, facts: &Facts<'_>) -> bool {
    let policy = FIPS.iter().any(|place| Path::new(place) == at)
        && (is_below(&found.source, facts.root)
            || is_own_file(&found.source, Path::new(FIPS_FILE), facts));
    let mark = at == Path::new(SECRETS)
        && facts.host.stamp(Path::new("/etc/system-fips")).is_some()
        && is_own_file(&found.source, Path::new("run/secrets"), facts);
    is_bind(found) && (policy || mark)
}

/// What belongs to a namespace that is the host's, or that is not of the container's user namespace.
fn is_hosts(at: &Path, found: &OciMount, promise: &Promise) -> bool {
    let hosts = |name: &str| *promise.namespace(name) == PromisedNamespace::Host;
    let promised = match at.to_str().unwrap_or_default() {
        "/dev/shm" | "/dev/mqueue" => hosts("ipc"),
        "/proc" => hosts("pid"),
        "/sys" => {
            let others = *promise.namespace("network") != PromisedNamespace::Own;
            (hosts("network") || (promise.is_mapped() && others)) && holds(found, "ro")
        }
        _ => false,
    };
    promised && is_bind(found) && found.source == at
}

fn is_init(at: &Path, found: &OciMount, init: &Init) -> bool {
    let places = ["/run/podman-init", "/dev/init"];
    let program = match init {
        Init::None => false,
        Init::Engine => INITS.iter().any(|known| Path::new(known) == found.source),
        Init::Path(path) => *path == found.source,
    };
    program && is_bind(found) && places.iter().any(|place| Path::new(place) == at)
}

/// Without root's powers podman mounts a device instead of making its node.
fn is_device(at: &Path, found: &OciMount, promise: &Promise) -> bool {
    let node = promise
        .devices
        .iter()
        .any(|device| device.path == at && device.host == found.source);
    let every = promise.privilege == Privilege::Privileged
        && at == found.source
        && is_below(at, Path::new("/dev"));
    is_bind(found) && promise.is_mapped() && (node || every)
}
