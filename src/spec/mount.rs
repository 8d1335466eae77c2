//! What is mounted into the container, told apart by where it leads.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::host::Resolved;
use crate::podman::value::mount::OtherMount;
use crate::podman::value::mount_options::{Access, MountOptions};
use crate::podman::value::path::{ContainerPath, HostPath};
use crate::podman::value::tmpfs::Tmpfs;
use crate::podman::value::volume::VolumeName;

/// A host path in the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The source as typed.
    pub asked: HostPath,
    /// Where it leads.
    pub source: Resolved,
    /// The same, as podman is given it.
    pub path: HostPath,
    /// Where it appears.
    pub destination: ContainerPath,
    /// Read-only or not, as typed; nothing means read-only.
    pub asked_access: Option<Access>,
    /// The options as podman will get them.
    pub options: MountOptions,
    /// Where writes to an overlay (`O,upperdir=,workdir=`) go, resolved.
    pub overlay_dirs: Vec<Resolved>,
    /// Mount points below the source that come along as they are: a read-only bind does not make them read-only.
    pub submounts: Vec<PathBuf>,
    /// Those that become mounts of their own.
    pub covered: Vec<PathBuf>,
}

/// A mount of podman's own storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedVolume {
    /// Its name; none for an anonymous one.
    pub name: Option<VolumeName>,
    /// Where it appears.
    pub destination: ContainerPath,
    /// The options as podman will get them.
    pub options: MountOptions,
    /// `volume-opt=` of `--mount`; with `o=bind,device=` the volume is a host path in disguise.
    pub volume_opts: Vec<(String, String)>,
    /// `subpath=` of `--mount`.
    pub subpath: Option<String>,
    /// The host path behind `volume-opt=device=`, resolved.
    pub device: Option<Resolved>,
}

/// A named volume that exists already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExistingVolume {
    /// Its driver; podman's own is `local`.
    pub driver: String,
    /// `type`, `o`, `device` and so on.
    pub options: BTreeMap<String, String>,
    /// The host path it stands for, when it is a bind in disguise.
    pub device: Option<Resolved>,
    /// Was nothing mounted yet, so that podman will fill it and give it away?
    pub is_new: bool,
    /// The directory with what it holds, when that is to stay so and can be told.
    pub content: Option<Resolved>,
}

impl ExistingVolume {
    /// `type`, `o`, `device` and so on.
    pub(crate) fn options(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.options
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

/// What `--rootfs` makes of the word in the place of IMAGE: `PATH[:O|:idmap[=…]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalRootfs {
    /// Where the path leads.
    pub source: Resolved,
    /// The same, as podman is given it.
    pub path: HostPath,
    /// What follows the last colon: `O`, `idmap` or `idmap=…`.
    pub suffix: Option<String>,
}

impl ExternalRootfs {
    /// Do writes go to a layer of podman's own?
    pub fn is_overlay(&self) -> bool {
        self.suffix.as_deref() == Some("O")
    }
}

impl fmt::Display for ExternalRootfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        match &self.suffix {
            Some(suffix) => write!(f, ":{suffix}"),
            None => Ok(()),
        }
    }
}

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mount {
    /// A host path.
    Bind(Bind),
    /// A volume.
    Volume(NamedVolume),
    /// A tmpfs.
    Tmpfs(Tmpfs),
    /// devpts, image, glob, ramfs, artifact: as given.
    Other(OtherMount),
}

impl Mount {
    /// Where it appears in the container; a glob may have none of its own.
    pub fn destination(&self) -> Option<&ContainerPath> {
        match self {
            Self::Bind(bind) => Some(&bind.destination),
            Self::Volume(volume) => Some(&volume.destination),
            Self::Tmpfs(tmpfs) => Some(&tmpfs.destination),
            Self::Other(other) => other.destination(),
        }
    }
}
