//! A path as a place: a file system and a path in it, which may have several names on a host.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::mounts::{KernelMount, join, mount_of, source_of};

/// A place in words that last: numbers of devices are others after a reboot or when a disk is mounted again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The type of its file system; `/` is the file system that the root of this host lies in.
    pub fs: String,
    /// The path in that file system, or below the root of this host.
    pub path: PathBuf,
}

/// The place of a path. None when the table does not tell, or will tell another one as soon as the path is used (`autofs`).
pub(crate) fn place_of(mounts: &[KernelMount], path: &Path) -> Option<Place> {
    let mount = mount_of(mounts, path).filter(|mount| mount.kind != "autofs")?;
    let (device, at) = source_of(mounts, path)?;
    let root = mount_of(mounts, Path::new("/"));
    let below_root = root
        .filter(|root| root.device == device)
        .and_then(|root| at.strip_prefix(&root.root).ok());
    Some(match below_root {
        Some(below) => Place {
            fs: "/".to_owned(),
            path: Path::new("/").join(below),
        },
        None => Place {
            fs: mount.kind.clone(),
            path: without_deployment(&at),
        },
    })
}

/// `ostree` keeps each release of a system in a directory of its own, `/ostree/deploy/OS/deploy/RELEASE`, so that the same
/// file lies elsewhere after an update.
fn without_deployment(path: &Path) -> PathBuf {
    let mut names = path.iter();
    let mut is = |expected: &str| names.next().is_some_and(|name| name == expected);
    if is("/") && is("ostree") && is("deploy") {
        let mut names = path.iter().skip(4);
        if names.next().is_some_and(|name| name == "deploy") && names.next().is_some() {
            return Path::new("/ostree").join(names.collect::<PathBuf>());
        }
    }
    path.to_owned()
}

/// Where the kernel's own file systems are on every host: what they show does not depend on where they are mounted. The
/// process file system of another process namespace is another one, and steers the same kernel.
const KERNEL: [(&str, &str); 24] = [
    ("binfmt_misc", "/proc/sys/fs/binfmt_misc"),
    ("bpf", "/sys/fs/bpf"),
    ("cgroup", "/sys/fs/cgroup"),
    ("cgroup2", "/sys/fs/cgroup"),
    ("configfs", "/sys/kernel/config"),
    ("cpuset", "/sys/fs/cgroup"),
    ("debugfs", "/sys/kernel/debug"),
    ("devpts", "/dev/pts"),
    ("devtmpfs", "/dev"),
    ("efivarfs", "/sys/firmware/efi/efivars"),
    ("fusectl", "/sys/fs/fuse/connections"),
    ("hugetlbfs", "/dev/hugepages"),
    ("mqueue", "/dev/mqueue"),
    ("nfsd", "/proc/fs/nfsd"),
    ("proc", "/proc"),
    ("pstore", "/sys/fs/pstore"),
    ("resctrl", "/sys/fs/resctrl"),
    ("securityfs", "/sys/kernel/security"),
    ("selinuxfs", "/sys/fs/selinux"),
    ("smackfs", "/sys/fs/smackfs"),
    ("sysfs", "/sys"),
    ("tracefs", "/sys/kernel/tracing"),
    ("usbfs", "/proc/bus/usb"),
    ("xenfs", "/proc/xen"),
];

/// The other names that this host has for what is at a path: those of every mount that shows it, and that of a file system of
/// the kernel's where it always is.
pub(crate) fn other_names(mounts: &[KernelMount], path: &Path) -> Vec<PathBuf> {
    let Some((device, place)) = source_of(mounts, path) else {
        return Vec::new();
    };
    let same = mounts.iter().filter(|mount| mount.device == device);
    let names = same.filter_map(|mount| {
        let name = join(&mount.point, place.strip_prefix(&mount.root).ok()?);
        // Something else may be mounted over it.
        let is_seen = source_of(mounts, &name)? == (device.clone(), place.clone());
        is_seen.then_some(name)
    });
    let kind = mount_of(mounts, path).map(|mount| mount.kind.as_str());
    let mut kernel = KERNEL.iter().filter(|(of, _)| Some(*of) == kind);
    let usual = kernel.next().map(|(_, usual)| {
        let below = place.strip_prefix("/").unwrap_or(&place);
        join(Path::new(usual), below)
    });
    let mut names: Vec<PathBuf> = names.chain(usual).filter(|name| name != path).collect();
    names.sort();
    names.dedup();
    names
}

/// What lies below a path in its file system and has another name as well, because a part of that file system is mounted
/// there: the path below, and that name.
pub(crate) fn names_inside(mounts: &[KernelMount], path: &Path) -> Vec<(PathBuf, PathBuf)> {
    let Some((device, place)) = source_of(mounts, path) else {
        return Vec::new();
    };
    let parts = mounts.iter().filter(|mount| mount.device == device);
    let inside = parts.filter_map(|mount| {
        let below = mount.root.strip_prefix(&place).ok()?;
        let is_below = !below.as_os_str().is_empty() && !mount.point.starts_with(path);
        is_below.then(|| (path.join(below), mount.point.clone()))
    });
    inside.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::mounts::parse;
    use super::*;

    #[test]
    fn a_place_is_told_in_words_that_outlive_a_reboot() {
        let table = br"1 0 254:1 /ostree/deploy/os/deploy/aa.0 / rw - xfs /dev/vda1 rw
2 1 254:1 /ostree/deploy/os/var /var rw - xfs /dev/vda1 rw
3 1 0:40 /@/data /data rw - btrfs /dev/vdb rw
4 1 0:41 / /auto rw - autofs systemd rw
5 1 254:2 /ostree/deploy/os/deploy/bb.1/etc /etc rw - ext4 /dev/vdc rw
";
        let mounts = parse(table).unwrap();
        let at = |path: &str| {
            let place = place_of(&mounts, Path::new(path))?;
            Some(format!("{} {}", place.fs, place.path.display()))
        };
        for (path, place) in [
            ("/", Some("/ /")),
            ("/srv/x", Some("/ /srv/x")),
            ("/var/x", Some("xfs /ostree/deploy/os/var/x")),
            ("/data", Some("btrfs /@/data")),
            ("/etc/app", Some("ext4 /ostree/etc/app")),
            ("/auto/x", None),
        ] {
            assert_eq!(at(path).as_deref(), place, "{path}");
        }
        assert_eq!(place_of(&[], Path::new("/")), None);
    }

    /// A disk of which two parts are mounted twice, and a build root with file systems of the kernel's.
    const NAMES: &[u8] = br"1 0 254:1 / / rw - ext4 /dev/vda1 rw
2 1 254:1 / /alias rw - ext4 /dev/vda1 rw
3 1 254:1 /data/srv /srv rw - ext4 /dev/vda1 rw
4 1 0:9 / /chroot/proc rw - proc proc rw
5 1 0:5 / /chroot/dev rw - devtmpfs udev rw
6 1 0:5 / /dev rw - devtmpfs udev rw
7 3 0:7 / /srv/cache rw - tmpfs none rw
8 1 0:8 /sub /cgroup rw - cgroup2 none rw
9 1 0:30 / /top rw - btrfs /dev/vdb rw
10 1 0:30 /@ /slash rw - btrfs /dev/vdb rw
";

    #[test]
    fn every_name_of_a_place_is_known() {
        let mounts = parse(NAMES).unwrap();
        for (path, names) in [
            ("/alias", &["/"][..]),
            ("/", &["/alias"]),
            ("/alias/etc", &["/etc"]),
            ("/srv/x", &["/alias/data/srv/x", "/data/srv/x"]),
            ("/data/srv/x", &["/alias/data/srv/x", "/srv/x"]),
            // Mounted over by that name.
            ("/data/srv/cache", &["/alias/data/srv/cache"]),
            ("/srv/cache/x", &[]),
            ("/chroot/proc/sys", &["/proc/sys"]),
            ("/chroot/dev", &["/dev"]),
            ("/dev/null", &["/chroot/dev/null"]),
            ("/cgroup/x", &["/sys/fs/cgroup/sub/x"]),
        ] {
            let names: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
            assert_eq!(other_names(&mounts, Path::new(path)), names, "{path}");
        }
        assert!(other_names(&[], Path::new("/")).is_empty());
    }

    #[test]
    fn what_is_inside_may_have_a_name_of_its_own() {
        let mounts = parse(NAMES).unwrap();
        let inside = |path: &str| names_inside(&mounts, Path::new(path));
        let pair = |inside: &str, name: &str| (PathBuf::from(inside), PathBuf::from(name));
        assert_eq!(inside("/top"), [pair("/top/@", "/slash")]);
        assert_eq!(inside("/data"), [pair("/data/srv", "/srv")]);
        assert!(inside("/data/srv").is_empty() && inside("/slash").is_empty());
        assert!(inside("/srv").is_empty());
    }
}
