//! Who the process is and what it may, as the runtime will see it.

use std::collections::BTreeSet;

use crate::caps::{Cap, CapArg};
use crate::host::{Identity, Mode};
use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::value::label_opt::{LabelOpt, is_narrow};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::security_opt::AppArmorArg;
use crate::podman::value::user;
use crate::podman::value::userns::Userns;
use crate::seal::promise::{
    PromisedApparmor, PromisedGroups, PromisedId, PromisedSelinux, SelinuxLevel,
};
use crate::spec::Switch;

pub(super) fn id(asked: Option<&user::Id>) -> PromisedId {
    match asked {
        Some(user::Id::Number(0)) => PromisedId::Any,
        Some(user::Id::Number(id)) => PromisedId::Exactly(*id),
        Some(user::Id::Name(name)) if name == "root" => PromisedId::Any,
        Some(user::Id::Name(_)) | None => PromisedId::NotRoot,
    }
}

/// A user without a group has the group that the image's passwd file gives it; for uid 0 that is 0.
pub(super) fn gid(asked: &user::User) -> PromisedId {
    let user::User { user, group } = asked;
    match group {
        Some(group) => id(Some(group)),
        None if id(Some(user)) == PromisedId::Any => PromisedId::Any,
        None => PromisedId::NotRoot,
    }
}

pub(super) fn groups<'a, I: Iterator<Item = &'a FlagValue>>(
    user: &user::User,
    userns: Option<&Userns>,
    group_add: I,
    caller: &Identity,
) -> PromisedGroups {
    let mut named = user.group.is_none();
    let mut listed = BTreeSet::new();
    // podman adds the group that the caller has in such a namespace.
    match userns {
        Some(Userns::KeepId { gid, .. }) => drop(listed.insert(gid.unwrap_or(caller.gid))),
        Some(Userns::Nomap) => drop(listed.insert(0)),
        None
        | Some(
            Userns::Host
            | Userns::Private
            | Userns::Auto(_)
            | Userns::Path(_)
            | Userns::Container(_)
            | Userns::Pod,
        ) => {}
    }
    for given in group_add {
        for group in given.value.split(',') {
            match group.parse::<user::Id>() {
                Ok(user::Id::Number(id)) => drop(listed.insert(id)),
                Ok(user::Id::Name(name)) if name == "root" || name == "keep-groups" => {
                    return PromisedGroups::Any;
                }
                Ok(user::Id::Name(_)) | Err(_) => named = true,
            }
        }
    }
    match (gid(user), listed.contains(&0)) {
        (PromisedId::Any, _) | (_, true) if named => PromisedGroups::Any,
        _ if named => PromisedGroups::NotRoot,
        _ => PromisedGroups::Exactly(listed),
    }
}

pub(super) fn capabilities(privileged: Switch, asked: &[Setting<CapArg>]) -> BTreeSet<String> {
    let name = |cap: Cap| cap.capability().to_string();
    if privileged == Switch::On || asked.iter().any(|cap| cap.value == CapArg::All) {
        return Cap::all().map(name).collect();
    }
    let one = |cap: &CapArg| match cap {
        CapArg::All => None,
        CapArg::One(cap) => Some(name(*cap)),
    };
    asked.iter().filter_map(|cap| one(&cap.value)).collect()
}

pub(super) fn apparmor(
    privileged: Switch,
    asked: Option<&Setting<AppArmorArg>>,
    mode: Mode,
) -> PromisedApparmor {
    if privileged == Switch::On {
        return PromisedApparmor::Unconfined;
    }
    match asked.map(|asked| &asked.value) {
        // Only root loads profiles: a rootless podman gives its containers none by itself.
        None if mode == Mode::Rootless => PromisedApparmor::Unconfined,
        None => PromisedApparmor::Confined,
        Some(AppArmorArg::Unconfined) => PromisedApparmor::Unconfined,
        Some(AppArmorArg::Profile(name)) => PromisedApparmor::Profile(name.clone()),
    }
}

pub(super) fn selinux(
    privileged: Switch,
    labels: &[Setting<LabelOpt>],
    pid: &Namespace,
    ipc: &Namespace,
) -> PromisedSelinux {
    if privileged == Switch::On {
        return PromisedSelinux::Unconfined;
    }
    // podman drops the label of a container that shares these namespaces with the host.
    let shared = [pid, ipc].contains(&&Namespace::Host);
    let mut selinux = if shared {
        PromisedSelinux::Unconfined
    } else {
        PromisedSelinux::Confined
    };
    for label in labels {
        selinux = match &label.value {
            LabelOpt::Disable => PromisedSelinux::Unconfined,
            LabelOpt::Type(name) => PromisedSelinux::Type(name.clone()),
            LabelOpt::Nested
            | LabelOpt::User(_)
            | LabelOpt::Role(_)
            | LabelOpt::Level(_)
            | LabelOpt::Filetype(_) => selinux,
        };
    }
    selinux
}

pub(super) fn file_type(labels: &[Setting<LabelOpt>]) -> Option<String> {
    labels.iter().rev().find_map(|label| match &label.value {
        LabelOpt::Filetype(name) => Some(name.clone()),
        LabelOpt::Disable
        | LabelOpt::Nested
        | LabelOpt::User(_)
        | LabelOpt::Role(_)
        | LabelOpt::Type(_)
        | LabelOpt::Level(_) => None,
    })
}

pub(super) fn selinux_level(labels: &[Setting<LabelOpt>]) -> SelinuxLevel {
    let wide = |label: &LabelOpt| matches!(label, LabelOpt::Level(level) if !is_narrow(level));
    if labels.iter().any(|label| wide(&label.value)) {
        SelinuxLevel::Any
    } else {
        SelinuxLevel::Narrow
    }
}
