//! The terms of a promise.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Whose podman.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineMode {
    /// Root's.
    Rootful,
    /// A user's: the hook runs in the user's namespace.
    Rootless,
}

/// Is it `--privileged`?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privilege {
    /// It is not.
    #[default]
    Confined,
    /// It is: every capability, every device, nothing hidden.
    Privileged,
}

/// A user or group id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedId {
    /// This one.
    Exactly(u32),
    /// A name that the image resolves: any but 0.
    NotRoot,
    /// Any, 0 among them.
    Any,
}

/// The supplementary groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedGroups {
    /// These.
    Exactly(BTreeSet<u32>),
    /// Those the image gives a user it names, without 0.
    NotRoot,
    /// Any: 0 was asked for by name, or the caller's own (`keep-groups`).
    Any,
}

/// `noNewPrivileges`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewPrivileges {
    /// Set.
    #[default]
    Denied,
    /// Not set.
    Allowed,
}

/// A seccomp profile and what podman resolves it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedFilter {
    /// Where the judged bytes are kept.
    pub file: PathBuf,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// The system call filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedSeccomp {
    /// No wider than this.
    Filter(PromisedFilter),
    /// None.
    Unconfined,
}

/// `AppArmor`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedApparmor {
    /// The engine's profile, or any other that confines.
    #[default]
    Confined,
    /// This profile.
    Profile(String),
    /// None.
    Unconfined,
}

/// `SELinux`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedSelinux {
    /// A type that confines: the engine's `container_t` and its kin.
    #[default]
    Confined,
    /// This type.
    Type(String),
    /// None, or one as good as none.
    Unconfined,
}

/// `--init`: a program of the host's in the container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Not asked for.
    #[default]
    None,
    /// podman's own, wherever a distribution installs it.
    Engine,
    /// `--init-path`.
    Path(PathBuf),
}

/// A device node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedDevice {
    /// Where in the container.
    pub path: PathBuf,
    /// Where on the host; podman mounts it from there when it may not make nodes.
    pub host: PathBuf,
    /// `c` or `b`.
    pub kind: char,
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
    /// `rwm` or a part of it.
    pub access: String,
}

/// A rule for the device control group; `None` is every number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedDeviceRule {
    /// `c`, `b` or `a`.
    pub kind: char,
    /// The major number.
    pub major: Option<i64>,
    /// The minor number.
    pub minor: Option<i64>,
    /// `rwm` or a part of it.
    pub access: String,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedNamespace {
    /// One of the container's own; that of the network may be made by podman below `/run/netns`.
    Own,
    /// The host's, or podman's own.
    Host,
    /// This one.
    Path(PathBuf),
    /// Another container's.
    Joined,
}

/// Does the container have a control group of its own?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedCgroups {
    /// It does.
    #[default]
    Own,
    /// `--cgroups=disabled`: neither limits nor rules for devices.
    None,
}

/// Does the container get open files of its caller's beside the three?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Descriptors {
    /// It does not.
    #[default]
    None,
    /// Those of `LISTEN_FDS`, `--preserve-fd` and `--preserve-fds`.
    Passed,
}

/// The level of an `SELinux` label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelinuxLevel {
    /// At most two categories: none but the container's own.
    #[default]
    Narrow,
    /// A wider one was asked for.
    Any,
}

/// Is the host's id 0 one of the container's?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostRoot {
    /// It is not.
    #[default]
    Outside,
    /// It may be: the mapping was asked for.
    Inside,
}

/// Limits of the control group; null is no limit, and a missing one no promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedLimits {
    /// Bytes of memory.
    #[serde(deserialize_with = "Option::deserialize")]
    pub memory: Option<i64>,
    /// Bytes of memory and swap together.
    #[serde(deserialize_with = "Option::deserialize")]
    pub swap: Option<i64>,
    /// Billionths of a CPU.
    #[serde(deserialize_with = "Option::deserialize")]
    pub nano_cpus: Option<u64>,
    /// Processes and threads.
    #[serde(deserialize_with = "Option::deserialize")]
    pub pids: Option<i64>,
    /// `--oom-kill-disable`.
    #[serde(default)]
    pub oom_killer: OomKiller,
}

/// May the kernel end the container's processes when memory runs out?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OomKiller {
    /// It may.
    #[default]
    On,
    /// It may not.
    Off,
}

impl Default for PromisedGroups {
    fn default() -> Self {
        Self::Exactly(BTreeSet::new())
    }
}

impl Default for Unmasked {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

/// What the engine hides and this container sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmasked {
    /// These paths; patterns count for what they begin with.
    Paths(BTreeSet<String>),
    /// Everything.
    All,
}
