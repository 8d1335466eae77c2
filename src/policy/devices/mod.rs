//! What a device node of the host is good for, told by where it leads, its name in `/dev` and its kind.
//!
//! A name in `/dev` is decided by the kernel and udev, so it says what the device is; the kind catches a disk under
//! another name. podman gives a container every node below a directory, so a directory is all that it holds.

use std::path::{Path, PathBuf};

use super::facts::Facts;
use crate::host::{FileKind, Host};
use crate::origin::Origin;
use crate::podman::value::device::Device;
use crate::spec::Spec;

/// What a device gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeviceClass {
    /// Nothing: `/dev/null` and its like.
    Harmless,
    /// A disk, or a way to make or command one.
    Block,
    /// The kernel's memory, the processor's registers, the machine's clocks and reset.
    Kernel,
    /// Virtual machines, and devices handed to them.
    Hypervisor,
    /// A file system or network interface of the container's own making.
    FuseTun,
    /// A terminal of somebody else.
    Terminal,
    /// A graphics processor.
    Gpu,
    /// All that is plugged into USB, now or later.
    UsbBus,
    /// One serial adapter.
    Serial,
    /// Keyboards, cameras, sound, and hardware that is in no other class.
    Other,
}

/// A device that was asked for, or one below a directory that was.
pub(super) struct ReachedDevice<'a> {
    /// Where it leads.
    pub(super) path: PathBuf,
    /// What it gives away.
    pub(super) class: DeviceClass,
    /// Who asked.
    pub(super) origin: &'a Origin,
}

/// The first component below `/dev` and its class; the first row that fits counts. `*` at the end is anything, `#` a
/// digit and then anything, `@` one or more small letters and then digits only.
const NAMES: &[(&str, DeviceClass)] = {
    use DeviceClass::{Block, FuseTun, Gpu, Harmless, Hypervisor, Kernel, Serial, Terminal};
    &[
        ("null", Harmless),
        ("zero", Harmless),
        ("full", Harmless),
        ("random", Harmless),
        ("urandom", Harmless),
        ("sd@", Block),
        ("hd@", Block),
        ("vd@", Block),
        ("xvd@", Block),
        ("nvme*", Block),
        ("ng#", Block),
        ("mmcblk#", Block),
        ("md", Block),
        ("md#", Block),
        ("dm-#", Block),
        ("mapper", Block),
        ("loop#", Block),
        ("loop-control", Block),
        ("zd#", Block),
        ("zvol", Block),
        ("zfs", Block),
        ("rbd", Block),
        ("rbd#", Block),
        ("nbd#", Block),
        ("sr#", Block),
        ("scd#", Block),
        ("cdrom*", Block),
        ("sg#", Block),
        ("bsg", Block),
        ("disk", Block),
        ("block", Block),
        ("bcache*", Block),
        ("drbd*", Block),
        ("dasd@", Block),
        ("pmem#", Block),
        ("ram#", Block),
        ("zram#", Block),
        ("ublk*", Block),
        ("fd#", Block),
        ("btrfs-control", Block),
        ("mem", Kernel),
        ("kmem", Kernel),
        ("port", Kernel),
        ("core", Kernel),
        ("kcore", Kernel),
        ("kmsg", Kernel),
        ("nvram", Kernel),
        ("watchdog*", Kernel),
        ("mcelog", Kernel),
        ("cpu", Kernel),
        ("cpu_dma_latency", Kernel),
        ("hpet", Kernel),
        ("rtc*", Kernel),
        ("vhci", Kernel),
        ("mtd*", Kernel),
        ("mei*", Kernel),
        ("ipmi*", Kernel),
        ("snapshot", Kernel),
        ("oldmem", Kernel),
        ("crash", Kernel),
        ("autofs", Kernel),
        ("char", Kernel),
        ("kvm", Hypervisor),
        ("vhost-*", Hypervisor),
        ("vsock", Hypervisor),
        ("vfio", Hypervisor),
        ("sev*", Hypervisor),
        ("tdx*", Hypervisor),
        ("nitro_enclaves", Hypervisor),
        ("vbox*", Hypervisor),
        ("vmci", Hypervisor),
        ("vmmon*", Hypervisor),
        ("mshv*", Hypervisor),
        ("xen", Hypervisor),
        ("fuse", FuseTun),
        ("cuse", FuseTun),
        ("net", FuseTun),
        ("tun", FuseTun),
        ("tap*", FuseTun),
        ("ppp", FuseTun),
        ("userfaultfd", FuseTun),
        ("ttyUSB#", Serial),
        ("ttyACM#", Serial),
        ("serial", Serial),
        ("tty*", Terminal),
        ("console", Terminal),
        ("pts", Terminal),
        ("ptmx", Terminal),
        ("pty*", Terminal),
        ("vcs*", Terminal),
        ("dri", Gpu),
        ("kfd", Gpu),
        ("nvidia*", Gpu),
        ("nvhost*", Gpu),
        ("nvmap", Gpu),
        ("mali*", Gpu),
        ("dxg", Gpu),
    ]
};

/// Deeper than any directory of `/dev`; what lies below is refused as if it were the worst.
const DEPTH: u8 = 6;

/// The devices of the spec that are of one of these classes, at most one of a class for each `--device`.
pub(super) fn of_class<'a>(
    spec: &'a Spec,
    facts: &Facts<'_>,
    wanted: &[DeviceClass],
) -> Vec<ReachedDevice<'a>> {
    let mut found: Vec<ReachedDevice<'a>> = Vec::new();
    for device in &spec.device {
        let Device::Node { host, .. } = &device.value else {
            continue;
        };
        let mut seen = Vec::new();
        for (path, class) in classify(facts.host, host.as_path()) {
            if wanted.contains(&class) && !seen.contains(&class) {
                seen.push(class);
                found.push(ReachedDevice {
                    path,
                    class,
                    origin: &device.origin,
                });
            }
        }
    }
    found
}

/// What `path` leads to; for a directory that is in no class as a whole, what lies in it.
fn classify(host: &dyn Host, path: &Path) -> Vec<(PathBuf, DeviceClass)> {
    let mut found = Vec::new();
    walk(host, path, DEPTH, &mut found);
    found
}

fn walk(host: &dyn Host, path: &Path, depth: u8, found: &mut Vec<(PathBuf, DeviceClass)>) {
    // Where a path cannot be followed, it is unknown what podman would hand over.
    let (Ok(resolved), Some(depth)) = (host.resolve(path), depth.checked_sub(1)) else {
        found.push((path.to_owned(), DeviceClass::Kernel));
        return;
    };
    let dev = Path::new("/dev");
    let class = if resolved.kind == FileKind::BlockDevice || dev.starts_with(&resolved.path) {
        Some(DeviceClass::Block)
    } else {
        match resolved.path.strip_prefix(dev) {
            Ok(name) => by_name(name),
            // A node elsewhere was made by hand, or lies in another container's file system.
            Err(_) if resolved.kind == FileKind::Directory => None,
            Err(_) => Some(DeviceClass::Kernel),
        }
    };
    match (class, resolved.kind) {
        (Some(class), _) => found.push((resolved.path, class)),
        (None, FileKind::Directory) => match host.list(&resolved.path) {
            Ok(entries) => {
                let device = |path: &PathBuf| {
                    let kind = host.resolve(path).map(|entry| entry.kind);
                    !matches!(
                        kind,
                        Ok(FileKind::File | FileKind::Socket | FileKind::Fifo | FileKind::Missing)
                    )
                };
                for entry in entries.iter().filter(|path| device(path)) {
                    walk(host, entry, depth, found);
                }
            }
            Err(_) => found.push((resolved.path, DeviceClass::Kernel)),
        },
        (None, _) => found.push((resolved.path, DeviceClass::Other)),
    }
}

/// The class of a name below `/dev`.
fn by_name(name: &Path) -> Option<DeviceClass> {
    let mut parts = name.iter().filter_map(|part| part.to_str());
    let first = parts.next()?;
    if first == "bus" {
        // bus/usb/BUS/DEVICE is one device, and anything shorter is many.
        let class = if parts.count() < 3 {
            DeviceClass::UsbBus
        } else {
            DeviceClass::Other
        };
        return Some(class);
    }
    NAMES
        .iter()
        .find(|(pattern, _)| fits(first, pattern))
        .map(|(_, class)| *class)
}

fn fits(name: &str, pattern: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    if let Some(stem) = pattern.strip_suffix('*') {
        name.starts_with(stem)
    } else if let Some(stem) = pattern.strip_suffix('#') {
        name.strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with(digit))
    } else if let Some(stem) = pattern.strip_suffix('@') {
        let rest = name
            .strip_prefix(stem)
            .map(|rest| rest.trim_end_matches(digit));
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_lowercase()))
    } else {
        name == pattern
    }
}

#[cfg(test)]
mod tests;
