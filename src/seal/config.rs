//! The OCI `config.json` as far as it matters: runtime-spec, `config.md` and `config-linux.md`.
//!
//! A key that stands nowhere here is refused where it could give something away: nobody can hold a promise against what
//! nobody knows. The `Ignored` ones are known and harmless.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::IgnoredAny as Ignored;
use serde::{Deserialize, Deserializer};

use crate::problem::Problem;

/// The largest `config.json` that is read, in bytes; an ordinary one has 30 KiB.
pub const MAX_BYTES: u64 = 4 << 20;

/// The document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciConfig {
    #[serde(default)]
    pub oci_version: Option<Ignored>,
    #[serde(default)]
    pub hostname: Option<Ignored>,
    #[serde(default)]
    pub domainname: Option<Ignored>,
    pub process: OciProcess,
    pub root: OciRoot,
    #[serde(default, deserialize_with = "null")]
    pub mounts: Vec<OciMount>,
    #[serde(default, deserialize_with = "null")]
    pub hooks: BTreeMap<String, Vec<OciHook>>,
    #[serde(default, deserialize_with = "null")]
    pub annotations: BTreeMap<String, String>,
    pub linux: OciLinux,
}

/// `process`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciProcess {
    #[serde(default)]
    pub terminal: Option<Ignored>,
    #[serde(default)]
    pub console_size: Option<Ignored>,
    #[serde(default)]
    pub args: Option<Ignored>,
    #[serde(default)]
    pub command_line: Option<Ignored>,
    #[serde(default)]
    pub cwd: Option<Ignored>,
    pub user: OciUser,
    #[serde(default, deserialize_with = "null")]
    pub env: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub capabilities: BTreeMap<String, Vec<String>>,
    #[serde(default, deserialize_with = "null")]
    pub rlimits: Vec<OciRlimit>,
    #[serde(default)]
    pub no_new_privileges: bool,
    #[serde(default)]
    pub apparmor_profile: String,
    #[serde(default)]
    pub selinux_label: String,
    #[serde(default)]
    pub oom_score_adj: Option<i64>,
}

/// `process.user`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciUser {
    pub uid: u32,
    pub gid: u32,
    #[serde(default)]
    pub umask: Option<Ignored>,
    #[serde(default, deserialize_with = "null")]
    pub additional_gids: Vec<u32>,
    #[serde(default)]
    pub username: Option<Ignored>,
}

/// One of `process.rlimits`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciRlimit {
    #[serde(rename = "type")]
    pub kind: String,
    pub soft: u64,
    pub hard: u64,
}

/// `root`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciRoot {
    pub path: PathBuf,
    #[serde(default)]
    pub readonly: bool,
}

/// One of `mounts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciMount {
    pub destination: PathBuf,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub source: PathBuf,
    #[serde(default, deserialize_with = "null")]
    pub options: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub uid_mappings: Vec<Ignored>,
    #[serde(default, deserialize_with = "null")]
    pub gid_mappings: Vec<Ignored>,
}

/// One of a stage of `hooks`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciHook {
    pub path: PathBuf,
    #[serde(default, deserialize_with = "null")]
    pub args: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub env: Vec<String>,
    #[serde(default)]
    pub timeout: Option<Ignored>,
}

/// `linux`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciLinux {
    #[serde(default, deserialize_with = "null")]
    pub uid_mappings: Vec<OciIdMapping>,
    #[serde(default, deserialize_with = "null")]
    pub gid_mappings: Vec<OciIdMapping>,
    #[serde(default, deserialize_with = "null")]
    pub sysctl: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "null")]
    pub resources: OciResources,
    #[serde(default)]
    pub cgroups_path: String,
    #[serde(default, deserialize_with = "null")]
    pub namespaces: Vec<OciNamespace>,
    #[serde(default, deserialize_with = "null")]
    pub devices: Vec<OciDevice>,
    #[serde(default)]
    pub seccomp: Option<serde_json::Value>,
    #[serde(default)]
    pub rootfs_propagation: String,
    #[serde(default, deserialize_with = "null")]
    pub masked_paths: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub readonly_paths: Vec<String>,
    #[serde(default)]
    pub mount_label: String,
    #[serde(default)]
    pub intel_rdt: Option<OciIntelRdt>,
    #[serde(default)]
    pub personality: Option<Ignored>,
}

/// `linux.intelRdt`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciIntelRdt {
    #[serde(rename = "closID")]
    pub class: String,
}

/// One of `linux.uidMappings`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciIdMapping {
    #[serde(rename = "containerID")]
    pub container: u32,
    #[serde(rename = "hostID")]
    pub host: u32,
    pub size: u32,
}

/// One of `linux.namespaces`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciNamespace {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub path: Option<PathBuf>,
}

/// One of `linux.devices`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciDevice {
    pub path: PathBuf,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub major: u64,
    #[serde(default)]
    pub minor: u64,
    #[serde(default)]
    pub file_mode: Option<Ignored>,
    #[serde(default)]
    pub uid: Option<Ignored>,
    #[serde(default)]
    pub gid: Option<Ignored>,
}

/// `linux.resources`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciResources {
    #[serde(default, deserialize_with = "null")]
    pub devices: Vec<OciDeviceRule>,
    #[serde(default, deserialize_with = "null")]
    pub memory: OciMemory,
    #[serde(default, deserialize_with = "null")]
    pub cpu: OciCpu,
    #[serde(default, deserialize_with = "null")]
    pub pids: OciPids,
    #[serde(default, rename = "blockIO")]
    pub block_io: Option<Ignored>,
    #[serde(default)]
    pub hugepage_limits: Option<Ignored>,
    #[serde(default, deserialize_with = "null")]
    pub unified: BTreeMap<String, String>,
}

/// One of `linux.resources.devices`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciDeviceRule {
    pub allow: bool,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub major: Option<i64>,
    #[serde(default)]
    pub minor: Option<i64>,
    #[serde(default)]
    pub access: String,
}

/// `linux.resources.memory`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciMemory {
    #[serde(default)]
    pub limit: Option<i64>,
    #[serde(default)]
    pub swap: Option<i64>,
    #[serde(default)]
    pub reservation: Option<Ignored>,
    #[serde(default)]
    pub kernel: Option<Ignored>,
    #[serde(default, rename = "kernelTCP")]
    pub kernel_tcp: Option<Ignored>,
    #[serde(default)]
    pub swappiness: Option<Ignored>,
    #[serde(default, rename = "disableOOMKiller")]
    pub disable_oom_killer: bool,
    #[serde(default)]
    pub use_hierarchy: Option<Ignored>,
    #[serde(default)]
    pub check_before_update: Option<Ignored>,
}

/// `linux.resources.cpu`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciCpu {
    #[serde(default)]
    pub quota: Option<i64>,
    #[serde(default)]
    pub period: Option<u64>,
    #[serde(default)]
    pub shares: Option<Ignored>,
    #[serde(default)]
    pub idle: Option<Ignored>,
    #[serde(default)]
    pub cpus: Option<Ignored>,
    #[serde(default)]
    pub mems: Option<Ignored>,
    #[serde(default)]
    pub realtime_runtime: Option<Ignored>,
    #[serde(default)]
    pub realtime_period: Option<Ignored>,
}

/// `linux.resources.pids`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct OciPids {
    #[serde(default)]
    pub limit: Option<i64>,
}

impl OciConfig {
    /// Reads the document.
    ///
    /// # Errors
    /// No such document, or a key that could give something away and that is not known here.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|error| {
            Problem::new(format!(
                "the runtime's config.json is not understood: {error}"
            ))
        })
    }
}

/// Go writes an empty list as null, or not at all.
fn null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}
