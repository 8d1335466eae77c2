//! A container as its `config.json` shows it.

use std::path::Path;

use super::mounts::{MountView, ObservedMounts, Stage, table};
use super::{
    NAMESPACES, Observed, ObservedConfig, ObservedContainer, ObservedLimits, ObservedProcess,
};
use crate::host::{CgroupLimits, KernelMount, nano_cpus};
use crate::podman::releases::conf;
use crate::seal::breach::Culprit;
use crate::seal::oci::{OciConfig, OciResources};
use crate::seal::store::ContainerContext;

/// A container that is about to start: the runtime has set its control group up and calls the hooks.
#[derive(Clone, Copy)]
pub(in crate::seal) struct Waiting<'a> {
    /// The container's process, which waits to become the program.
    pub(in crate::seal) pid: u32,
    /// The command line of the runtime.
    pub(in crate::seal) runtime: &'a [String],
    /// The mount table of that process, and ours; none when they cannot be read.
    pub(in crate::seal) tables: Option<(&'a [KernelMount], &'a [KernelMount])>,
}

impl<'a> Observed<'a> {
    /// The container of a `config.json`. `waiting` is none when it is not about to start, `profile` when no seccomp
    /// profile was promised.
    pub(in crate::seal) fn from_config(
        context: ContainerContext<'a>,
        document: &'a OciConfig,
        program: &'a Path,
        profile: Option<&'a [u8]>,
        waiting: Option<Waiting<'a>>,
    ) -> Self {
        let mut limits = vec![asked(&document.linux.resources)];
        // Unprivileged, the runtime may go on when it cannot set a limit.
        limits.extend(waiting.map(|waiting| {
            ObservedLimits {
                found: context
                    .host
                    .cgroup_limits(waiting.pid)
                    .map_err(|problem| problem.to_string()),
                too_high: conf::CGROUP_MANAGER.into(),
                missing: conf::CGROUP_MANAGER.into(),
            }
        }));
        let rlimits = document.process.rlimits.iter();
        Self {
            process: process(context, document),
            container: ObservedContainer {
                oom_score_adj: document.process.oom_score_adj,
                rlimits: rlimits
                    .map(|limit| (limit.kind.clone(), Some(limit.soft), limit.hard))
                    .collect(),
                hosts_namespaces: hosts_namespaces(document),
                has_writable_root: !document.root.readonly,
                limits,
            },
            mounts: Some(ObservedMounts {
                all: document.mounts.iter().map(Into::into).collect(),
                root: None,
                context,
                view: MountView::Config {
                    root: &document.root.path,
                },
            }),
            config: Some(ObservedConfig {
                context,
                document,
                waiting: waiting.map(|waiting| waiting.pid),
                program,
                profile,
            }),
            mounted: waiting.and_then(|waiting| mounted(context, document, waiting)),
            loaded: None,
            runtime: waiting.map(|waiting| waiting.runtime),
        }
    }
}

/// What the runtime has mounted, below the root file system that the process has not moved to yet.
fn mounted<'a>(
    context: ContainerContext<'a>,
    document: &OciConfig,
    waiting: Waiting<'a>,
) -> Option<ObservedMounts<'a>> {
    let (its, ours) = waiting.tables?;
    let at = context.host.resolve(&document.root.path).ok()?.path;
    let (root, all) = table(its, &at, waiting.pid);
    Some(ObservedMounts {
        all,
        root: Some(root?),
        context,
        view: MountView::Kernel {
            ours,
            stage: Stage::Waiting,
        },
    })
}

fn process(context: ContainerContext<'_>, document: &OciConfig) -> ObservedProcess {
    let process = &document.process;
    let sets = process.capabilities.iter();
    ObservedProcess {
        uid: process.user.uid,
        gid: process.user.gid,
        groups: process.user.additional_gids.iter().copied().collect(),
        capabilities: sets
            .map(|(set, names)| (set.clone(), names.iter().cloned().collect()))
            .collect(),
        no_new_privileges: process.no_new_privileges,
        is_filtered: document.linux.seccomp.is_some(),
        lsm: context.host.lsm(),
        apparmor: vec![process.apparmor_profile.clone()],
        selinux_label: process.selinux_label.clone(),
    }
}

/// Those that are not listed. One that is listed with a path to the host's is judged with its path.
fn hosts_namespaces(document: &OciConfig) -> Vec<&'static str> {
    let is_listed = |name: &str| {
        let mut listed = document.linux.namespaces.iter();
        listed.any(|namespace| namespace.kind == name)
    };
    let names = NAMESPACES.iter().map(|(oci, _)| *oci);
    names.filter(|name| !is_listed(name)).collect()
}

fn asked(resources: &OciResources) -> ObservedLimits {
    // A limit of zero or below is none.
    let positive = |limit: Option<i64>| {
        let limit = limit.and_then(|limit| u64::try_from(limit).ok());
        limit.filter(|limit| *limit > 0)
    };
    let cpu = &resources.cpu;
    let cpus = |quota| nano_cpus(quota, cpu.period.unwrap_or(100_000));
    ObservedLimits {
        found: Ok(CgroupLimits {
            memory: positive(resources.memory.limit),
            swap: positive(resources.memory.swap),
            nano_cpus: cpu.quota.and_then(cpus),
            pids: positive(resources.pids.limit),
        }),
        too_high: Culprit::Other {
            who: "podman update",
            instead: "make the container again with safe-podman",
        },
        missing: Culprit::Other {
            who: "a host that has no such controller for this user",
            instead: "see safe-podman rules limit-not-effective",
        },
    }
}
