//! What a run promises about its container: everything that could make it stronger, in the words of the OCI runtime
//! specification.
//!
//! What a promise does not mention is promised at its strictest, so the ordinary one is short: a field is left out only
//! when it says what its default says, and no default gives anything away.

mod first;
mod mount;
mod terms;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::host::Place;

pub(crate) use mount::{Depth, Lower, MountKind, Owners, PromisedAccess, PromisedMount};
pub(crate) use terms::{
    Descriptors, EngineMode, HostRoot, Init, NewPrivileges, OomKiller, Privilege, PromisedApparmor,
    PromisedCgroups, PromisedDevice, PromisedDeviceRule, PromisedFilter, PromisedGroups,
    PromisedId, PromisedLimits, PromisedNamespace, PromisedSeccomp, PromisedSelinux, SelinuxLevel,
    Unmasked,
};

/// The version of the format that is written.
///
/// 1. In hexadecimal digits, whole.
/// 2. In base64; what is promised at its strictest is left out.
/// 3. The places of host paths, which an older one does not hold.
///
/// A hook reads every one of them, and refuses all others: it could not know what was meant.
pub(crate) const VERSION: u32 = 3;

/// The namespaces that a container has beside that of its mounts, which is always its own; OCI's names.
pub(crate) const NAMESPACES: [&str; 6] = ["cgroup", "ipc", "network", "pid", "user", "uts"];

/// The promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// [`VERSION`].
    pub version: u32,
    /// Who runs podman.
    pub engine: EngineMode,
    /// `--privileged`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub privilege: Privilege,
    /// The user of process 1.
    pub uid: PromisedId,
    /// Its group.
    pub gid: PromisedId,
    /// The supplementary groups beside [`Promise::gid`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: PromisedGroups,
    /// Full names (`CAP_NET_BIND_SERVICE`); none of the five sets holds another one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capabilities: BTreeSet<String>,
    /// `noNewPrivileges`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_privileges: NewPrivileges,
    /// The system call filter.
    pub seccomp: PromisedSeccomp,
    /// `AppArmor`, where the host has it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub apparmor: PromisedApparmor,
    /// `SELinux`, where the host has it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub selinux: PromisedSelinux,
    /// The level of its label.
    #[serde(default, skip_serializing_if = "is_default")]
    pub selinux_level: SelinuxLevel,
    /// The `SELinux` type of its files, `label=filetype:`; without one the engine's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub file_type: Option<String>,
    /// `--personality`
    #[serde(default, skip_serializing_if = "is_default")]
    pub personality: Option<String>,
    /// The root file system.
    #[serde(default, skip_serializing_if = "is_default")]
    pub root: PromisedAccess,
    /// The root file system of `--rootfs`; without one it is of podman's own store.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rootfs: Option<PathBuf>,
    /// Its place, as [`PromisedMount::place`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub rootfs_place: Option<Place>,
    /// The mounts that were asked for, by destination.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mounts: BTreeMap<PathBuf, PromisedMount>,
    /// Files of `--secret`: destination to name.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secrets: BTreeMap<PathBuf, String>,
    /// Directories of `--chrootdirs`, which get files of the container's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub chroot_dirs: BTreeSet<PathBuf>,
    /// `--init`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub init: Init,
    /// `--rdt-class`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rdt_class: Option<String>,
    /// Where podman keeps named volumes, when not below its store.
    #[serde(default, skip_serializing_if = "is_default")]
    pub volume_path: Option<PathBuf>,
    /// The device nodes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub devices: Vec<PromisedDevice>,
    /// `--device-cgroup-rule`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub device_rules: Vec<PromisedDeviceRule>,
    /// Those of [`NAMESPACES`] that are not the container's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub namespaces: BTreeMap<String, PromisedNamespace>,
    /// Those of them that are joined and may be the host's all the same, since its rule was overridden.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hosts_joined: BTreeSet<String>,
    /// The host's id 0, where the container has a user namespace of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub host_root: HostRoot,
    /// The control group.
    #[serde(default, skip_serializing_if = "is_default")]
    pub cgroups: PromisedCgroups,
    /// The limits of the control group.
    pub limits: PromisedLimits,
    /// Names of files in the control group that `--cgroup-conf` may write.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unified: BTreeSet<String>,
    /// Paths hidden beside the engine's own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub masked: BTreeSet<String>,
    /// Paths given back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unmasked: Unmasked,
    /// Soft and hard limit by OCI name (`RLIMIT_NOFILE`); null: the engine's own, `--ulimit host`.
    #[serde(deserialize_with = "Option::deserialize")]
    pub rlimits: Option<BTreeMap<String, (u64, u64)>>,
    /// `--sysctl`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sysctl: BTreeMap<String, String>,
    /// `--oom-score-adj`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub oom_score_adj: i64,
    /// Open files of the caller's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub descriptors: Descriptors,
    /// Names of variables, a trailing `*` standing for any rest. Values may be secrets and are not in it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub env: BTreeSet<String>,
    /// Hooks that may run beside ours, by their marks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hooks: BTreeSet<String>,
    /// Annotations of `--annotation`, key and value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub annotations: BTreeMap<String, String>,
    /// Keys of the image's annotations, which podman before 4.5.1 copies.
    #[serde(default, skip_serializing_if = "is_default")]
    pub image_annotations: BTreeSet<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Promise {
    /// What a promise that is made now would hold and this one does not; none when nothing.
    pub fn is_missing(&self) -> Option<&'static str> {
        match self.version {
            1 => Some("where its root file system and its mounts lie"),
            2 => Some("where its mounts lie"),
            _ => None,
        }
    }

    /// What is promised about one of [`NAMESPACES`].
    pub fn namespace(&self, name: &str) -> &PromisedNamespace {
        self.namespaces.get(name).unwrap_or(&PromisedNamespace::Own)
    }

    /// Does the container have its own user namespace? Then podman can make no device nodes, and none that is mounted works
    /// beyond what its user may do.
    pub fn is_mapped(&self) -> bool {
        self.engine == EngineMode::Rootless || *self.namespace("user") == PromisedNamespace::Own
    }
}
