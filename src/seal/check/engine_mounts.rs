//! The mounts that podman makes by itself, as seen from podman 4.3.1 and 5.4.2, rootful and rootless, with runc and crun.

use std::path::{Path, PathBuf};

use crate::podman::releases::conf;
use crate::podman::releases::mounts::{
    FILES, FIPS, FIPS_FILE, INITS, KERNEL, KernelFileSystem, SECRETS,
};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::{ObservedMount, ObservedMounts};
use crate::seal::promise::{Init, Privilege, Promise, PromisedNamespace, Unmasked};
use crate::seal::store::is_below;

/// File systems of the kernel's, which the runtime mounts, hides or makes read-only below `/proc` and `/sys`.
const MASKS: [&str; 8] = [
    "cgroup",
    "cgroup2",
    "devtmpfs",
    "mqueue",
    "proc",
    "selinuxfs",
    "sysfs",
    "tmpfs",
];

/// File systems of the container's own, and nodes of the host's that an unprivileged runtime mounts.
const DEVICES: [&str; 4] = ["devpts", "devtmpfs", "mqueue", "tmpfs"];

/// The nodes that every container has, OCI runtime-spec, `config-linux.md`.
const NODES: [&str; 8] = [
    "console", "full", "null", "ptmx", "random", "tty", "urandom", "zero",
];

const MOUNTS_CONF: Culprit = Culprit::Other {
    who: "a mounts.conf",
    instead: "take it out",
};

pub(super) fn check(
    found: &ObservedMount,
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
) -> Result<(), Breach> {
    let is_it = |kernel: &&KernelFileSystem| {
        Path::new(kernel.at) == found.at && kernel.types.contains(&found.kind.as_str())
    };
    if let Some(kernel) = KERNEL.iter().map(|fact| &fact.what).find(is_it) {
        return of_kernel(kernel, found, promise, mounts);
    }
    let allowed = is_file(found, promise, mounts)
        || is_secret(found, promise, mounts)
        || is_fips(found, mounts)
        || is_hosts(found, promise, mounts)
        || is_init(found, &promise.init, mounts)
        || is_device(found, promise, mounts)
        || (mounts.are_kernels() && (is_runtimes(found) || came_along(found, promise, mounts)));
    if allowed {
        return Ok(());
    }
    let in_dev = |path: &PathBuf| is_below(path, Path::new("/dev"));
    let (flag, culprit) = if !mounts.own_files(found).is_empty() {
        ("--volume", MOUNTS_CONF)
    } else if mounts.names_of(found).iter().any(in_dev) {
        // Unprivileged, podman mounts a device.
        ("--device or --volume", conf::DEVICES.into())
    } else {
        ("--volume or --mount", Culprit::ConfMounts)
    };
    Err(Breach::extra(found.described.as_str(), flag).by(culprit))
}

fn of_kernel(
    kernel: &KernelFileSystem,
    found: &ObservedMount,
    promise: &Promise,
    mounts: &ObservedMounts<'_>,
) -> Result<(), Breach> {
    let open = match &promise.unmasked {
        Unmasked::All => true,
        Unmasked::Paths(paths) => paths.contains(kernel.at),
    };
    let privileged = promise.privilege == Privilege::Privileged;
    let is_set_up = mounts.are_set_up();
    let needed = |flag: &&&str| is_set_up && !(privileged || (open && **flag == "ro"));
    let mut flags = kernel.flags.iter().filter(needed);
    match flags.find(|flag| !found.flags.contains(**flag)) {
        Some(flag) => Err(found.lacks(flag)),
        None if mounts.is_new(found) => Ok(()),
        None => {
            let promised = format!("a new {}", kernel.types.join(" or "));
            Err(found.is_not(promised).by(Culprit::ConfMounts))
        }
    }
}

/// The container's own files, below each of `--chrootdirs` too; those of another container that it joins: which ones,
/// only that container knows.
fn is_file(found: &ObservedMount, promise: &Promise, mounts: &ObservedMounts<'_>) -> bool {
    let at = found.at.as_path();
    if at == Path::new("/dev/shm") && found.kind == "tmpfs" && mounts.is_new(found) {
        return true;
    }
    let is_own = |name: &str| mounts.own_files(found).contains(&PathBuf::from(name));
    if at == Path::new("/run/notify") {
        return promise.env.contains("NOTIFY_SOCKET") && is_own("notify");
    }
    let inside = |place: &str| {
        let mut roots = promise.chroot_dirs.iter();
        let below = Path::new(place)
            .strip_prefix("/")
            .unwrap_or(Path::new(place));
        Path::new(place) == at || roots.any(|root| root.join(below) == at)
    };
    let mut namespaces = promise.namespaces.values();
    let joined = namespaces.any(|other| *other == PromisedNamespace::Joined);
    let of_other = |name: &str| {
        let mut files = mounts.container_files(found).into_iter();
        joined && files.any(|(_, file)| file == Path::new(name))
    };
    let is_it = |(place, name): (&str, &str)| inside(place) && (is_own(name) || of_other(name));
    FILES.iter().any(|fact| is_it(fact.what))
}

/// podman mounts a secret from a file of the secret's name, also when it was asked for by id, and makes a directory for
/// those that have a place of their own.
fn is_secret(found: &ObservedMount, promise: &Promise, mounts: &ObservedMounts<'_>) -> bool {
    let below = |base: &str, path: &Path| path.parent() == Some(Path::new(base));
    let asked = promise.secrets.contains_key(&found.at) || below(SECRETS.what, &found.at);
    let files = mounts.own_files(found);
    !promise.secrets.is_empty() && asked && files.iter().any(|file| below("secrets", file))
}

/// The image's own files, or what podman writes; from the image they give away nothing.
fn is_fips(found: &ObservedMount, mounts: &ObservedMounts<'_>) -> bool {
    let at = found.at.as_path();
    let is_own = |name: &str| mounts.own_files(found).contains(&PathBuf::from(name));
    let policy = FIPS.iter().any(|place| Path::new(place.what) == at)
        && (mounts.is_in_root(found) || is_own(FIPS_FILE.what));
    let has_fips = || {
        let mark = Path::new("/etc/system-fips");
        mounts.context.host.stamp(mark).is_some()
    };
    policy || (at == Path::new(SECRETS.what) && has_fips() && is_own("run/secrets"))
}

/// What belongs to a namespace that is the host's, or that is not of the container's user namespace.
fn is_hosts(found: &ObservedMount, promise: &Promise, mounts: &ObservedMounts<'_>) -> bool {
    is_hosts_place(&found.at, promise)
        && (found.at != Path::new("/sys") || found.flags.contains("ro") || !mounts.are_set_up())
        && mounts.is_path(found, &found.at)
}

/// Is this place promised as the host's own?
fn is_hosts_place(at: &Path, promise: &Promise) -> bool {
    let hosts = |name: &str| *promise.namespace(name) == PromisedNamespace::Host;
    match at.to_str().unwrap_or_default() {
        "/dev/shm" | "/dev/mqueue" => hosts("ipc"),
        "/proc" => hosts("pid"),
        "/sys" => {
            let others = *promise.namespace("network") != PromisedNamespace::Own;
            hosts("network") || (promise.is_mapped() && others)
        }
        _ => false,
    }
}

fn is_init(found: &ObservedMount, init: &Init, mounts: &ObservedMounts<'_>) -> bool {
    let places = ["/run/podman-init", "/dev/init"];
    let is_at = |path: &Path| {
        // The kernel's table shows where a link of a distribution's leads.
        let resolved = || mounts.context.host.resolve(path);
        let leads_there = || resolved().is_ok_and(|it| mounts.is_path(found, &it.path));
        mounts.is_path(found, path) || (mounts.are_kernels() && leads_there())
    };
    places.iter().any(|place| found.at == Path::new(place))
        && match init {
            Init::None => false,
            Init::Engine => INITS.iter().any(|known| is_at(Path::new(known.what))),
            Init::Path(path) => is_at(path),
        }
}

/// Unprivileged, podman mounts a device instead of making its node.
fn is_device(found: &ObservedMount, promise: &Promise, mounts: &ObservedMounts<'_>) -> bool {
    let node = promise
        .devices
        .iter()
        .any(|device| device.path == found.at && mounts.is_path(found, &device.host));
    let every = promise.privilege == Privilege::Privileged
        && is_below(&found.at, Path::new("/dev"))
        && mounts.is_path(found, &found.at);
    promise.is_mapped() && (node || every)
}

/// What the runtime mounts by itself: masks, and nodes below `/dev`.
fn is_runtimes(found: &ObservedMount) -> bool {
    let kind = found.kind.as_str();
    let is_in = |base: &str| is_below(&found.at, Path::new(base));
    if is_in("/proc") || is_in("/sys") {
        return MASKS.contains(&kind);
    }
    let node = found.at.strip_prefix("/dev").ok().and_then(Path::to_str);
    node.is_some_and(|node| NODES.contains(&node)) && DEVICES.contains(&kind)
}

/// What lies below a directory of the host's that belongs to a namespace of its own.
fn came_along(found: &ObservedMount, promise: &Promise, mounts: &ObservedMounts<'_>) -> bool {
    let is_open = |at: &Path| {
        let is_engines = |mount: &ObservedMount| mount.at == at && is_hosts(mount, promise, mounts);
        mounts.all.iter().any(is_engines)
    };
    found.at.ancestors().skip(1).any(is_open)
}
