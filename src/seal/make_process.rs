//! Who the process is and what it may, as the runtime will see it.

use std::collections::BTreeSet;

use super::promise::{PromisedApparmor, PromisedGroups, PromisedId, PromisedSelinux, SelinuxLevel};
use crate::caps::{Cap, CapArg};
use crate::host::{Identity, Mode};
use crate::podman::value::label_opt::{LabelOpt, is_narrow};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::security_opt::AppArmorArg;
use crate::podman::value::user;
use crate::podman::value::userns::Userns;
use crate::spec::{Spec, Switch};

pub(super) fn id(asked: Option<&user::Id>) -> PromisedId {
    match asked {
        Some(user::Id::Number(0)) => PromisedId::Any,
        Some(user::Id::Number(id)) => PromisedId::Exactly(*id),
        Some(user::Id::Name(name)) if name == "root" => PromisedId::Any,
        Some(user::Id::Name(_)) | None => PromisedId::NotRoot,
    }
}

/// A user without a group has that of the image's passwd file: root's is 0.
pub(super) fn gid(spec: &Spec) -> PromisedId {
    let user::User { user, group } = &spec.user.value;
    match group {
        Some(group) => id(Some(group)),
        None if id(Some(user)) == PromisedId::Any => PromisedId::Any,
        None => PromisedId::NotRoot,
    }
}

pub(super) fn groups(spec: &Spec, caller: &Identity) -> PromisedGroups {
    let mut named = spec.user.value.group.is_none();
    let mut listed = BTreeSet::new();
    // podman adds the group that the caller has in such a namespace.
    match spec.userns.as_ref().map(|userns| &userns.value) {
        Some(Userns::KeepId { gid, .. }) => drop(listed.insert(gid.unwrap_or(caller.gid))),
        Some(Userns::Nomap) => drop(listed.insert(0)),
        _ => {}
    }
    for given in spec.passed("group-add") {
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
    match (gid(spec), listed.contains(&0)) {
        (PromisedId::Any, _) | (_, true) if named => PromisedGroups::Any,
        _ if named => PromisedGroups::NotRoot,
        _ => PromisedGroups::Exactly(listed),
    }
}

pub(super) fn capabilities(spec: &Spec) -> BTreeSet<String> {
    let name = |cap: Cap| cap.capability().to_string();
    if spec.privileged.value == Switch::On
        || spec.cap_add.iter().any(|cap| cap.value == CapArg::All)
    {
        return Cap::all().map(name).collect();
    }
    let one = |cap: &CapArg| match cap {
        CapArg::All => None,
        CapArg::One(cap) => Some(name(*cap)),
    };
    spec.cap_add
        .iter()
        .filter_map(|cap| one(&cap.value))
        .collect()
}

pub(super) fn modules(spec: &Spec, mode: Mode) -> (PromisedApparmor, PromisedSelinux) {
    if spec.privileged.value == Switch::On {
        return (PromisedApparmor::Unconfined, PromisedSelinux::Unconfined);
    }
    let apparmor = match spec.apparmor.as_ref().map(|asked| &asked.value) {
        // Only root loads profiles: a user's podman gives its containers none by itself.
        None if mode == Mode::Rootless => PromisedApparmor::Unconfined,
        None => PromisedApparmor::Confined,
        Some(AppArmorArg::Unconfined) => PromisedApparmor::Unconfined,
        Some(AppArmorArg::Profile(name)) => PromisedApparmor::Profile(name.clone()),
    };
    let mut selinux = PromisedSelinux::Confined;
    // podman drops the label of a container that shares these namespaces with the host.
    if spec.pid.value == Namespace::Host || spec.ipc.value == Namespace::Host {
        selinux = PromisedSelinux::Unconfined;
    }
    for label in &spec.label {
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
    (apparmor, selinux)
}

pub(super) fn selinux_level(spec: &Spec) -> SelinuxLevel {
    let wide = |label: &LabelOpt| matches!(label, LabelOpt::Level(level) if !is_narrow(level));
    if spec.label.iter().any(|label| wide(&label.value)) {
        SelinuxLevel::Any
    } else {
        SelinuxLevel::Narrow
    }
}
