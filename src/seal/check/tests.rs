//! One real pair of promise and `config.json` (podman 4.3.1, runc), changed one thing at a time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "tests, and one long table"
)]

use serde_json::{Value, json};

use super::*;
use crate::host::{Apparmor, Fake, Lsm, Selinux};
use crate::seal::promise::{HostRoot, Owners};

const CONFIG: &str = include_str!("../fixtures/config.json");
const PROMISE: &str = include_str!("../fixtures/promise.json");
const PROFILE: &[u8] = br#"{"defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}"#;
const STORE: &str = "/var/lib/containers/storage";

fn document() -> Value {
    serde_json::from_str(CONFIG).unwrap()
}

fn promised() -> Promise {
    serde_json::from_str(PROMISE).unwrap()
}

fn id() -> String {
    let document = document();
    let path = document["linux"]["cgroupsPath"].as_str().unwrap();
    path.rsplit('-').next().unwrap().to_owned()
}

/// What is wrong, in words; an unknown key counts too.
fn judged_on(host: &Fake, promise: &Promise, document: &Value) -> Vec<String> {
    let config = match OciConfig::parse(document.to_string().as_bytes()) {
        Ok(config) => config,
        Err(problem) => return vec![problem.what],
    };
    let id = id();
    let bundle = format!("{STORE}/overlay-containers/{id}/userdata");
    let facts = Facts {
        host,
        id: &id,
        bundle: Path::new(&bundle),
        root: &config.root.path,
        program: Path::new("/usr/bin/safe-podman"),
        pid: None,
        runtime: None,
        profile: Some(PROFILE),
    };
    let breaches = check(promise, &config, &facts);
    breaches.iter().map(ToString::to_string).collect()
}

fn judged(document: &Value) -> Vec<String> {
    judged_on(&Fake::rootful(), &promised(), document)
}

/// The document with the value at a JSON pointer replaced; `/-` appends.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    if let Some(list) = pointer.strip_suffix("/-") {
        let list = document
            .pointer_mut(list)
            .unwrap_or_else(|| panic!("{list}"));
        list.as_array_mut().unwrap().push(value);
        return document;
    }
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("{parent}"))
    {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        parent => parent[key.replace("~1", "/")] = value,
    }
    document
}

fn mount_at(destination: &str) -> usize {
    let document = document();
    let mounts = document["mounts"].as_array().unwrap();
    let at = mounts
        .iter()
        .position(|mount| mount["destination"] == destination);
    at.unwrap_or_else(|| panic!("no mount at {destination}"))
}

/// The document with something done to the mount at a place.
fn with_mount(destination: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document();
    change(&mut document["mounts"][mount_at(destination)]);
    document
}

fn without_option(destination: &str, option: &str) -> Value {
    with_mount(destination, |mount| {
        let options = mount["options"].as_array_mut().unwrap();
        let before = options.len();
        options.retain(|other| other != option);
        assert_ne!(options.len(), before, "{destination} has no {option}");
    })
}

fn bind(source: &str, destination: &str) -> Value {
    json!({"destination": destination, "type": "bind", "source": source, "options": ["rbind", "ro", "nosuid", "nodev", "noexec"]})
}

#[track_caller]
fn breaks(document: &Value, word: &str) {
    let found = judged(document);
    assert!(
        found.iter().any(|breach| breach.contains(word)),
        "\"{word}\" is not in {found:?}"
    );
}

#[track_caller]
fn holds(document: &Value) {
    assert_eq!(judged(document), Vec::<String>::new());
}

#[test]
fn what_a_real_engine_writes_is_kept() {
    holds(&document());
}

#[test]
fn each_single_change_is_found() {
    for (pointer, value, word) in [
        ("/process/user/uid", json!(0), "uid 0"),
        ("/process/user/uid", json!(1000), "uid 1000"),
        ("/process/user/gid", json!(0), "gid 0"),
        ("/process/user/additionalGids", json!([0]), "group 0"),
        (
            "/process/user/additionalGids",
            json!([65532, 999]),
            "group 999",
        ),
        (
            "/process/capabilities/bounding",
            json!(["CAP_SYS_ADMIN"]),
            "CAP_SYS_ADMIN in its bounding",
        ),
        (
            "/process/capabilities/effective",
            json!(["CAP_SYS_ADMIN"]),
            "effective",
        ),
        (
            "/process/capabilities/permitted",
            json!(["CAP_NET_RAW"]),
            "permitted",
        ),
        (
            "/process/capabilities/inheritable",
            json!(["CAP_NET_RAW"]),
            "inheritable",
        ),
        (
            "/process/capabilities/ambient",
            json!(["CAP_NET_RAW"]),
            "ambient",
        ),
        ("/process/capabilities/other", json!([]), "capability set"),
        ("/process/noNewPrivileges", json!(false), "set-user-ID"),
        ("/process/oomScoreAdj", json!(-1), "OOM score -1"),
        ("/process/rlimits", json!([]), "no RLIMIT_NOFILE"),
        (
            "/process/rlimits/-",
            json!({"type": "RLIMIT_MEMLOCK", "soft": 1, "hard": 1}),
            "RLIMIT_MEMLOCK",
        ),
        ("/process/rlimits/0/hard", json!(1_000_000), "1000000"),
        (
            "/process/env/-",
            json!("LD_PRELOAD=secret"),
            "the variable LD_PRELOAD where",
        ),
        ("/process/env/-", json!("BARE"), "the variable BARE"),
        (
            "/process/scheduler",
            json!({"policy": "SCHED_FIFO"}),
            "scheduler",
        ),
        ("/root/readonly", json!(false), "writable root"),
        ("/root/path", json!("/"), "the root file system"),
        (
            "/root/path",
            json!("/srv/overlay/x/merged"),
            "the root file system",
        ),
        (
            "/root/path",
            json!("/tmp/intermediate-mountpoint-0.0"),
            "the root file system",
        ),
        ("/vm", json!({}), "vm"),
        (
            "/hooks/createRuntime/-",
            json!({"path": "/tmp/evil"}),
            "/tmp/evil",
        ),
        (
            "/hooks/poststop",
            json!([{"path": "/home/ann/hook"}]),
            "poststop",
        ),
        (
            "/annotations/run.oci.handler",
            json!("krun"),
            "run.oci.handler",
        ),
        (
            "/annotations/run.oci.seccomp_bpf_data",
            json!("AAAA"),
            "seccomp_bpf_data",
        ),
        (
            "/annotations/org.systemd.property.DeviceAllow",
            json!("x"),
            "DeviceAllow",
        ),
        (
            "/annotations/io.podman.annotations.privileged",
            json!("TRUE"),
            "privileged=TRUE",
        ),
        ("/annotations/some.thing", json!("x"), "some.thing"),
        ("/annotations/krun.cpus", json!("9"), "krun.cpus"),
        ("/linux/cgroupsPath", json!(""), "the control group"),
        ("/linux/intelRdt", json!({"closID": "fast"}), "cache class"),
        (
            "/linux/sysctl/net.ipv4.ip_forward",
            json!("1"),
            "ip_forward",
        ),
        (
            "/linux/sysctl/net.ipv4.ip_unprivileged_port_start",
            json!("1024"),
            "port_start=1024",
        ),
        ("/linux/seccomp", Value::Null, "no seccomp filter"),
        ("/linux/seccomp", json!({}), "not understood"),
        (
            "/linux/seccomp/defaultAction",
            json!("SCMP_ACT_ALLOW"),
            "wider seccomp filter",
        ),
        (
            "/linux/seccomp/syscalls/0/names/-",
            json!("ptrace"),
            "ptrace",
        ),
        (
            "/linux/seccomp/listenerPath",
            json!("/run/x"),
            "another process decides",
        ),
        (
            "/linux/resources/memory/limit",
            json!(536_870_913),
            "536870913",
        ),
        (
            "/linux/resources/memory/limit",
            json!(-1),
            "no limit of memory",
        ),
        (
            "/linux/resources/memory",
            json!({}),
            "no limit of memory and swap",
        ),
        (
            "/linux/resources/memory/swap",
            json!(1_073_741_824),
            "memory and swap",
        ),
        (
            "/linux/resources/memory/disableOOMKiller",
            json!(true),
            "OOM killer",
        ),
        ("/linux/resources/cpu/quota", json!(200_000), "CPU"),
        ("/linux/resources/cpu/period", json!(1000), "CPU"),
        ("/linux/resources/cpu", json!({}), "no limit of"),
        (
            "/linux/resources/pids/limit",
            json!(0),
            "no limit of processes",
        ),
        ("/linux/resources/pids/limit", json!(4096), "4096"),
        (
            "/linux/resources/unified",
            json!({"memory.max": "max"}),
            "memory.max",
        ),
        ("/linux/resources/network", json!({}), "network"),
        ("/linux/resources/devices", json!([]), "mknod"),
        ("/linux/resources/devices/0/allow", json!(true), "mknod"),
        (
            "/linux/resources/devices/-",
            json!({"allow": true, "access": "rwm"}),
            "a *:* rwm",
        ),
        (
            "/linux/resources/devices/-",
            json!({"allow": true, "type": "b", "major": 8, "access": "r"}),
            "b 8:* r",
        ),
        (
            "/linux/devices/-",
            json!({"path": "/dev/sda", "type": "b", "major": 8, "minor": 0}),
            "/dev/sda",
        ),
        ("/linux/devices/0/major", json!(1), "1:229"),
        ("/linux/devices/0/path", json!("/dev/other"), "/dev/other"),
        ("/linux/maskedPaths", json!([]), "/proc/kcore visible"),
        ("/linux/readonlyPaths", json!([]), "/proc/sys writable"),
        (
            "/linux/rootfsPropagation",
            json!("shared"),
            "root propagation",
        ),
        ("/linux/intelRdt", json!({}), "closID"),
    ] {
        breaks(&with(pointer, value), word);
    }
}

#[test]
fn weaker_than_promised_is_fine() {
    for (pointer, value) in [
        ("/process/capabilities", json!({})),
        ("/process/oomScoreAdj", json!(500)),
        ("/process/rlimits/0/soft", json!(10)),
        ("/linux/resources/memory/limit", json!(1_048_576)),
        ("/linux/resources/pids/limit", json!(1)),
        ("/linux/seccomp/syscalls/0/names", json!(["read"])),
        ("/linux/devices", json!([])),
        ("/linux/maskedPaths/-", json!("/proc/interrupts")),
        ("/process/env", json!(["PATH=/bin"])),
        ("/hooks", Value::Null),
    ] {
        holds(&with(pointer, value));
    }
}

#[test]
fn each_namespace_must_be_its_own() {
    for kind in ["pid", "network", "ipc", "uts", "mount", "cgroup"] {
        let mut missing = document();
        let all = missing["linux"]["namespaces"].as_array_mut().unwrap();
        all.retain(|namespace| namespace["type"] != kind);
        breaks(&missing, &format!("the host's {kind} namespace"));
        for path in [
            "/proc/1/ns/net",
            "/proc/self/ns/pid",
            "/run/netns/../../proc/1/ns/net",
            "/run/netns/host",
            "/run/netnsx/netns-1",
        ] {
            let mut other = document();
            for namespace in other["linux"]["namespaces"].as_array_mut().unwrap() {
                if namespace["type"] == kind {
                    namespace["path"] = path.into();
                }
            }
            breaks(&other, &format!("the {kind} namespace {path}"));
        }
        breaks(&with("/linux/namespaces/-", json!({"type": kind})), "two");
    }
    breaks(
        &with(
            "/linux/namespaces/-",
            json!({"type": "user", "path": "/proc/1/ns/user"}),
        ),
        "user namespace",
    );
    breaks(
        &with(
            "/linux/namespaces/-",
            json!({"type": "time", "path": "/proc/1/ns/time"}),
        ),
        "time namespace",
    );
    holds(&with("/linux/namespaces/-", json!({"type": "time"})));
}

#[test]
fn a_mount_that_nobody_asked_for_is_found() {
    let other = format!(
        "{STORE}/overlay-containers/{}/userdata/hosts",
        "0".repeat(64)
    );
    let own = format!(
        "{STORE}/overlay-containers/{}/userdata/run/secrets/shadow",
        id()
    );
    for (source, destination) in [
        ("/etc", "/x"),
        ("/", "/sys/fs"),
        ("/etc/shadow", "/etc/hosts"),
        ("/etc/shadow", "/etc/passwd"),
        ("/etc/shadow", "/run/secrets/sek"),
        ("/proc", "/proc"),
        ("/sys", "/sys"),
        ("/dev", "/dev"),
        ("/dev/shm", "/dev/shm"),
        ("/dev/sda", "/dev/fuse"),
        ("/run/systemd/notify", "/run/notify"),
        ("/usr/bin/evil", "/run/podman-init"),
        (&other, "/etc/hosts"),
        (&own, "/run/secrets/shadow"),
        ("/etc", "/w"),
        ("/etc", "/a/../w"),
    ] {
        breaks(
            &with("/mounts/-", bind(source, destination)),
            &format!("\"{source}\" at"),
        );
    }
    for (destination, source) in [
        ("/w", "/srv"),
        ("/r", "/srv/ro/../rw"),
        ("/named", "/var/lib/containers/storage/volumes/other/_data"),
        (
            "/named",
            "/var/lib/containers/storage/volumes/named/_data/x",
        ),
        ("/named", "/var/lib/containers/storage/volumes/named"),
        (
            "/named",
            "/var/lib/containers/storage/volumes/named/../../../../../../etc",
        ),
        ("/tmp", "/etc"),
    ] {
        let changed = with_mount(destination, |mount| {
            mount["source"] = source.into();
            mount["type"] = "bind".into();
        });
        breaks(&changed, &format!("\"{source}\" at"));
    }
}

#[test]
fn an_option_that_is_gone_is_found() {
    for (destination, option) in [
        ("/proc", "nosuid"),
        ("/sys", "ro"),
        ("/sys/fs/cgroup", "ro"),
        ("/tmp", "noexec"),
        ("/tmp", "nosuid"),
        ("/tmp", "size=64m"),
        ("/r", "ro"),
        ("/r", "nosuid"),
        ("/w", "nodev"),
        ("/named", "noexec"),
    ] {
        breaks(
            &without_option(destination, option),
            &format!("at \"{destination}\""),
        );
    }
    for (destination, option) in [
        ("/r", "rw"),
        ("/r", "rbind"),
        ("/r", "rshared"),
        ("/w", "shared"),
        ("/w", "suid"),
        ("/tmp", "size=1g"),
        ("/tmp", "exec"),
    ] {
        let changed = with_mount(destination, |mount| {
            mount["options"].as_array_mut().unwrap().push(option.into());
        });
        breaks(&changed, &format!("at \"{destination}\""));
    }
}

/// podman follows the image's links on the way to a tmpfs.
#[test]
fn a_tmpfs_may_be_where_a_link_led() {
    let to = |place: &str| with_mount("/tmp", |mount| mount["destination"] = place.into());
    holds(&to("/run"));
    for place in ["/proc/sys", "/sys/fs", "/dev/x", "/"] {
        breaks(&to(place), &format!("at \"{place}\""));
    }
    let mut twice = to("/run");
    let tmp = twice["mounts"][mount_at("/tmp")].clone();
    twice["mounts"].as_array_mut().unwrap().push(tmp);
    breaks(&twice, "at \"/run\"");
    let mut larger = to("/run");
    let options = larger["mounts"][mount_at("/tmp")]["options"]
        .as_array_mut()
        .unwrap();
    options.push("size=1g".into());
    breaks(&larger, "at \"/run\"");
}

#[test]
fn what_reaches_further_than_a_mount_is_found() {
    for option in ["rrw", "rsuid", "rdev", "rexec", "remount"] {
        for destination in ["/r", "/w", "/tmp", "/etc/hosts"] {
            let changed = with_mount(destination, |mount| {
                mount["options"].as_array_mut().unwrap().push(option.into());
            });
            breaks(&changed, &format!("at \"{destination}\""));
        }
    }
}

/// A trusted shell is no trusted hook.
#[test]
fn a_hook_is_known_by_all_its_words() {
    let host = Fake::rootful()
        .file("/bin/sh", 0, 0o755, "")
        .file("/usr/local/bin/safe-podman", 0, 0o755, "")
        .file("/home/ann/safe-podman", 1000, 0o755, "");
    let hook = |path: &str, args: Value, env: Value| {
        let hook = json!({"path": path, "args": args, "env": env});
        judged_on(&host, &promised(), &with("/hooks/createRuntime/-", hook))
    };
    let ours = json!(["safe-podman", "seal"]);
    let path = json!(["PATH=/usr/sbin:/usr/bin"]);
    assert_eq!(
        hook("/usr/local/bin/safe-podman", ours.clone(), path.clone()),
        [""; 0]
    );
    for (program, args, env) in [
        ("/bin/sh", json!(["sh", "-c", "id"]), json!([])),
        (
            "/usr/local/bin/safe-podman",
            json!(["safe-podman", "run"]),
            path.clone(),
        ),
        (
            "/usr/local/bin/safe-podman",
            ours.clone(),
            json!(["LD_PRELOAD=/tmp/x"]),
        ),
        ("/home/ann/safe-podman", ours, path),
    ] {
        let found = hook(program, args, env);
        assert!(
            found.iter().any(|found| found.contains(program)),
            "{program}: {found:?}"
        );
    }
    let args = ["sh", "-c", "id"].map(str::to_owned);
    let mut promise = promised();
    promise.hooks = [crate::seal::own_hook::mark(
        Path::new("/bin/sh"),
        &args,
        &[],
    )]
    .into();
    let hook = json!({"path": "/bin/sh", "args": args});
    let document = with("/hooks/createRuntime/-", hook);
    assert_eq!(judged_on(&host, &promise, &document), [""; 0]);
}

#[test]
fn files_keep_their_owners() {
    let maps = json!([{"containerID": 65532, "hostID": 0, "size": 1}]);
    for key in ["uidMappings", "gidMappings"] {
        for destination in ["/r", "/w", "/etc/hosts"] {
            let changed = with_mount(destination, |mount| mount[key] = maps.clone());
            breaks(&changed, "the files' own owners");
        }
    }
    let changed = with_mount("/w", |mount| {
        mount["options"]
            .as_array_mut()
            .unwrap()
            .push("idmap".into());
    });
    breaks(&changed, "the files' own owners");
    let mut promise = promised();
    promise.mounts.get_mut(Path::new("/w")).unwrap().owners = Owners::Mapped;
    assert_eq!(
        judged_on(&Fake::rootful(), &promise, &changed),
        Vec::<String>::new()
    );
}

#[test]
fn a_name_is_promised_as_nobody_but_root() {
    use crate::seal::promise::{PromisedGroups, PromisedId};
    let mut promise = promised();
    (promise.uid, promise.gid, promise.groups) = (
        PromisedId::NotRoot,
        PromisedId::NotRoot,
        PromisedGroups::NotRoot,
    );
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert_eq!(
        judged(&with("/process/user/uid", json!(1234))),
        Vec::<String>::new()
    );
    assert_eq!(
        judged(&with("/process/user/additionalGids", json!([27]))),
        Vec::<String>::new()
    );
    for pointer in ["/process/user/uid", "/process/user/gid"] {
        assert!(!judged(&with(pointer, json!(0))).is_empty(), "{pointer}");
    }
    assert!(!judged(&with("/process/user/additionalGids", json!([0]))).is_empty());
}

#[test]
fn a_security_module_of_the_host_must_confine() {
    let on = Fake::rootful().with_lsm(Lsm {
        selinux: Selinux::Enforcing,
        apparmor: Apparmor::Enabled,
    });
    let judged = |label: &str, profile: &str| {
        let mut document = with("/process/selinuxLabel", label.into());
        document["process"]["apparmorProfile"] = profile.into();
        judged_on(&on, &promised(), &document).len()
    };
    let (label, profile) = (
        "system_u:system_r:container_t:s0:c1,c2",
        "containers-default-0.57.4",
    );
    assert_eq!(judged(label, profile), 0);
    assert_eq!(judged("", profile), 1);
    assert_eq!(judged("system_u:system_r:spc_t:s0", profile), 1);
    assert_eq!(
        judged("system_u:system_r:container_t:s0-s0:c0.c1023", profile),
        1
    );
    assert_eq!(judged(label, "allow-all"), 1);
    assert_eq!(judged(label, ""), 1);
    assert_eq!(judged(label, "unconfined"), 1);
}

#[test]
fn a_user_namespace_of_its_own_needs_a_mapping() {
    let mut promise = promised();
    promise.namespaces.insert(
        "user".to_owned(),
        crate::seal::promise::PromisedNamespace::Own,
    );
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert!(judged(&document())[0].contains("the host's user namespace"));
    let mut mapped = with("/linux/namespaces/-", json!({"type": "user"}));
    assert!(judged(&mapped)[0].contains("no uid mapping"));
    for key in ["uidMappings", "gidMappings"] {
        mapped["linux"][key] = json!([{"containerID": 0, "hostID": 100_000, "size": 65536}]);
    }
    assert_eq!(judged(&mapped), Vec::<String>::new());
    mapped["linux"]["uidMappings"] = json!([{"containerID": 0, "hostID": 0, "size": u32::MAX}]);
    assert!(judged(&mapped)[0].contains("the host's uid 0"));
    promise.host_root = HostRoot::Inside;
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert_eq!(judged(&mapped), Vec::<String>::new());
}

#[test]
fn a_namespace_of_podman_s_may_not_be_the_host_s() {
    let path = "/run/netns/netns-0a1b";
    let at = document()["linux"]["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .position(|found| found["type"] == "network")
        .unwrap();
    let changed = with(&format!("/linux/namespaces/{at}/path"), json!(path));
    holds(&changed);
    let host = Fake::rootful()
        .file("/proc/self/ns/net", 0, 0o444, "")
        .link(path, "/proc/self/ns/net");
    let found = judged_on(&host, &promised(), &changed);
    assert!(found[0].contains("the network namespace"), "{found:?}");
}

#[test]
fn a_variable_is_named_and_its_value_never() {
    let found = judged(&with("/process/env/-", json!("TOKEN=hunter2")));
    assert!(
        found[0].contains("TOKEN") && !found[0].contains("hunter2"),
        "{found:?}"
    );
}
