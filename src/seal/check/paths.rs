//! The root file system, what of `/proc` and `/sys` is hidden, and sysctls.

use std::path::{Path, PathBuf};

use super::{Facts, store};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Promise, PromisedAccess, Unmasked};

/// What every podman from 4.3 on hides; newer ones hide more.
const MASKED: [&str; 10] = [
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/firmware",
    "/sys/fs/selinux",
];

/// What every podman from 4.3 on makes read-only.
const READ_ONLY: [&str; 6] = [
    "/proc/asound",
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// The sysctl that distributions set for ping(8) without privileges, in containers.conf and in podman itself.
const DEFAULT_SYSCTL: &str = "net.ipv4.ping_group_range";

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if !is_promised_root(promise, &config.root.path, facts) {
        let found = format!("the root file system \"{}\"", config.root.path.display());
        let promised = match &promise.rootfs {
            Some(path) => format!("\"{}\"", path.display()),
            None => "one of podman's store".to_owned(),
        };
        breaches.push(Breach::new(found, promised, Culprit::Unknown));
    }
    if promise.root == PromisedAccess::ReadOnly && !config.root.readonly {
        breaches.push(Breach::new(
            "a writable root file system",
            "a read-only one",
            Culprit::Unknown,
        ));
    }
    if promise
        .mounts
        .values()
        .all(|mount| mount.propagation.is_none())
        && !matches!(
            config.linux.rootfs_propagation.as_str(),
            "" | "private" | "rprivate" | "slave" | "rslave"
        )
    {
        let found = format!(
            "the root propagation \"{}\"",
            config.linux.rootfs_propagation
        );
        breaches.push(Breach::new(found, "a private one", Culprit::Unknown));
    }
    let Unmasked::Paths(open) = &promise.unmasked else {
        return breaches;
    };
    let is_open = |path: &str| open.iter().any(|pattern| matches(pattern, path));
    let wanted = MASKED
        .into_iter()
        .filter(|path| !is_open(path))
        .chain(promise.masked.iter().map(String::as_str));
    for path in wanted.filter(|path| !config.linux.masked_paths.iter().any(|found| found == path)) {
        breaches.push(Breach::new(
            format!("{path} visible"),
            "that it is hidden",
            Culprit::Unknown,
        ));
    }
    let hidden = |path: &str| config.linux.masked_paths.iter().any(|found| found == path);
    for path in READ_ONLY
        .into_iter()
        .filter(|path| !is_open(path) && !hidden(path))
    {
        if !config
            .linux
            .readonly_paths
            .iter()
            .any(|found| found == path)
        {
            breaches.push(Breach::new(
                format!("{path} writable"),
                "that it is read-only",
                Culprit::Unknown,
            ));
        }
    }
    breaches
}

/// The directory that was asked for, or one that podman mounted the image's layers at.
fn is_promised_root(promise: &Promise, found: &Path, facts: &Facts<'_>) -> bool {
    let resolved = |path: &Path| facts.host.resolve(path).map(|found| found.path).ok();
    let in_store = || {
        let found = resolved(found);
        let below = |store: &PathBuf| {
            found
                .as_deref()
                .zip(resolved(store))
                .is_some_and(|(found, store)| store::is_below(found, &store))
        };
        store::stores(facts).iter().any(below)
    };
    // Where root is not mapped into the namespace, podman mounts it at a place of its temporary directory.
    let names = store::names(found).unwrap_or_default();
    let is_passage = promise.is_mapped()
        && names
            .last()
            .is_some_and(|name| name.starts_with("intermediate-mountpoint-"));
    let is_it = match &promise.rootfs {
        Some(promised) => promised == found,
        None => store::is_layer(found) || store::is_own(found, facts) || in_store(),
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

pub(super) fn check_sysctl(promise: &Promise, config: &OciConfig, _: &Facts<'_>) -> Vec<Breach> {
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
        .linux
        .sysctl
        .iter()
        .filter(|(key, value)| !holds(key, value))
        .map(|(key, value)| {
            let promised = promise
                .sysctl
                .get(key)
                .map_or("the kernel's own value", String::as_str);
            Breach::new(
                format!("the sysctl {key}={value}"),
                promised,
                Culprit::Conf("default_sysctls"),
            )
        })
        .collect()
}
