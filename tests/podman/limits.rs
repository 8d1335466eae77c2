//! How much the container may use.

use std::thread;
use std::time::{Duration, Instant};

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested:
    the_baseline_s_limits_hold,
    the_profile_s_limits_hold,
    the_command_line_s_limits_hold,
    there_is_no_swap_unless_asked,
    a_fork_bomb_stays_inside,
    too_much_memory_ends_the_process,
    ulimits_are_bounded,
    shared_memory_is_bounded,
    a_restart_is_capped,
    a_log_has_a_limit,
);

const OTHER: &str = "localhost/other";

fn other(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    engine.import(OTHER, &[]).ok();
    Ok(())
}

fn the_baseline_s_limits_hold(engine: &Engine) -> Tested {
    other(engine)?;
    let plain = engine.probe_plain(&[]);
    assert_eq!(plain.get("memory.max").unwrap_or("max"), "max");
    let safe = engine.probe_of(OTHER, &[]);
    assert_eq!(&safe["memory.max"], (512 << 20).to_string().as_str());
    assert_eq!(safe.get("memory.swap.max").unwrap_or("0"), "0");
    assert_eq!(
        (&safe["cpu.max"], &safe["pids.max"]),
        ("100000 100000", "256")
    );
    assert_eq!(&safe["oom_score_adj"], "0");
    Ok(())
}

fn the_profile_s_limits_hold(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let profile = engine.profile(
        "limits",
        "memory: 100m\nmemory_swap: 150m\ncpus: 0.25\npids_limit: 33\nulimits: {nofile: 256:512}\n",
    );
    let safe = engine.probe_safe(&[&profile]);
    assert_eq!(&safe["memory.max"], (100 << 20).to_string().as_str());
    if let Some(swap) = safe.get("memory.swap.max") {
        assert_eq!(swap, (50 << 20).to_string());
    }
    assert_eq!(
        (&safe["cpu.max"], &safe["pids.max"]),
        ("25000 100000", "33")
    );
    assert_eq!(&safe["rlimit.nofile"], "256:512");
    Ok(())
}

fn the_command_line_s_limits_hold(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let profile = engine.profile("weaker", "memory: 1g\ncpus: 2\npids_limit: 1000\n");
    let flags = [
        profile.as_str(),
        "--memory=64m",
        "--cpus=0.5",
        "--pids-limit=0x10",
        "-m",
        "0.125g",
    ];
    let safe = engine.probe_safe(&flags);
    assert_eq!(&safe["memory.max"], (128 << 20).to_string().as_str());
    assert_eq!(
        (&safe["cpu.max"], &safe["pids.max"]),
        ("50000 100000", "16")
    );
    let safe = engine.probe_safe(&["--cpu-quota=20000", "--cpu-period=50000"]);
    assert_eq!(&safe["cpu.max"], "20000 50000");
    Ok(())
}

/// podman's default is as much swap as memory.
fn there_is_no_swap_unless_asked(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let plain = engine.probe_plain(&["--memory=100m"]);
    assert_ne!(plain.get("memory.swap.max"), Some("0"));
    let safe = engine.probe_safe(&["--memory=100m"]);
    assert_eq!(safe.get("memory.swap.max").unwrap_or("0"), "0");
    Ok(())
}

fn a_fork_bomb_stays_inside(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let bomb = [
        "--network=none",
        IMAGE,
        "sh",
        "-c",
        "for i in $(seq 40); do sleep 5 & done; echo all",
    ];
    let plain = engine.plain(["--pids-limit=100"].iter().chain(&bomb));
    assert_eq!(plain.stdout, "all\n", "{plain:#?}");
    let safe = engine.safe(["--pids-limit=20"].iter().chain(&bomb));
    assert!(safe.code != 0 && safe.stdout.is_empty(), "{safe:#?}");
    assert!(safe.stderr.contains("can't fork"), "{safe:#?}");
    Ok(())
}

fn too_much_memory_ends_the_process(engine: &Engine) -> Tested {
    engine.enforces_limits()?;
    let eat = [
        "--network=none",
        IMAGE,
        "dd",
        "if=/dev/zero",
        "of=/dev/null",
        "bs=64M",
        "count=1",
    ];
    let plain = engine.plain(["--user=998:998"].iter().chain(&eat));
    assert_eq!(plain.code, 0, "{plain:#?}");
    let safe = engine.safe(["--memory=16m"].iter().chain(&eat));
    assert_eq!(safe.code, 137, "{safe:#?}");
    Ok(())
}

fn ulimits_are_bounded(engine: &Engine) -> Tested {
    let safe = engine.probe_safe(&[]);
    assert_eq!(&safe["rlimit.core"], "0:0");
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    for (name, most) in [("nofile", 4096), ("nproc", 4096)] {
        let (soft, hard) = safe[format!("rlimit.{name}").as_str()]
            .split_once(':')
            .unwrap();
        assert!(
            number(soft) <= number(hard) && number(hard) <= most,
            "{name}={soft}:{hard}"
        );
    }
    assert_eq!(
        &engine.probe_plain(&["--ulimit=core=5:6"])["rlimit.core"],
        "5:6"
    );
    // More than a seccomp filter's bytes, which crun 1.8 writes to a file under this very limit.
    let asked = engine.probe_safe(&["--ulimit=nofile=100:200", "--ulimit=fsize=100000:200000"]);
    assert_eq!(
        (&asked["rlimit.nofile"], &asked["rlimit.fsize"]),
        ("100:200", "100000:200000")
    );
    Ok(())
}

fn shared_memory_is_bounded(engine: &Engine) -> Tested {
    let safe = engine.probe_safe(&["--shm-size=1m"]);
    assert!(
        safe["mount./dev/shm"].contains("size=1024k"),
        "{}",
        &safe["mount./dev/shm"]
    );
    assert!(engine.probe_safe(&[])["mount./dev/shm"].contains("size=65536k"));
    Ok(())
}

/// What podman keeps of a container, e.g. `.HostConfig.RestartPolicy`.
fn inspected(engine: &Engine, flags: &[&str], format: &str) -> String {
    let mut command = engine.safe_command("create");
    let id = crate::process::said(command.args(flags).args(["--network=none", IMAGE]), &[]).ok();
    let format = format!("--format={{{{{format}}}}}");
    let answer = engine
        .podman(["container", "inspect", &format, id.trim()])
        .ok();
    engine.podman(["rm", id.trim()]).ok();
    answer.trim().to_owned()
}

fn a_restart_is_capped(engine: &Engine) -> Tested {
    let policy = ".HostConfig.RestartPolicy";
    assert_eq!(inspected(engine, &[], policy), "{no 0}");
    for unbounded in [
        "--restart=always",
        "--restart=on-failure",
        "--restart=on-failure:0",
        "--restart=unless-stopped",
    ] {
        assert_eq!(
            inspected(engine, &[unbounded], policy),
            "{on-failure 5}",
            "{unbounded}"
        );
    }
    assert_eq!(inspected(engine, &["--restart=no"], policy), "{no 0}");
    let started = engine.dir(&format!("restarts-{}", engine.is_rootful()));
    std::fs::set_permissions(
        &started,
        std::os::unix::fs::PermissionsExt::from_mode(0o777),
    )
    .unwrap();
    let volume = format!("--volume={}:/mnt:rw", started.display());
    let mut command = engine.safe_command("run");
    command.args([
        "--restart=on-failure:2",
        "--network=none",
        &volume,
        IMAGE,
        "sh",
        "-c",
        "echo x >>/mnt/starts; exit 3",
    ]);
    let said = crate::process::said(&mut command, &[]);
    assert_eq!(said.code, 3, "{said:#?}");
    // podman 5 comes back after the first end, and restarts in the background.
    let all = "x\n".repeat(3);
    let starts = || std::fs::read_to_string(started.join("starts")).unwrap();
    let begin = Instant::now();
    while starts().len() < all.len() && begin.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_secs(2));
    assert_eq!(starts(), all);
    Ok(())
}

fn a_log_has_a_limit(engine: &Engine) -> Tested {
    let config = ".HostConfig.LogConfig";
    let ours = inspected(engine, &[], config);
    assert!(
        ours.starts_with("{k8s-file ") && ours.contains("10MB"),
        "{ours}"
    );
    let asked = inspected(engine, &["--log-opt=max-size=1m"], config);
    assert!(
        asked.contains("1.049MB") || asked.contains("1MB"),
        "{asked}"
    );
    Ok(())
}
