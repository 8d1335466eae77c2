//! May the container's user read and write what is mounted? By the owner, the group and the mode of what is there, by the
//! numbers of the container.

pub(super) mod cure;

use crate::caps::CapArg;
use crate::host::{FileKind, Resolved};
use crate::origin::Setting;
use crate::podman::flags;
use crate::podman::value::mount_options::{Access, MountOptions};
use crate::podman::value::path::ContainerPath;
use crate::policy::facts::Facts;
use crate::spec::mount::{Bind, NamedVolume};
use crate::spec::{Mount, Spec, Switch};

/// Who passes over owners and modes.
const OVERRIDES: [&str; 2] = ["DAC_OVERRIDE", "DAC_READ_SEARCH"];

/// Something mounted that the container's user cannot use as it was meant.
pub(super) struct Closed<'a> {
    /// Where it appears.
    pub(super) at: &'a ContainerPath,
    /// What it is.
    pub(super) what: Closure<'a>,
    /// What stands there.
    pub(super) found: &'a Resolved,
    /// What it was meant for.
    pub(super) access: Access,
    /// The mount.
    pub(super) mount: &'a Setting<Mount>,
}

/// What it is.
#[derive(Clone, Copy)]
pub(super) enum Closure<'a> {
    /// A path of this host.
    Bind(&'a Bind),
    /// A volume that was used before.
    Volume(&'a str),
}

/// All of it; nothing where the ids are not known, or do not matter.
pub(super) fn closed<'a>(spec: &'a Spec, facts: &Facts<'a>) -> Vec<Closed<'a>> {
    let may_all = spec.cap_add.iter().any(|cap| match cap.value {
        CapArg::All => true,
        CapArg::One(cap) => OVERRIDES.contains(&cap.to_string().as_str()),
    });
    if may_all || spec.privileged.value == Switch::On {
        return Vec::new();
    }
    let mounts = spec.mounts.iter().filter_map(|mount| mounted(mount, facts));
    mounts
        .filter(|mounted| may(spec, mounted) == Some(false))
        .filter(|mounted| !facts.host.has_acl(&mounted.found.path))
        .collect()
}

/// What is there before the container starts. What podman will give to the container's user is nobody else's.
fn mounted<'a>(mount: &'a Setting<Mount>, facts: &Facts<'a>) -> Option<Closed<'a>> {
    let (what, at, found, options) = match &mount.value {
        Mount::Bind(bind) => (
            Closure::Bind(bind),
            &bind.destination,
            &bind.source,
            &bind.options,
        ),
        Mount::Volume(volume) => {
            let NamedVolume {
                name,
                destination,
                options,
                ..
            } = volume;
            let found = facts.existing(volume)?.content.as_ref()?;
            let name = name.as_ref()?.as_str();
            (Closure::Volume(name), destination, found, options)
        }
        Mount::Tmpfs(_) | Mount::Other(_) => return None,
    };
    let MountOptions {
        access,
        ownership,
        overlay,
        idmap,
        ..
    } = options;
    let is_judged = ownership.is_none()
        && overlay.is_none()
        && idmap.is_none()
        && matches!(found.kind, FileKind::Directory | FileKind::File);
    is_judged.then_some(Closed {
        at,
        what,
        found,
        access: (*access)?,
        mount,
    })
}

/// None where that is known in the container only.
fn may(spec: &Spec, mounted: &Closed<'_>) -> Option<bool> {
    let given = spec.passed(&flags::GROUP_ADD);
    let words = given.flat_map(|given| given.value.split(','));
    // A name, and keep-groups.
    let groups: Option<Vec<u32>> = words.map(|word| word.parse().ok()).collect();
    let ids = spec.runner.ids.as_ref()?;
    spec.runner
        .may(mounted.access, mounted.found, ids, &groups?)
}
