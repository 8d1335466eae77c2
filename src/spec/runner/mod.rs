//! Who runs in the container, and who that is on this host.
//!
//! Inside it is the id that the image wants, outside of it the caller where the caller's own files are to be written:
//! then a server finds the user it was built for, and the files stay the caller's. [`who`] finds the id, [`mapping`] the
//! user namespace that fits it.

mod mapping;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::build::Inputs;
use super::layers::Layers;
use super::level::Level;
use super::mount::{ExistingVolume, Mount};
use crate::host::{FileKind, Host, Ids, ImageFiles, NamespaceIds, Resolved};
use crate::origin::Setting;
use crate::podman::accounts;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::mount_options::Access;
use crate::podman::value::path::{ContainerPath, HostPath};
use crate::podman::value::user::User;
use crate::podman::value::userns::Userns;
use crate::podman::value::volume::VolumeName;
use crate::problem::Problem;

pub(super) use self::mapping::Asked;

/// The first process, in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runner {
    /// Its uid in the container; none where only the running container knows.
    pub(crate) uid: Option<u32>,
    /// Its gid.
    pub(crate) gid: Option<u32>,
    /// The groups that the image gives it besides.
    pub(crate) groups: BTreeSet<u32>,
    /// Which ids of the container are which of the host; none where that is podman's choice, or another container's.
    pub(crate) ids: Option<NamespaceIds>,
    /// Does it join a namespace in which no other mapping works?
    pub(crate) is_joining: bool,
    /// What it is for that the caller's own id stands behind it, where nobody asked for that.
    pub(crate) is_caller_for: Option<CallersOwn>,
    /// The volume whose owner forbade that.
    pub(crate) is_not_caller_for: Option<VolumeName>,
}

/// What is mounted that belongs to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallersOwn {
    /// A path of this host.
    Path(HostPath),
    /// A volume.
    Volume(VolumeName),
}

impl Runner {
    /// The id in the container that owns a file of this host; none when it has none there, or it is not known.
    pub(crate) fn owner_inside(&self, owner: u32) -> Option<u32> {
        self.ids.as_ref()?.uids.inside(owner)
    }

    /// May it use what stands there? Owner, group or the others, and of them the first that fits alone, `path_resolution(7)`; an
    /// owner or a group without a number in `ids` is nobody's. None where who runs is known in the container only.
    pub(crate) fn may(
        &self,
        access: Access,
        found: &Resolved,
        ids: &NamespaceIds,
        more_groups: &[u32],
    ) -> Option<bool> {
        let (uid, gid) = (self.uid?, self.gid?);
        let has =
            |group| gid == group || self.groups.contains(&group) || more_groups.contains(&group);
        let shift = if ids.uids.inside(found.owner) == Some(uid) {
            6
        } else if ids.gids.inside(found.group).is_some_and(has) {
            3
        } else {
            0
        };
        let needs = match (access, found.kind) {
            (Access::ReadOnly, FileKind::Directory) => 0o5,
            (Access::ReadOnly, _) => 0o4,
            (Access::ReadWrite, FileKind::Directory) => 0o7,
            (Access::ReadWrite, _) => 0o6,
        };
        Some((found.mode >> shift) & needs == needs)
    }
}

/// What bears on the question.
pub(super) struct Surroundings<'a> {
    host: &'a dyn Host,
    /// The ids of podman's own namespace: what the default is, and what an image's files are owned by.
    engine: Option<NamespaceIds>,
    image: Option<&'a ImageConfig>,
    files: Box<dyn ImageFiles + 'a>,
    volumes: &'a BTreeMap<String, ExistingVolume>,
    mounts: &'a [Setting<Mount>],
    level: Level,
    passwd: String,
    group: String,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(inputs: &Inputs<'a>, mounts: &'a [Setting<Mount>]) -> Self {
        let layers = inputs.image_config.map_or(&[][..], |image| &image.layers);
        let files = inputs.host.image_files(layers);
        let text = |path: &str| {
            let read = files.read(Path::new(path), accounts::LARGEST);
            read.map_or_else(String::new, |bytes| {
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        let (passwd, group) = (text("/etc/passwd"), text("/etc/group"));
        Self {
            host: inputs.host,
            engine: inputs.host.engine_ids(),
            image: inputs.image_config,
            volumes: inputs.volumes,
            level: inputs.level,
            files,
            mounts,
            passwd,
            group,
        }
    }

    /// What the container may write to, and where.
    fn writable(&self) -> impl Iterator<Item = (&'a Setting<Mount>, &'a ContainerPath)> {
        let mounts = self.mounts.iter();
        mounts
            .filter(|mount| is_writable(&mount.value))
            .filter_map(|mount| {
                let at = mount.value.destination()?;
                Some((mount, at))
            })
    }

    /// The volumes that are to be written, exist and were used, with the uid of the host that owns what they hold.
    fn used_volumes(&self) -> impl Iterator<Item = (&'a VolumeName, u32)> {
        self.mounts.iter().filter_map(|mount| {
            let Mount::Volume(volume) = &mount.value else {
                return None;
            };
            // One that podman will give to the container's user fits every mapping.
            if !is_writable(&mount.value) || volume.options.ownership.is_some() {
                return None;
            }
            let name = volume.name.as_ref()?;
            let content = self.volumes.get(name.as_str())?.content.as_ref()?;
            Some((name, content.owner))
        })
    }
}

fn is_writable(mount: &Mount) -> bool {
    let options = match mount {
        Mount::Bind(bind) => &bind.options,
        Mount::Volume(volume) => &volume.options,
        Mount::Tmpfs(_) | Mount::Other(_) => return false,
    };
    options.access == Some(Access::ReadWrite) && options.overlay.is_none()
}

/// What is said of it, and what that comes to.
pub(super) struct Who {
    /// `--user`
    pub(super) user: Setting<User>,
    /// `--userns`
    pub(super) userns: Option<Setting<Userns>>,
    pub(super) runner: Runner,
}

/// Decides both.
///
/// # Errors
/// `user: image` with an image that names none.
pub(super) fn resolve(
    layers: &Layers<'_>,
    asked: Asked,
    around: &Surroundings<'_>,
) -> Result<Who, Problem> {
    let user = who::resolve(layers, &asked, around)?;
    let (uid, gid) = around.numbers(&user.value);
    let is_joining = asked.is_joining;
    let chosen = mapping::choose(asked, uid.zip(gid), around);
    let runner = Runner {
        uid,
        gid,
        groups: around.groups(&user.value),
        is_joining,
        ids: chosen.ids,
        is_caller_for: chosen.is_caller_for,
        is_not_caller_for: chosen.is_not_caller_for,
    };
    Ok(Who {
        user,
        userns: chosen.userns,
        runner,
    })
}

impl Runner {
    /// The uid and the gid that stand behind it on this host, where they are known.
    pub(crate) fn outside(&self) -> Option<(u32, u32)> {
        let ids = self.ids.as_ref()?;
        Some((ids.uids.outside(self.uid?)?, ids.gids.outside(self.gid?)?))
    }

    /// Has the user namespace the ids of this user? podman names a number that nobody typed, and a person without subordinate
    /// ids gets the runtime's words about a tmpfs.
    ///
    /// # Errors
    /// It has not.
    pub(crate) fn has_a_place(&self, user: &Setting<User>, host: &dyn Host) -> Result<(), Problem> {
        let Some(ids) = &self.ids else {
            return Ok(());
        };
        let is_there = |ids: &Ids, id: Option<u32>| id.is_none_or(|id| ids.outside(id).is_some());
        if is_there(&ids.uids, self.uid) && is_there(&ids.gids, self.gid) {
            return Ok(());
        }
        let Setting { value, origin } = user;
        if host
            .engine_ids()
            .is_some_and(|ids| ids.uids.last() == Some(0) || ids.gids.last() == Some(0))
        {
            let name = host.identity().name.clone();
            let name = name.unwrap_or_else(|| "\"$USER\"".to_owned());
            let what = format!(
                "you have no subordinate ids, so a container of yours has no other user than root, and not {value}"
            );
            return Err(Problem::new(what).at(origin).instead(format!(
                "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {name}, then podman system migrate"
            )));
        }
        let what = format!("the user namespace of this run has no place for the user {value}");
        let last = ids.uids.last().zip(ids.gids.last());
        let last = last.map_or(0, |(uid, gid)| uid.min(gid));
        Err(Problem::new(what).at(origin).instead(format!(
            "--user={last}:{last}, or more ids: --uidmap, --gidmap and --userns say how many"
        )))
    }
}

#[cfg(test)]
mod tests;
