//! `--device` with KVM, vfio and the like.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HypervisorDevice,
    title: "the container would get a device for virtual machines",
    severity: Severity::Medium,
    why: "the kernel's virtualisation is a large interface to attack, vhost works inside the kernel, and a vfio device reads \
          and writes memory past the processor",
    instead: "leave it out; for a container that runs virtual machines, allow it in that container's profile",
    references: &["CIS 5.18", "CVE-2019-14835"],
    bad: &["--device=/dev/kvm"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let devices = of_class(spec, facts, &[DeviceClass::Hypervisor]);
    let hit = |path: &std::path::Path| format!("the container would get \"{}\"", path.display());
    devices
        .into_iter()
        .map(|found| Hit::refuse(hit(&found.path), found.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn virtual_machines() {
        for device in [
            "/dev/kvm",
            "/dev/vhost-net",
            "/dev/vhost-vsock",
            "/dev/vsock",
            "/dev/vfio/1",
            "/dev/vfio",
            "/dev/sev",
        ] {
            refused("hypervisor-device", &["--device", device]);
        }
        silent("hypervisor-device", &["--device", "/dev/net/tun"]);
        silent("hypervisor-device", &["--device", "/dev/zero:/dev/kvm"]);
    }
}
