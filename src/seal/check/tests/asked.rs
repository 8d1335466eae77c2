//! What was asked for is there and no more: each exception of a check, and the edges of what it lets through.
#![allow(clippy::unwrap_used, reason = "tests")]
use serde_json::json;

use super::*;
use crate::host::{Apparmor, Identity, Lsm, Selinux};
use crate::seal::promise::{
    NewPrivileges, OomKiller, Privilege, PromisedApparmor, PromisedCgroups, PromisedDeviceRule,
    PromisedGroups, PromisedLimits, PromisedNamespace, PromisedSelinux, SelinuxLevel,
};

pub(super) type Ask = fn(&mut Promise);

/// The promise as it is.
const NOTHING: Ask = |_| {};

pub(super) const PRIVILEGED: Ask = |promise| promise.privilege = Privilege::Privileged;

/// The container with a user namespace of its own, and its promise.
pub(super) fn mapped(mut document: Value) -> Value {
    let namespaces = document["linux"]["namespaces"].as_array_mut().unwrap();
    namespaces.push(json!({"type": "user"}));
    for key in ["uidMappings", "gidMappings"] {
        document["linux"][key] = json!([{"containerID": 0, "hostID": 100_000, "size": 65536}]);
    }
    document
}

pub(super) const MAPPED: Ask = |promise| drop(promise.namespaces.remove("user"));

#[track_caller]
pub(super) fn fares(ask: Ask, document: &Value, kept: bool) {
    fares_on(&Fake::rootful(), ask, document, kept);
}

#[track_caller]
pub(super) fn fares_on(host: &Fake, ask: Ask, document: &Value, kept: bool) {
    let mut promise = promised();
    ask(&mut promise);
    let found = judged_on(host, &promise, document);
    assert_eq!(found.is_empty(), kept, "{found:?}");
}

#[test]
fn devices() {
    let asked: Ask = |promise| {
        promise.device_rules = vec![PromisedDeviceRule {
            kind: 'c',
            major: Some(1),
            minor: None,
            access: "rw".to_owned(),
        }];
    };
    let one: Ask = |promise| {
        promise.device_rules = vec![PromisedDeviceRule {
            kind: 'a',
            major: None,
            minor: Some(3),
            access: "r".to_owned(),
        }];
    };
    let rule = |kind: &str, major: Option<i64>, minor: Option<i64>, access: &str| {
        let rule =
            json!({"allow": true, "type": kind, "major": major, "minor": minor, "access": access});
        with("/linux/resources/devices/-", rule)
    };
    for (ask, document, kept) in [
        (NOTHING, rule("c", Some(10), Some(229), "rwm"), true),
        (NOTHING, rule("c", Some(10), Some(229), "r"), true),
        (NOTHING, rule("c", Some(10), Some(229), ""), false),
        (NOTHING, rule("c", Some(10), Some(228), "r"), false),
        (NOTHING, rule("c", Some(9), Some(229), "r"), false),
        (NOTHING, rule("c", Some(10), None, "r"), false),
        (NOTHING, rule("c", None, Some(229), "r"), false),
        (NOTHING, rule("b", Some(10), Some(229), "r"), false),
        (
            |promise| promise.devices[0].access = "rm".to_owned(),
            document(),
            false,
        ),
        (PRIVILEGED, rule("a", None, None, "rwm"), true),
        (asked, rule("c", Some(1), Some(3), "r"), true),
        (asked, rule("c", Some(1), None, "wr"), true),
        (asked, rule("c", Some(1), Some(3), "rwm"), false),
        (asked, rule("c", Some(1), Some(3), ""), false),
        (asked, rule("c", Some(2), Some(3), "r"), false),
        (asked, rule("c", None, Some(3), "r"), false),
        (asked, rule("b", Some(1), Some(3), "r"), false),
        (one, rule("c", Some(1), Some(3), "r"), true),
        (one, rule("b", None, Some(3), "r"), true),
        (one, rule("b", None, Some(4), "r"), false),
        (one, rule("b", None, None, "r"), false),
        (one, rule("b", None, Some(3), "w"), false),
    ] {
        fares(ask, &document, kept);
    }
    let node = |kind: &str, minor: u64| {
        let node = json!({"path": "/dev/fuse", "type": kind, "major": 10, "minor": minor});
        with("/linux/devices/-", node)
    };
    fares(NOTHING, &node("u", 229), true);
    fares(NOTHING, &node("b", 229), false);
    fares(NOTHING, &node("c", 230), false);
    // Two were promised: each node is one of them.
    let two: Ask = |promise| {
        let mut other = promise.devices[0].clone();
        (other.path, other.minor) = ("/dev/other".into(), 1);
        promise.devices.push(other);
    };
    fares(two, &document(), true);
}

#[test]
fn the_first_device_rule_denies_all() {
    for (first, kept) in [
        (json!({"allow": false, "access": "rwm"}), true),
        (json!({"allow": false, "type": "a", "access": "rwm"}), true),
        (
            json!({"allow": false, "type": "a", "major": -1, "minor": -1, "access": "rwm"}),
            true,
        ),
        (
            json!({"allow": false, "type": "a", "major": 0, "access": "rwm"}),
            false,
        ),
        (
            json!({"allow": false, "type": "a", "minor": 0, "access": "rwm"}),
            false,
        ),
        (
            json!({"allow": false, "type": "a", "major": 8, "minor": 0, "access": "rwm"}),
            false,
        ),
        (json!({"allow": false, "type": "c", "access": "rwm"}), false),
        (json!({"allow": false, "type": "a", "access": "rw"}), false),
    ] {
        fares(NOTHING, &with("/linux/resources/devices/0", first), kept);
    }
    let open = with("/linux/resources/devices", json!([]));
    fares(PRIVILEGED, &open, true);
    fares(
        |promise| promise.cgroups = PromisedCgroups::None,
        &open,
        true,
    );
    fares(MAPPED, &mapped(open), true);
}

#[test]
fn annotations() {
    let asked: Ask = |promise| {
        promise.annotations = [("a.b".to_owned(), "1".to_owned())].into();
        let image = ["a.b", "c.d", "run.oci.handler"].map(str::to_owned);
        promise.image_annotations = image.into();
    };
    let groups: Ask = |promise| promise.groups = PromisedGroups::Any;
    let keep = "run.oci.keep_original_groups";
    for (ask, key, value, kept) in [
        (asked, "a.b", "1", true),
        (asked, "a.b", "2", false),
        (asked, "c.d", "2", true),
        (asked, "e.f", "1", false),
        (asked, "run.oci.handler", "krun", false),
        (PRIVILEGED, "io.podman.annotations.privileged", "TRUE", true),
        (PRIVILEGED, "c.d", "2", false),
        (groups, keep, "1", true),
        (groups, "c.d", "1", false),
        (NOTHING, keep, "1", false),
        (NOTHING, "safe-podman.promise", "11", true),
    ] {
        fares(
            ask,
            &with(&format!("/annotations/{key}"), json!(value)),
            kept,
        );
    }
}

#[test]
fn limits() {
    const FREE: PromisedLimits = PromisedLimits {
        memory: None,
        swap: None,
        nano_cpus: None,
        pids: None,
        oom_killer: OomKiller::On,
    };
    let mut open = document();
    for key in ["memory", "cpu", "pids"] {
        open["linux"]["resources"][key] = json!({});
    }
    let shared = with("/linux/cgroupsPath", json!("/other"));
    let none: Ask = |promise| promise.limits = FREE;
    fares(none, &open, true);
    fares(none, &shared, true);
    let each: [Ask; 4] = [
        |promise| {
            promise.limits = PromisedLimits {
                memory: Some(1 << 40),
                ..FREE
            };
        },
        |promise| {
            promise.limits = PromisedLimits {
                swap: Some(1 << 40),
                ..FREE
            };
        },
        |promise| {
            promise.limits = PromisedLimits {
                nano_cpus: Some(1 << 40),
                ..FREE
            };
        },
        |promise| {
            promise.limits = PromisedLimits {
                pids: Some(1 << 40),
                ..FREE
            };
        },
    ];
    for ask in each {
        fares(ask, &open, false);
        fares(ask, &shared, false);
        fares(ask, &document(), true);
    }
    let swap = with("/linux/resources/memory/swap", json!(536_870_913));
    fares(NOTHING, &swap, false);
    let killer = with("/linux/resources/memory/disableOOMKiller", json!(true));
    fares(
        |promise| promise.limits.oom_killer = OomKiller::Off,
        &killer,
        true,
    );
    fares(
        NOTHING,
        &with("/linux/resources/memory/disableOOMKiller", json!(false)),
        true,
    );
    let unified = with(
        "/linux/resources/unified",
        json!({"memory.high": "1", "a": "1"}),
    );
    fares(
        |promise| promise.unified = ["memory.high", "a"].map(str::to_owned).into(),
        &unified,
        true,
    );
    fares(
        |promise| promise.unified = ["a".to_owned()].into(),
        &unified,
        false,
    );
    let class = with("/linux/intelRdt", json!({"closID": "fast"}));
    fares(
        |promise| promise.rdt_class = Some("fast".to_owned()),
        &class,
        true,
    );
    fares(
        |promise| promise.rdt_class = Some("slow".to_owned()),
        &class,
        false,
    );
}

#[test]
fn what_the_process_has() {
    let variables: Ask = |promise| promise.env = ["A", "B*"].map(str::to_owned).into();
    for (entry, kept) in [
        ("BX=1", true),
        ("B=1", true),
        ("XB=1", false),
        ("A=b=c", true),
    ] {
        fares(variables, &with("/process/env/-", json!(entry)), kept);
    }
    let soft = with("/process/rlimits/0/soft", json!(2048));
    fares(NOTHING, &soft, false);
    let open = with("/process/noNewPrivileges", json!(false));
    fares(
        |promise| promise.new_privileges = NewPrivileges::Allowed,
        &open,
        true,
    );
    let on = Fake::rootful().with_lsm(Lsm {
        selinux: Selinux::Enforcing,
        apparmor: Apparmor::Enabled,
    });
    let label = |label: &str, profile: &str| {
        let mut document = with("/process/selinuxLabel", label.into());
        document["process"]["apparmorProfile"] = profile.into();
        document
    };
    let mine: Ask = |promise| {
        promise.apparmor = PromisedApparmor::Profile("mine".to_owned());
        promise.selinux = PromisedSelinux::Type("mine_t".to_owned());
    };
    let free: Ask = |promise| {
        promise.apparmor = PromisedApparmor::Unconfined;
        promise.selinux = PromisedSelinux::Unconfined;
    };
    let wide: Ask = |promise| promise.selinux_level = SelinuxLevel::Any;
    let default = "containers-default-0.57.4";
    for (ask, document, kept) in [
        (mine, label("u:r:mine_t:s0:c1,c2", "mine"), true),
        (mine, label("u:r:container_t:s0:c1,c2", "mine"), false),
        (mine, label("u:r:mine_t:s0:c1,c2", default), false),
        (free, label("", ""), true),
        (
            NOTHING,
            label("u:r:container_t:s0-s0:c0.c1023", default),
            false,
        ),
        (wide, label("u:r:container_t:s0-s0:c0.c1023", default), true),
    ] {
        fares_on(&on, ask, &document, kept);
    }
}

/// In a user namespace whose root is another user, root's files cannot be told from others.
#[test]
fn another_safe_podman_is_ours_where_root_is_root() {
    let installed = || Fake::rootful().file("/usr/local/bin/safe-podman", 0, 0o755, "");
    let hook = json!({"path": "/usr/local/bin/safe-podman", "args": ["safe-podman", "seal"]});
    let document = with("/hooks/createRuntime/-", hook);
    fares_on(&installed(), NOTHING, &document, true);
    let mut identity: Identity = crate::host::Host::identity(&installed()).clone();
    identity.owner.uid = 1000;
    fares_on(
        &installed().with_identity(identity),
        NOTHING,
        &document,
        false,
    );
}

#[test]
fn namespaces() {
    let place = |kind: &str, path: Value| {
        let mut document = document();
        for namespace in document["linux"]["namespaces"].as_array_mut().unwrap() {
            if namespace["type"] == kind {
                namespace["path"] = path.clone();
            }
        }
        document
    };
    let path: Ask = |promise| {
        let path = PromisedNamespace::Path("/run/ns/x".into());
        promise.namespaces.insert("ipc".to_owned(), path);
    };
    fares(path, &place("ipc", json!("/run/ns/x")), true);
    fares(path, &place("ipc", json!("/run/ns/y")), false);
    fares(path, &document(), false);
    fares(NOTHING, &place("ipc", json!("")), true);
    fares(NOTHING, &place("ipc", json!("/run/netns/netns-1")), false);
    let joined: Ask = |promise| {
        promise
            .namespaces
            .insert("ipc".to_owned(), PromisedNamespace::Joined);
    };
    fares(joined, &place("ipc", json!("/proc/77/ns/ipc")), true);
    let hosts: Ask = |promise| {
        promise
            .namespaces
            .insert("ipc".to_owned(), PromisedNamespace::Host);
    };
    fares(hosts, &place("ipc", json!("/proc/77/ns/ipc")), false);
    let rootless: Ask = |promise| promise.engine = crate::seal::promise::EngineMode::Rootless;
    for (ask, path, kept) in [
        (NOTHING, "/var/run/netns/netns-1", true),
        (NOTHING, "/run/netns/x-netns-", false),
        (NOTHING, "/run/user/1000/netns/netns-1", true),
        (NOTHING, "/run/user/1000/netns/x-netns-", false),
        (NOTHING, "/run/user/1000x/netns/netns-1", false),
        (NOTHING, "/run/user/x/netns/netns-1", false),
        (NOTHING, "/srv/netns/netns-1", false),
        (rootless, "/srv/netns/netns-1", true),
        (rootless, "/srv/netns/x-netns-", false),
    ] {
        fares(ask, &place("network", json!(path)), kept);
    }
    let host = Fake::rootful()
        .file("/proc/self/ns/net", 0, 0o444, "")
        .link("/run/ns/x", "/proc/self/ns/net");
    let net: Ask = |promise| {
        let path = PromisedNamespace::Path("/run/ns/x".into());
        promise.namespaces.insert("network".to_owned(), path);
    };
    fares_on(&host, net, &place("network", json!("/run/ns/x")), false);
    let overridden: Ask = |promise| {
        let path = PromisedNamespace::Path("/run/ns/x".into());
        promise.namespaces.insert("network".to_owned(), path);
        promise.hosts_joined.insert("network".to_owned());
    };
    fares_on(
        &host,
        overridden,
        &place("network", json!("/run/ns/x")),
        true,
    );
}

#[test]
fn what_is_hidden_and_what_is_root() {
    let shown = with("/linux/maskedPaths/1", json!("/proc/other"));
    let open: Ask = |promise| {
        promise.unmasked = crate::seal::promise::Unmasked::Paths(["/proc/kc*".to_owned()].into());
    };
    fares(open, &shown, true);
    fares(NOTHING, &shown, false);
    let other: Ask = |promise| {
        promise.unmasked = crate::seal::promise::Unmasked::Paths(["/proc/k".to_owned()].into());
    };
    fares(other, &shown, false);
    let more: Ask = |promise| promise.masked = ["/proc/mine".to_owned()].into();
    fares(more, &document(), false);
    fares(
        more,
        &with("/linux/maskedPaths/-", json!("/proc/mine")),
        true,
    );
    let mut hidden = with("/linux/readonlyPaths/4", json!("/proc/other"));
    fares(NOTHING, &hidden, false);
    let writable: Ask = |promise| {
        promise.unmasked = crate::seal::promise::Unmasked::Paths(["/proc/sys".to_owned()].into());
    };
    fares(writable, &hidden, true);
    let masked = hidden["linux"]["maskedPaths"].as_array_mut().unwrap();
    masked.push("/proc/sys".into());
    fares(NOTHING, &hidden, true);
    let root = |path: &str| with("/root/path", json!(path));
    let given: Ask = |promise| promise.rootfs = Some("/srv/root".into());
    fares(given, &root("/srv/root"), true);
    fares(given, &root("/srv/other"), false);
    fares(given, &document(), false);
    fares(NOTHING, &root(&format!("{STORE}/vfs/dir/x")), true);
    fares(
        NOTHING,
        &root(&format!("/tmp/overlay/{}/merged", id())),
        true,
    );
    fares(NOTHING, &root(&format!("{STORE}/../x")), false);
    let passage = "/tmp/x/intermediate-mountpoint-0.0";
    fares(MAPPED, &mapped(root(passage)), true);
    fares(
        MAPPED,
        &mapped(root("/tmp/intermediate-mountpoint-0.0/x")),
        false,
    );
    fares(
        MAPPED,
        &mapped(root("/tmp/x/y-intermediate-mountpoint-")),
        false,
    );
    let shared = with("/linux/rootfsPropagation", json!("shared"));
    let asked: Ask = |promise| {
        let asked = promise.mounts.get_mut(Path::new("/w")).unwrap();
        asked.propagation = Some("shared".to_owned());
    };
    fares(asked, &shared, true);
    let sysctl: Ask = |promise| {
        promise
            .sysctl
            .insert("net/ipv4/ping_group_range".to_owned(), "1 1".to_owned());
    };
    fares(sysctl, &document(), false);
}
