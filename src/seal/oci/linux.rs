//! The part of it that is about Linux: runtime-spec, `config-linux.md`.

#![allow(
    clippy::missing_docs_in_private_items,
    reason = "the names are the specification's"
)]
#![expect(
    dead_code,
    reason = "a key that nothing reads has a field all the same: one without a field is refused"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::null;

/// `linux`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciLinux {
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
    pub personality: Option<OciPersonality>,
}

/// `linux.personality`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciPersonality {
    pub domain: String,
    #[serde(default, deserialize_with = "null")]
    pub flags: Vec<String>,
}

/// `linux.intelRdt`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciIntelRdt {
    #[serde(rename = "closID")]
    pub class: String,
}

/// One of `linux.uidMappings`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciIdMapping {
    #[serde(rename = "containerID")]
    pub container: u32,
    #[serde(rename = "hostID")]
    pub host: u32,
    pub size: u32,
}

/// One of `linux.namespaces`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciNamespace {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub path: Option<PathBuf>,
}

/// One of `linux.devices`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciDevice {
    pub path: PathBuf,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub major: u64,
    #[serde(default)]
    pub minor: u64,
    #[serde(default)]
    pub file_mode: Option<IgnoredAny>,
    #[serde(default)]
    pub uid: Option<IgnoredAny>,
    #[serde(default)]
    pub gid: Option<IgnoredAny>,
}

/// `linux.resources`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciResources {
    #[serde(default, deserialize_with = "null")]
    pub devices: Vec<OciDeviceRule>,
    #[serde(default, deserialize_with = "null")]
    pub memory: OciMemory,
    #[serde(default, deserialize_with = "null")]
    pub cpu: OciCpu,
    #[serde(default, deserialize_with = "null")]
    pub pids: OciPids,
    #[serde(default, rename = "blockIO")]
    pub block_io: Option<IgnoredAny>,
    #[serde(default)]
    pub hugepage_limits: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "null")]
    pub unified: BTreeMap<String, String>,
}

/// One of `linux.resources.devices`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciDeviceRule {
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
pub(crate) struct OciMemory {
    #[serde(default)]
    pub limit: Option<i64>,
    #[serde(default)]
    pub swap: Option<i64>,
    #[serde(default)]
    pub reservation: Option<IgnoredAny>,
    #[serde(default)]
    pub kernel: Option<IgnoredAny>,
    #[serde(default, rename = "kernelTCP")]
    pub kernel_tcp: Option<IgnoredAny>,
    #[serde(default)]
    pub swappiness: Option<IgnoredAny>,
    #[serde(default, rename = "disableOOMKiller")]
    pub disable_oom_killer: bool,
    #[serde(default)]
    pub use_hierarchy: Option<IgnoredAny>,
    #[serde(default)]
    pub check_before_update: Option<IgnoredAny>,
}

/// `linux.resources.cpu`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciCpu {
    #[serde(default)]
    pub quota: Option<i64>,
    #[serde(default)]
    pub period: Option<u64>,
    #[serde(default)]
    pub shares: Option<IgnoredAny>,
    #[serde(default)]
    pub idle: Option<IgnoredAny>,
    #[serde(default)]
    pub cpus: Option<IgnoredAny>,
    #[serde(default)]
    pub mems: Option<IgnoredAny>,
    #[serde(default)]
    pub realtime_runtime: Option<IgnoredAny>,
    #[serde(default)]
    pub realtime_period: Option<IgnoredAny>,
}

/// `linux.resources.pids`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciPids {
    #[serde(default)]
    pub limit: Option<i64>,
}
