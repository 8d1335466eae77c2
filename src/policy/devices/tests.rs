use super::*;
use crate::host::Fake;

fn class(path: &str) -> Vec<DeviceClass> {
    let found = classify(&Fake::rootful(), Path::new(path));
    found.into_iter().map(|(_, class)| class).collect()
}

#[test]
fn a_name_tells() {
    for (path, expected) in [
        ("/dev/sda1", DeviceClass::Block),
        ("/dev/sdaa", DeviceClass::Block),
        ("/dev/nvme0n1p2", DeviceClass::Block),
        ("/dev/md127", DeviceClass::Block),
        ("/dev/mapper/root", DeviceClass::Block),
        ("/dev/disk/by-id/x", DeviceClass::Block),
        ("/dev", DeviceClass::Block),
        ("/", DeviceClass::Block),
        ("//dev/.", DeviceClass::Block),
        ("/dev/cpu/0/msr", DeviceClass::Kernel),
        ("/srv/x", DeviceClass::Kernel),
        ("/dev/net/tun", DeviceClass::FuseTun),
        ("/dev/tty", DeviceClass::Terminal),
        ("/dev/ttyS0", DeviceClass::Terminal),
        ("/dev/ttyUSB0", DeviceClass::Serial),
        ("/dev/bus/usb", DeviceClass::UsbBus),
        ("/dev/bus/usb/001/002", DeviceClass::Other),
        ("/dev/hidraw0", DeviceClass::Other),
        ("/dev/snd", DeviceClass::Other),
        ("/dev/nullx", DeviceClass::Other),
        ("/dev/null", DeviceClass::Harmless),
    ] {
        assert_eq!(class(path), [expected], "{path}");
    }
}

#[test]
fn a_link_and_a_copy_are_what_they_lead_to() {
    let host = Fake::rootful()
        .node("/dev/sda", FileKind::BlockDevice, 0, 0o660)
        .node("/dev/null", FileKind::BlockDevice, 0, 0o660)
        .node("/srv/node", FileKind::BlockDevice, 1000, 0o600)
        .link("/dev/disk/by-id/wwn-1", "../../sda")
        .link("/srv/zero", "/dev/sda");
    for path in [
        "/dev/disk/by-id/wwn-1",
        "/srv/zero",
        "/srv/node",
        "/dev/null",
    ] {
        let found = classify(&host, Path::new(path));
        assert!(
            matches!(found.as_slice(), [(_, DeviceClass::Block)]),
            "{path}: {found:?}"
        );
    }
}

#[test]
fn a_directory_is_all_that_it_holds() {
    let host = Fake::rootful()
        .node("/dev/own/a", FileKind::CharDevice, 0, 0o600)
        .link("/dev/own/b", "/dev/kmsg")
        .file("/dev/own/readme", 0, 0o644, "")
        .node("/dev/own/deep/disk", FileKind::BlockDevice, 0, 0o600)
        .directory("/dev/shm", 0, 0o1777)
        .node("/dev/kmsg", FileKind::CharDevice, 0, 0o600);
    let mut classes: Vec<_> = classify(&host, Path::new("/dev/own"))
        .into_iter()
        .map(|(_, class)| class)
        .collect();
    classes.sort_by_key(|class| format!("{class:?}"));
    assert_eq!(
        classes,
        [DeviceClass::Block, DeviceClass::Kernel, DeviceClass::Other]
    );
    assert!(classify(&host, Path::new("/dev/shm")).is_empty());
}

#[test]
fn what_cannot_be_followed_is_the_worst() {
    let host = Fake::rootful().link("/dev/loop", "/dev/loop");
    let found = classify(&host, Path::new("/dev/loop"));
    assert!(
        matches!(found.as_slice(), [(_, DeviceClass::Kernel)]),
        "{found:?}"
    );
}
