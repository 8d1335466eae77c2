//! `--device` with the kernel's or the machine's own.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::KernelDevice,
    title: "the container would get a device of the kernel or of the machine itself",
    severity: Severity::Critical,
    why: "through these the kernel's memory and log are read or written, the processor's registers changed, the machine \
          reset; no container needs one",
    instead: "leave it out; for the kernel's log use journalctl -k on the host",
    references: &[
        "CIS 5.18",
        "article: 10 security recommendations",
        "mem(4)",
        "msr(4)",
    ],
    bad: &["--device=/dev/mem"],
    good: &["--device=/dev/zero"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let devices = of_class(spec, facts, &[DeviceClass::Kernel]);
    let hit = |path: &std::path::Path| {
        if path.starts_with("/dev") {
            format!(
                "the container would get \"{}\" of the host's kernel",
                path.display()
            )
        } else {
            format!(
                "the container would get \"{}\", and only a node's numbers tell what it is",
                path.display()
            )
        }
    };
    devices
        .into_iter()
        .map(|found| Hit::refuse(hit(&found.path), found.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn memory_registers_clocks_and_reset() {
        for device in [
            "/dev/mem",
            "/dev/kmem",
            "/dev/port",
            "/dev/kmsg",
            "/dev/kmsg:/dev/log:r",
            "/dev/nvram",
            "/dev/watchdog0",
            "/dev/cpu/0/msr",
            "/dev/cpu",
            "/dev/rtc0",
            "/dev/hpet",
            "/dev/mcelog",
            "/dev/mtd0",
            "/dev/char",
        ] {
            refused("kernel-device", &["--device", device]);
        }
        for device in [
            "/dev/null",
            "/dev/memory",
            "/dev/random:/dev/mem",
            "/dev/kvm",
        ] {
            silent("kernel-device", &["--device", device]);
        }
    }

    #[test]
    fn a_node_outside_dev_and_a_link() {
        let host = Fake::rootful()
            .node("/dev/mem", FileKind::CharDevice, 0, 0o640)
            .node("/srv/null", FileKind::CharDevice, 0, 0o666)
            .link("/dev/zero", "mem");
        for device in ["--device=/srv/null", "--device=/dev/zero"] {
            assert!(
                judged_on(&host, &[device], Level::Baseline)
                    .judgement
                    .is_refused(),
                "{device}"
            );
        }
    }
}
