//! What can be seen of a container, from either of two sources.
//!
//! - Its `config.json`, and, when it is about to start, the process that waits for that and the runtime's command line
//!   ([`Observed::from_config`]).
//! - `/proc` and the control groups of a running one ([`Observed::of_process`]).
//!
//! What both show is one set of structs, which each source has to fill whole. What a source cannot show is `None`: the
//! checks that need it are then [unanswered](super::check::Comparison::unanswered), which is not the same as kept.

mod config;
mod kernel;
mod mounts;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use super::breach::Culprit;
use super::oci::OciConfig;
use super::store::ContainerContext;
use crate::host::{CgroupLimits, Lsm};

pub(super) use config::Waiting;
pub(super) use mounts::{ObservedMount, ObservedMounts, clean};

/// A container as one source shows it.
pub(super) struct Observed<'a> {
    pub(super) process: ObservedProcess,
    pub(super) container: ObservedContainer,
    /// None where the container may have mounted some itself.
    pub(super) mounts: Option<ObservedMounts<'a>>,
    /// What the runtime has mounted, which only a start has.
    pub(super) mounted: Option<ObservedMounts<'a>>,
    /// Only the document itself.
    pub(super) config: Option<ObservedConfig<'a>>,
    /// The filters that the kernel holds for it, where it gives them: only while it runs.
    pub(super) loaded: Option<ObservedFilters<'a>>,
    /// The runtime's command line, which only a start has.
    pub(super) runtime: Option<&'a [String]>,
}

/// What both sources show of a process.
pub(super) struct ObservedProcess {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) groups: BTreeSet<u32>,
    /// Each set by its name in capabilities(7), and the full names in it.
    pub(super) capabilities: Vec<(String, BTreeSet<String>)>,
    pub(super) no_new_privileges: bool,
    /// Is there any system call filter?
    pub(super) is_filtered: bool,
    /// The security modules of the host.
    pub(super) lsm: Lsm,
    /// The `AppArmor` profiles that confine it; of stacked ones each does.
    pub(super) apparmor: Vec<String>,
    pub(super) selinux_label: String,
}

/// What both sources show of a container beside its mounts.
pub(super) struct ObservedContainer {
    /// None where the `config.json` leaves the score as the process that starts the container has it.
    pub(super) oom_score_adj: Option<i64>,
    /// Each limit by OCI's name, soft and hard. A process may raise its soft one up to the hard one, and servers do: of
    /// one that runs the soft limit says nothing.
    pub(super) rlimits: Vec<(String, Option<u64>, u64)>,
    /// Those of OCI's namespaces, the mount namespace among them, that are the host's.
    pub(super) hosts_namespaces: Vec<&'static str>,
    pub(super) has_writable_root: bool,
    /// What the control group is to be set to, what it is set to, or both.
    pub(super) limits: Vec<ObservedLimits>,
}

/// The limits of the control group, and who is likely to have made them others than promised.
pub(super) struct ObservedLimits {
    /// Or why they cannot be read.
    pub(super) found: Result<CgroupLimits, String>,
    pub(super) too_high: Culprit,
    pub(super) missing: Culprit,
}

/// What only a `config.json` shows.
pub(super) struct ObservedConfig<'a> {
    pub(super) context: ContainerContext<'a>,
    pub(super) document: &'a OciConfig,
    /// The process that waits to become the program; none when it is not about to start.
    pub(super) waiting: Option<u32>,
    /// This program, absolute: the hook that must be there.
    pub(super) program: &'a Path,
    /// The bytes of the seccomp profile, already held against the promised digest; none: unconfined was promised.
    pub(super) profile: Option<&'a [u8]>,
}

/// The system call filters that the kernel holds for the container's first process.
pub(super) struct ObservedFilters<'a> {
    /// As arrays of linux/filter.h's `struct sock_filter`, the oldest first.
    pub(super) programs: Vec<Vec<u8>>,
    /// The bytes of the seccomp profile, already held against the promised digest.
    pub(super) profile: Option<&'a [u8]>,
}

/// OCI's names of the namespaces and the kernel's.
const NAMESPACES: [(&str, &str); 7] = [
    ("cgroup", "cgroup"),
    ("ipc", "ipc"),
    ("mount", "mnt"),
    ("network", "net"),
    ("pid", "pid"),
    ("user", "user"),
    ("uts", "uts"),
];
