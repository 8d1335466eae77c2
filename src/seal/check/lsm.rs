//! `AppArmor` and `SELinux`, where the host has them.

use crate::host::{Apparmor, Selinux};
use crate::podman::releases::conf;
use crate::podman::value::label_opt::{is_confined, is_narrow};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedProcess;
use crate::seal::promise::{Promise, PromisedApparmor, PromisedSelinux, SelinuxLevel};

/// What podman's own profile is called, in every release.
const DEFAULT_PROFILE: &str = "containers-default-";

pub(super) fn check(promise: &Promise, process: &ObservedProcess) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if process.lsm.apparmor == Apparmor::Enabled {
        breaches.extend(apparmor(&promise.apparmor, &process.apparmor));
    }
    if process.lsm.selinux != Selinux::Disabled {
        breaches.extend(selinux(promise, &process.selinux_label));
    }
    breaches
}

/// Of stacked profiles each one confines: one that was promised is enough.
fn apparmor(promised: &PromisedApparmor, found: &[String]) -> Option<Breach> {
    let (holds, promised) = match promised {
        PromisedApparmor::Unconfined => return None,
        PromisedApparmor::Confined => (
            found.iter().any(|name| name.starts_with(DEFAULT_PROFILE)),
            "podman's own".to_owned(),
        ),
        PromisedApparmor::Profile(name) => (
            found.contains(name),
            format!("the AppArmor profile \"{name}\""),
        ),
    };
    let found = match found.first().map_or("", String::as_str) {
        "" | "unconfined" => "no AppArmor profile".to_owned(),
        name => format!("the AppArmor profile \"{name}\""),
    };
    (!holds).then(|| Breach::new(found, promised, Culprit::Conf(conf::APPARMOR_PROFILE)))
}

fn selinux(promise: &Promise, label: &str) -> Option<Breach> {
    let mut parts = label.splitn(4, ':').skip(2);
    let (kind, level) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let (holds, promised) = match &promise.selinux {
        PromisedSelinux::Unconfined => return None,
        PromisedSelinux::Confined => (is_confined(kind), "a type that confines".to_owned()),
        PromisedSelinux::Type(name) => (kind == name, format!("the SELinux type \"{name}\"")),
    };
    let found = if label.is_empty() {
        "no SELinux label".to_owned()
    } else {
        format!("the SELinux label \"{label}\"")
    };
    if !holds {
        return Some(Breach::new(found, promised, Culprit::Conf(conf::LABEL)));
    }
    let narrow = promise.selinux_level == SelinuxLevel::Any || is_narrow(level);
    (!narrow).then(|| Breach::new(found, "categories of its own", Culprit::Unknown))
}
