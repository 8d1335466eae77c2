//! Device nodes and the rules of the device control group.

use crate::podman::releases::conf;
use crate::seal::breach::Breach;
use crate::seal::observed::ObservedConfig;
use crate::seal::oci::{OciDevice, OciDeviceRule};
use crate::seal::promise::{Privilege, Promise, PromisedCgroups, PromisedDevice};

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    if promise.privilege == Privilege::Privileged {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for found in &config.document.linux.devices {
        if !promise
            .devices
            .iter()
            .any(|promised| is_node(promised, found))
        {
            let what = format!(
                "the device \"{}\" ({} {}:{})",
                found.path.display(),
                found.kind,
                found.major,
                found.minor
            );
            breaches.push(Breach::extra(what, "--device").by(conf::DEVICES));
        }
    }
    let rules = &config.document.linux.resources.devices;
    let denied = rules
        .first()
        .is_some_and(|first| !first.allow && is_every(first));
    // In a user namespace podman makes no device control group: no node can be made there, and none mounted works.
    if !promise.is_mapped() && promise.cgroups == PromisedCgroups::Own && !denied {
        let breach = Breach::missing(
            "a rule that denies every device",
            "with mknod(2) it can make any device of the host",
        );
        breaches.push(breach.by(conf::DEVICES));
    }
    for rule in rules.iter().filter(|rule| rule.allow) {
        if !is_promised(promise, rule) {
            let found = format!("the device rule \"{}\"", describe(rule));
            let breach = Breach::extra(found, "--device or --device-cgroup-rule");
            breaches.push(breach.by(conf::DEVICES));
        }
    }
    breaches
}

fn is_node(promised: &PromisedDevice, found: &OciDevice) -> bool {
    let kind = if found.kind == "u" { "c" } else { &found.kind };
    promised.path == found.path
        && kind == promised.kind.to_string()
        && promised.major == found.major
        && promised.minor == found.minor
}

fn is_every(rule: &OciDeviceRule) -> bool {
    matches!(rule.kind.as_str(), "" | "a")
        && !is_number(rule.major)
        && !is_number(rule.minor)
        && rule.access == "rwm"
}

/// Absent and -1 are every number.
fn is_number(number: Option<i64>) -> bool {
    number.is_some_and(|number| number >= 0)
}

fn is_promised(promise: &Promise, rule: &OciDeviceRule) -> bool {
    let within = |access: &str| {
        !rule.access.is_empty() && rule.access.chars().all(|letter| access.contains(letter))
    };
    let same = |number: u64, found: Option<i64>| {
        found.and_then(|found| u64::try_from(found).ok()) == Some(number)
    };
    let covers = |promised: Option<i64>, found: Option<i64>| {
        promised.is_none_or(|promised| found == Some(promised))
    };
    let device = promise.devices.iter().any(|device| {
        rule.kind == device.kind.to_string()
            && same(device.major, rule.major)
            && same(device.minor, rule.minor)
            && within(&device.access)
    });
    device
        || promise.device_rules.iter().any(|asked| {
            (asked.kind == 'a' || rule.kind == asked.kind.to_string())
                && covers(asked.major, rule.major)
                && covers(asked.minor, rule.minor)
                && within(&asked.access)
        })
}

fn describe(rule: &OciDeviceRule) -> String {
    let number = |number: Option<i64>| {
        number
            .filter(|number| *number >= 0)
            .map_or("*".to_owned(), |number| number.to_string())
    };
    let kind = if rule.kind.is_empty() {
        "a"
    } else {
        &rule.kind
    };
    format!(
        "{kind} {}:{} {}",
        number(rule.major),
        number(rule.minor),
        rule.access
    )
}
