//! The stand-in itself: it is called directly, with everything known beforehand.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use crate::harness::{Tested, tests};
use crate::stand_in::{Caller, StandIn, with_stand_in};

tests!(fn() -> Tested:
    arguments_arrive_byte_for_byte,
    the_environment_is_the_given_one,
    descriptors_and_limits_are_seen,
    the_process_and_its_exit_code_are_the_callers,
    other_subcommands_are_answered_and_start_nothing,
    a_missing_podman_is_missing,
    nobody_has_no_privileges,
    a_call_that_is_refused_starts_nothing,
    no_other_process_sees_the_stand_in,
);

fn podman() -> StandIn {
    StandIn::new().program("/usr/bin/podman")
}

fn arguments_arrive_byte_for_byte() -> Tested {
    let given = [
        OsStr::new("run"),
        OsStr::new(""),
        OsStr::from_bytes(b"\xff\n \"'$(id)"),
        OsStr::new(""),
    ];
    let recorded = podman().run(given)?;
    assert_eq!(recorded.call().argv, given);
    Ok(())
}

fn the_environment_is_the_given_one() -> Tested {
    let recorded = podman()
        .env("A", "1=2\n")
        .env("EMPTY", "")
        .run(["create"])?;
    let given = [("A", "1=2\n"), ("EMPTY", "")]
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    assert_eq!(recorded.call().env, BTreeMap::from(given));
    Ok(())
}

fn descriptors_and_limits_are_seen() -> Tested {
    let recorded = podman().run(["run"])?;
    assert_eq!(
        recorded.call().fds.keys().copied().collect::<Vec<_>>(),
        [0, 1, 2]
    );

    let recorded = podman()
        .shell("exec 7</etc/passwd 2>&-")
        .shell("ulimit -n 64")
        .run(["run"])?;
    let call = recorded.call();
    assert_eq!(call.fds.keys().copied().collect::<Vec<_>>(), [0, 1, 7]);
    assert_eq!(call.fds.get(&7).map(String::as_str), Some("/etc/passwd"));
    assert!(call.cwd.starts_with("/var/tmp"), "{}", call.cwd.display());
    let nofile = call
        .limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    assert_eq!(nofile.split_whitespace().nth(3), Some("64"));
    Ok(())
}

fn the_process_and_its_exit_code_are_the_callers() -> Tested {
    let recorded = podman().exits(42).stdin(b"never read").run(["run"])?;
    assert_eq!(recorded.code, 42);
    assert_eq!(recorded.call().pid, recorded.pid);
    assert_eq!(
        (recorded.stdout.as_str(), recorded.stderr.as_str()),
        ("", "")
    );
    let ignored = podman().shell("trap '' PIPE").run(["run"])?;
    assert_ne!(
        recorded.call().status("SigIgn"),
        ignored.call().status("SigIgn")
    );
    Ok(())
}

fn other_subcommands_are_answered_and_start_nothing() -> Tested {
    let recorded = podman().version("5.4.2").run(["--version"])?;
    assert_eq!(
        (recorded.code, recorded.stdout.as_str()),
        (0, "podman version 5.4.2\n")
    );
    let recorded =
        podman()
            .answer("image", "[]")
            .run(["--remote=false", "image", "inspect", "run"])?;
    assert_eq!((recorded.code, recorded.stdout.as_str()), (0, "[]"));
    assert!(recorded.podman.is_none());
    assert_eq!(recorded.queries.len(), 1);
    let recorded = podman().run(["info"])?;
    assert_eq!(recorded.code, 125);
    Ok(())
}

fn a_missing_podman_is_missing() -> Tested {
    let recorded = StandIn::new()
        .program("/bin/sh")
        .missing()
        .run(["-c", "[ -x /usr/bin/podman ] || exit 9"])?;
    assert_eq!((recorded.code, recorded.stdout.as_str()), (9, ""));
    Ok(())
}

fn nobody_has_no_privileges() -> Tested {
    let recorded = podman().caller(Caller::Nobody).run(["run"])?;
    let call = recorded.call();
    assert_eq!(call.status("Uid"), "65534\t65534\t65534\t65534");
    assert_eq!(call.status("CapEff"), "0000000000000000");
    assert_eq!(call.pid, recorded.pid);
    Ok(())
}

fn a_call_that_is_refused_starts_nothing() -> Tested {
    let recorded = with_stand_in(["no-such-subcommand"])?;
    assert_ne!(recorded.code, 0);
    assert!(recorded.podman.is_none(), "{recorded:#?}");
    Ok(())
}

fn no_other_process_sees_the_stand_in() -> Tested {
    podman().run(["run"])?;
    let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!table.contains(" /usr/bin/podman "), "{table}");
    let real = Command::new("/usr/bin/podman")
        .arg("--version")
        .output()
        .unwrap();
    assert!(real.stdout.starts_with(b"podman version "));
    Ok(())
}
