use std::path::Path;

use super::names::names;
use super::table::{BENIGN, ROWS};
use super::*;
use crate::host::{Fake, Host as _};

fn look(host: &Fake, path: &str, access: Access) -> Option<Match> {
    let found = host.resolve(Path::new(path)).unwrap();
    judge(host, &Places::of(host).unwrap(), &found, access)
}

fn asset(path: &str, access: Access) -> Option<Asset> {
    look(&Fake::rootful(), path, access).map(|found| found.asset)
}

#[test]
fn the_table_is_written_in_canonical_places() {
    for path in ROWS.iter().flat_map(|row| row.paths).chain(BENIGN) {
        assert!(
            path.matches('*').count() <= 1 || path.starts_with("**/") || !path.contains("**"),
            "{path}"
        );
        for name in names(path.trim_start_matches("**/")) {
            assert!(name.matches('*').count() <= 1, "{path}");
            assert!(name != "." && name != "..", "{path}");
        }
        if path.starts_with('/') {
            let spelled: Vec<&str> = names(path).collect();
            assert_eq!(canonical(Path::new(path)), spelled, "{path}");
        } else {
            assert!(
                *path == "~" || path.starts_with("~/") || path.starts_with("**/"),
                "{path}"
            );
        }
    }
}

#[test]
fn every_row_is_reached() {
    for row in ROWS {
        for path in row.paths {
            let path = path
                .replace("**/", "/srv/")
                .replace('~', "/home/ann")
                .replace('*', "7");
            for access in [Access::ReadOnly, Access::ReadWrite] {
                let found = look(&Fake::rootful(), &path, access).map(|found| found.response);
                assert!(
                    found.unwrap_or(Response::Silent) >= row.response(access),
                    "{path} {access:?}"
                );
            }
        }
    }
}

#[test]
fn names_are_compared_whole() {
    for path in [
        "/etcetera",
        "/etc.bak",
        "/rootless",
        "/home2/ann",
        "/procs",
        "/devel",
        "/var/lib/dockerized",
        "/run2",
        "/boots",
    ] {
        assert_eq!(asset(path, Access::ReadWrite), None, "{path}");
    }
}

#[test]
fn other_names_of_the_same_place() {
    for (path, same) in [
        ("/lib/systemd/system", Asset::System),
        ("/var/run/docker.sock", Asset::RuntimeSocket),
        ("/var/home/ann/.ssh", Asset::Credentials),
        ("/var/roothome/.ssh", Asset::Credentials),
        ("/proc/1/root/etc", Asset::System),
        ("/proc/self/task/7/root/proc/2/root/etc", Asset::System),
        ("/proc/thread-self/root", Asset::HostRoot),
        ("/proc/1/cwd", Asset::KernelFs),
        ("/proc/x1/root/etc", Asset::KernelFs),
    ] {
        assert_eq!(asset(path, Access::ReadWrite), Some(same), "{path}");
    }
}

#[test]
fn storage_that_was_moved() {
    let host = Fake::rootful()
        .directory("/data/docker/volumes", 0, 0o710)
        .link("/var/lib/docker", "/data/docker");
    for path in ["/data/docker", "/data/docker/volumes/x", "/data"] {
        let found = look(&host, path, Access::ReadOnly).unwrap();
        assert_eq!(
            (found.asset, found.response),
            (Asset::EngineStorage, Response::Refuse),
            "{path}"
        );
    }
    assert_eq!(look(&host, "/data/docker2", Access::ReadOnly), None);
}

#[test]
fn storage_that_was_configured_elsewhere() {
    let conf = "[storage]\ngraphroot = \"/data/graph\"\n";
    let host = Fake::rootful().file("/etc/containers/storage.conf", 0, 0o644, conf);
    for path in ["/data/graph/overlay", "/data"] {
        let found = look(&host, path, Access::ReadOnly).unwrap();
        assert_eq!(found.asset, Asset::EngineStorage, "{path}");
    }
    assert_eq!(look(&host, "/data/graphs", Access::ReadWrite), None);
}

#[test]
fn a_service_user_without_a_home_of_its_own() {
    for home in ["/", "/nonexistent"] {
        let mut identity = Fake::rootless().identity().clone();
        identity.home = Some(home.into());
        let host = Fake::rootless().with_identity(identity);
        assert_eq!(look(&host, "/srv/app", Access::ReadWrite), None, "{home}");
    }
}

#[test]
fn a_home_of_a_directory_service_is_guarded_too() {
    let host = Fake::rootless().directory("/nfs/ann/.ssh", 1000, 0o700);
    let known = Places::of(&host).unwrap();
    let found = |places: &Places, path: &str| places.homes.contains(&canonical(Path::new(path)));
    assert!(!found(&known, "/nfs/ann"));
    let known = known.with_home(&host, Path::new("/nfs/ann"));
    assert!(found(&known, "/nfs/ann"));
    let homes = known.homes.len();
    let root = known.with_home(&host, Path::new("/"));
    assert_eq!(root.homes.len(), homes, "/ is no home");
}

/// A build root, a disk mounted twice, a bind of the whole machine, and ordinary data that is mounted elsewhere as well.
fn mounted() -> Fake {
    Fake::rootful()
        .mount_of("/alias", "254:1", "/", "ext4")
        .mount_of("/srv", "254:1", "/data/srv", "ext4")
        .mount_of("/build/proc", "0:21", "/", "proc")
        .mount_of("/build/sys", "0:22", "/", "sysfs")
        .mount_of("/build/dev", "0:5", "/", "devtmpfs")
        .mount_of("/build/null", "0:5", "/null", "devtmpfs")
        .mount_of("/shm", "0:23", "/", "tmpfs")
        .mount_of("/home", "8:1", "/@home", "btrfs")
        .mount_of("/top", "8:1", "/", "btrfs")
        .directory("/top/@home/ann", 1000, 0o755)
        .node("/dev/null", FileKind::CharDevice, 0, 0o666)
}

#[test]
fn every_name_of_a_place_is_judged() {
    let found = |path: &str| look(&mounted(), path, Access::ReadWrite);
    for (path, asset, told) in [
        (
            "/alias",
            Asset::HostRoot,
            "it is \"/\" of this host by another name, which holds everything on this host",
        ),
        (
            "/alias/etc",
            Asset::System,
            "it is \"/etc\" of this host by another name, which holds",
        ),
        (
            "/alias/run",
            Asset::RuntimeSocket,
            "it is \"/run\" of this host by another name, and \"/run/podman\" in that holds",
        ),
        (
            "/build/proc",
            Asset::KernelFs,
            "it is \"/proc\" of this host by another name",
        ),
        (
            "/build/sys/kernel",
            Asset::KernelFs,
            "it is \"/sys/kernel\" of this",
        ),
        ("/build/dev", Asset::DeviceTree, "it is \"/dev\" of this"),
        ("/top/@home/ann", Asset::Home, "it is \"/home/ann\" of this"),
        (
            "/top",
            Asset::Home,
            "\"/top/@home\" in it is \"/home\" of this",
        ),
    ] {
        let found = found(path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(
            (found.asset, found.response),
            (asset, Response::Refuse),
            "{path}"
        );
        assert!(
            found.describe().contains(told),
            "{path}: {}",
            found.describe()
        );
    }
    // A name is as good as another where none leads to anything.
    for path in [
        "/srv/app",
        "/data/srv/app",
        "/alias/data/srv/app",
        "/shm/x",
        "/dev/null",
    ] {
        assert_eq!(found(path), None, "{path}");
    }
}
