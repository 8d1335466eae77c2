//! Device nodes as mounts.

use crate::host::FileKind;
use crate::policy::facts::Facts;
use crate::policy::paths::{Asset, Match};
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources::{self, HostSource};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::DeviceBind,
    title: "the container would have a device of this host by the back door",
    severity: Severity::Critical,
    why: "a device node that is mounted is a device all the same, and a directory of them brings disks and keyboards \
          along; --device is the flag that podman's device rules know",
    instead: "--device /dev/NAME for the one device that is needed",
    references: &[
        "CIS 5.18",
        "PSS baseline: host path volumes",
        "article: 10 security recommendations",
    ],
    bad: &["-v", "/dev/disk:/dev/disk:ro"],
    good: &["-v", "/dev/null:/srv/nothing"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(spec, facts, |asset, _| asset == Asset::Device, instead)
}

fn instead(source: &HostSource<'_>, _: &Match) -> Option<String> {
    let destination = source.destination()?;
    match source.found.kind {
        FileKind::BlockDevice | FileKind::CharDevice => {
            Some(format!("--device {}:{destination}", source.path()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn below_dev_and_elsewhere() {
        for source in [
            "/dev/sda",
            "/dev/disk/by-id",
            "/dev/mapper",
            "/dev/input",
            "/dev/pts",
            "/dev/ttyUSB0",
            "/dev/net/tun",
            "/dev/kmsg",
        ] {
            for access in ["", ":ro", ":rw"] {
                refused("device-bind", &["-v", &format!("{source}:/x{access}")]);
            }
        }
        refused(
            "device-bind",
            &["--mount=src=v,dst=/x,volume-opt=type=ext4,volume-opt=device=/dev/sda1"],
        );
        for harmless in ["/dev/null", "/dev/zero", "/dev/urandom"] {
            silent("device-bind", &["-v", &format!("{harmless}:/x:rw")]);
        }
        silent("device-bind", &["-v", "/development:/x"]);
        let host = Fake::rootful().node("/srv/node", FileKind::BlockDevice, 0, 0o660);
        let judged = judged_on(&host, &["-v", "/srv/node:/x:ro"], Level::Baseline);
        assert_eq!(judged.judgement.findings[0].rule.id, RuleId::DeviceBind);
    }

    #[test]
    fn names_the_device() {
        let host = Fake::rootful()
            .node("/dev/ttyACM0", FileKind::CharDevice, 0, 0o660)
            .link("/dev/zigbee", "ttyACM0");
        let judged = judged_on(&host, &["-v", "/dev/zigbee:/dev/zigbee"], Level::Baseline);
        assert_eq!(
            judged.judgement.findings[0].instead,
            "--device /dev/ttyACM0:/dev/zigbee"
        );
        assert_eq!(
            findings("device-bind", &["-v", "/dev/disk:/d"])[0].instead,
            super::RULE.instead
        );
    }
}
