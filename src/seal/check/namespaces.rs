//! What the container shares with the host and with others.

use std::path::{Component, Path};

use crate::podman::releases::conf;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::{ObservedConfig, ObservedContainer};
use crate::seal::oci::OciIdMapping;
use crate::seal::promise::{EngineMode, HostRoot, NAMESPACES, Promise, PromisedNamespace};

/// A namespace that is the host's and was not promised to be.
pub(super) fn hosts(promise: &Promise, container: &ObservedContainer) -> Vec<Breach> {
    let shared = container.hosts_namespaces.iter().copied();
    shared
        .filter(|name| !may_be_hosts(name, promise))
        .map(|name| other(name, "the host's", promise.namespace(name)))
        .collect()
}

fn may_be_hosts(name: &str, promise: &Promise) -> bool {
    match promise.namespace(name) {
        PromisedNamespace::Own => false,
        PromisedNamespace::Host => true,
        PromisedNamespace::Path(_) | PromisedNamespace::Joined => {
            promise.hosts_joined.contains(name)
        }
    }
}

fn other(name: &str, found: &str, promised: &PromisedNamespace) -> Breach {
    let what = format!("its {name} namespace");
    Breach::wider(what, found, describe(promised)).by(culprit(name))
}

/// Which namespace it is otherwise: `/proc` does not tell whose another one is.
pub(super) fn paths(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for name in NAMESPACES.into_iter().chain(["mount"]) {
        breaches.extend(path_of(name, promise, config));
    }
    for found in &config.document.linux.namespaces {
        let known = found.kind == "mount" || NAMESPACES.contains(&found.kind.as_str());
        if !known && found.path.is_some() {
            let found = format!("another's {} namespace", found.kind);
            breaches.push(Breach::extra(found, None));
        }
    }
    breaches
}

fn path_of(name: &str, promise: &Promise, config: &ObservedConfig<'_>) -> Option<Breach> {
    let promised = promise.namespace(name);
    let listed = config.document.linux.namespaces.iter();
    let found: Vec<_> = listed.filter(|found| found.kind == name).collect();
    match (promised, found.as_slice()) {
        (_, [_, _, ..]) => {
            let found = format!("two {name} namespaces");
            Some(Breach::extra(found, None).by(culprit(name)))
        }
        // That it is the host's is told by `hosts`.
        (_, []) => None,
        (promised, [found]) => {
            let path = found.path.as_deref();
            let path = path.filter(|path| !path.as_os_str().is_empty());
            if !holds(name, promised, path, promise.engine) {
                let found = path.map(|path| format!("\"{}\"", path.display()));
                let found = found.as_deref().unwrap_or("a new one");
                return Some(other(name, found, promised));
            }
            // Whatever its path looks like: podman's directory, and another container, can hold any namespace.
            let is_hosts = path.is_some_and(|path| is_hosts(name, path, promise, config));
            (is_hosts && !may_be_hosts(name, promise)).then(|| other(name, "the host's", promised))
        }
    }
}

fn holds(
    name: &str,
    promised: &PromisedNamespace,
    path: Option<&Path>,
    engine: EngineMode,
) -> bool {
    match (promised, path) {
        (PromisedNamespace::Own | PromisedNamespace::Host, None)
        | (PromisedNamespace::Joined, _) => true,
        (PromisedNamespace::Own, Some(path)) => {
            name == "network" && is_made_by_podman(path, engine)
        }
        (PromisedNamespace::Path(promised), Some(path)) => promised == path,
        (PromisedNamespace::Path(_), None) | (PromisedNamespace::Host, Some(_)) => false,
    }
}

/// The hook runs in the host's namespaces, `verify` too, but for a user's podman, which has a user namespace of its own.
/// What the waiting process is in counts beside the path: the other container may have ended since it was joined.
fn is_hosts(name: &str, path: &Path, promise: &Promise, config: &ObservedConfig<'_>) -> bool {
    if name == "user" && promise.engine == EngineMode::Rootless {
        return false;
    }
    let kernels = if name == "network" { "net" } else { name };
    let own = Path::new("/proc/self/ns").join(kernels);
    let is_own = |path: &Path| config.context.host.is_same(path, &own);
    let waiting = config
        .waiting
        .map(|pid| format!("/proc/{pid}/ns/{kernels}"));
    is_own(path) || waiting.is_some_and(|path| is_own(Path::new(&path)))
}

/// podman makes network namespaces in one directory: `/run/netns`, or `netns` of the user's runtime directory, which
/// need not be below `/run/user`.
fn is_made_by_podman(path: &Path, engine: EngineMode) -> bool {
    let parts: Option<Vec<&str>> = path
        .components()
        .map(|part| match part {
            Component::RootDir => Some("/"),
            Component::Normal(name) => name.to_str(),
            Component::ParentDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    let is_uid = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_deref() {
        Some(["/", "run", "netns", name] | ["/", "var", "run", "netns", name]) => {
            name.starts_with("netns-")
        }
        Some(["/", "run", "user", uid, "netns", name]) => is_uid(uid) && name.starts_with("netns-"),
        Some(["/", .., "netns", name]) => {
            engine == EngineMode::Rootless && name.starts_with("netns-")
        }
        _ => false,
    }
}

/// A user namespace separates the container's ids from the host's only when it has a mapping, and when the host's id 0 is
/// not mapped into it.
pub(super) fn mappings(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    if *promise.namespace("user") != PromisedNamespace::Own {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for (what, flag, mappings) in [
        ("uid", "--uidmap", &config.document.linux.uid_mappings),
        ("gid", "--gidmap", &config.document.linux.gid_mappings),
    ] {
        if mappings.is_empty() {
            let found = format!("it has no {what} mapping");
            let breach = Breach::missing("a user namespace of its own", found);
            breaches.push(breach.by(conf::USERNS));
        }
        // A rootless podman cannot map the host's id 0: its 0 is the user who started it.
        let is_host_root = |map: &OciIdMapping| map.host == 0;
        if promise.engine == EngineMode::Rootful
            && promise.host_root == HostRoot::Outside
            && mappings.iter().any(is_host_root)
        {
            let found = format!("the host's {what} 0 in its user namespace");
            breaches.push(Breach::extra(found, flag).by(conf::USERNS));
        }
    }
    breaches
}

fn describe(promised: &PromisedNamespace) -> String {
    match promised {
        PromisedNamespace::Own => "one of its own".to_owned(),
        PromisedNamespace::Host => "the host's".to_owned(),
        PromisedNamespace::Path(path) => format!("\"{}\"", path.display()),
        PromisedNamespace::Joined => "another container's".to_owned(),
    }
}

fn culprit(name: &str) -> Culprit {
    let key = match name {
        "pid" => conf::PIDNS,
        "ipc" => conf::IPCNS,
        "uts" => conf::UTSNS,
        "cgroup" => conf::CGROUPNS,
        "network" => conf::NETNS,
        "user" => conf::USERNS,
        _ => return Culprit::Unknown,
    };
    key.into()
}
