//! The promise held against a running process: has it been weakened behind our back?

mod mounts;

use std::path::Path;

use super::breach::{Breach, Culprit};
use super::check::resources::ROUNDING;
use super::check::{list, lsm, promised_capabilities};
use super::promise::{
    NewPrivileges, Promise, PromisedGroups, PromisedId, PromisedLimits, PromisedNamespace,
    PromisedSeccomp,
};
use crate::caps::Cap;
use crate::host::{CAPABILITY_SETS, CgroupLimits, Host, Links, Process};

/// The most that is read of the list of profiles, in bytes.
const PROFILES_BYTES: u64 = 1 << 20;

/// Names of namespaces: OCI's and the kernel's.
const NAMESPACES: [(&str, &str); 6] = [
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("network", "net"),
    ("pid", "pid"),
    ("user", "user"),
    ("uts", "uts"),
];

/// A running container.
pub struct Running<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// The container's id.
    pub id: &'a str,
    /// Its process 1.
    pub process: &'a Process,
    /// A process of the host's.
    pub ours: &'a Process,
}

/// Everything in which the process is stronger than promised.
pub fn check(promise: &Promise, running: &Running<'_>) -> Vec<Breach> {
    let process = running.process;
    let mut breaches = user(promise, process);
    breaches.extend(privileges(promise, running.host, process));
    breaches.extend(namespaces(promise, process, running.ours));
    breaches.extend(mounts::check(promise, running));
    breaches.extend(resources(promise, process));
    breaches
}

/// Everything in which another process in the container is: `podman exec` gives one whatever it is told to.
pub fn check_other(promise: &Promise, host: &dyn Host, other: &Process) -> Vec<Breach> {
    // A process that may choose its user may have done so.
    let chooses = promise.capabilities.contains("CAP_SETUID");
    let mut breaches = if chooses {
        Vec::new()
    } else {
        user(promise, other)
    };
    breaches.extend(privileges(promise, host, other));
    breaches
}

fn breach(found: impl Into<String>, promised: impl Into<String>) -> Breach {
    Breach::new(found, promised, Culprit::Unknown)
}

fn user(promise: &Promise, process: &Process) -> Vec<Breach> {
    let holds = |promised, found| match promised {
        PromisedId::Exactly(id) => found == id,
        PromisedId::NotRoot => found != 0,
        PromisedId::Any => true,
    };
    let mut breaches = Vec::new();
    if !holds(promise.uid, process.uid) {
        breaches.push(breach(
            format!("uid {}", process.uid),
            describe(promise.uid),
        ));
    }
    if !holds(promise.gid, process.gid) {
        breaches.push(breach(
            format!("gid {}", process.gid),
            describe(promise.gid),
        ));
    }
    for group in process.groups.iter().filter(|group| **group != process.gid) {
        let holds = match &promise.groups {
            PromisedGroups::Exactly(ids) => ids.contains(group),
            PromisedGroups::NotRoot => *group != 0,
            PromisedGroups::Any => true,
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

fn describe(id: PromisedId) -> String {
    match id {
        PromisedId::Exactly(id) => id.to_string(),
        PromisedId::NotRoot | PromisedId::Any => "one that is not 0".to_owned(),
    }
}

fn privileges(promise: &Promise, host: &dyn Host, process: &Process) -> Vec<Breach> {
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
                format!(
                    "{} in its {set} capabilities",
                    list(extra.iter().map(String::as_str))
                ),
                promised_capabilities(promise),
            ));
        }
    }
    if promise.new_privileges == NewPrivileges::Denied && !process.no_new_privileges {
        breaches.push(breach(
            "set-user-ID programs that gain privileges",
            "no-new-privileges",
        ));
    }
    if promise.seccomp != PromisedSeccomp::Unconfined && process.seccomp != 2 {
        breaches.push(breach("no seccomp filter", "one"));
    }
    // Of stacked profiles each one confines: one that was promised is enough.
    let profiles = apparmor_profiles(&process.label, host);
    let against = |profile: &str| lsm::labels(promise, host.lsm(), profile, &process.label);
    if !profiles.iter().any(|profile| against(profile).is_empty()) {
        let profile = profiles.first().map_or("", String::as_str);
        breaches.extend(against(profile));
    }
    breaches
}

/// The profiles that confine, of a label `NAME (enforce)`. In mode `complain` the kernel only writes down what it would
/// have refused. Profiles may be stacked, `NAME//&RUNTIME (mixed)`: then the modes stand in the list of all profiles.
fn apparmor_profiles(label: &str, host: &dyn Host) -> Vec<String> {
    let (names, mode) = label.rsplit_once(" (").unwrap_or((label, ""));
    let names = names.split("//&").map(str::to_owned);
    match mode {
        "enforce)" => names.collect(),
        "mixed)" => {
            let path = Path::new("/sys/kernel/security/apparmor/profiles");
            let file = host.open_file(path, PROFILES_BYTES, Links::Refuse);
            let known = file.map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
            let known = known.unwrap_or_default();
            let enforced = |name: &String| {
                known
                    .lines()
                    .any(|line| line == format!("{name} (enforce)"))
            };
            names.filter(enforced).collect()
        }
        _ => Vec::new(),
    }
}

fn namespaces(promise: &Promise, process: &Process, ours: &Process) -> Vec<Breach> {
    let own = |name: &str| *promise.namespace(name) == PromisedNamespace::Own;
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

/// What the kernel holds a process to, against what was promised.
pub(super) fn limits(
    promised: &PromisedLimits,
    found: &CgroupLimits,
    culprit: Culprit,
) -> Vec<Breach> {
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
mod tests;
