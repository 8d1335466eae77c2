//! `AppArmor` profiles that confine nothing.

use std::path::Path;

use crate::host::{Apparmor, Links};
use crate::podman::value::security_opt::AppArmorArg;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The kernel's list: `NAME (MODE)` a line, readable by root.
const LOADED: &str = "/sys/kernel/security/apparmor/profiles";

pub(super) static RULE: Rule = Rule {
    id: RuleId::ApparmorUnconfined,
    title: "AppArmor would not confine the container",
    severity: Severity::High,
    why: "the profile is what denies writes to /proc and /sys and mounts to a process that got further than it should; a \
          profile in complain mode only writes that down",
    instead: "leave the option out: the engine's own containers-default profile applies",
    references: &[
        "CIS 5.2",
        "PSS baseline: AppArmor",
        "article: basic security principles",
        "apparmor(7)",
    ],
    bad: &["--security-opt=apparmor=unconfined"],
    good: &["--security-opt=no-new-privileges"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let Some(profile) = &spec.apparmor else {
        return Vec::new();
    };
    let what = match &profile.value {
        AppArmorArg::Unconfined => RULE.title.to_owned(),
        AppArmorArg::Profile(name) => match mode(name, facts) {
            Some(mode) if mode != "enforce" => format!("the AppArmor profile \"{name}\" is {mode}"),
            Some(_) | None => return Vec::new(),
        },
    };
    vec![Hit::refuse(what, &profile.origin)]
}

/// The mode of a profile as the kernel tells it; `None` where there is no `AppArmor`, or only root may know.
fn mode(name: &str, facts: &Facts<'_>) -> Option<String> {
    if facts.host.lsm().apparmor == Apparmor::Disabled {
        return None;
    }
    let loaded = facts
        .host
        .open_file(Path::new(LOADED), 1 << 20, Links::Refuse)
        .ok()?
        .bytes;
    let loaded = String::from_utf8_lossy(&loaded).into_owned();
    let line = loaded
        .lines()
        .filter_map(|line| line.rsplit_once(" ("))
        .find(|(known, _)| *known == name);
    Some(line.map_or_else(
        || "not loaded".to_owned(),
        |(_, mode)| mode.trim_end_matches(')').to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use crate::host::{Apparmor, Fake, Lsm, Selinux};
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused};

    #[test]
    fn unconfined_unknown_and_complaining() {
        refused(
            "apparmor-unconfined",
            &["--security-opt", "apparmor:unconfined"],
        );
        let list = b"web (enforce)\nlax (complain)\n".to_vec();
        let host = Fake::rootful()
            .with_lsm(Lsm {
                selinux: Selinux::Disabled,
                apparmor: Apparmor::Enabled,
            })
            .file("/sys/kernel/security/apparmor/profiles", 0, 0o444, list);
        for (profile, refused) in [("web", false), ("lax", true), ("nowhere", true)] {
            let judged = judged_on(
                &host,
                &[&format!("--security-opt=apparmor={profile}")],
                Level::Baseline,
            );
            assert_eq!(judged.judgement.is_refused(), refused, "{profile}");
        }
    }
}
