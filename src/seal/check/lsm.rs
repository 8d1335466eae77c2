//! `AppArmor` and `SELinux`, where the host has them.

use crate::host::{Apparmor, Selinux};
use crate::podman::releases::conf;
use crate::podman::value::label_opt::{is_confined, is_narrow};
use crate::seal::breach::Breach;
use crate::seal::observed::{ObservedConfig, ObservedProcess};
use crate::seal::promise::{Promise, PromisedApparmor, PromisedSelinux, SelinuxLevel};

/// What podman's own profile is called, in every release.
const DEFAULT_PROFILE: &str = "containers-default-";

/// The types that container-selinux gives the files of containers, of today and of before 2017.
const FILE_TYPES: [&str; 2] = ["container_file_t", "svirt_sandbox_file_t"];

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

/// The label of its files: a type that the container's own processes may write to and the host's daemons do not serve, and
/// the categories of the process. An empty one is as little as none.
pub(super) fn files(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let label = config.document.linux.mount_label.as_str();
    let is_judged = config.context.host.lsm().selinux != Selinux::Disabled
        && promise.selinux != PromisedSelinux::Unconfined;
    if !is_judged || label.is_empty() {
        return Vec::new();
    }
    let part = |label: &str, at: usize| label.splitn(4, ':').nth(at).map(str::to_owned);
    let kind = part(label, 2).unwrap_or_default();
    let promised = match &promise.file_type {
        Some(name) => vec![name.as_str()],
        None => FILE_TYPES.to_vec(),
    };
    let level = part(&config.document.process.selinux_label, 3);
    let is_kept = promised.contains(&kind.as_str()) && part(label, 3) == level;
    let breach = || {
        let promised = format!(
            "the type {} and the level of the process",
            promised.join(" or ")
        );
        let found = format!("\"{label}\"");
        Breach::wider("the SELinux label of its files", found, promised).by(conf::LABEL)
    };
    (!is_kept).then(breach).into_iter().collect()
}

/// Of stacked profiles each one confines: one that was promised is enough.
fn apparmor(promised: &PromisedApparmor, found: &[String]) -> Option<Breach> {
    let (holds, promised) = match promised {
        PromisedApparmor::Unconfined => return None,
        PromisedApparmor::Confined => (
            found.iter().any(|name| name.starts_with(DEFAULT_PROFILE)),
            "podman's own AppArmor profile".to_owned(),
        ),
        PromisedApparmor::Profile(name) => (
            found.contains(name),
            format!("the AppArmor profile \"{name}\""),
        ),
    };
    let found = match found.first().map_or("", String::as_str) {
        "" | "unconfined" => "it has none that confines".to_owned(),
        name => format!("it has \"{name}\""),
    };
    (!holds).then(|| Breach::missing(promised, found).by(conf::APPARMOR_PROFILE))
}

fn selinux(promise: &Promise, label: &str) -> Option<Breach> {
    let mut parts = label.splitn(4, ':').skip(2);
    let (kind, level) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let (holds, promised) = match &promise.selinux {
        PromisedSelinux::Unconfined => return None,
        PromisedSelinux::Confined => {
            let promised = "an SELinux type that confines";
            (is_confined(kind), promised.to_owned())
        }
        PromisedSelinux::Type(name) => (kind == name, format!("the SELinux type \"{name}\"")),
    };
    let found = if label.is_empty() {
        "it has no SELinux label".to_owned()
    } else {
        format!("it has the SELinux label \"{label}\"")
    };
    if !holds {
        return Some(Breach::missing(promised, found).by(conf::LABEL));
    }
    let narrow = promise.selinux_level == SelinuxLevel::Any || is_narrow(level);
    (!narrow).then(|| Breach::missing("an SELinux label with categories of its own", found))
}
