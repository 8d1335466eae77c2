//! The promise held against a running process: has it been weakened behind our back?

use std::path::Path;

use super::breach::{Breach, Culprit};
use super::check::resources;
use super::promise::{
    Access, Groups, Id, Mount, Namespace, NewPrivileges, Privilege, Promise, Seccomp,
};
use crate::caps::Cap;
use crate::host::{CAPABILITY_SETS, Process};

/// Names of namespaces: OCI's and the kernel's.
const NAMESPACES: [(&str, &str); 6] = [
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("network", "net"),
    ("pid", "pid"),
    ("user", "user"),
    ("uts", "uts"),
];

/// A limit of version 1 that is as good as none: the kernel rounds "no limit" down to a page.
const NO_LIMIT: u64 = 1 << 62;

/// Everything in which the process is stronger than promised; `ours` is a process of the host.
pub fn check(promise: &Promise, process: &Process, ours: &Process) -> Vec<Breach> {
    let mut breaches = user(promise, process);
    breaches.extend(privileges(promise, process));
    breaches.extend(namespaces(promise, process, ours));
    breaches.extend(mounts(promise, process));
    breaches.extend(limits(promise, process));
    breaches
}

fn breach(found: impl Into<String>, promised: impl Into<String>) -> Breach {
    Breach::new(found, promised, Culprit::Unknown)
}

fn user(promise: &Promise, process: &Process) -> Vec<Breach> {
    let holds = |promised, found| match promised {
        Id::Exactly(id) => found == id,
        Id::NotRoot => found != 0,
        Id::Any => true,
    };
    let mut breaches = Vec::new();
    if !holds(promise.uid, process.uid) {
        breaches.push(breach(format!("uid {}", process.uid), "another one"));
    }
    if !holds(promise.gid, process.gid) {
        breaches.push(breach(format!("gid {}", process.gid), "another one"));
    }
    for group in process.groups.iter().filter(|group| **group != process.gid) {
        let holds = match &promise.groups {
            Groups::Exactly(ids) => ids.contains(group),
            Groups::NotRoot => *group != 0,
            Groups::Any => true,
        };
        if !holds {
            breaches.push(breach(
                format!("the supplementary group {group}"),
                "none but those of --group-add",
            ));
        }
    }
    breaches
}

fn privileges(promise: &Promise, process: &Process) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (set, bits) in CAPABILITY_SETS.iter().zip(process.capabilities) {
        let has = |cap: &Cap| {
            bits.checked_shr(cap.capability().index().into())
                .is_some_and(|bits| bits & 1 == 1)
        };
        let name = |cap: Cap| cap.capability().to_string();
        let extra: Vec<String> = Cap::all()
            .filter(has)
            .map(name)
            .filter(|name| !promise.capabilities.contains(name))
            .collect();
        if !extra.is_empty() {
            breaches.push(breach(
                format!("{} in its {set} capabilities", extra.join(", ")),
                "less",
            ));
        }
    }
    if promise.new_privileges == NewPrivileges::Denied && !process.no_new_privileges {
        breaches.push(breach(
            "set-user-ID programs that gain privileges",
            "no-new-privileges",
        ));
    }
    if promise.seccomp != Seccomp::Unconfined && process.seccomp != 2 {
        breaches.push(breach("no seccomp filter", "one"));
    }
    breaches
}

fn namespaces(promise: &Promise, process: &Process, ours: &Process) -> Vec<Breach> {
    let own = |name: &str| *promise.namespace(name) == Namespace::Own;
    let same = |kernel: &str| process.namespaces.get(kernel) == ours.namespaces.get(kernel);
    let promised = NAMESPACES
        .into_iter()
        .filter(|(oci, _)| own(oci))
        .chain([("mount", "mnt")]);
    promised
        .filter(|(_, kernel)| same(kernel))
        .map(|(oci, _)| breach(format!("the host's {oci} namespace"), "one of its own"))
        .collect()
}

fn mounts(promise: &Promise, process: &Process) -> Vec<Breach> {
    let mut breaches = Vec::new();
    // What is mounted last is what a path leads to.
    let at = |path: &Path| {
        process
            .mounts
            .iter()
            .rfind(|(point, _)| point == path)
            .map(|(_, flags)| flags)
    };
    let writable = at(Path::new("/")).is_none_or(|flags| !flags.contains("ro"));
    if promise.root == Access::ReadOnly && writable {
        breaches.push(breach("a writable root file system", "a read-only one"));
    }
    for (point, Mount { flags, .. }) in &promise.mounts {
        let Some(found) = at(point) else {
            continue;
        };
        for flag in flags.iter().filter(|flag| !found.contains(*flag)) {
            breaches.push(breach(
                format!("the mount at \"{}\" without {flag}", point.display()),
                flag.clone(),
            ));
        }
    }
    if promise.privilege == Privilege::Privileged {
        return breaches;
    }
    for (point, _) in &process.mounts {
        let engine = ["/proc", "/sys", "/dev", "/etc", "/run"]
            .iter()
            .any(|base| point.starts_with(base));
        let below = promise.mounts.keys().any(|known| point.starts_with(known));
        if point != Path::new("/") && !engine && !below {
            breaches.push(breach(
                format!("a mount at \"{}\"", point.display()),
                "no mount",
            ));
        }
    }
    breaches
}

fn limits(promise: &Promise, process: &Process) -> Vec<Breach> {
    let file = |name: &str| {
        process
            .cgroup
            .get(name)
            .and_then(|text| text.parse::<u64>().ok())
            .filter(|limit| *limit < NO_LIMIT)
    };
    let memory = file("memory.max").or_else(|| file("memory.limit_in_bytes"));
    let swap = match file("memory.swap.max") {
        Some(swap) => memory.map(|memory| memory.saturating_add(swap)),
        None => file("memory.memsw.limit_in_bytes"),
    };
    let mut breaches = Vec::new();
    let mut hold = |what: &str, promised: Option<u64>, found: Option<u64>| {
        if let Some(promised) = promised
            && found.is_none_or(|found| found > promised)
        {
            let found = found.map_or(format!("no limit of {what}"), |found| {
                format!("a limit of {found} {what}")
            });
            breaches.push(breach(found, format!("one of {promised}")));
        }
    };
    let unsigned = |limit: Option<i64>| limit.and_then(|limit| u64::try_from(limit).ok());
    hold("memory", unsigned(promise.limits.memory), memory);
    hold("memory and swap", unsigned(promise.limits.swap), swap);
    hold("processes", unsigned(promise.limits.pids), file("pids.max"));
    let cpus = promise
        .limits
        .nano_cpus
        .map(|cpus| cpus.saturating_add(10_000));
    hold("billionths of a CPU", cpus, cpu(process));
    for (name, (soft, hard)) in promise.rlimits.iter().flatten() {
        let found = process
            .limits
            .get(name)
            .copied()
            .unwrap_or((u64::MAX, u64::MAX));
        if found.0 > *soft || found.1 > *hard {
            breaches.push(breach(
                format!("{name}={}:{}", found.0, found.1),
                format!("{soft}:{hard}"),
            ));
        }
    }
    if process.oom_score_adj < promise.oom_score_adj {
        breaches.push(breach(
            format!("the OOM score {}", process.oom_score_adj),
            promise.oom_score_adj.to_string(),
        ));
    }
    breaches
}

fn cpu(process: &Process) -> Option<u64> {
    let (quota, period) = match process.cgroup.get("cpu.max") {
        Some(both) => both.split_once(' ')?,
        None => (
            process.cgroup.get("cpu.cfs_quota_us")?.as_str(),
            process.cgroup.get("cpu.cfs_period_us")?.as_str(),
        ),
    };
    resources::nano_cpus(quota.parse().ok()?, period.parse().ok()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    type Change = fn(&mut Process);

    fn promise() -> Promise {
        serde_json::from_str(include_str!("fixtures/promise.json")).unwrap()
    }

    fn kept() -> Process {
        let names = NAMESPACES.iter().map(|(_, kernel)| *kernel).chain(["mnt"]);
        let flags = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Process {
            uid: 65532,
            gid: 65532,
            no_new_privileges: true,
            seccomp: 2,
            namespaces: names.map(|name| (name.to_owned(), 2)).collect(),
            mounts: vec![
                ("/".into(), flags(&["ro"])),
                ("/tmp".into(), flags(&["rw", "nosuid", "nodev", "noexec"])),
            ],
            limits: promise().rlimits.unwrap(),
            cgroup: [
                ("memory.max", "536870912"),
                ("memory.swap.max", "0"),
                ("pids.max", "256"),
                ("cpu.max", "100000 100000"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            ..Process::default()
        }
    }

    #[test]
    fn each_change_is_seen() {
        let ours = Process {
            namespaces: kept()
                .namespaces
                .into_keys()
                .map(|name| (name, 1))
                .collect(),
            ..Process::default()
        };
        assert_eq!(check(&promise(), &kept(), &ours), []);
        let changes: [(Change, &str); 14] = [
            (|p| p.uid = 0, "uid 0"),
            (|p| p.gid = 0, "gid 0"),
            (
                |p| {
                    let _ = p.groups.insert(0);
                },
                "group 0",
            ),
            (
                |p| p.capabilities[2] = 1 << 21,
                "CAP_SYS_ADMIN in its effective",
            ),
            (|p| p.no_new_privileges = false, "set-user-ID"),
            (|p| p.seccomp = 0, "no seccomp"),
            (
                |p| {
                    let _ = p.namespaces.insert("net".into(), 1);
                },
                "network namespace",
            ),
            (
                |p| {
                    let _ = p.mounts[0].1.remove("ro");
                },
                "writable root",
            ),
            (
                |p| {
                    let _ = p.mounts[1].1.remove("noexec");
                },
                "without noexec",
            ),
            (
                |p| p.mounts.push(("/x".into(), ["ro".to_owned()].into())),
                "a mount at \"/x\"",
            ),
            (
                |p| {
                    let _ = p.cgroup.insert("memory.max".into(), "max".into());
                },
                "no limit of memory",
            ),
            (
                |p| {
                    let _ = p.cgroup.insert("pids.max".into(), "257".into());
                },
                "257",
            ),
            (
                |p| {
                    let _ = p.cgroup.remove("cpu.max");
                },
                "CPU",
            ),
            (
                |p| {
                    let _ = p.limits.insert("RLIMIT_NOFILE".into(), (1024, u64::MAX));
                },
                "RLIMIT_NOFILE",
            ),
        ];
        for (change, word) in changes {
            let mut process = kept();
            change(&mut process);
            let found: Vec<String> = check(&promise(), &process, &ours)
                .iter()
                .map(ToString::to_string)
                .collect();
            assert!(
                found.iter().any(|found| found.contains(word)),
                "{word}: {found:?}"
            );
        }
    }
}
