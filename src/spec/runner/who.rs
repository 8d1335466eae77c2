//! The id inside: what somebody asked for, else what the image wants, else what fits the files that it is to write.

use std::collections::BTreeSet;
use std::path::Path;

use super::mapping::Asked;
use super::{Surroundings, is_writable};
use crate::host::FileKind;
use crate::origin::{Origin, Setting};
use crate::podman::accounts;
use crate::podman::flags;
use crate::podman::value::user::{Id, MAX_ID, Rootness, User};
use crate::problem::Problem;
use crate::spec::Mount;
use crate::spec::baseline::USER_AUTO;
use crate::spec::layers::{Layers, setting};

/// Who runs in a container for which nobody else speaks: no account of any host.
const NOBODY_ELSE: u32 = 65_532;

/// The word for a profile's `user: image`.
const USER_IMAGE: &str = "image";

fn is_word(origin: &Origin, value: &str) -> bool {
    let said_here = matches!(origin, Origin::Baseline | Origin::Profile { .. });
    said_here && (value == USER_AUTO || value == USER_IMAGE)
}

/// The value of `--user`, always with a group where the user is a number: podman would take group 0.
pub(super) fn resolve(
    layers: &Layers<'_>,
    asked: &Asked,
    around: &Surroundings<'_>,
) -> Result<Setting<User>, Problem> {
    let given = layers
        .last(&flags::USER)
        .ok_or_else(|| Problem::new("--user has no value"))?;
    if !is_word(&given.origin, &given.value) {
        return Ok(setting(given, str::parse)?.map(|user| around.with_group(user)));
    }
    let of_image = of_image(around)?;
    if let Some(kept) = asked.kept(of_image.as_ref().map(|user| &user.value), around) {
        return Ok(kept);
    }
    if let Some(user) = of_image {
        return Ok(user);
    }
    if given.value == USER_IMAGE && around.image.is_some() {
        return Err(
            Problem::new("\"user: image\" needs an image whose USER is not root")
                .at(&given.origin)
                .instead("user: 1000:1000, or user: auto"),
        );
    }
    let last = asked.last_id(around);
    // A guess is none where the namespace has no such id.
    let fits = |found: &Setting<User>| match found.value.user {
        Id::Number(uid) => last.is_none_or(|last| uid <= last),
        Id::Name(_) => true,
    };
    let found = owner_in_image(around)
        .or_else(|| owner_of_volumes(around))
        .or_else(|| owner_of_binds(asked, around))
        .or_else(|| asked.callers(around));
    if let Some(found) = found.filter(fits) {
        return Ok(found);
    }
    // Where there is no id but root's the run ends: see `Runner::has_a_place`.
    let last = last.filter(|last| *last != 0);
    let id = last.unwrap_or(NOBODY_ELSE).min(NOBODY_ELSE);
    Ok(Setting::new(User::numbers(id, id), given.origin.clone()))
}

/// The image's USER, unless it is root.
fn of_image(around: &Surroundings<'_>) -> Result<Option<Setting<User>>, Problem> {
    let Some(image) = around.image.filter(|image| !image.user.is_empty()) else {
        return Ok(None);
    };
    let mut user: User = image.user.parse().map_err(Problem::from)?;
    // A group that nobody but the image asks for.
    let group = user.group.as_ref();
    if group.and_then(|group| accounts::gid(&around.group, group)) == Some(0) {
        user.group = None;
    }
    let is_root = user.is_root() == Rootness::Root || around.numbers(&user).0 == Some(0);
    let user = around.with_group(user);
    Ok((!is_root).then(|| Setting::new(user, Origin::Image("USER"))))
}

/// Who owns the directories of the image that are for writing: a mount hides them, but the program was made for their owner. The
/// VOLUMEs say it, or else the places of the mounts; several owners say nothing.
fn owner_in_image(around: &Surroundings<'_>) -> Option<Setting<User>> {
    let volumes = around.image.iter().flat_map(|image| &image.volumes);
    let of_volumes: BTreeSet<u32> = volumes
        .filter_map(|at| around.owner_in_image(Path::new(at)))
        .collect();
    let owners = if of_volumes.is_empty() {
        let places = around.writable();
        places
            .filter_map(|(_, at)| around.owner_in_image(Path::new(at.as_str())))
            .collect()
    } else {
        of_volumes
    };
    around.single(&owners, &Origin::Image("directories"))
}

/// Who owns what the volumes hold, by the numbers of podman's own namespace.
fn owner_of_volumes(around: &Surroundings<'_>) -> Option<Setting<User>> {
    let owners = around.used_volumes();
    let owners = owners.filter_map(|(_, owner)| around.engine.as_ref()?.uids.inside(owner));
    let owners = owners.filter(|owner| *owner != 0).collect();
    around.single(&owners, &Origin::Host("the owner of a volume"))
}

/// Rootful, who owns the directories of this host that are for writing. Another user's podman is asked about its own: see
/// [`Asked::callers`].
fn owner_of_binds(asked: &Asked, around: &Surroundings<'_>) -> Option<Setting<User>> {
    if around.is_rootless() {
        return None;
    }
    let ids = asked.ids(None, around)?;
    let binds = around
        .mounts
        .iter()
        .filter(|mount| is_writable(&mount.value));
    let owners = binds.filter_map(|mount| match &mount.value {
        Mount::Bind(bind) if bind.source.kind != FileKind::Missing => {
            ids.uids.inside(bind.source.owner)
        }
        Mount::Bind(_) | Mount::Volume(_) | Mount::Tmpfs(_) | Mount::Other(_) => None,
    });
    let owners = owners.filter(|owner| *owner != 0).collect();
    around.single(&owners, &Origin::Host("the owner of a directory"))
}

impl Surroundings<'_> {
    /// The owner of a path of the image as the image numbers it, unless it is root.
    fn owner_in_image(&self, path: &Path) -> Option<u32> {
        let found = self.files.find(path)?;
        let owner = self.engine.as_ref()?.uids.inside(found.owner)?;
        (1..=MAX_ID).contains(&owner).then_some(owner)
    }

    /// The one owner, where there is one only.
    fn single(&self, owners: &BTreeSet<u32>, origin: &Origin) -> Option<Setting<User>> {
        let mut owners = owners.iter();
        let (Some(uid), None) = (owners.next(), owners.next()) else {
            return None;
        };
        let user = User {
            user: Id::Number(*uid),
            group: None,
        };
        Some(Setting::new(self.with_group(user), origin.clone()))
    }

    /// The group of a user who has a number: its primary one in the image, else the same number. Never that of a directory, and
    /// never root's unless it is said: such a group opens what nobody meant to open.
    pub(super) fn with_group(&self, user: User) -> User {
        match user {
            User {
                user: Id::Number(uid),
                group: None,
            } => User::numbers(uid, self.primary_group(uid)),
            User {
                user: Id::Name(name),
                group: None,
            } => {
                let user = Id::Name(name);
                let account = accounts::account(&self.passwd, &user);
                // podman gives a name the supplementary groups of the image only where no group is said.
                let roots = account.filter(|account| account.gid == 0 && account.uid != 0);
                let group = roots.map(|account| Id::Number(account.uid));
                User { user, group }
            }
            user => user,
        }
    }

    fn primary_group(&self, uid: u32) -> u32 {
        let account = accounts::account(&self.passwd, &Id::Number(uid));
        let gid = account.map(|account| account.gid);
        gid.filter(|gid| *gid != 0).unwrap_or(uid)
    }

    /// The groups that podman gives a user besides, where no group is said: those of the image that list the name.
    pub(super) fn groups(&self, user: &User) -> BTreeSet<u32> {
        match (&user.user, &user.group) {
            (Id::Name(name), None) => accounts::groups_of(&self.group, name).collect(),
            (Id::Name(_) | Id::Number(_), _) => BTreeSet::new(),
        }
    }

    /// A user in numbers, as far as the image's accounts tell.
    pub(super) fn numbers(&self, user: &User) -> (Option<u32>, Option<u32>) {
        let account = accounts::account(&self.passwd, &user.user);
        let uid = match user.user {
            Id::Number(uid) => Some(uid),
            Id::Name(_) => account.map(|account| account.uid),
        };
        let gid = match &user.group {
            Some(group) => accounts::gid(&self.group, group),
            None => account.map(|account| account.gid),
        };
        (uid, gid)
    }
}
