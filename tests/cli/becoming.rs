//! Becoming podman: what the process hands on, and what it does not.

use std::ffi::{OsStr, OsString};

use crate::harness::{Tested, tests};
use crate::record::{Call, Recorded};
use crate::stand_in::{Caller, StandIn};

tests!(fn() -> Tested:
    it_is_the_same_process,
    exit_codes_are_podman_s,
    the_environment_is_a_short_list,
    a_bare_environment_is_enough,
    a_named_variable_is_handed_on,
    a_unit_s_descriptors_arrive_and_no_others,
    readiness_is_conmon_s_to_tell,
    directory_mask_and_signals_are_the_caller_s,
    a_user_without_a_home_is_told_where_the_promise_would_be_kept,
    create_becomes_podman_create,
);

pub(crate) const IMAGE: &str = "localhost/x";
/// What `podman image inspect` says of it.
const INSPECTED: &str = r#"[{"Id": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "Config": {"User": "998"}}]"#;

/// A podman that has the image.
pub(crate) fn podman() -> StandIn {
    StandIn::new().answer("image", INSPECTED)
}

fn variable<'a>(call: &'a Call, name: &str) -> Option<&'a OsStr> {
    call.env.get(OsStr::new(name)).map(OsString::as_os_str)
}

pub(crate) fn has(recorded: &Recorded, argument: &str) -> bool {
    recorded.call().argv.iter().any(|word| word == argument)
}

fn it_is_the_same_process() -> Tested {
    let recorded = podman().run(["run", IMAGE])?;
    assert_eq!(recorded.call().pid, recorded.pid);
    assert_eq!(recorded.call().argv.first().unwrap(), "run");
    assert_eq!(
        (recorded.stdout.as_str(), recorded.stderr.as_str()),
        ("", "")
    );
    Ok(())
}

fn exit_codes_are_podman_s() -> Tested {
    for code in [0, 1, 42, 125, 126, 127, 255] {
        assert_eq!(
            podman().exits(code).run(["run", IMAGE])?.code,
            i32::from(code)
        );
    }
    Ok(())
}

fn the_environment_is_a_short_list() -> Tested {
    let orders = [
        "CONTAINERS_CONF",
        "CONTAINERS_CONF_OVERRIDE",
        "CONTAINERS_STORAGE_CONF",
        "CONTAINER_HOST",
        "PODMAN_USERNS",
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "http_proxy",
        "HTTPS_PROXY",
        "SSH_AUTH_SOCK",
        "AWS_SECRET_ACCESS_KEY",
        "_CONTAINERS_ROOTLESS_UID",
        "DOCKER_HOST",
        "BASH_ENV",
    ];
    let mut with = podman()
        .env("PATH", "/tmp/evil:/bin")
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm");
    for name in orders {
        with = with.env(name, "/tmp/evil");
    }
    let recorded = with.run(["run", IMAGE])?;
    let call = recorded.call();
    for name in orders {
        assert_eq!(variable(call, name), None, "{name}");
    }
    assert!(
        !variable(call, "PATH")
            .unwrap()
            .to_str()
            .unwrap()
            .contains("evil")
    );
    assert_eq!(variable(call, "LANG").unwrap(), "C.UTF-8");
    assert_eq!(variable(call, "TERM").unwrap(), "xterm");
    Ok(())
}

/// What systemd gives a system service.
fn a_bare_environment_is_enough() -> Tested {
    let recorded = podman().run(["run", IMAGE])?;
    assert!(variable(recorded.call(), "PATH").is_some());
    assert!(variable(recorded.call(), "TERM").is_none());
    Ok(())
}

fn a_named_variable_is_handed_on() -> Tested {
    let recorded =
        podman()
            .env("TOKEN", "t0ken")
            .run(["run", "-e", "TOKEN", "--env=UNSET", IMAGE])?;
    let call = recorded.call();
    assert_eq!(
        variable(call, "TOKEN"),
        None,
        "podman itself has no use for it"
    );
    let (number, target) = call.fds.iter().find(|(number, _)| **number > 2).unwrap();
    assert!(target.starts_with("pipe:"), "{recorded:#?}");
    assert!(has(
        &recorded,
        &format!("--env-file=/proc/self/fd/{number}")
    ));
    // Not in the command line either, which every user of the host can read.
    let mut words = call.argv.iter().map(|word| word.to_string_lossy());
    assert!(!words.any(|word| word.contains("t0ken") || word.starts_with("--env=")));
    Ok(())
}

fn a_unit_s_descriptors_arrive_and_no_others() -> Tested {
    // Nobody has to listen for a socket of UDP.
    let socket = "<>/dev/udp/127.0.0.1/9";
    let open = &format!("exec 3{socket} 4{socket} 5</etc/hostname 9</etc/shells");
    let recorded = podman().shell(open).run(["run", IMAGE])?;
    assert_eq!(
        recorded.call().fds.keys().copied().collect::<Vec<_>>(),
        [0, 1, 2]
    );

    // LISTEN_PID is the process's own, which only the process itself can know.
    let listen = "exec /bin/sh -c 'LISTEN_FDS=2 LISTEN_PID=$$ exec \"$@\"' sh \"${@:3}\"";
    let recorded = podman().shell(open).shell(listen).run(["run", IMAGE])?;
    let fds = &recorded.call().fds;
    assert_eq!(
        fds.keys().copied().collect::<Vec<_>>(),
        [0, 1, 2, 3, 4],
        "{recorded:#?}"
    );
    let target = fds.get(&3).unwrap();
    assert!(target.starts_with("socket:"), "{recorded:#?}");
    assert_eq!(variable(recorded.call(), "LISTEN_FDS").unwrap(), "2");
    assert_eq!(
        variable(recorded.call(), "LISTEN_PID").unwrap(),
        recorded.pid.to_string().as_str()
    );
    Ok(())
}

fn readiness_is_conmon_s_to_tell() -> Tested {
    let socket = "/run/systemd/notify";
    let recorded = podman()
        .env("NOTIFY_SOCKET", socket)
        .env("INVOCATION_ID", "a".repeat(32))
        .run(["run", IMAGE])?;
    assert!(has(&recorded, "--sdnotify=conmon"), "{recorded:#?}");
    assert_eq!(variable(recorded.call(), "NOTIFY_SOCKET").unwrap(), socket);
    assert_eq!(
        variable(recorded.call(), "INVOCATION_ID").unwrap(),
        "a".repeat(32).as_str()
    );
    assert!(has(&podman().run(["run", IMAGE])?, "--sdnotify=ignore"));
    Ok(())
}

fn directory_mask_and_signals_are_the_caller_s() -> Tested {
    let plain = StandIn::new()
        .program("/usr/bin/podman")
        .shell("umask 027; cd /usr")
        .run(["run"])?;
    let recorded = podman().shell("umask 027; cd /usr").run(["run", IMAGE])?;
    assert_eq!(recorded.call().cwd, plain.call().cwd);
    // The last two of the first 33 are glibc's own.
    let ignored =
        |call: &Call| u64::from_str_radix(call.status("SigIgn"), 16).unwrap() & 0x7fff_ffff;
    assert_eq!(ignored(recorded.call()), ignored(plain.call()));
    for line in ["Umask", "SigCgt", "NoNewPrivs", "CapEff", "Uid", "Groups"] {
        assert_eq!(
            recorded.call().status(line),
            plain.call().status(line),
            "{line}"
        );
    }
    assert_eq!(recorded.call().limits, plain.call().limits);
    Ok(())
}

fn a_user_without_a_home_is_told_where_the_promise_would_be_kept() -> Tested {
    // A user on cgroup v1 is refused for the limits that would not hold, and one without subordinate ids for every other user
    // than root; here only the home counts.
    let limits = "--allow=limit-not-effective=test";
    let recorded = podman()
        .caller(Caller::Nobody)
        .run(["run", limits, "--user=0:0", IMAGE])?;
    assert!(recorded.podman.is_none(), "{recorded:#?}");
    assert_eq!(recorded.code, 125);
    let place = "/nonexistent/.local/share/safe-podman";
    assert!(recorded.stderr.contains(place), "{}", recorded.stderr);
    Ok(())
}

fn create_becomes_podman_create() -> Tested {
    let run = podman().run(["run", "--name=x", IMAGE, "true"])?;
    let create = podman().run(["create", "--name=x", IMAGE, "true"])?;
    assert_eq!(create.call().argv.first().unwrap(), "create");
    assert_eq!(create.call().argv[1..], run.call().argv[1..]);
    Ok(())
}
