//! `--gpus`, CDI devices and graphics nodes.

use crate::podman::flags;
use crate::podman::value::device::Device;
use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::Gpu,
    title: "the container gets a graphics processor or another device by description",
    severity: Severity::Medium,
    why: "graphics drivers are a large part of the kernel that is easy to reach from there, and a CDI description may add \
          mounts, variables and hooks that no flag shows",
    instead: "for computing without a display name the one render node: --device=/dev/dri/renderD128",
    references: &[
        "CIS 5.18",
        "Container Device Interface specification",
        "CVE-2024-0132",
    ],
    bad: &["--device=nvidia.com/gpu=all"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let nodes = of_class(spec, facts, &[DeviceClass::Gpu])
        .into_iter()
        .map(|found| {
            Hit::warn(
                format!(
                    "the container gets the graphics device \"{}\"",
                    found.path.display()
                ),
                found.origin,
            )
        });
    let described = spec.device.iter().filter_map(|device| match &device.value {
        Device::Cdi(name) => Some((name.clone(), &device.origin)),
        Device::Node { .. } => None,
    });
    let gpus = spec
        .passed(&flags::GPUS)
        .map(|given| (format!("nvidia.com/gpu={}", given.value), &given.origin));
    let described = described.chain(gpus).map(|(name, origin)| {
        Hit::warn(
            format!("the container gets what the description of \"{name}\" on this host says"),
            origin,
        )
    });
    nodes.chain(described).collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, silent};

    #[test]
    fn nodes_and_descriptions() {
        for arg in [
            "--device=/dev/dri",
            "--device=/dev/kfd",
            "--device=/dev/nvidia0",
            "--device=vendor.com/class=x",
            "--gpus=all",
        ] {
            let findings = findings("gpu", &[arg]);
            assert!(
                matches!(findings.as_slice(), [one] if one.verdict == Verdict::Noted),
                "{arg}: {findings:?}"
            );
        }
        silent("gpu", &["--env=NVIDIA_VISIBLE_DEVICES=all"]);
    }
}
