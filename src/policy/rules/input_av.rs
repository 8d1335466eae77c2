//! `--device` with keyboards, cameras, sound, USB and other hardware.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InputAv,
    title: "the container gets hardware that hears, sees or types",
    severity: Severity::Medium,
    why: "with these a program logs keys, types for the user, listens or looks; the whole USB bus is all that is plugged in, \
          disks and security keys among it",
    instead: "name the one device, read-only if that is enough: --device=/dev/ttyUSB0, --device=/dev/video0:/dev/video0:r",
    references: &[
        "CIS 5.18",
        "article: 10 security recommendations",
        "podman-run(1)",
    ],
    bad: &["--device=/dev/input"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let found = of_class(
        spec,
        facts,
        &[DeviceClass::Other, DeviceClass::Serial, DeviceClass::UsbBus],
    );
    found
        .into_iter()
        .map(|found| {
            let path = found.path.display();
            match found.class {
                DeviceClass::UsbBus => Hit::refuse(
                    format!("the container would get everything on USB, by \"{path}\""),
                    found.origin,
                ),
                DeviceClass::Serial => Hit::inform(
                    format!("the container gets the serial adapter \"{path}\""),
                    found.origin,
                ),
                _ => Hit::warn(
                    format!("the container gets \"{path}\" of the host"),
                    found.origin,
                ),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn hardware_is_noted_and_the_whole_bus_is_not_given() {
        for device in [
            "/dev/input/event0",
            "/dev/snd",
            "/dev/video0",
            "/dev/hidraw0",
            "/dev/uinput",
            "/dev/gpiochip0",
        ] {
            assert_eq!(
                findings("input-av", &["--device", device])[0].verdict,
                Verdict::Noted,
                "{device}"
            );
        }
        for device in [
            "/dev/bus/usb",
            "/dev/bus/usb:/dev/bus/usb",
            "/dev/bus",
            "/dev/bus/usb/001",
        ] {
            refused("input-av", &["--device", device]);
        }
        assert_eq!(
            findings("input-av", &["--device=/dev/bus/usb/001/002"])[0].verdict,
            Verdict::Noted
        );
    }

    #[test]
    fn a_serial_adapter_is_worth_a_word_of_check_only() {
        for device in ["/dev/ttyUSB0", "/dev/ttyACM0", "/dev/serial/by-id/usb-x"] {
            assert_eq!(
                findings("input-av", &["--device", device])[0].verdict,
                Verdict::Shown,
                "{device}"
            );
        }
        for device in ["/dev/zero", "/dev/dri", "/dev/sda", "/dev/fuse", "/dev/kvm"] {
            silent("input-av", &["--device", device]);
        }
    }
}
