//! Plain podman under the probe: what safe-podman takes away is there to be seen before it is taken.

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested:
    the_root_file_system_is_writable,
    the_process_is_root_with_capabilities,
    new_privileges_may_be_gained,
    limits_are_not_set_unless_asked,
    asked_limits_are_seen,
    asked_hardening_is_seen,
    a_container_s_exit_code_comes_back,
    a_published_port_is_open_to_everybody,
);

fn the_root_file_system_is_writable(engine: &Engine) -> Tested {
    let probe = engine.probe_plain(&[]);
    for place in [
        "write./",
        "write./etc",
        "write./tmp",
        "exec./tmp",
        "write./home/netinfo",
    ] {
        assert_eq!(&probe[place], "yes", "{place}");
    }
    assert!(probe.mount_has("/", "rw"));
    Ok(())
}

fn the_process_is_root_with_capabilities(engine: &Engine) -> Tested {
    let probe = engine.probe_plain(&[]);
    assert_eq!(&probe["uid"], "0");
    assert_ne!(probe.capabilities("CapEff"), 0);
    assert_ne!(probe.capabilities("CapBnd"), 0);
    Ok(())
}

fn new_privileges_may_be_gained(engine: &Engine) -> Tested {
    let probe = engine.probe_plain(&[]);
    assert_eq!(&probe["NoNewPrivs"], "0");
    assert_eq!(&probe["Seccomp"], "2");
    let probe = engine.probe_plain(&["--security-opt=seccomp=unconfined"]);
    assert_eq!(&probe["Seccomp"], "0");
    Ok(())
}

fn limits_are_not_set_unless_asked(engine: &Engine) -> Tested {
    let probe = engine.probe_plain(&[]);
    assert_eq!(probe.get("memory.max").unwrap_or("max"), "max");
    assert!(
        probe
            .get("cpu.max")
            .is_none_or(|limit| limit.starts_with("max ")),
        "{probe:#?}"
    );
    Ok(())
}

fn asked_limits_are_seen(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let probe = engine.probe_plain(&[
        "--memory=225m",
        "--memory-swap=225m",
        "--cpus=0.5",
        "--pids-limit=77",
    ]);
    assert_eq!(&probe["memory.max"], "235929600");
    assert_eq!(probe.get("memory.swap.max").unwrap_or("0"), "0");
    assert_eq!(&probe["cpu.max"], "50000 100000");
    assert_eq!(&probe["pids.max"], "77");
    assert_eq!(&probe["rlimit.nofile"], "1024:1024");
    Ok(())
}

fn asked_hardening_is_seen(engine: &Engine) -> Tested {
    let probe = engine.probe_plain(&[
        "--user=998:998",
        "--read-only",
        "--read-only-tmpfs=false",
        "--tmpfs=/tmp:rw,nosuid,nodev,noexec,size=1m,mode=1777",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
    ]);
    assert_eq!((&probe["uid"], &probe["gid"]), ("998", "998"));
    assert_eq!(
        (probe.capabilities("CapEff"), probe.capabilities("CapBnd")),
        (0, 0)
    );
    assert_eq!(&probe["NoNewPrivs"], "1");
    for place in ["write./", "write./etc", "write./home/netinfo"] {
        assert_eq!(&probe[place], "Read-only file system", "{place}");
    }
    assert_eq!(
        (&probe["write./tmp"], &probe["exec./tmp"]),
        ("yes", "Permission denied")
    );
    for option in ["nosuid", "nodev", "noexec"] {
        assert!(probe.mount_has("/tmp", option), "{option}");
    }
    Ok(())
}

fn a_container_s_exit_code_comes_back(engine: &Engine) -> Tested {
    assert_eq!(
        engine
            .plain(["--network=none", IMAGE, "sh", "-c", "exit 42"])
            .code,
        42
    );
    Ok(())
}

fn a_published_port_is_open_to_everybody(engine: &Engine) -> Tested {
    engine.has_network()?;
    let id = engine.plain(["--detach", "--publish=8000", IMAGE]).ok();
    let ports = engine.podman(["port", id.trim()]).ok();
    engine.podman(["rm", "--force", "--time=0", id.trim()]).ok();
    assert!(ports.starts_with("8000/tcp -> 0.0.0.0:"), "{ports}");
    Ok(())
}
