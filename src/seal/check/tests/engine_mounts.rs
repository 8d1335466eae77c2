//! The mounts that podman makes by itself, and those of a kind that nobody promised.
#![allow(clippy::unwrap_used, reason = "tests")]
use serde_json::json;

use super::asked::{Ask, MAPPED, PRIVILEGED, fares, fares_on, mapped};
use super::*;
use crate::seal::promise::{
    EngineMode, HostRoot, Init, Lower, MountKind, PromisedNamespace, Unmasked,
};

const NOTHING: Ask = |_| {};

fn mounted(source: &str, destination: &str) -> Value {
    with("/mounts/-", bind(source, destination))
}

/// A file that podman made for this container.
fn own(name: &str, destination: &str) -> Value {
    mounted(&format!("{}/{name}", bundle().display()), destination)
}

fn ours(name: &str, namespace: PromisedNamespace, promise: &mut Promise) {
    promise.namespaces.insert(name.to_owned(), namespace);
}

#[test]
fn files_of_the_container() {
    let jail: Ask = |promise| promise.chroot_dirs = ["/jail".into()].into();
    let notify: Ask = |promise| promise.env.extend(["NOTIFY_SOCKET".to_owned()]);
    let joined: Ask = |promise| ours("ipc", PromisedNamespace::Joined, promise);
    let other = |name: &str| {
        format!(
            "{STORE}/overlay-containers/{}/userdata/{name}",
            "0".repeat(64)
        )
    };
    for (ask, document, kept) in [
        (NOTHING, own("hosts", "/etc/hosts"), true),
        (NOTHING, own("hosts", "/etc/passwd"), false),
        (NOTHING, own("hosts", "/jail/etc/hosts"), false),
        (jail, own("hosts", "/jail/etc/hosts"), true),
        (jail, own("hosts", "/jail/etc/passwd"), false),
        (jail, own("hosts", "/jail2/etc/hosts"), false),
        (notify, own("notify", "/run/notify"), true),
        (notify, own("hosts", "/run/notify"), false),
        (NOTHING, own("notify", "/run/notify"), false),
        (joined, mounted(&other("hosts"), "/etc/hosts"), true),
        (joined, mounted(&other("passwd"), "/etc/hosts"), false),
        (joined, mounted("/srv/hosts", "/etc/hosts"), false),
    ] {
        fares(ask, &document, kept);
    }
    let shm = |kind: &str, source: &str| {
        with_mount("/dev/shm", |mount| {
            *mount = json!({"destination": "/dev/shm", "type": kind, "source": source});
        })
    };
    fares(NOTHING, &shm("tmpfs", "shm"), true);
    fares(NOTHING, &shm("ramfs", "shm"), false);
    fares(NOTHING, &shm("bind", "/dev/shm"), false);
}

#[test]
fn secrets() {
    let elsewhere: Ask = |promise| drop(promise.secrets.insert("/x".into(), "sek".to_owned()));
    let none: Ask = |promise| promise.secrets.clear();
    for (ask, document, kept) in [
        (NOTHING, own("secrets/sek", "/run/secrets/other"), true),
        (NOTHING, own("secrets/sek", "/run/secrets/a/b"), false),
        (NOTHING, own("secrets/a/b", "/run/secrets/other"), false),
        (NOTHING, own("secrets/sek", "/x"), false),
        (elsewhere, own("secrets/sek", "/x"), true),
        (elsewhere, own("hosts", "/x"), false),
        (elsewhere, mounted("/srv/secrets/sek", "/x"), false),
        (none, document(), false),
    ] {
        fares(ask, &document, kept);
    }
}

#[test]
fn cryptography_of_a_host_in_fips_mode() {
    let back_ends = "/etc/crypto-policies/back-ends";
    let config = "/etc/crypto-policies/config";
    let root = document()["root"]["path"].as_str().unwrap().to_owned();
    let image = format!("{root}/usr/share/crypto-policies/back-ends/FIPS");
    for (document, kept) in [
        (mounted(&image, back_ends), true),
        (mounted(&image, config), true),
        (mounted(&image, "/etc/crypto-policies/other"), false),
        (mounted("/usr/share/crypto-policies", back_ends), false),
        (mounted(&root, back_ends), false),
        (own("fips-config", config), true),
        (own("hosts", config), false),
        (own("fips-config", "/etc/other"), false),
    ] {
        fares(NOTHING, &document, kept);
    }
    let without: Ask = |promise| {
        promise.secrets.clear();
        promise.mounts.remove(Path::new("/run/secrets"));
    };
    let collected = |name: &str, at: &str| {
        let mut document = document();
        let mounts = document["mounts"].as_array_mut().unwrap();
        mounts.retain(|mount| {
            !mount["destination"]
                .as_str()
                .unwrap()
                .starts_with("/run/secrets")
        });
        mounts.push(bind(&format!("{}/{name}", bundle().display()), at));
        document
    };
    let marked = Fake::rootful().file("/etc/system-fips", 0, 0o444, "");
    for (host, name, at, kept) in [
        (&marked, "run/secrets", "/run/secrets", true),
        (&marked, "secrets", "/run/secrets", false),
        (&marked, "run/secrets", "/run/other", false),
        (&Fake::rootful(), "run/secrets", "/run/secrets", false),
    ] {
        fares_on(host, without, &collected(name, at), kept);
    }
}

#[test]
fn what_is_the_host_s() {
    let ipc: Ask = |promise| ours("ipc", PromisedNamespace::Host, promise);
    let pid: Ask = |promise| ours("pid", PromisedNamespace::Host, promise);
    let net: Ask = |promise| ours("network", PromisedNamespace::Host, promise);
    let joined: Ask = |promise| ours("network", PromisedNamespace::Joined, promise);
    let both: Ask = |promise| {
        MAPPED(promise);
        ours("network", PromisedNamespace::Joined, promise);
    };
    let hosts = |at: &str| with_mount(at, |mount| *mount = bind(at, at));
    let writable = with_mount("/sys", |mount| {
        *mount =
            json!({"destination": "/sys", "type": "bind", "source": "/sys", "options": ["rbind"]});
    });
    // podman names no network namespace when it is the host's.
    let unnamed = |mut document: Value| {
        for namespace in document["linux"]["namespaces"].as_array_mut().unwrap() {
            namespace.as_object_mut().unwrap().remove("path");
        }
        document
    };
    for (ask, document, kept) in [
        (ipc, hosts("/dev/shm"), true),
        (ipc, hosts("/dev/mqueue"), true),
        (ipc, hosts("/proc"), false),
        (ipc, hosts("/sys"), false),
        (pid, hosts("/proc"), true),
        (pid, hosts("/dev/mqueue"), false),
        (net, unnamed(hosts("/sys")), true),
        (net, unnamed(writable), false),
        (
            net,
            unnamed(with_mount("/sys", |mount| *mount = bind("/etc", "/sys"))),
            false,
        ),
        (net, unnamed(mounted("/srv", "/srv")), false),
        (joined, hosts("/sys"), false),
        (both, mapped(hosts("/sys")), true),
        (MAPPED, mapped(hosts("/sys")), false),
    ] {
        fares(ask, &document, kept);
    }
}

#[test]
fn file_systems_of_the_kernel_s() {
    let all: Ask = |promise| promise.unmasked = Unmasked::All;
    let sys: Ask = |promise| promise.unmasked = Unmasked::Paths(["/sys".to_owned()].into());
    let proc: Ask = |promise| promise.unmasked = Unmasked::Paths(["/proc".to_owned()].into());
    let bound = with_mount("/sys", |mount| mount["options"] = json!(["bind"]));
    for (ask, document, kept) in [
        (all, without_option("/sys", "ro"), true),
        (all, without_option("/sys", "nosuid"), false),
        (sys, without_option("/sys", "ro"), true),
        (sys, without_option("/sys/fs/cgroup", "ro"), false),
        (proc, without_option("/sys", "ro"), false),
        (PRIVILEGED, without_option("/sys", "nosuid"), true),
        (PRIVILEGED, bound, false),
    ] {
        fares(ask, &document, kept);
    }
}

#[test]
fn an_init_of_podman_s() {
    let engine: Ask = |promise| promise.init = Init::Engine;
    let path: Ask = |promise| promise.init = Init::Path("/opt/init".into());
    let program = "/usr/bin/catatonit";
    for (ask, document, kept) in [
        (engine, mounted(program, "/run/podman-init"), true),
        (engine, mounted(program, "/dev/init"), true),
        (engine, mounted(program, "/x"), false),
        (engine, mounted("/usr/bin/evil", "/dev/init"), false),
        (path, mounted("/opt/init", "/run/podman-init"), true),
        (path, mounted(program, "/run/podman-init"), false),
        (NOTHING, mounted(program, "/run/podman-init"), false),
    ] {
        fares(ask, &document, kept);
    }
    // Only the kernel's table shows where a link leads.
    let host = Fake::rootful()
        .file("/opt/real", 0, 0o755, "")
        .link(program, "/opt/real");
    fares_on(&host, engine, &mounted("/opt/real", "/dev/init"), false);
}

#[test]
fn devices_that_are_mounted() {
    let every: Ask = |promise| {
        MAPPED(promise);
        PRIVILEGED(promise);
    };
    let rootless: Ask = |promise| promise.engine = EngineMode::Rootless;
    for (ask, document, kept) in [
        (MAPPED, mapped(mounted("/dev/fuse", "/dev/fuse")), true),
        (MAPPED, mapped(mounted("/dev/sda", "/dev/fuse")), false),
        (MAPPED, mapped(mounted("/dev/fuse", "/dev/other")), false),
        (MAPPED, mapped(mounted("/dev/sda", "/dev/sda")), false),
        (NOTHING, mounted("/dev/fuse", "/dev/fuse"), false),
        (every, mapped(mounted("/dev/sda", "/dev/sda")), true),
        (every, mapped(mounted("/dev/sdb", "/dev/sda")), false),
        (every, mapped(mounted("/srv/x", "/srv/x")), false),
        (PRIVILEGED, mounted("/dev/sda", "/dev/sda"), false),
        // A rootless podman can make no node, whatever the user namespace of the container.
        (rootless, mounted("/dev/fuse", "/dev/fuse"), true),
        (rootless, mounted("/dev/sda", "/dev/fuse"), false),
    ] {
        fares(ask, &document, kept);
    }
}

#[test]
fn words_that_reach_further() {
    let shared = |at: &str| {
        with_mount(at, |mount| {
            mount["options"]
                .as_array_mut()
                .unwrap()
                .push("shared".into());
        })
    };
    fares(NOTHING, &shared("/dev"), false);
    fares(NOTHING, &shared("/etc/hosts"), true);
    fares(NOTHING, &shared("/w"), false);
    let asked: Ask = |promise| {
        let asked = promise.mounts.get_mut(Path::new("/w")).unwrap();
        asked.propagation = Some("shared".to_owned());
    };
    fares(asked, &shared("/w"), true);
}

#[test]
fn layers_images_and_types() {
    let layer: Ask = |promise| {
        let asked = promise.mounts.get_mut(Path::new("/r")).unwrap();
        asked.kind = MountKind::Overlay(Lower::Path("/srv/ro".into()), None);
    };
    let placed: Ask = |promise| {
        let dirs = Some(("/srv/up".into(), "/srv/work".into()));
        let asked = promise.mounts.get_mut(Path::new("/r")).unwrap();
        asked.kind = MountKind::Overlay(Lower::Path("/srv/ro".into()), dirs);
    };
    let image: Ask = |promise| {
        promise.mounts.get_mut(Path::new("/r")).unwrap().kind = MountKind::Image;
    };
    let of = |options: &[&str]| {
        let options: Vec<&str> = ["nosuid", "nodev"].iter().chain(options).copied().collect();
        with_mount("/r", |mount| {
            *mount = json!({"destination": "/r", "type": "overlay", "source": "overlay", "options": options});
        })
    };
    let own = bundle().join("overlay/1");
    let (up, work) = (
        format!("upperdir={}/u", own.display()),
        format!("workdir={}/w", own.display()),
    );
    let (stored, lower) = (
        format!("lowerdir={STORE}/overlay/a:{STORE}/overlay/b"),
        "lowerdir=/srv/ro",
    );
    let half = format!("lowerdir={STORE}/overlay/a:/srv");
    for (ask, document, kept) in [
        (layer, of(&["ro", lower, &up, &work]), true),
        (layer, of(&[lower, &up, &work]), false),
        (layer, of(&["ro", "lowerdir=/etc", &up, &work]), false),
        (layer, of(&["ro", lower, "upperdir=/srv", &work]), false),
        (layer, of(&["ro", lower, &up, "workdir=/srv"]), false),
        (layer, of(&["ro", lower, &up, &work, "rbind"]), false),
        (layer, of(&["ro", lower]), false),
        (layer, of(&["ro"]), false),
        (
            placed,
            of(&["ro", lower, "upperdir=/srv/up", "workdir=/srv/work"]),
            true,
        ),
        (
            placed,
            of(&["ro", lower, "upperdir=/srv/up", "workdir=/srv/other"]),
            false,
        ),
        (placed, of(&["ro", lower, &up, &work]), false),
        (image, of(&["ro", &stored]), true),
        // Without an upper directory nothing can be written.
        (image, of(&[&stored]), true),
        (image, of(&[&stored, &up, &work]), false),
        (image, of(&["ro", &half]), false),
        (image, of(&["ro", &stored, "bind"]), false),
        (image, of(&["ro"]), false),
        (
            image,
            with_mount("/r", |mount| {
                mount["source"] = format!("{STORE}/overlay/a/merged").into();
            }),
            true,
        ),
        (image, document(), false),
    ] {
        fares(ask, &document, kept);
    }
    let cgroup: Ask = |promise| {
        promise.mounts.get_mut(Path::new("/r")).unwrap().kind =
            MountKind::Type("cgroup".to_owned());
    };
    let queue: Ask = |promise| {
        promise.mounts.get_mut(Path::new("/r")).unwrap().kind =
            MountKind::Type("mqueue".to_owned());
    };
    let typed = |kind: &str, option: &str| {
        with_mount("/r", |mount| {
            *mount = json!({"destination": "/r", "type": kind, "options": ["ro", "nosuid", "nodev", option]});
        })
    };
    for (ask, document, kept) in [
        (cgroup, typed("cgroup", "ro"), true),
        (cgroup, typed("cgroup2", "ro"), true),
        (cgroup, typed("mqueue", "ro"), false),
        (cgroup, typed("cgroup", "bind"), false),
        (queue, typed("mqueue", "ro"), true),
        (queue, typed("cgroup2", "ro"), false),
    ] {
        fares(ask, &document, kept);
    }
}

#[test]
fn one_of_several_is_enough_and_one_lack_is_too_much() {
    let two: Ask = |promise| {
        MAPPED(promise);
        let mut other = promise.devices[0].clone();
        (other.path, other.host) = ("/dev/other".into(), "/dev/other".into());
        promise.devices.push(other);
    };
    fares(two, &mapped(mounted("/dev/fuse", "/dev/fuse")), true);
    let image: Ask = |promise| {
        promise.mounts.get_mut(Path::new("/r")).unwrap().kind = MountKind::Image;
    };
    // A layer that cannot be written may still have set-user-ID programs.
    let suid = with_mount("/r", |mount| {
        let options = ["nodev".to_owned(), format!("lowerdir={STORE}/overlay/a")];
        *mount = json!({"destination": "/r", "type": "overlay", "options": options});
    });
    fares(image, &suid, false);
    let mut transient = with_mount("/r", |mount| {
        mount["source"] = format!("{STORE}/overlay/a/merged").into();
    });
    transient["root"]["path"] = format!("/tmp/overlay/{}/merged", id()).into();
    fares(image, &transient, true);
    // podman's own directory of the container need not lie in the store.
    let run = |id: &str| {
        let own = format!("/run/overlay-containers/{id}/userdata/overlay/1/merge");
        with_mount("/r", |mount| mount["source"] = own.as_str().into())
    };
    fares(image, &run(&id()), true);
    fares(image, &run(&"0".repeat(64)), false);
    // Only a tmpfs may be where a link of the image's led.
    let moved = with_mount("/r", |mount| mount["destination"] = "/q".into());
    fares(NOTHING, &moved, false);
    let maps = |first: u32, second: u32| {
        let mut document = mapped(document());
        document["linux"]["uidMappings"] = json!([
            {"containerID": 0, "hostID": first, "size": 1},
            {"containerID": 1, "hostID": second, "size": 1},
        ]);
        document
    };
    let outside: Ask = |promise| {
        MAPPED(promise);
        promise.host_root = HostRoot::Outside;
    };
    let rootless: Ask = |promise| {
        MAPPED(promise);
        promise.engine = EngineMode::Rootless;
    };
    fares(outside, &maps(100_000, 0), false);
    fares(outside, &maps(0, 100_000), false);
    fares(outside, &maps(100_000, 200_000), true);
    fares(rootless, &maps(100_000, 0), true);
}
