//! The promise held against a running process: has it been weakened behind our back?

use std::path::Path;

use super::breach::{Breach, Culprit};
use super::check::resources::ROUNDING;
use super::promise::{
    Access, Groups, Id, Limits, Mount, Namespace, NewPrivileges, Privilege, Promise, Seccomp,
};
use crate::caps::Cap;
use crate::host::{CAPABILITY_SETS, CgroupLimits, Process};

/// Names of namespaces: OCI's and the kernel's.
const NAMESPACES: [(&str, &str); 6] = [
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("network", "net"),
    ("pid", "pid"),
    ("user", "user"),
    ("uts", "uts"),
];

/// Everything in which the process is stronger than promised; `ours` is a process of the host.
pub fn check(promise: &Promise, process: &Process, ours: &Process) -> Vec<Breach> {
    let mut breaches = user(promise, process);
    breaches.extend(privileges(promise, process));
    breaches.extend(namespaces(promise, process, ours));
    breaches.extend(mounts(promise, process));
    breaches.extend(resources(promise, process));
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

/// What the kernel holds a process to, against what was promised.
pub(super) fn limits(promised: &Limits, found: &CgroupLimits, culprit: Culprit) -> Vec<Breach> {
    let unsigned = |limit: Option<i64>| limit.and_then(|limit| u64::try_from(limit).ok());
    let cpus = promised.nano_cpus.map(|cpus| cpus.saturating_add(ROUNDING));
    let hold = |what: &str, promised: Option<u64>, found: Option<u64>| {
        let promised = promised?;
        let found = match found {
            Some(found) if found <= promised => return None,
            Some(found) => format!("a limit of {found} {what}"),
            None => format!("no limit of {what}"),
        };
        Some(Breach::new(found, format!("one of {promised}"), culprit))
    };
    [
        hold("memory", unsigned(promised.memory), found.memory),
        hold("memory and swap", unsigned(promised.swap), found.swap),
        hold("processes", unsigned(promised.pids), found.pids),
        hold("billionths of a CPU", cpus, found.nano_cpus),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn resources(promise: &Promise, process: &Process) -> Vec<Breach> {
    let mut breaches = limits(&promise.limits, &process.cgroup, Culprit::Unknown);
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
            cgroup: CgroupLimits {
                memory: Some(536_870_912),
                swap: Some(536_870_912),
                nano_cpus: Some(1_000_000_000),
                pids: Some(256),
            },
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
        let changes: [(Change, &str); 15] = [
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
            (|p| p.cgroup.memory = None, "no limit of memory"),
            (|p| p.cgroup.swap = Some(1 << 40), "memory and swap"),
            (|p| p.cgroup.pids = Some(257), "257"),
            (|p| p.cgroup.nano_cpus = None, "CPU"),
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
