//! A path as a place: a file system and a path in it, which may have several names on a host.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::mounts::{KernelMount, mount_of, source_of};

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
}
