//! The OCI `config.json` as far as it matters: runtime-spec, `config.md` and `config-linux.md`.
//!
//! A key that is not listed here is refused, not ignored: a promise cannot be held against a setting that this program does
//! not know. The `IgnoredAny` ones are known and harmless.

#![allow(
    clippy::missing_docs_in_private_items,
    reason = "the names are the specification's"
)]
#![expect(
    dead_code,
    reason = "a key that nothing reads has a field all the same: one without a field is refused"
)]

mod linux;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

pub(crate) use linux::{
    OciDevice, OciDeviceRule, OciIdMapping, OciIntelRdt, OciLinux, OciResources,
};

use crate::problem::Problem;

/// The largest `config.json` that is read, in bytes; an ordinary one has 30 KiB.
pub(crate) const MAX_BYTES: u64 = 4 << 20;

/// The document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciConfig {
    #[serde(default)]
    pub oci_version: Option<IgnoredAny>,
    #[serde(default)]
    pub hostname: Option<IgnoredAny>,
    #[serde(default)]
    pub domainname: Option<IgnoredAny>,
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
pub(crate) struct OciProcess {
    #[serde(default)]
    pub terminal: Option<IgnoredAny>,
    #[serde(default)]
    pub console_size: Option<IgnoredAny>,
    #[serde(default)]
    pub args: Option<IgnoredAny>,
    #[serde(default)]
    pub command_line: Option<IgnoredAny>,
    #[serde(default)]
    pub cwd: Option<IgnoredAny>,
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
pub(crate) struct OciUser {
    pub uid: u32,
    pub gid: u32,
    #[serde(default)]
    pub umask: Option<IgnoredAny>,
    #[serde(default, deserialize_with = "null")]
    pub additional_gids: Vec<u32>,
    #[serde(default)]
    pub username: Option<IgnoredAny>,
}

/// One of `process.rlimits`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciRlimit {
    #[serde(rename = "type")]
    pub kind: String,
    pub soft: u64,
    pub hard: u64,
}

/// `root`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciRoot {
    pub path: PathBuf,
    #[serde(default)]
    pub readonly: bool,
}

/// One of `mounts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct OciMount {
    pub destination: PathBuf,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub source: PathBuf,
    #[serde(default, deserialize_with = "null")]
    pub options: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub uid_mappings: Vec<IgnoredAny>,
    #[serde(default, deserialize_with = "null")]
    pub gid_mappings: Vec<IgnoredAny>,
}

/// One of a stage of `hooks`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OciHook {
    pub path: PathBuf,
    #[serde(default, deserialize_with = "null")]
    pub args: Vec<String>,
    #[serde(default, deserialize_with = "null")]
    pub env: Vec<String>,
    #[serde(default)]
    pub timeout: Option<IgnoredAny>,
}

impl OciConfig {
    /// Reads the document.
    ///
    /// # Errors
    /// No such document, or a key that could give something away and that is not known here.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(bytes).map_err(|error| {
            Problem::new(format!(
                "the runtime's config.json is not understood: {error}"
            ))
            .instead("use a safe-podman that knows this release of podman")
        })
    }
}

/// Go writes an empty list as null, or not at all.
fn null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}
