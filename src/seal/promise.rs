//! What a run promises about its container: everything that could make it stronger, in the words of the OCI runtime
//! specification.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The version of the format. A hook refuses every other: it could not know what was meant.
pub const VERSION: u32 = 1;

/// The promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// [`VERSION`].
    pub version: u32,
    /// Who runs podman.
    pub engine: EngineMode,
    /// `--privileged`.
    pub privilege: Privilege,
    /// The user of process 1.
    pub uid: Id,
    /// Its group.
    pub gid: Id,
    /// The supplementary groups beside [`Promise::gid`].
    pub groups: Groups,
    /// Full names (`CAP_NET_BIND_SERVICE`); none of the five sets holds another one.
    pub capabilities: BTreeSet<String>,
    /// `noNewPrivileges`.
    pub new_privileges: NewPrivileges,
    /// The system call filter; none: unconfined.
    pub seccomp: Option<Filter>,
    /// `AppArmor`, where the host has it.
    pub apparmor: Apparmor,
    /// `SELinux`, where the host has it.
    pub selinux: Selinux,
    /// The root file system.
    pub root: Access,
    /// The mounts that were asked for, by destination.
    pub mounts: BTreeMap<PathBuf, Mount>,
    /// Files of `--secret`: destination to name.
    pub secrets: BTreeMap<PathBuf, String>,
    /// `--init`.
    pub init: Init,
    /// Where podman keeps named volumes, when not below its store.
    pub volume_path: Option<PathBuf>,
    /// The device nodes.
    pub devices: Vec<Device>,
    /// `--device-cgroup-rule`.
    pub device_rules: Vec<DeviceRule>,
    /// The namespaces by their OCI names, without `mount`, which is always the container's own.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The limits of the control group.
    pub limits: Limits,
    /// Names of files in the control group that `--cgroup-conf` may write.
    pub unified: BTreeSet<String>,
    /// Paths hidden beside the engine's own.
    pub masked: BTreeSet<String>,
    /// Paths given back.
    pub unmasked: Unmasked,
    /// Soft and hard limit by OCI name (`RLIMIT_NOFILE`); none: the engine's own, `--ulimit host`.
    pub rlimits: Option<BTreeMap<String, (u64, u64)>>,
    /// `--sysctl`.
    pub sysctl: BTreeMap<String, String>,
    /// `--oom-score-adj`.
    pub oom_score_adj: i64,
    /// Names of variables, a trailing `*` standing for any rest. Values are nobody's business.
    pub env: BTreeSet<String>,
    /// Programs that may be hooks.
    pub hooks: BTreeSet<PathBuf>,
    /// Annotations of `--annotation`, key and value.
    pub annotations: BTreeMap<String, String>,
    /// Keys of the image's annotations, which podman before 4.5.1 copies.
    pub image_annotations: BTreeSet<String>,
}

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Privilege {
    /// It is not.
    Confined,
    /// It is: every capability, every device, nothing hidden.
    Privileged,
}

/// A user or group id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Id {
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
pub enum Groups {
    /// These.
    Exactly(BTreeSet<u32>),
    /// Those the image gives a user it names, without 0.
    NotRoot,
    /// Any: 0 was asked for by name, or the caller's own (`keep-groups`).
    Any,
}

/// `noNewPrivileges`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewPrivileges {
    /// Set.
    Denied,
    /// Not set.
    Allowed,
}

/// A seccomp profile and what podman resolves it with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Where the judged bytes are kept.
    pub file: PathBuf,
    /// Their SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// `AppArmor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Apparmor {
    /// The engine's profile, or any other that confines.
    Confined,
    /// This profile.
    Profile(String),
    /// None.
    Unconfined,
}

/// `SELinux`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Selinux {
    /// A type that confines: the engine's `container_t` and its kin.
    Confined,
    /// This type.
    Type(String),
    /// None, or one as good as none.
    Unconfined,
}

/// May it be written?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// No.
    ReadOnly,
    /// Yes.
    ReadWrite,
}

/// `--init`: a program of the host's in the container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Not asked for.
    None,
    /// podman's own, wherever a distribution installs it.
    Engine,
    /// `--init-path`.
    Path(PathBuf),
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// Those of `ro`, `nosuid`, `nodev`, `noexec` that it must have.
    pub flags: BTreeSet<String>,
    /// Are the mounts below a source part of it?
    pub depth: Depth,
    /// `shared` and its kin, when asked for; otherwise no mount crosses the container's wall.
    pub propagation: Option<String>,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountKind {
    /// A path of the host.
    Bind(PathBuf),
    /// A volume of podman's, and the part of it; without a name an anonymous one.
    Volume(Option<String>, Option<PathBuf>),
    /// A tmpfs of at most so many bytes; without a number the engine's default, or a share of memory.
    Tmpfs(Option<u64>),
    /// A layer above a path of the host, and where its writes go.
    Overlay(PathBuf, Option<(PathBuf, PathBuf)>),
    /// The content of an image, from podman's store.
    Image,
    /// A file system of this type that leads nowhere.
    Type(String),
}

/// Are the mounts below a source part of a mount?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// They are not (`bind`).
    Closed,
    /// They are (`rbind`).
    Open,
}

/// A device node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
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
pub struct DeviceRule {
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
pub enum Namespace {
    /// One of the container's own; that of the network may be made by podman below `/run/netns`.
    Own,
    /// The host's, or podman's own.
    Host,
    /// This one.
    Path(PathBuf),
    /// Another container's.
    Joined,
}

/// Limits of the control group; none is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<i64>,
    /// Bytes of memory and swap together.
    pub swap: Option<i64>,
    /// Billionths of a CPU.
    pub nano_cpus: Option<u64>,
    /// Processes and threads.
    pub pids: Option<i64>,
    /// `--oom-kill-disable`.
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

/// What the engine hides and this container sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmasked {
    /// These paths; patterns count for what they begin with.
    Paths(BTreeSet<String>),
    /// Everything.
    All,
}

impl Promise {
    /// The value of the annotation: JSON in hexadecimal digits, since podman 4 and 5 disagree about commas and quotes.
    ///
    /// # Errors
    /// A path that is not UTF-8.
    pub fn encode(&self) -> Result<String, Problem> {
        let json = serde_json::to_vec(self).map_err(|error| Problem::new(error.to_string()))?;
        Ok(hexadecimal(&json))
    }

    /// Reads the value of the annotation.
    ///
    /// # Errors
    /// Anything but what [`Promise::encode`] writes.
    pub fn decode(text: &str) -> Result<Self, Problem> {
        let unreadable = |why: &str| Problem::new(format!("the promise is unreadable: {why}"));
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(unreadable("it is not hexadecimal"));
        }
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let json: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        let json = json.ok_or_else(|| unreadable("it is not hexadecimal"))?;
        let Versioned { version } =
            serde_json::from_slice(&json).map_err(|error| unreadable(&error.to_string()))?;
        if version != VERSION {
            return Err(unreadable(&format!("version {version} is not {VERSION}"))
                .instead("make the container again with this safe-podman"));
        }
        serde_json::from_slice(&json).map_err(|error| unreadable(&error.to_string()))
    }
}

/// The one key that every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Two digits for each byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.map(digit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::string_slice, reason = "tests")]
    use super::*;

    fn promise() -> Promise {
        serde_json::from_str(include_str!("fixtures/promise.json")).unwrap()
    }

    #[test]
    fn reads_what_it_writes() {
        let text = promise().encode().unwrap();
        assert!(text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        assert_eq!(Promise::decode(&text).unwrap(), promise());
    }

    #[test]
    fn anything_else_is_refused() {
        let text = promise().encode().unwrap();
        let hex = |json: &str| hexadecimal(json.as_bytes());
        let json = serde_json::to_string(&promise()).unwrap();
        for bad in [
            String::new(),
            "0".to_owned(),
            "zz".to_owned(),
            "+1".to_owned(),
            "é0".to_owned(),
            text[2..].to_owned(),
            text[..text.len() - 2].to_owned(),
            format!("{text}00"),
            hex("{}"),
            hex("null"),
            hex("{\"version\": 2}"),
            hex(&json.replace("\"version\":1", "\"version\":2")),
            hex(&json.replacen('{', "{\"more\":1,", 1)),
            hex(&json.replacen('{', "{\"version\":1,", 1)),
        ] {
            assert!(Promise::decode(&bad).is_err(), "{bad}");
        }
    }
}
