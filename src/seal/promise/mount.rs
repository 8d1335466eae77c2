//! What is promised about a mount.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::host::Place;

/// May it be written?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PromisedAccess {
    /// No.
    #[default]
    ReadOnly,
    /// Yes.
    ReadWrite,
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromisedMount {
    /// What is mounted.
    pub kind: MountKind,
    /// Those of `ro`, `nosuid`, `nodev`, `noexec` that it must have.
    pub flags: BTreeSet<String>,
    /// Are the mounts below a source part of it?
    #[serde(default, skip_serializing_if = "is_default")]
    pub depth: Depth,
    /// Are its owners others than they are on the host?
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Owners,
    /// `shared` and its kin, when asked for; otherwise no mount crosses the container's wall.
    #[serde(default, skip_serializing_if = "is_default")]
    pub propagation: Option<String>,
    /// The place that was judged, of a path of the host; since version 3, and only where the host's table tells.
    #[serde(default, skip_serializing_if = "is_default")]
    pub place: Option<Place>,
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
    /// A layer above something of the host's, and where its writes go; without directories of its own to one of podman's
    /// that is gone with the container.
    Overlay(Lower, Option<(PathBuf, PathBuf)>),
    /// The content of an image, from podman's store.
    Image,
    /// A file system of this type that leads nowhere.
    Type(String),
}

/// What is below a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lower {
    /// A path of the host.
    Path(PathBuf),
    /// A volume of podman's, and the part of it.
    Volume(Option<String>, Option<PathBuf>),
}

/// Whose are the files of a mount?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owners {
    /// Those whose they are on the host.
    #[default]
    Kept,
    /// Those of a mapping that was asked for (`idmap`).
    Mapped,
    /// The container's user, whom podman gives the volume to (`U`).
    Given,
}

/// Are the mounts below a source part of a mount?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// They are not (`bind`).
    #[default]
    Closed,
    /// They are (`rbind`).
    Open,
}
