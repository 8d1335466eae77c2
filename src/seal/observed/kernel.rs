//! A container as `/proc` and the control groups show it while it runs.

use std::path::Path;

use super::mounts::{MountView, ObservedMounts, Stage, table};
use super::{NAMESPACES, Observed, ObservedContainer, ObservedLimits, ObservedProcess};
use crate::caps::Cap;
use crate::host::{CAPABILITY_SETS, Host, Links, Process};
use crate::seal::breach::Culprit;
use crate::seal::promise::Privilege;
use crate::seal::store::ContainerContext;

/// The most that is read of the list of profiles, in bytes.
const PROFILES_BYTES: u64 = 1 << 20;

impl<'a> Observed<'a> {
    /// A running container: its process 1, `pid`, and a process of the host's. With `--privileged` it may mount what it
    /// likes, so its mount table says nothing about what it was given.
    pub(in crate::seal) fn of_process(
        context: ContainerContext<'a>,
        (pid, process): (u32, &Process),
        ours: &'a Process,
        privilege: Privilege,
    ) -> Self {
        let is_hosts = |kernel: &str| process.namespaces.get(kernel) == ours.namespaces.get(kernel);
        let hosts = NAMESPACES.iter().filter(|(_, kernel)| is_hosts(kernel));
        let (root, all) = table(&process.mounts, Path::new("/"), pid);
        let limits = process.limits.iter();
        Self {
            process: ObservedProcess::of_process(context.host, process),
            container: ObservedContainer {
                oom_score_adj: Some(process.oom_score_adj),
                rlimits: limits
                    .map(|(name, (_, hard))| (name.clone(), None, *hard))
                    .collect(),
                hosts_namespaces: hosts.map(|(oci, _)| *oci).collect(),
                has_writable_root: !root.as_ref().is_some_and(|root| root.flags.contains("ro")),
                limits: vec![ObservedLimits {
                    found: Ok(process.cgroup.clone()),
                    too_high: Culprit::Unknown,
                    missing: Culprit::Unknown,
                }],
            },
            mounts: match privilege {
                Privilege::Privileged => None,
                Privilege::Confined => Some(ObservedMounts {
                    all,
                    root,
                    context,
                    view: MountView::Kernel {
                        ours: &ours.mounts,
                        stage: Stage::Running,
                    },
                }),
            },
            mounted: None,
            config: None,
            loaded: None,
            runtime: None,
        }
    }
}

impl ObservedProcess {
    /// A process of a running container.
    pub(in crate::seal) fn of_process(host: &dyn Host, process: &Process) -> Self {
        let names = |bits: u64| {
            let has = |cap: &Cap| {
                let bits = bits.checked_shr(cap.capability().index().into());
                bits.is_some_and(|bits| bits & 1 == 1)
            };
            let name = |cap: Cap| cap.capability().to_string();
            Cap::all().filter(has).map(name).collect()
        };
        let sets = CAPABILITY_SETS.iter().zip(process.capabilities);
        Self {
            uid: process.uid,
            gid: process.gid,
            groups: process.groups.clone(),
            capabilities: sets
                .map(|(set, bits)| ((*set).to_owned(), names(bits)))
                .collect(),
            no_new_privileges: process.no_new_privileges,
            is_filtered: process.seccomp == 2,
            lsm: host.lsm(),
            apparmor: confining_profiles(&process.label, host),
            selinux_label: process.label.clone(),
        }
    }
}

/// The profiles that confine, of a label `NAME (enforce)`. In mode `complain` the kernel only writes down what it would
/// have refused. Profiles may be stacked, `NAME//&RUNTIME (mixed)`: then the modes stand in the list of all profiles.
fn confining_profiles(label: &str, host: &dyn Host) -> Vec<String> {
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
