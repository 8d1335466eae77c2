//! A process as promised, changed one thing at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use std::path::Path;

use super::promised;
use crate::host::{Apparmor, CgroupLimits, Fake, KernelMount, Lsm, Process, Selinux};
use crate::seal::check::{compare, compare_other};
use crate::seal::observed::{Observed, ObservedProcess};
use crate::seal::promise::{Init, Lower, MountKind, Promise, PromisedNamespace};
use crate::seal::store::ContainerContext;
use crate::testing::Told;

type Change = fn(&mut Process);

/// The device of a tmpfs of the host's.
const HOST_TMPFS: &str = "0:99";

const ID: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

fn mount(point: &str, kind: &str, root: &str, flags: &str) -> KernelMount {
    KernelMount {
        point: point.into(),
        device: match kind {
            "ext4" => "254:1".to_owned(),
            // The kernel numbers the others anew for each.
            other => format!("0:{other}-of-the-container"),
        },
        root: root.into(),
        flags: flags.split(',').map(str::to_owned).collect(),
        kind: kind.to_owned(),
        options: Vec::new(),
    }
}

pub(super) fn kept() -> Process {
    let names = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
    Process {
        uid: 65532,
        gid: 65532,
        no_new_privileges: true,
        seccomp: 2,
        namespaces: names.map(|name| (name.to_owned(), 2)).into(),
        mounts: vec![
            mount("/", "overlay", "/", "ro"),
            KernelMount {
                options: ["rw".to_owned(), "size=65536k".to_owned()].into(),
                ..mount("/tmp", "tmpfs", "/", "rw,nosuid,nodev,noexec")
            },
            mount("/r", "ext4", "/srv/ro", "ro,nosuid,nodev"),
            mount(
                "/named",
                "ext4",
                "/var/lib/containers/storage/volumes/named/_data",
                "rw,nosuid,nodev,noexec",
            ),
            mount("/proc", "proc", "/", "rw,nosuid,nodev,noexec"),
            mount("/proc/kcore", "devtmpfs", "/null", "rw"),
            mount(
                "/etc/hosts",
                "tmpfs",
                &format!("/containers/storage/overlay-containers/{ID}/userdata/hosts"),
                "rw",
            ),
        ],
        limits: promised().rlimits.unwrap(),
        cgroup: CgroupLimits {
            memory: Some(536_870_912),
            swap: Some(536_870_912),
            nano_cpus: Some(1_000_000_000),
            pids: Some(256),
        },
        ..Process::default()
    }
}

/// A process of the host's.
pub(super) fn ours() -> Process {
    let namespaces = kept().namespaces.into_keys();
    Process {
        namespaces: namespaces.map(|name| (name, 1)).collect(),
        mounts: vec![
            mount("/", "ext4", "/", "rw"),
            KernelMount {
                device: HOST_TMPFS.to_owned(),
                ..mount("/dev/shm", "tmpfs", "/", "rw,nosuid,nodev")
            },
        ],
        ..Process::default()
    }
}

fn found_on(host: &Fake, process: &Process) -> Vec<String> {
    found(host, &promised(), process)
}

fn found(host: &Fake, promise: &Promise, process: &Process) -> Vec<String> {
    let bundle = format!("/var/lib/containers/storage/overlay-containers/{ID}/userdata");
    let context = ContainerContext {
        host,
        id: ID,
        bundle: Path::new(&bundle),
        root: None,
    };
    let ours = ours();
    let observed = Observed::of_process(context, (7, process), &ours, promise.privilege);
    let found = compare(promise, &observed).breaches;
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn each_change_is_seen() {
    assert_eq!(found_on(&Fake::rootful(), &kept()), [""; 0]);
    let mut told = Told::default();
    let changes: [(Change, &str); 33] = [
        (|p| p.uid = 0, "uid is 0"),
        (|p| p.gid = 0, "gid is 0"),
        (
            |p| {
                let _ = p.groups.insert(0);
            },
            "group 0",
        ),
        (
            |p| p.capabilities[2] = 1 << 21,
            "CAP_SYS_ADMIN in its effective",
        ),
        (|p| p.no_new_privileges = false, "set-user-ID"),
        (|p| p.seccomp = 0, "seccomp filter that was judged"),
        (
            |p| {
                let _ = p.namespaces.insert("net".into(), 1);
            },
            "its network namespace is the host's",
        ),
        (|p| p.mounts[0].flags = vec!["rw".into()], "read-only root"),
        (|p| drop(p.mounts[1].flags.pop()), "\"noexec\" was promised"),
        (|p| p.mounts[2].root = "/etc".into(), "\"/etc\" at \"/r\""),
        (
            |p| p.mounts[2].device = "254:2".into(),
            "\"/srv/ro\" at \"/r\"",
        ),
        (
            |p| p.mounts[3].root = "/var/lib/containers/storage/volumes/other/_data".into(),
            "at \"/named\"",
        ),
        (|p| p.mounts[1].kind = "ext4".into(), "at \"/tmp\""),
        (
            |p| p.mounts.push(mount("/x", "ext4", "/etc", "ro")),
            "\"/etc\" at \"/x\"",
        ),
        (
            |p| p.mounts.push(mount("/r/x", "ext4", "/etc", "ro")),
            "at \"/r/x\"",
        ),
        (
            |p| {
                p.mounts
                    .push(mount("/etc/shadow", "ext4", "/etc/shadow", "ro"));
            },
            "at \"/etc/shadow\"",
        ),
        (
            |p| p.mounts.push(mount("/proc/x", "ext4", "/etc", "ro")),
            "at \"/proc/x\"",
        ),
        (
            |p| p.mounts.push(mount("/dev/sda", "devtmpfs", "/sda", "rw")),
            "at \"/dev/sda\"",
        ),
        (
            |p| {
                p.mounts
                    .push(mount("/dev/null", "ext4", "/etc/shadow", "rw"));
            },
            "at \"/dev/null\"",
        ),
        (
            |p| p.mounts[6].root = "/etc/hosts".into(),
            "at \"/etc/hosts\"",
        ),
        // Of a tmpfs the kernel tells whose it is, and how large.
        (|p| p.mounts[1].device = HOST_TMPFS.into(), "at \"/tmp\""),
        (
            |p| p.mounts[1].options = vec!["size=1g".into()],
            "at most 67108864",
        ),
        (|p| p.mounts[1].options.clear(), "at most 67108864"),
        (
            |p| {
                let mut shm = mount("/dev/shm", "tmpfs", "/", "rw");
                shm.device = HOST_TMPFS.into();
                p.mounts.push(shm);
            },
            "at \"/dev/shm\"",
        ),
        (|p| p.mounts[2].flags.push("idmapped".into()), "own owner"),
        (
            |p| {
                p.mounts
                    .push(mount("/sys", "sysfs", "/", "rw,nosuid,nodev,noexec"));
            },
            "at \"/sys\"",
        ),
        (
            |p| p.mounts[3].root = "/srv/volumes/named/_data".into(),
            "at \"/named\"",
        ),
        (
            |p| {
                p.mounts
                    .push(mount("/run/podman-init", "ext4", "/bin/evil", "ro"));
            },
            "at \"/run/podman-init\"",
        ),
        (|p| p.cgroup.memory = None, "a limit of memory ("),
        (|p| p.cgroup.swap = Some(1 << 40), "memory and swap"),
        (|p| p.cgroup.pids = Some(257), "257"),
        (|p| p.cgroup.nano_cpus = None, "CPU"),
        (
            |p| {
                let _ = p.limits.insert("RLIMIT_NOFILE".into(), (1024, u64::MAX));
            },
            "RLIMIT_NOFILE",
        ),
    ];
    for (change, word) in changes {
        let mut process = kept();
        change(&mut process);
        let found = found_on(&Fake::rootful(), &process);
        assert!(
            found.iter().any(|found| found.contains(word)),
            "{word}: {found:?}"
        );
        told.lines(word, &found);
    }
    insta::assert_snapshot!("running", told.text());
}

#[test]
fn a_soft_limit_is_the_process_s_own_to_raise() {
    let mut process = kept();
    for limit in process.limits.values_mut() {
        limit.0 = limit.1;
    }
    assert_eq!(found_on(&Fake::rootful(), &process), [""; 0]);
}

#[test]
fn a_label_that_only_complains_confines_nothing() {
    let host = Fake::rootful().with_lsm(Lsm {
        selinux: Selinux::Disabled,
        apparmor: Apparmor::Enabled,
    });
    let with = |label: &str| {
        let label = label.to_owned();
        found_on(&host, &Process { label, ..kept() })
    };
    assert_eq!(with("containers-default-0.62.2 (enforce)"), [""; 0]);
    let both = "another//&containers-default-0.62.2 (enforce)";
    assert_eq!(with(both), [""; 0]);
    // Debian's crun has a profile of its own, which confines nothing.
    let stacked = "containers-default-0.62.2//&crun (mixed)";
    let listed = |mode: &str| {
        let list = format!("crun (unconfined)\ncontainers-default-0.62.2 ({mode})\n");
        let path = "/sys/kernel/security/apparmor/profiles";
        let host = host.clone().file(path, 0, 0o444, list);
        let label = stacked.to_owned();
        found_on(&host, &Process { label, ..kept() }).len()
    };
    assert_eq!((listed("enforce"), listed("complain")), (0, 1));
    for label in [
        stacked,
        "containers-default-0.62.2 (complain)",
        "unconfined",
        "",
        "other (enforce)",
    ] {
        assert!(with(label)[0].contains("AppArmor"), "{label}");
    }
}

#[test]
fn another_process_has_no_more_than_the_first() {
    let host = Fake::rootful();
    let others = |process: &Process| {
        compare_other(&promised(), &ObservedProcess::of_process(&host, process))
    };
    assert_eq!(others(&kept()), []);
    let executed = |change: Change| {
        let mut process = kept();
        change(&mut process);
        others(&process).len()
    };
    assert_eq!(executed(|p| p.uid = 0), 1);
    assert_eq!(executed(|p| p.capabilities[2] = u64::MAX), 1);
    assert_eq!(executed(|p| p.no_new_privileges = false), 1);
    assert_eq!(executed(|p| p.seccomp = 0), 1);
    // What process 1 may do by itself anyway: to choose its ids, and nothing beyond.
    let mut chooses = promised();
    chooses.capabilities.insert("CAP_SETUID".to_owned());
    let others = |change: Change| {
        let mut process = kept();
        (process.uid, process.gid) = (0, 0);
        change(&mut process);
        compare_other(&chooses, &ObservedProcess::of_process(&host, &process)).len()
    };
    assert_eq!((others(|_| ()), others(|p| p.seccomp = 0)), (0, 1));
}

/// What the host replaced is still what was asked for; a part of a promised tmpfs is not the host's.
#[test]
fn what_changed_on_the_host_is_no_difference() {
    let mut process = kept();
    process.mounts[2].root = "/srv/ro//deleted".into();
    process.mounts[1].point = "/run".into();
    assert_eq!(found_on(&Fake::rootful(), &process), [""; 0]);
}

/// Of an overlay the kernel shows the layers, where the kernel itself makes it.
#[test]
fn a_layer_is_above_what_was_promised() {
    let mut promise = promised();
    let asked = promise.mounts.get_mut(Path::new("/r")).unwrap();
    asked.kind = MountKind::Overlay(Lower::Path("/srv/ro".into()), None);
    let over = |kind: &str, lower: &str| {
        let own = format!("/var/lib/containers/storage/overlay-containers/{ID}/userdata/overlay/1");
        let dirs = ["upper", "work"].map(|dir| format!("{dir}dir={own}/{dir}"));
        let mut process = kept();
        process.mounts[2] = KernelMount {
            options: std::iter::once(format!("lowerdir={lower}"))
                .chain(dirs)
                .filter(|_| kind == "overlay")
                .collect(),
            ..mount("/r", kind, "/", "ro,nosuid,nodev")
        };
        found(&Fake::rootful(), &promise, &process).len()
    };
    assert_eq!(over("overlay", "/srv/ro"), 0);
    assert_eq!(over("overlay", "/etc"), 1);
    assert_eq!(over("fuse.fuse-overlayfs", "/etc"), 0);
    assert_eq!(over("ext4", "/srv/ro"), 1);
}

/// What podman mounts in the host's namespace first is the container's all the same.
#[test]
fn a_tmpfs_of_podman_s_for_this_container_is_its_own() {
    let mut process = kept();
    let shm = KernelMount {
        device: "0:98".to_owned(),
        ..mount("/dev/shm", "tmpfs", "/", "rw,nosuid,nodev,noexec")
    };
    process.mounts.push(shm.clone());
    assert_eq!(found_on(&Fake::rootful(), &process), [""; 0]);
    let context = |id: &str| {
        let point = format!("/var/lib/containers/storage/overlay-containers/{id}/userdata/shm");
        let mut ours = ours();
        ours.mounts.push(KernelMount {
            point: point.into(),
            ..shm.clone()
        });
        let host = Fake::rootful();
        let bundle = format!("/var/lib/containers/storage/overlay-containers/{ID}/userdata");
        let context = ContainerContext {
            host: &host,
            id: ID,
            bundle: Path::new(&bundle),
            root: None,
        };
        let observed = Observed::of_process(context, (7, &process), &ours, promised().privilege);
        compare(&promised(), &observed).breaches.len()
    };
    assert_eq!((context(ID), context(&"0b".repeat(32))), (0, 1));
}

/// The runtime's own mounts, and what lies below a source that was promised with all below it.
#[test]
fn what_comes_with_a_mount() {
    let hosts: fn(&mut Promise) = |promise| {
        let ipc = ("ipc".to_owned(), PromisedNamespace::Host);
        promise.namespaces.extend([ipc]);
    };
    let init: fn(&mut Promise) = |promise| promise.init = Init::Engine;
    let nothing: fn(&mut Promise) = |_| {};
    let host = Fake::rootful()
        .file("/opt/real", 0, 0o755, "")
        .link("/usr/bin/catatonit", "/opt/real");
    let shm = KernelMount {
        device: HOST_TMPFS.to_owned(),
        ..mount("/dev/shm", "tmpfs", "/", "rw,nosuid,nodev")
    };
    let below = mount("/dev/shm/x", "ext4", "/any", "rw");
    let old: fn(&mut Promise) = |promise| promise.version = 2;
    let bare = |at: &str| vec![mount(at, "ext4", "/any", "rw")];
    let closed = |at: &str| vec![mount(at, "ext4", "/any", "rw,nosuid,nodev,noexec")];
    for (ask, mounts, is_kept) in [
        // With no more than the mount that it came with; an older promise says nothing of that.
        (nothing, closed("/named/x"), true),
        (nothing, closed("/named/x/y"), true),
        (nothing, bare("/named/x"), false),
        (old, bare("/named/x"), true),
        (nothing, vec![mount("/tmp/x", "ext4", "/any", "rw")], false),
        (hosts, vec![shm.clone(), below.clone()], true),
        (hosts, vec![below.clone()], false),
        // The host's /dev/shm opens no other place.
        (
            hosts,
            vec![shm.clone(), mount("/tmp/x", "ext4", "/any", "rw")],
            false,
        ),
        (nothing, vec![shm, below], false),
        (
            nothing,
            vec![mount("/sys/firmware", "tmpfs", "/", "ro")],
            true,
        ),
        (nothing, vec![mount("/sys/x", "ext4", "/etc", "ro")], false),
        (
            nothing,
            vec![mount("/dev/null", "devtmpfs", "/null", "rw")],
            true,
        ),
        (
            init,
            vec![mount("/run/podman-init", "ext4", "/opt/real", "ro")],
            true,
        ),
        (
            init,
            vec![mount("/run/podman-init", "ext4", "/opt/evil", "ro")],
            false,
        ),
        (
            nothing,
            vec![mount("/run/podman-init", "ext4", "/opt/real", "ro")],
            false,
        ),
    ] {
        let mut promise = promised();
        ask(&mut promise);
        let mut process = kept();
        let points: Vec<_> = mounts.iter().map(|mount| mount.point.clone()).collect();
        process.mounts.extend(mounts);
        let found = found(&host, &promise, &process);
        assert_eq!(found.is_empty(), is_kept, "{points:?}: {found:?}");
    }
    let mut bare = kept();
    bare.mounts.remove(0);
    assert_eq!(found_on(&Fake::rootful(), &bare).len(), 1);
}

/// What the kernel's table shows of a mount, and what it hides.
#[test]
fn how_the_table_is_read() {
    let fares = |change: &dyn Fn(&mut Process)| {
        let mut process = kept();
        change(&mut process);
        found_on(&Fake::rootful(), &process).is_empty()
    };
    let etc = |at: &str| mount(at, "ext4", "/etc", "ro,nosuid,nodev");
    assert!(!fares(&|p| p.mounts.push(etc("/r"))));
    // The kernel's pages make a tmpfs a little larger than it was asked for.
    let size: Change = |p| p.mounts[1].options = vec!["size=65599k".into()];
    assert!(fares(&size));
    assert!(!fares(&|p| p.mounts[1].options = vec!["size=65600k".into()]));
    // A part of a volume is not the volume.
    let part: Change =
        |p| p.mounts[3].root = "/var/lib/containers/storage/volumes/named/_data/x".into();
    assert!(!fares(&part));
    // The runtime follows the image's links on its way to where a mount is to be.
    assert!(fares(&|p| p.mounts[2].point = "/moved".into()));
    assert!(!fares(&|p| p.mounts[2].point = "/proc/moved".into()));
    let other: Change = |p| p.mounts[2].device = "0:31".into();
    assert!(!fares(&other));
}
