use std::ffi::OsString;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::*;
use crate::caps::Cap;
use crate::host::{Fake, FileKind};
use crate::origin::Origin;
use crate::podman::args;
use crate::podman::image_config::ImageConfig;
use crate::seal::promise::{PromisedDevice, PromisedSeccomp};
use crate::spec::baseline;
use crate::spec::build::{Inputs, build};

fn host() -> Fake {
    Fake::rootful().file("/srv/env", 0, 0o644, "# A=1\n\n X = 1\nY\n")
}

fn spec(host: &Fake, words: &str) -> Spec {
    // A value with a blank is written with an underscore.
    let words = words
        .split_whitespace()
        .map(|word| word.replace('_', " ").into());
    let words: Vec<OsString> = words.collect();
    let said = args::parse(&words, &[], &Path::new("/srv").into()).unwrap();
    let mut given = baseline::layer().unwrap();
    given.extend(said.given);
    build(&Inputs {
        given: &given,
        image: "localhost/i",
        image_origin: Origin::Baseline,
        command: &[],
        host,
        image_config: None,
        volumes: &BTreeMap::new(),
        level: crate::spec::level::Level::Baseline,
    })
    .unwrap()
}

fn inputs<'a>(host: &'a Fake, image: Option<&'a ImageConfig>) -> PromiseInputs<'a> {
    PromiseInputs {
        host,
        image,
        seccomp: PromisedSeccomp::Unconfined,
        limits: LimitsHere::Held,
        hosts_joined: BTreeSet::new(),
        hooks: BTreeSet::new(),
        sockets: Descriptors::None,
        volume_path: None,
        init_path: None,
    }
}

fn promised(host: &Fake, words: &str) -> Value {
    let promise = promise(&spec(host, words), &inputs(host, None)).unwrap();
    serde_json::to_value(promise).unwrap()
}

/// What has to be merged into `before` for `now` (RFC 7396).
fn patch(before: &Value, now: &Value) -> Value {
    let (Value::Object(before), Value::Object(now)) = (before, now) else {
        return now.clone();
    };
    let mut patch = Map::new();
    for key in before.keys().chain(now.keys()) {
        match (before.get(key), now.get(key)) {
            (Some(before), Some(now)) if before == now => {}
            (Some(before), Some(now)) => drop(patch.insert(key.clone(), self::patch(before, now))),
            (_, now) => drop(patch.insert(key.clone(), now.cloned().unwrap_or_default())),
        }
    }
    patch.into()
}

#[track_caller]
fn changes(host: &Fake, words: &str, expected: &str) {
    let expected: Value = serde_json::from_str(expected).unwrap();
    assert_eq!(
        patch(&promised(host, ""), &promised(host, words)),
        expected,
        "{words}"
    );
}

#[test]
fn a_plain_container_is_promised_at_its_strictest() {
    let expected: Value = serde_json::from_str(PLAIN).unwrap();
    assert_eq!(promised(&host(), ""), expected);
}

#[test]
fn each_flag_changes_what_it_is_about() {
    for (words, expected) in CHANGES {
        changes(&host(), words, expected);
    }
}

#[test]
fn all_capabilities_and_all_devices() {
    let all = Cap::all().count();
    for words in [
        "--privileged",
        "--cap-add=all",
        "--cap-add=chown --cap-add=all",
    ] {
        let found = promised(&host(), words);
        assert_eq!(
            found["capabilities"].as_array().unwrap().len(),
            all,
            "{words}"
        );
        let privileged = words == "--privileged";
        assert_eq!(
            found.get("privilege"),
            privileged.then(|| json!("privileged")).as_ref()
        );
        for (key, free) in [
            ("apparmor", "unconfined"),
            ("selinux", "unconfined"),
            ("unmasked", "all"),
        ] {
            assert_eq!(
                found.get(key),
                privileged.then(|| json!(free)).as_ref(),
                "{words}: {key}"
            );
        }
    }
}

#[test]
fn what_an_unprivileged_podman_s_container_gets() {
    let host = Fake::rootless();
    let found = promised(&host, "");
    assert_eq!(
        (&found["engine"], &found["apparmor"]),
        (&json!("rootless"), &json!("unconfined"))
    );
    assert_eq!(
        promised(&host, "--security-opt=apparmor=mine")["apparmor"],
        json!({"profile": "mine"})
    );
}

#[test]
fn what_the_image_and_the_engine_bring() {
    let host = host();
    let image = ImageConfig {
        env: vec!["I=1=2".to_owned(), "BARE".to_owned()],
        annotations: [("a.b".to_owned(), "1".to_owned())].into(),
        ..ImageConfig::default()
    };
    let inputs = PromiseInputs {
        hooks: ["mark".to_owned()].into(),
        sockets: Descriptors::Passed,
        volume_path: Some("/volumes".into()),
        init_path: Some("/init".into()),
        ..inputs(&host, Some(&image))
    };
    let promised = |words: &str| promise(&spec(&host, words), &inputs).unwrap();
    let found = promised("--init");
    let names = ["BARE", "I", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID"];
    assert!(found.env.iter().eq(names));
    assert_eq!(found.image_annotations, ["a.b".to_owned()].into());
    assert_eq!(found.hooks, inputs.hooks);
    assert_eq!(found.descriptors, Descriptors::Passed);
    assert_eq!(found.volume_path, inputs.volume_path);
    assert_eq!(found.init, Init::Path("/init".into()));
    let found = promised("--init --init-path=/mine --volumepath=/mine");
    assert_eq!(found.init, Init::Path("/mine".into()));
    assert_eq!(found.volume_path, Some("/mine".into()));
}

#[test]
fn a_limit_that_does_not_hold_here_is_promised_unless_that_was_waived() {
    for (controller, gone) in [
        ("memory", &["memory", "swap"][..]),
        ("cpu", &["nano_cpus"]),
        ("pids", &["pids"]),
    ] {
        let mut cgroups = host().cgroups();
        cgroups.controllers.remove(controller);
        let host = host().with_cgroups(cgroups);
        for limits in [LimitsHere::Held, LimitsHere::Waived] {
            let inputs = PromiseInputs {
                limits,
                ..inputs(&host, None)
            };
            let promise = promise(&spec(&host, ""), &inputs).unwrap();
            let found = serde_json::to_value(promise).unwrap();
            for key in ["memory", "swap", "nano_cpus", "pids"] {
                let is_gone = limits == LimitsHere::Waived && gone.contains(&key);
                assert_eq!(
                    found["limits"][key].is_null(),
                    is_gone,
                    "{controller}: {key}"
                );
            }
        }
    }
}

#[test]
fn devices_and_all_below_a_directory() {
    let host = ["/dev/a", "/dev/d/b", "/dev/d/1/2/c", "/dev/d/1/2/3/e"]
        .into_iter()
        .fold(host(), |host, path| {
            host.node(path, FileKind::CharDevice, 0, 0o600)
        });
    let found = |words: &str| -> Vec<(PathBuf, PathBuf, String)> {
        let promise = promise(&spec(&host, words), &inputs(&host, None)).unwrap();
        let one = |device: PromisedDevice| (device.path, device.host, device.access);
        promise.devices.into_iter().map(one).collect()
    };
    let device = |at: &str, host: &str, access: &str| (at.into(), host.into(), access.to_owned());
    assert_eq!(found("--device=/dev/a"), [device("/dev/a", "/dev/a", "rw")]);
    assert_eq!(
        found("--device=/dev/a:/dev/x:r"),
        [device("/dev/x", "/dev/a", "r")]
    );
    // podman goes no deeper.
    assert_eq!(
        found("--device=/dev/d:/dev/y"),
        [
            device("/dev/y/1/2/c", "/dev/d/1/2/c", "rw"),
            device("/dev/y/b", "/dev/d/b", "rw")
        ]
    );
}

#[test]
fn what_cannot_be_held_afterwards_is_not_promised() {
    let host = host();
    for words in [
        "--volumes-from=x",
        "--gpus=all",
        "--device-cgroup-rule=x",
        "--env-file=none",
    ] {
        let spec = spec(&host, words);
        let problem = promise(&spec, &inputs(&host, None)).unwrap_err();
        assert!(problem.origin.is_some(), "{words}: {problem}");
    }
}

const PLAIN: &str = r#"{"version":3,"engine":"rootful","uid":{"exactly":65532},"gid":{"exactly":65532},"seccomp":"unconfined","mounts":{"/dev/shm":{"kind":{"tmpfs":67108864},"flags":["nodev","noexec","nosuid"]},"/run":{"kind":{"tmpfs":16777216},"flags":["nodev","noexec","nosuid"]},"/tmp":{"kind":{"tmpfs":67108864},"flags":["nodev","noexec","nosuid"]}},"namespaces":{"user":"host"},"host_root":"inside","limits":{"memory":536870912,"swap":536870912,"nano_cpus":1000000000,"pids":256,"oom_killer":"on"},"rlimits":{"RLIMIT_CORE":[0,0],"RLIMIT_NOFILE":[1024,4096],"RLIMIT_NPROC":[4096,4096]},"sysctl":{"net.ipv4.ip_unprivileged_port_start":"0"}}"#;

/// Words, and what they change of the promise of a plain container; null is what is no longer said.
#[rustfmt::skip]
const CHANGES: [(&str, &str); 109] = [
    ("--user=0", r#"{"uid":"any","gid":"any"}"#),
    ("--user=root", r#"{"uid":"any","gid":"any","groups":"any"}"#),
    ("--user=app", r#"{"uid":"not-root","gid":"not-root","groups":"not-root"}"#),
    ("--user=app:app", r#"{"uid":"not-root","gid":"not-root"}"#),
    ("--user=5:0", r#"{"uid":{"exactly":5},"gid":"any"}"#),
    ("--user=5:root", r#"{"uid":{"exactly":5},"gid":"any"}"#),
    ("--user=5", r#"{"uid":{"exactly":5},"gid":{"exactly":5}}"#),
    ("--group-add=7", r#"{"groups":{"exactly":[7]}}"#),
    ("--group-add=0", r#"{"groups":{"exactly":[0]}}"#),
    ("--group-add=root", r#"{"groups":"any"}"#),
    ("--group-add=wheel", r#"{"groups":"not-root"}"#),
    ("--group-add=keep-groups", r#"{"groups":"any"}"#),
    ("--user=app --group-add=0", r#"{"uid":"not-root","gid":"not-root","groups":"any"}"#),
    ("--userns=keep-id", r#"{"namespaces":null,"groups":{"exactly":[0]}}"#),
    ("--userns=keep-id:gid=9", r#"{"namespaces":null,"groups":{"exactly":[9]}}"#),
    ("--userns=nomap", r#"{"namespaces":null,"groups":{"exactly":[0]}}"#),
    ("--userns=auto", r#"{"namespaces":null,"host_root":null}"#),
    ("--userns=auto:size=70000", r#"{"namespaces":null,"host_root":null}"#),
    ("--userns=auto:uidmapping=0:0:1", r#"{"namespaces":null}"#),
    ("--userns=ns:/x", r#"{"namespaces":{"user":{"path":"/x"}}}"#),
    ("--userns=container:x", r#"{"namespaces":{"user":"joined"}}"#),
    ("--userns=private", r#"{"namespaces":null}"#),
    ("--cap-add=chown", r#"{"capabilities":["CAP_CHOWN"]}"#),
    ("--security-opt=no-new-privileges=false", r#"{"new_privileges":"allowed"}"#),
    ("--security-opt=apparmor=mine", r#"{"apparmor":{"profile":"mine"}}"#),
    ("--security-opt=apparmor=unconfined", r#"{"apparmor":"unconfined"}"#),
    ("--security-opt=label=disable", r#"{"selinux":"unconfined"}"#),
    ("--security-opt=label=type:t", r#"{"selinux":{"type":"t"}}"#),
    ("--security-opt=label=nested", r#"{"mounts":{"/sys/fs/selinux":{"kind":{"bind":"/sys/fs/selinux"},"flags":[],"depth":"open"}},"unmasked":{"paths":["/sys/fs/selinux"]},"annotations":{"run.oci.mount_context_type":"rootcontext"}}"#),
    ("--security-opt=label=level:s0:c1,c2", r"{}"),
    ("--security-opt=label=level:s0:c0.c1023", r#"{"selinux_level":"any"}"#),
    ("--security-opt=label=filetype:t", r#"{"file_type":"t"}"#),
    ("--personality=LINUX32", r#"{"personality":"LINUX32"}"#),
    ("--pid=host", r#"{"namespaces":{"pid":"host"},"selinux":"unconfined"}"#),
    ("--ipc=host", r#"{"mounts":{"/dev/shm":null},"namespaces":{"ipc":"host"},"selinux":"unconfined"}"#),
    ("--uts=host", r#"{"namespaces":{"uts":"host"}}"#),
    ("--cgroupns=host", r#"{"namespaces":{"cgroup":"host"}}"#),
    ("--network=host", r#"{"namespaces":{"network":"host"},"sysctl":null}"#),
    ("--network=none", r"{}"),
    ("--network=ns:/x", r#"{"namespaces":{"network":{"path":"/x"}},"sysctl":null}"#),
    ("--network=container:x", r#"{"namespaces":{"network":"joined"},"sysctl":null}"#),
    ("--pid=container:x", r#"{"namespaces":{"pid":"joined"}}"#),
    ("--ipc=ns:/x", r#"{"mounts":{"/dev/shm":null},"namespaces":{"ipc":{"path":"/x"}}}"#),
    ("--ipc=shareable", r"{}"),
    ("--network=a --network=b", r"{}"),
    ("--security-opt=mask=/a:/b", r#"{"masked":["/a","/b"]}"#),
    ("--security-opt=unmask=/a:/b", r#"{"unmasked":{"paths":["/a","/b"]}}"#),
    ("--security-opt=unmask=ALL", r#"{"unmasked":"all"}"#),
    ("--security-opt=proc-opts=nosuid,noexec,nodev,hidepid=2", r#"{"mounts":{"/proc":{"kind":{"type":"proc"},"flags":["nodev","noexec","nosuid"]}}}"#),
    ("--security-opt=proc-opts=hidepid=2", r#"{"mounts":{"/proc":{"kind":{"type":"proc"},"flags":[]}}}"#),
    ("--read-only=false", r#"{"root":"read-write","mounts":{"/run":null}}"#),
    ("--read-only-tmpfs=true", r#"{"mounts":{"/var/tmp":{"kind":{"type":"tmpfs"},"flags":["nodev","nosuid"]}}}"#),
    ("--read-only=false --read-only-tmpfs=true", r#"{"root":"read-write","mounts":{"/run":null}}"#),
    ("--image-volume=anonymous", r"{}"),
    ("--systemd=always", r#"{"mounts":{"/run":{"kind":{"type":"tmpfs","tmpfs":null},"flags":["nodev","nosuid"]},"/run/lock":{"kind":{"type":"tmpfs"},"flags":["nodev","nosuid"]},"/sys/fs/cgroup":{"kind":{"type":"cgroup"},"flags":[],"depth":"open"},"/sys/fs/cgroup/systemd":{"kind":{"bind":"/sys/fs/cgroup/systemd"},"flags":[],"depth":"open"},"/var/log/journal":{"kind":{"type":"tmpfs"},"flags":["nodev","nosuid"]}},"env":["container_uuid"]}"#),
    ("--systemd=always --cgroupns=host", r#"{"mounts":{"/run":{"kind":{"type":"tmpfs","tmpfs":null},"flags":["nodev","nosuid"]},"/run/lock":{"kind":{"type":"tmpfs"},"flags":["nodev","nosuid"]},"/sys/fs/cgroup":{"kind":{"bind":"/sys/fs/cgroup"},"flags":[],"depth":"open"},"/sys/fs/cgroup/systemd":{"kind":{"bind":"/sys/fs/cgroup/systemd"},"flags":[],"depth":"open"},"/var/log/journal":{"kind":{"type":"tmpfs"},"flags":["nodev","nosuid"]}},"namespaces":{"cgroup":"host"},"env":["container_uuid"]}"#),
    ("-v /srv/a:/a", r#"{"mounts":{"/a":{"kind":{"bind":"/srv/a"},"flags":["nodev","nosuid","ro"],"place":{"fs":"/","path":"/srv/a"}}}}"#),
    ("-v /srv/a:/a:rw,rbind,dev,suid,exec,rshared", r#"{"mounts":{"/a":{"kind":{"bind":"/srv/a"},"flags":[],"depth":"open","propagation":"rshared","place":{"fs":"/","path":"/srv/a"}}}}"#),
    ("-v /srv/a:/a:O", r#"{"mounts":{"/a":{"kind":{"overlay":[{"path":"/srv/a"},null]},"flags":[],"depth":"open"}}}"#),
    ("-v /srv/a:/a:O,upperdir=/srv/u,workdir=/srv/w", r#"{"mounts":{"/a":{"kind":{"overlay":[{"path":"/srv/a"},["/srv/u","/srv/w"]]},"flags":[],"depth":"open"}}}"#),
    ("-v data:/b", r#"{"mounts":{"/b":{"kind":{"volume":["data",null]},"flags":["nodev","noexec","nosuid"],"depth":"open"}}}"#),
    ("-v data:/b:O", r#"{"mounts":{"/b":{"kind":{"overlay":[{"volume":["data",null]},null]},"flags":[],"depth":"open"}}}"#),
    ("-v /b", r#"{"mounts":{"/b":{"kind":{"volume":[null,null]},"flags":["nodev","noexec","nosuid"],"depth":"open"}}}"#),
    ("--mount=type=volume,src=d,dst=/b,subpath=x", r#"{"mounts":{"/b":{"kind":{"volume":["d","x"]},"flags":["nodev","noexec","nosuid"],"depth":"open"}}}"#),
    ("-v /srv/a:/a:rslave", r#"{"mounts":{"/a":{"kind":{"bind":"/srv/a"},"flags":["nodev","nosuid","ro"],"propagation":"rslave","place":{"fs":"/","path":"/srv/a"}}}}"#),
    ("-v /srv/a:/a:runbindable", r#"{"mounts":{"/a":{"kind":{"bind":"/srv/a"},"flags":["nodev","nosuid","ro"],"place":{"fs":"/","path":"/srv/a"}}}}"#),
    ("-v /srv/a:/a:idmap", r#"{"mounts":{"/a":{"kind":{"bind":"/srv/a"},"flags":["nodev","nosuid","ro"],"owners":"mapped","place":{"fs":"/","path":"/srv/a"}}}}"#),
    ("--tmpfs=/c", r#"{"mounts":{"/c":{"kind":{"tmpfs":67108864},"flags":["nodev","noexec","nosuid"]}}}"#),
    ("--tmpfs=/c:size=1k,exec,dev,suid,ro", r#"{"mounts":{"/c":{"kind":{"tmpfs":1024},"flags":["ro"]}}}"#),
    ("--mount=type=image,src=localhost/j,dst=/e", r#"{"mounts":{"/e":{"kind":"image","flags":["ro"]}}}"#),
    ("--mount=type=devpts,dst=/e", r#"{"mounts":{"/e":{"kind":{"type":"devpts"},"flags":[]}}}"#),
    ("--mount=type=ramfs,dst=/e", r#"{"mounts":{"/e":{"kind":{"type":"ramfs"},"flags":[]}}}"#),
    ("--rootfs", r#"{"rootfs":"/srv/localhost/i","rootfs_place":{"fs":"/","path":"/srv/localhost/i"}}"#),
    ("--secret=s", r#"{"mounts":{"/run/secrets":{"kind":{"tmpfs":65536},"flags":["nodev","noexec","nosuid"]}},"secrets":{"/run/secrets/s":"s"}}"#),
    ("--secret=s,type=env", r#"{"env":["s"]}"#),
    ("--secret=s,type=env,target=T", r#"{"env":["T"]}"#),
    ("--secret=s,target=/x", r#"{"mounts":{"/run/secrets":{"kind":{"tmpfs":65536},"flags":["nodev","noexec","nosuid"]}},"secrets":{"/x":"s"}}"#),
    ("--init", r#"{"init":"engine"}"#),
    ("--init --init-path=/opt/init", r#"{"init":{"path":"/opt/init"}}"#),
    ("--init=false --init-path=/opt/init", r"{}"),
    ("--rdt-class=x", r#"{"rdt_class":"x"}"#),
    ("--volumepath=/v", r#"{"volume_path":"/v"}"#),
    ("--device-cgroup-rule=c_1:*_rw", r#"{"device_rules":[{"kind":"c","major":1,"minor":null,"access":"rw"}]}"#),
    ("--cgroups=disabled", r#"{"limits":{"memory":null,"swap":null,"nano_cpus":null,"pids":null},"cgroups":"none"}"#),
    ("--cgroups=split", r"{}"),
    ("--memory=0 --memory-swap=0", r#"{"limits":{"memory":null,"swap":null}}"#),
    ("--memory=1g", r#"{"limits":{"memory":1073741824,"swap":1073741824}}"#),
    ("--memory=1g --memory-swap=-1", r#"{"limits":{"memory":1073741824,"swap":null}}"#),
    ("--cpus=0", r#"{"limits":{"nano_cpus":null}}"#),
    ("--cpu-quota=50000", r#"{"limits":{"nano_cpus":500000000}}"#),
    ("--cpu-quota=50000 --cpu-period=50000", r"{}"),
    ("--pids-limit=-1", r#"{"limits":{"pids":null}}"#),
    ("--oom-kill-disable", r#"{"limits":{"oom_killer":"off"}}"#),
    ("--cgroup-conf=memory.high=1=2", r#"{"unified":["memory.high"]}"#),
    ("--ulimit=host", r#"{"rlimits":null}"#),
    ("--ulimit=core=1:2", r#"{"rlimits":{"RLIMIT_CORE":[1,2]}}"#),
    ("--ulimit=core=-1:-1", r#"{"rlimits":{"RLIMIT_CORE":[18446744073709551615,18446744073709551615]}}"#),
    ("--sysctl=net.a=1", r#"{"sysctl":{"net.a":"1"}}"#),
    ("--oom-score-adj=7", r#"{"oom_score_adj":7}"#),
    ("--preserve-fd=3", r#"{"descriptors":"passed"}"#),
    ("--preserve-fds=1", r#"{"descriptors":"passed"}"#),
    ("-e A=1", r#"{"env":["A"]}"#),
    ("--env-host", r#"{"env":["*"]}"#),
    ("--http-proxy=true", r#"{"env":["FTP_PROXY","HTTPS_PROXY","HTTP_PROXY","NO_PROXY","ftp_proxy","http_proxy","https_proxy","no_proxy"]}"#),
    ("--sdnotify=container", r#"{"env":["NOTIFY_SOCKET"]}"#),
    ("--env-merge=Z=1=2", r#"{"env":["Z"]}"#),
    ("--env-file=env", r#"{"env":["X","Y"]}"#),
    ("--annotation=a.b=1", r#"{"annotations":{"a.b":"1"}}"#),
    ("--hostname=x", r"{}"),
];
