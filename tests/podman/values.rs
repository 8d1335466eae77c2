//! The compound values of podman's flags, judged by podman itself: three columns, and podman must agree with each.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use safe_podman::testing::Origin;
use safe_podman::testing::System;
use safe_podman::testing::Version;
use safe_podman::testing::args;
use safe_podman::testing::{baseline, build};

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::judge::in_parallel;
use crate::process::said;

tests!(fn(&Engine) -> Tested: podman_takes_and_refuses_the_same_values);

/// A flag; values that both take; values that both refuse; values that only podman takes. `|` stands between values.
const VALUES: &[(&str, &str, &str, &str)] = &[
    ("annotation", "a=b|a=|a=b=c", "a", ""),
    (
        "cap-add",
        "chown|CAP_KILL|Net_Admin|all",
        "bogus|CAP_|cap-chown| chown",
        "",
    ),
    ("cgroupns", "private|host", "bogus|HOST", ""),
    ("cgroups", "enabled", "bogus|Enabled", ""),
    ("cpus", "0.5|1e0|2|0|-1", "x|0.001", "NaN"),
    (
        "device",
        "/dev/null|/dev/null:/dev/x|/dev/null:/dev/x:rw|/dev/null:r",
        "/dev/null:/dev/x:rwx|/dev/null:a:b:c:d",
        "",
    ),
    ("env", "A=b|A|A=|A==|PATH=/x", "=x", ""),
    ("image-volume", "tmpfs|ignore", "x|TMPFS", ""),
    ("ipc", "private|none|shareable|host", "bogus", ""),
    (
        "log-driver",
        "k8s-file|none|json-file",
        "bogus|K8S-FILE",
        "",
    ),
    ("log-opt", "max-size=1m|tag=x", "max-size=x", ""),
    (
        "memory",
        "8m|8M|8mb|8MiB|10485760|1.5g|16 m",
        "x|8x|-1|1e9|m|8 m b",
        "8192p",
    ),
    ("memory-swap", "1g|-1", "x|-2", ""),
    (
        "mount",
        "type=tmpfs,dst=/m|type=tmpfs,destination=/m,tmpfs-size=1m|type=bind,src=/usr,dst=/m,ro|type=volume,src=v,target=/m",
        "type=tmpfs|type=bogus,dst=/m|dst=/m,bogus=1|type=bind,src=/usr",
        "",
    ),
    ("network", "none|private|bridge|host", "none:x", ""),
    ("oom-score-adj", "0|100|1000|0x10", "x|1.5", ""),
    ("pid", "private|host", "bogus|HOST|private:x", ""),
    ("pids-limit", "10|0x10|-1|0", "x|1.5", ""),
    (
        "publish",
        "80|8080:80|127.0.0.1:8080:80|80/udp|8000-8001:80-81|[::1]:80:80|127.0.0.1::80",
        "x|80:x|1:2:3:4|70000|80-79|1.2.3:80:80|8000-8002:80-81|80/x|0",
        "",
    ),
    (
        "restart",
        "no|always|on-failure|on-failure:3|unless-stopped",
        "bogus|always:3|on-failure:x|No",
        "",
    ),
    ("sdnotify", "container|conmon|ignore", "bogus", ""),
    ("seccomp-policy", "default", "bogus", ""),
    (
        "security-opt",
        "no-new-privileges|no-new-privileges=false|no-new-privileges:true|seccomp=unconfined|label=disable|mask=/proc/x|unmask=ALL|proc-opts=hidepid=2",
        "bogus|bogus=1|no-new-privileges=maybe",
        "",
    ),
    ("shm-size", "1m|64k", "x|-1", ""),
    (
        "sysctl",
        "net.ipv4.ip_forward=0|kernel.msgmax=65536|fs.mqueue.msg_max=10",
        "vm.swappiness=1|net.ipv4.ip_forward|kernel.hostname=x",
        "",
    ),
    ("systemd", "true|false|always|TRUE", "bogus|0", ""),
    (
        "tmpfs",
        "/m|/m:size=1m|/m:rw,noexec,mode=1777|/m:exec,suid,dev",
        "m|/m:bogus",
        "/m:size=1m:x",
    ),
    (
        "ulimit",
        "nofile=1:2|nofile=5|core=0|host",
        "nofile|nofile=x|bogus=1|nofile=2:1",
        "",
    ),
    (
        "user",
        "1|1:1|netinfo|netinfo:netinfo|1:netinfo",
        "",
        "1:2:3",
    ),
    ("userns", "host", "bogus|keep-id:bogus=1", ""),
    ("uts", "private|host", "bogus|private:x", ""),
    (
        "volume",
        "/usr:/m|/usr:/m:ro|/usr:/m:rw,noexec|v:/m|/m|/usr:/m:nosuid,nodev",
        "/usr:/m:ro,rw|/usr:m|/usr:/m:bogus|a:b:c:d",
        "",
    ),
];

/// Does safe-podman read the value? Rules are not asked.
fn ours(flag: &str, value: &str) -> Result<(), String> {
    let base: Arc<Path> = Path::new("/").into();
    let words = [format!("--{flag}={value}"), IMAGE.to_owned()].map(OsString::from);
    let host = System::default();
    let given = args::parse(&words, &[], &base)
        .map_err(|problem| problem.to_string())?
        .given;
    let mut all = baseline::layer().unwrap();
    all.extend(given);
    let inputs = build::Inputs {
        given: &all,
        image: IMAGE,
        image_origin: Origin::Baseline,
        command: &[],
        host: &host,
        image_config: None,
        volumes: &std::collections::BTreeMap::new(),
        level: safe_podman::testing::Level::Baseline,
    };
    build::build(&inputs)
        .map(drop)
        .map_err(|problem| problem.to_string())
}

fn podman_s(engine: &Engine, flag: &str, value: &str) -> Result<(), String> {
    let mut command = engine.patient("podman");
    command
        .args(engine.store_flags())
        .args(["create", "--pull=never"])
        .args(Engine::plain_flags());
    // podman takes no limit on swap alone, and safe-podman always sets the other.
    if flag == "memory-swap" {
        command.arg("--memory=512m");
    }
    let said = said(
        command
            .arg(format!("--{flag}={value}"))
            .args([IMAGE, "true"]),
        &[],
    );
    if said.code == 0 {
        engine.podman(["rm", "--volumes", said.stdout.trim()]).ok();
        return Ok(());
    }
    Err(said.stderr)
}

fn podman_takes_and_refuses_the_same_values(engine: &Engine) -> Tested {
    engine.once()?;
    let mut cases = Vec::new();
    for &(flag, both, neither, podman) in VALUES {
        for (list, expected) in [
            (both, (true, true)),
            (neither, (false, false)),
            (podman, (false, true)),
        ] {
            cases.extend(
                list.split('|')
                    .filter(|value| !value.is_empty())
                    .map(|value| (flag, value, expected)),
            );
        }
    }
    // Later ones hand to the network's driver what they do not know.
    let version: Version = engine.podman(["--version"]).ok().parse().unwrap();
    let hands_on = version >= Version(5, 0, 0);
    cases.push(("network", "bridge:bogus=1", (false, hands_on)));
    assert!(cases.len() > 150, "{}", cases.len());
    let wrong = in_parallel(&cases, |&(flag, value, expected)| {
        let (ours, podman) = (ours(flag, value), podman_s(engine, flag, value));
        let found = (ours.is_ok(), podman.is_ok());
        (found != expected).then(|| {
            format!(
                "--{flag}={value}: expected {expected:?}\n  ours: {ours:?}\n  podman: {podman:?}"
            )
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
