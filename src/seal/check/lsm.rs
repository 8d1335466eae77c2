//! `AppArmor` and `SELinux`, where the host has them.

use super::Facts;
use crate::host::{Apparmor as Module, Selinux as State};
use crate::seal::breach::{Breach, Culprit};
use crate::seal::config::Config;
use crate::seal::promise::{Apparmor, Promise, Selinux};

/// Types that confine nothing.
const OPEN_TYPES: [&str; 5] = [
    "spc_t",
    "unconfined_t",
    "container_runtime_t",
    "unconfined_service_t",
    "init_t",
];

pub(super) fn check(promise: &Promise, config: &Config, facts: &Facts<'_>) -> Vec<Breach> {
    let lsm = facts.host.lsm();
    let mut breaches = Vec::new();
    if lsm.apparmor == Module::Enabled {
        breaches.extend(apparmor(
            &promise.apparmor,
            &config.process.apparmor_profile,
        ));
    }
    if lsm.selinux != State::Disabled {
        breaches.extend(selinux(&promise.selinux, &config.process.selinux_label));
    }
    breaches
}

fn apparmor(promised: &Apparmor, found: &str) -> Option<Breach> {
    let open = found.is_empty() || found == "unconfined";
    let (holds, promised) = match promised {
        Apparmor::Unconfined => (true, String::new()),
        Apparmor::Confined => (!open, "a profile that confines".to_owned()),
        Apparmor::Profile(name) => (found == name, format!("the AppArmor profile \"{name}\"")),
    };
    let found = if open {
        "no AppArmor profile".to_owned()
    } else {
        format!("the AppArmor profile \"{found}\"")
    };
    (!holds).then(|| Breach::new(found, promised, Culprit::Conf("apparmor_profile")))
}

fn selinux(promised: &Selinux, label: &str) -> Option<Breach> {
    let found = label.split(':').nth(2).unwrap_or_default();
    let open = found.is_empty() || OPEN_TYPES.contains(&found);
    let (holds, promised) = match promised {
        Selinux::Unconfined => (true, String::new()),
        Selinux::Confined => (!open, "a type that confines".to_owned()),
        Selinux::Type(name) => (found == name, format!("the SELinux type \"{name}\"")),
    };
    let found = if label.is_empty() {
        "no SELinux label".to_owned()
    } else {
        format!("the SELinux label \"{label}\"")
    };
    (!holds).then(|| Breach::new(found, promised, Culprit::Conf("label")))
}
