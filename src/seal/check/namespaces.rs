//! What the container shares with the host and with others.

use std::path::{Component, Path};

use super::Facts;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::{OciConfig, OciIdMapping};
use crate::seal::promise::{EngineMode, HostRoot, NAMESPACES, Promise, PromisedNamespace};

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let promised = NAMESPACES.map(|name| (name, promise.namespace(name)));
    for (name, promised) in promised
        .into_iter()
        .chain([("mount", &PromisedNamespace::Own)])
    {
        let found: Vec<_> = config
            .linux
            .namespaces
            .iter()
            .filter(|found| found.kind == name)
            .collect();
        let culprit = culprit(name);
        match (promised, found.as_slice()) {
            (_, [_, _, ..]) => breaches.push(Breach::new(
                format!("two {name} namespaces"),
                "one of them",
                culprit,
            )),
            (PromisedNamespace::Host | PromisedNamespace::Joined, []) => {}
            (PromisedNamespace::Own | PromisedNamespace::Path(_), []) => {
                breaches.push(Breach::new(
                    format!("the host's {name} namespace"),
                    describe(promised),
                    culprit,
                ));
            }
            (promised, [found]) => {
                let path = found
                    .path
                    .as_deref()
                    .filter(|path| !path.as_os_str().is_empty());
                // Whatever its path looks like: podman's directory can hold any namespace.
                let is_hosts = path.is_some_and(|path| is_hosts(name, path, facts));
                if !holds(name, promised, path, promise.engine)
                    || (is_hosts && *promised == PromisedNamespace::Own)
                {
                    let path = path.unwrap_or(Path::new("")).display();
                    breaches.push(Breach::new(
                        format!("the {name} namespace {path}"),
                        describe(promised),
                        culprit,
                    ));
                }
            }
        }
    }
    for found in &config.linux.namespaces {
        let known = found.kind == "mount" || NAMESPACES.contains(&found.kind.as_str());
        if !known && found.path.is_some() {
            breaches.push(Breach::new(
                format!("another's {} namespace", found.kind),
                "one of its own",
                Culprit::Unknown,
            ));
        }
    }
    breaches.extend(mappings(promise, config));
    breaches
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

/// The hook runs in the host's namespaces, `verify` too.
fn is_hosts(name: &str, path: &Path, facts: &Facts<'_>) -> bool {
    let kernels = if name == "network" { "net" } else { name };
    let own = Path::new("/proc/self/ns").join(kernels);
    facts.host.is_same(path, &own)
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

/// Without a mapping a user namespace is no wall; with root's id 0 in it neither.
fn mappings(promise: &Promise, config: &OciConfig) -> Vec<Breach> {
    if *promise.namespace("user") != PromisedNamespace::Own {
        return Vec::new();
    }
    let culprit = Culprit::Conf("userns");
    let mut breaches = Vec::new();
    for (what, mappings) in [
        ("uid", &config.linux.uid_mappings),
        ("gid", &config.linux.gid_mappings),
    ] {
        if mappings.is_empty() {
            breaches.push(Breach::new(
                format!("no {what} mapping"),
                "a user namespace of its own",
                culprit,
            ));
        }
        // Without root's powers the host's id 0 is nobody's to give.
        let is_roots = |map: &OciIdMapping| map.host == 0;
        if promise.engine == EngineMode::Rootful
            && promise.host_root == HostRoot::Outside
            && mappings.iter().any(is_roots)
        {
            breaches.push(Breach::new(
                format!("the host's {what} 0"),
                "none of its ids",
                culprit,
            ));
        }
    }
    breaches
}

fn describe(promised: &PromisedNamespace) -> String {
    match promised {
        PromisedNamespace::Own => "one of its own".to_owned(),
        PromisedNamespace::Host => "the host's".to_owned(),
        PromisedNamespace::Path(path) => path.display().to_string(),
        PromisedNamespace::Joined => "another container's".to_owned(),
    }
}

fn culprit(name: &str) -> Culprit {
    Culprit::Conf(match name {
        "pid" => "pidns",
        "ipc" => "ipcns",
        "uts" => "utsns",
        "cgroup" => "cgroupns",
        "network" => "netns",
        "user" => "userns",
        _ => return Culprit::Unknown,
    })
}
