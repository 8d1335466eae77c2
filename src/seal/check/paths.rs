//! The root file system, what of `/proc` and `/sys` is hidden, and sysctls.

use std::path::{Path, PathBuf};

use crate::podman::releases::Fact;
use crate::podman::releases::conf;
use crate::podman::releases::paths::{MASKED, READ_ONLY};
use crate::seal::breach::Breach;
use crate::seal::observed::{ObservedConfig, ObservedContainer};
use crate::seal::promise::{Promise, PromisedAccess, Unmasked};
use crate::seal::store;
use crate::seal::store::ContainerContext;
use crate::seal::words::list;

/// Propagations of the root that let nothing out of the container.
const PRIVATE: [&str; 5] = ["", "private", "rprivate", "slave", "rslave"];

/// The sysctl that distributions set for ping(8) without privileges, in containers.conf and in podman itself.
const DEFAULT_SYSCTL: &str = "net.ipv4.ping_group_range";

pub(super) fn access(promise: &Promise, container: &ObservedContainer) -> Vec<Breach> {
    match promise.root {
        PromisedAccess::ReadOnly if container.has_writable_root => vec![Breach::missing(
            "a read-only root file system",
            "it can write to its own",
        )],
        PromisedAccess::ReadOnly | PromisedAccess::ReadWrite => Vec::new(),
    }
}

pub(super) fn root(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let root = &config.document.root.path;
    // Version 1 does not say.
    if promise.version > 1 && !is_promised_root(promise, root, &config.context) {
        let found = format!("\"{}\"", root.display());
        let promised = match &promise.rootfs {
            Some(path) => format!("\"{}\"", path.display()),
            None => "one of podman's store".to_owned(),
        };
        breaches.push(Breach::wider("its root file system", found, promised));
    }
    let propagation = config.document.linux.rootfs_propagation.as_str();
    let mut mounts = promise.mounts.values();
    let is_private = mounts.all(|mount| mount.propagation.is_none());
    if is_private && !PRIVATE.contains(&propagation) {
        let found = format!("\"{propagation}\"");
        breaches.push(Breach::wider(
            "the propagation of its mounts",
            found,
            "\"private\"",
        ));
    }
    breaches
}

/// What every podman does, whichever it is.
fn always<'a>(facts: &'a [Fact<&'a str>]) -> impl Iterator<Item = &'a str> {
    let facts = facts.iter().filter(|fact| fact.holds_always());
    facts.map(|fact| fact.what)
}

pub(super) fn hidden(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let Unmasked::Paths(open) = &promise.unmasked else {
        return Vec::new();
    };
    let linux = &config.document.linux;
    let is_open = |path: &str| open.iter().any(|pattern| matches(pattern, path));
    let is_hidden = |path: &str| linux.masked_paths.iter().any(|found| found == path);
    let is_read_only = |path: &str| linux.readonly_paths.iter().any(|found| found == path);
    let masked = always(&MASKED)
        .filter(|path| !is_open(path))
        .chain(promise.masked.iter().map(String::as_str));
    let visible: Vec<&str> = masked.filter(|path| !is_hidden(path)).collect();
    let read_only = always(&READ_ONLY).filter(|path| !is_open(path));
    let is_writable = |path: &&str| !is_hidden(path) && !is_read_only(path);
    let writable: Vec<&str> = read_only.filter(is_writable).collect();
    let breach = |what: &str, paths: Vec<&str>, found: &str| {
        (!paths.is_empty()).then(|| Breach::missing(format!("{what} {}", list(paths)), found))
    };
    let visible = breach("a mask over", visible, "there is none");
    let writable = breach("read-only access to", writable, "it can write there");
    visible.into_iter().chain(writable).collect()
}

/// The directory that was asked for, or one that podman mounted the image's layers at.
fn is_promised_root(promise: &Promise, found: &Path, context: &ContainerContext<'_>) -> bool {
    let resolved = |path: &Path| context.host.resolve(path).map(|found| found.path).ok();
    let in_store = || {
        let found = resolved(found);
        let below = |store: &PathBuf| {
            found
                .as_deref()
                .zip(resolved(store))
                .is_some_and(|(found, store)| store::is_below(found, &store))
        };
        store::stores(context).iter().any(below)
    };
    // Where root is not mapped into the namespace, podman mounts it at a place of its temporary directory.
    let names = store::names(found).unwrap_or_default();
    let is_passage = promise.is_mapped()
        && names
            .last()
            .is_some_and(|name| name.starts_with("intermediate-mountpoint-"));
    let is_it = match &promise.rootfs {
        Some(promised) => promised == found,
        None => store::is_layer(found) || store::is_own(found, context) || in_store(),
    };
    is_it || is_passage
}

/// podman matches with Go's `filepath.Match`; of a pattern what stands before its first special character counts.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once(['*', '?', '[', '\\']) {
        None => pattern == path,
        Some((start, _)) => path.starts_with(start),
    }
}

pub(super) fn sysctl(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let holds = |key: &str, value: &str| {
        // Both spellings are one: sysctl(8).
        let promised = promise
            .sysctl
            .iter()
            .find(|(name, _)| name.replace('/', ".") == key.replace('/', "."));
        promised.is_some_and(|(_, promised)| promised == value)
            || (key == DEFAULT_SYSCTL && promised.is_none())
    };
    config
        .document
        .linux
        .sysctl
        .iter()
        .filter(|(key, value)| !holds(key, value))
        .map(|(key, value)| {
            Breach::extra(format!("the sysctl \"{key}={value}\""), "--sysctl")
                .by(conf::DEFAULT_SYSCTLS)
        })
        .collect()
}
