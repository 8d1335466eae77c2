//! One real pair of promise and `config.json` (podman 4.3.1, runc), changed one thing at a time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "tests, and one long table"
)]

mod asked;
mod engine_mounts;
mod mounts;
mod namespaces;
mod process;
mod release;
mod running;
mod sources;
mod verify;
mod waiting;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::fuzz::{self, PROFILE, PROMISE};
use crate::host::Fake;
use crate::seal::promise::Promise;
use crate::testing::Told;

const CONFIG: &str = include_str!("../../fixtures/config.json");
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

fn bundle() -> PathBuf {
    format!("{STORE}/overlay-containers/{}/userdata", id()).into()
}

/// What is wrong, in words; an unknown key counts too.
fn judged_on(host: &Fake, promise: &Promise, document: &Value) -> Vec<String> {
    let told = fuzz::judged(host, promise, document.to_string().as_bytes());
    told.unwrap_or_else(|problem| vec![problem.what])
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
fn breaks(document: &Value, word: &str) -> Vec<String> {
    let found = judged(document);
    assert!(
        found.iter().any(|breach| breach.contains(word)),
        "\"{word}\" is not in {found:?}"
    );
    found
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
    let mut told = Told::default();
    for (pointer, value, word) in [
        ("/process/user/uid", json!(0), "uid is 0"),
        ("/process/user/uid", json!(1000), "uid is 1000"),
        ("/process/user/gid", json!(0), "gid is 0"),
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
        ("/process/oomScoreAdj", json!(-1), "OOM score is -1"),
        ("/process/rlimits", json!([]), "no such limit"),
        (
            "/process/rlimits/-",
            json!({"type": "RLIMIT_MEMLOCK", "soft": 1, "hard": 1}),
            "RLIMIT_MEMLOCK",
        ),
        ("/process/rlimits/0/hard", json!(1_000_000), "1000000"),
        (
            "/process/env/-",
            json!("LD_PRELOAD=secret"),
            "the variable \"LD_PRELOAD\", which",
        ),
        ("/process/env/-", json!("BARE"), "the variable \"BARE\""),
        (
            "/process/scheduler",
            json!({"policy": "SCHED_FIFO"}),
            "scheduler",
        ),
        ("/root/readonly", json!(false), "read-only root"),
        ("/root/path", json!("/"), "its root file system is"),
        (
            "/root/path",
            json!("/srv/overlay/x/merged"),
            "its root file system is",
        ),
        (
            "/root/path",
            json!("/tmp/intermediate-mountpoint-0.0"),
            "its root file system is",
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
        ("/linux/cgroupsPath", json!(""), "its control group"),
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
        (
            "/linux/seccomp",
            Value::Null,
            "seccomp filter that was judged",
        ),
        ("/linux/seccomp", json!({}), "not understood"),
        (
            "/linux/seccomp/defaultAction",
            json!("SCMP_ACT_ALLOW"),
            "seccomp filter is wider",
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
            "a limit of memory (",
        ),
        (
            "/linux/resources/memory",
            json!({}),
            "a limit of memory and swap (",
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
        ("/linux/resources/cpu", json!({}), "a limit of CPUs (1)"),
        (
            "/linux/resources/pids/limit",
            json!(0),
            "a limit of processes (",
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
            "/linux/resources/devices/0",
            json!({"allow": false, "type": "a", "access": "r"}),
            "mknod",
        ),
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
        ("/linux/maskedPaths", json!([]), "a mask over /proc/acpi"),
        (
            "/linux/readonlyPaths",
            json!([]),
            "read-only access to /proc/",
        ),
        (
            "/linux/rootfsPropagation",
            json!("shared"),
            "propagation of its mounts",
        ),
        ("/linux/intelRdt", json!({}), "closID"),
    ] {
        let title = format!("{pointer} = {value}");
        let found = breaks(&with(pointer, value), word);
        // Which calls there are depends on the machine.
        if word != "seccomp filter is wider" {
            told.lines(title, &found);
        }
    }
    insta::assert_snapshot!("config", told.text());
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
