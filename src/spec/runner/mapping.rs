//! The user namespace: which id of this host stands behind the container's.

use super::{CallersOwn, Surroundings, is_writable};
use crate::host::{FileKind, Ids, Mode, NamespaceIds};
use crate::origin::{Origin, Setting};
use crate::podman::value::idmap::{HostId, IdMap};
use crate::podman::value::user::User;
use crate::podman::value::userns::Userns;
use crate::podman::value::volume::VolumeName;
use crate::spec::Mount;
use crate::spec::level::Level;

/// What was asked for.
#[derive(Debug)]
pub(in crate::spec) struct Asked {
    /// `--userns`; none where `--uidmap` or `--gidmap` says it.
    pub(in crate::spec) userns: Option<Setting<Userns>>,
    /// `--uidmap`
    pub(in crate::spec) uidmap: Vec<Setting<IdMap>>,
    /// `--gidmap`
    pub(in crate::spec) gidmap: Vec<Setting<IdMap>>,
    /// Is a namespace of another container or of a pod joined? podman refuses it beside most other user namespaces, and the kernel
    /// refuses the mounts.
    pub(in crate::spec) is_joining: bool,
}

/// What came of it.
pub(super) struct Chosen {
    pub(super) userns: Option<Setting<Userns>>,
    pub(super) ids: Option<NamespaceIds>,
    pub(super) is_caller_for: Option<CallersOwn>,
    pub(super) is_not_caller_for: Option<VolumeName>,
}

impl Asked {
    /// The user of a `keep-id` that was asked for: that of `uid=` and `gid=`. Without them podman takes the image's USER or else the
    /// caller's own numbers.
    pub(super) fn kept(
        &self,
        of_image: Option<&User>,
        around: &Surroundings<'_>,
    ) -> Option<Setting<User>> {
        let userns = self.userns.as_ref()?;
        let Userns::KeepId { uid, gid, size: _ } = userns.value else {
            return None;
        };
        let caller = around.host.identity();
        // Root's podman keeps nobody: it refuses, or maps every id to itself.
        if !around.is_rootless() || uid.is_none() && gid.is_none() && of_image.is_some() {
            return None;
        }
        let user = User::numbers(uid.unwrap_or(caller.uid), gid.unwrap_or(caller.gid));
        Some(Setting::new(user, userns.origin.clone()))
    }

    /// The caller's own ids, where something of the caller's is to be written and nothing says who else should do it.
    pub(super) fn callers(&self, around: &Surroundings<'_>) -> Option<Setting<User>> {
        if !self.is_open(around) {
            return None;
        }
        callers_bind(around)?;
        let caller = around.host.identity();
        Some(Setting::new(
            User::numbers(caller.uid, caller.gid),
            Origin::Host("the caller"),
        ))
    }

    /// The largest id that the container can have; none when it is not known.
    pub(super) fn last_id(&self, around: &Surroundings<'_>) -> Option<u32> {
        let size = match self.userns.as_ref().map(|userns| &userns.value) {
            Some(Userns::Auto(options)) => options.iter().rev().find(|(key, _)| key == "size"),
            _ => None,
        };
        let size = size.and_then(|(_, size)| size.parse::<u32>().ok());
        let ids = self.ids(None, around);
        size.and_then(|size| size.checked_sub(1))
            .or_else(|| ids.and_then(|ids| Some(ids.uids.last()?.min(ids.gids.last()?))))
    }

    /// The ids of the namespace that was asked for, for a `keep-id` without numbers those of this user.
    pub(super) fn ids(
        &self,
        user: Option<(u32, u32)>,
        around: &Surroundings<'_>,
    ) -> Option<NamespaceIds> {
        let engine = around.engine.as_ref()?;
        let caller = around.host.identity();
        if !self.uidmap.is_empty() || !self.gidmap.is_empty() {
            // One of the two stands for both.
            let (uids, gids) = match (self.uidmap.as_slice(), self.gidmap.as_slice()) {
                ([], gids) => (gids, gids),
                (uids, []) => (uids, uids),
                both => both,
            };
            return Some(NamespaceIds {
                uids: mapped(uids)?.within(&engine.uids),
                gids: mapped(gids)?.within(&engine.gids),
            });
        }
        match &self.userns.as_ref()?.value {
            Userns::Host => Some(engine.clone()),
            Userns::KeepId { uid, gid, size: _ } => {
                let user = user.unwrap_or((caller.uid, caller.gid));
                Some(kept(engine, (uid.unwrap_or(user.0), gid.unwrap_or(user.1))))
            }
            Userns::Nomap => {
                let all = |ids: &Ids| Ids::new([(0, 1, ids.last().unwrap_or(0))]).within(ids);
                Some(NamespaceIds {
                    uids: all(&engine.uids),
                    gids: all(&engine.gids),
                })
            }
            Userns::Private
            | Userns::Auto(_)
            | Userns::Path(_)
            | Userns::Container(_)
            | Userns::Pod => None,
        }
    }

    /// May the caller's id be put behind the container's without being asked for? Only where podman runs as the caller, the
    /// namespaces are the container's own and nobody asked for another one; not where everything is to be said.
    fn is_open(&self, around: &Surroundings<'_>) -> bool {
        let is_asked = self
            .userns
            .as_ref()
            .is_none_or(|userns| userns.origin.is_asked());
        around.is_rootless()
            && around.level == Level::Baseline
            && !is_asked
            && !self.is_joining
            && around
                .engine
                .as_ref()
                .is_some_and(|ids| ids.uids.last() > Some(0))
    }
}

/// The user namespace in which this user fits what is mounted: the caller's own directory makes the container's user the
/// caller, and a volume that holds that user's files as the default namespace numbers it forbids that.
pub(super) fn choose(asked: Asked, user: Option<(u32, u32)>, around: &Surroundings<'_>) -> Chosen {
    // Kept as uid or gid 0 the caller would be root in there, and the runtime ends with words about a pipe.
    let user = user.filter(|(uid, gid)| *uid != 0 && *gid != 0 && around.is_rootless());
    let ids = asked.ids(user, around);
    let caller = around.host.identity();
    let own = (caller.uid, caller.gid);
    let as_asked = |asked: Asked, is_not_caller_for| Chosen {
        userns: completed(asked.userns, user.filter(|user| *user != own)),
        ids,
        is_caller_for: None,
        is_not_caller_for,
    };
    let (Some(user), true, Some(engine)) = (user, asked.is_open(around), &around.engine) else {
        return as_asked(asked, None);
    };
    let Some(callers) = callers_bind(around).or_else(|| callers_volume(around)) else {
        return as_asked(asked, None);
    };
    let is_default = |owner| engine.uids.inside(owner).is_some_and(|owner| owner != 0);
    let mut defaults = around
        .used_volumes()
        .filter(|(_, owner)| is_default(*owner));
    if let Some((name, _)) = defaults.next() {
        return as_asked(asked, Some(name.clone()));
    }
    let keep_id = Userns::KeepId {
        uid: Some(user.0),
        gid: Some(user.1),
        size: None,
    };
    let origin = Origin::Host("the owner of what is mounted");
    Chosen {
        userns: Some(Setting::new(keep_id, origin)),
        ids: Some(kept(engine, user)),
        is_caller_for: Some(callers),
        is_not_caller_for: None,
    }
}

/// A `keep-id` without numbers keeps the user that runs: podman would keep the caller's numbers for nobody, and give the process
/// the caller's group.
fn completed(userns: Option<Setting<Userns>>, user: Option<(u32, u32)>) -> Option<Setting<Userns>> {
    let Setting { value, origin } = userns?;
    let value = match (value, user) {
        (
            Userns::KeepId {
                uid: None,
                gid: None,
                size,
            },
            Some((uid, gid)),
        ) => Userns::KeepId {
            uid: Some(uid),
            gid: Some(gid),
            size,
        },
        (value, _) => value,
    };
    Some(Setting::new(value, origin))
}

/// The caller's own directory that is to be written.
fn callers_bind(around: &Surroundings<'_>) -> Option<CallersOwn> {
    let caller = around.host.identity().uid;
    around.mounts.iter().find_map(|mount| match &mount.value {
        Mount::Bind(bind)
            if is_writable(&mount.value)
                && bind.source.kind != FileKind::Missing
                && bind.source.owner == caller =>
        {
            Some(CallersOwn::Path(bind.path.clone()))
        }
        Mount::Bind(_) | Mount::Volume(_) | Mount::Tmpfs(_) | Mount::Other(_) => None,
    })
}

/// A volume that was made while the caller's id stood behind the container's.
fn callers_volume(around: &Surroundings<'_>) -> Option<CallersOwn> {
    let caller = around.host.identity().uid;
    let mut volumes = around.used_volumes();
    let own = volumes.find(|(_, owner)| *owner == caller);
    own.map(|(name, _)| CallersOwn::Volume(name.clone()))
}

/// `keep-id:uid=,gid=`: that id is the caller, the others are the subordinate ids in their order.
fn kept(engine: &NamespaceIds, (uid, gid): (u32, u32)) -> NamespaceIds {
    NamespaceIds {
        uids: kept_ids(&engine.uids, uid),
        gids: kept_ids(&engine.gids, gid),
    }
}

fn kept_ids(engine: &Ids, id: u32) -> Ids {
    let most = engine.last().unwrap_or(0);
    let above = id.saturating_add(1);
    let ranges = [
        (0, 1, id.min(most)),
        (id, 0, 1),
        (above, above, most.saturating_sub(id)),
    ];
    Ids::new(ranges).within(engine)
}

/// `--uidmap` or `--gidmap`; none when only podman can tell.
fn mapped(maps: &[Setting<IdMap>]) -> Option<Ids> {
    let ranges = maps.iter().map(|map| match map.value.host {
        HostId::Absolute(host) => Some((map.value.container, host, map.value.size)),
        HostId::Relative => None,
    });
    Some(Ids::new(ranges.collect::<Option<Vec<_>>>()?))
}

impl Surroundings<'_> {
    pub(super) fn is_rootless(&self) -> bool {
        self.host.identity().mode == Mode::Rootless
    }
}
