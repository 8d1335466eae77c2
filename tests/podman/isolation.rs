//! Whom the container sees: namespaces, the environment, devices, kernel settings.

use std::fs;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::process::said;

tests!(fn(&Engine) -> Tested:
    every_namespace_is_its_own,
    other_processes_are_not_seen,
    only_named_variables_arrive,
    a_name_alone_takes_the_caller_s_value,
    there_are_no_host_devices,
    a_kernel_setting_is_the_container_s_own,
);

fn every_namespace_is_its_own(engine: &Engine) -> Tested {
    // A rootless engine has a network and a view of the cgroups of its own, and may have no message queues to share.
    let shared: &[&str] = if engine.is_rootful() {
        &["pid", "uts", "ipc", "cgroup", "net"]
    } else {
        &["pid", "uts"]
    };
    let flags = [
        "--pid=host",
        "--uts=host",
        "--ipc=host",
        "--cgroupns=host",
        "--network=host",
    ];
    let plain = engine.probe_plain(&flags[..shared.len()]);
    let safe = engine.probe_safe(&[]);
    for kind in ["pid", "uts", "ipc", "cgroup", "net", "mnt"] {
        let key = format!("ns.{kind}");
        let own = fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
        let own = own.to_str().unwrap();
        assert_ne!(&safe[key.as_str()], own, "{kind}");
        if shared.contains(&kind) {
            assert_eq!(&plain[key.as_str()], own, "{kind}");
        }
    }
    Ok(())
}

fn other_processes_are_not_seen(engine: &Engine) -> Tested {
    let count = [
        "--network=none",
        IMAGE,
        "sh",
        "-c",
        "ls -d /proc/[0-9]* | wc -l",
    ];
    let plain: u32 = engine
        .plain(["--pid=host"].iter().chain(&count))
        .ok()
        .trim()
        .parse()
        .unwrap();
    let safe: u32 = engine.safe(count).ok().trim().parse().unwrap();
    assert!(safe <= 3 && safe < plain, "{safe} {plain}");
    Ok(())
}

fn variables(engine: &Engine, safe: bool, flags: &[&str]) -> Vec<String> {
    let mut command = if safe {
        engine.safe_command("run")
    } else {
        engine.command("podman")
    };
    if !safe {
        command
            .args(engine.store_flags())
            .arg("run")
            .args(Engine::plain_flags());
    }
    command
        .env("http_proxy", "http://user:password@127.0.0.1:3128")
        .env("TOKEN", "t0ken")
        .env("EMPTY", "");
    command
        .args(["--rm", "--network=none"])
        .args(flags)
        .args([IMAGE, "env"]);
    let mut lines: Vec<String> = said(&mut command, &[])
        .ok()
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort_unstable();
    lines
}

fn only_named_variables_arrive(engine: &Engine) -> Tested {
    let plain = variables(engine, false, &["--env-host"]);
    assert!(plain.contains(&"TOKEN=t0ken".into()), "{plain:?}");
    let plain = variables(engine, false, &[]);
    assert!(
        plain.iter().any(|line| line.starts_with("http_proxy=")),
        "{plain:?}"
    );
    let safe = variables(engine, true, &["--env=A=1 2", "-eB="]);
    let names: Vec<&str> = safe
        .iter()
        .filter(|line| *line != "TERM=xterm")
        .map(|line| line.split_once('=').unwrap().0)
        .collect();
    // PATH is the image's, the other three are podman's own. So is TERM, which podman 5 gives with a terminal only.
    assert_eq!(names, ["A", "B", "HOME", "HOSTNAME", "PATH", "container"]);
    assert!(
        safe.contains(&"A=1 2".into()) && safe.contains(&"B=".into()),
        "{safe:?}"
    );
    Ok(())
}

fn a_name_alone_takes_the_caller_s_value(engine: &Engine) -> Tested {
    let safe = variables(
        engine,
        true,
        &["-e", "TOKEN", "-eEMPTY", "-e=UNSET", "--env=http_proxy"],
    );
    for line in [
        "TOKEN=t0ken",
        "EMPTY=",
        "http_proxy=http://user:password@127.0.0.1:3128",
    ] {
        assert!(safe.contains(&line.into()), "{line}: {safe:?}");
    }
    assert!(
        !safe.iter().any(|line| line.starts_with("UNSET")),
        "{safe:?}"
    );
    Ok(())
}

fn there_are_no_host_devices(engine: &Engine) -> Tested {
    let safe = engine.probe_safe(&[]);
    let expected = "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero";
    assert_eq!(
        safe["dev"].replace("console ", "").replace("core ", ""),
        expected
    );
    let plain = engine.probe_plain(&["--device=/dev/null:/dev/mine"]);
    assert!(plain["dev"].contains("mine"), "{}", &plain["dev"]);
    Ok(())
}

fn a_kernel_setting_is_the_container_s_own(engine: &Engine) -> Tested {
    let key = "sysctl.net.ipv4.ip_unprivileged_port_start";
    assert_eq!(&engine.probe_plain(&[])[key], "1024");
    assert_eq!(&engine.probe_safe(&[])[key], "0");
    let profile = engine.profile(
        "sysctl",
        "sysctls: {net.ipv4.ip_unprivileged_port_start: 80}\n",
    );
    assert_eq!(&engine.probe_safe(&[&profile])[key], "80");
    let said = engine.safe([
        "--sysctl=kernel.hostname=x",
        "--network=none",
        IMAGE,
        "true",
    ]);
    assert_ne!(said.code, 0, "{said:#?}");
    Ok(())
}
