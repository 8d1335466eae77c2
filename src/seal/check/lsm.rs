//! `AppArmor` and `SELinux`, where the host has them.

use super::Facts;
use crate::host::{Apparmor, Lsm, Selinux};
use crate::podman::value::label_opt::{is_confined, is_narrow};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Promise, PromisedApparmor, PromisedSelinux, SelinuxLevel};

/// What podman's own profile is called, in every release.
const DEFAULT_PROFILE: &str = "containers-default-";

pub(super) fn check(promise: &Promise, config: &OciConfig, facts: &Facts<'_>) -> Vec<Breach> {
    let process = &config.process;
    labels(
        promise,
        facts.host.lsm(),
        &process.apparmor_profile,
        &process.selinux_label,
    )
}

/// The two labels against what was promised, as far as the host has the modules.
pub(in crate::seal) fn labels(
    promise: &Promise,
    lsm: Lsm,
    apparmor_profile: &str,
    selinux_label: &str,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    if lsm.apparmor == Apparmor::Enabled {
        breaches.extend(apparmor(&promise.apparmor, apparmor_profile));
    }
    if lsm.selinux != Selinux::Disabled {
        breaches.extend(selinux(promise, selinux_label));
    }
    breaches
}

fn apparmor(promised: &PromisedApparmor, found: &str) -> Option<Breach> {
    let (holds, promised) = match promised {
        PromisedApparmor::Unconfined => (true, String::new()),
        PromisedApparmor::Confined => (
            found.starts_with(DEFAULT_PROFILE),
            "podman's own".to_owned(),
        ),
        PromisedApparmor::Profile(name) => {
            (found == name, format!("the AppArmor profile \"{name}\""))
        }
    };
    let found = if found.is_empty() || found == "unconfined" {
        "no AppArmor profile".to_owned()
    } else {
        format!("the AppArmor profile \"{found}\"")
    };
    (!holds).then(|| Breach::new(found, promised, Culprit::Conf("apparmor_profile")))
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
        return Some(Breach::new(found, promised, Culprit::Conf("label")));
    }
    let narrow = promise.selinux_level == SelinuxLevel::Any || is_narrow(level);
    (!narrow).then(|| Breach::new(found, "categories of its own", Culprit::Unknown))
}
