//! `--device` with a disk.

use crate::policy::devices::{DeviceClass, of_class};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::BlockDevice,
    title: "the container would get a disk of the host",
    severity: Severity::Critical,
    why: "a raw disk is every file on it, past all permissions: debugfs reads and writes the host's file system from there, \
          and :r still reads all of it",
    instead: "mount the directory that is needed: -v /srv/data:/data",
    references: &[
        "CIS 5.18",
        "PSS baseline: privileged containers",
        "article: 10 security recommendations",
        "debugfs(8)",
    ],
    bad: &["--device=/dev/sda"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let disks = of_class(spec, facts, &[DeviceClass::Block]);
    let hit = |path: &std::path::Path| {
        format!(
            "the container would get the host's disk \"{}\"",
            path.display()
        )
    };
    disks
        .into_iter()
        .map(|found| Hit::refuse(hit(&found.path), found.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn by_any_name_and_with_any_permissions() {
        for device in [
            "/dev/sda",
            "/dev/sdc:/dev/xvdc",
            "/dev/nvme0n1:/dev/x:r",
            "/dev/vda1",
            "/dev/mapper/vg-root",
            "/dev/disk/by-id/x",
            "/dev/loop0",
            "/dev/loop-control",
            "/dev/sg0",
            "/dev/zram0",
            "/dev/",
            "/dev",
        ] {
            refused("block-device", &["--device", device]);
        }
        assert_eq!(
            findings("block-device", &["--device=/dev/sda", "--device=/dev/sdb"]).len(),
            2
        );
    }

    #[test]
    fn by_what_it_is() {
        let host = Fake::rootful()
            .node("/dev/dm-0", FileKind::BlockDevice, 0, 0o660)
            .link("/dev/vg0/root", "../dm-0")
            .node("/srv/copy", FileKind::BlockDevice, 0, 0o600);
        for device in [
            "--device=/dev/vg0/root",
            "--device=/srv/copy:/dev/null",
            "--device=/dev/vg0",
        ] {
            assert!(
                judged_on(&host, &[device], Level::Baseline)
                    .judgement
                    .is_refused(),
                "{device}"
            );
        }
    }

    #[test]
    fn harmless_ones() {
        for device in [
            "/dev/zero:/dev/zero:r",
            "/dev/urandom",
            "/dev/full",
            "/dev/fuse",
            "/dev/sev",
            "/dev/snd",
        ] {
            silent("block-device", &["--device", device]);
        }
    }
}
