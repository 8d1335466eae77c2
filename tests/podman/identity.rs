//! Who the process is and what it may do: user, capabilities, privileges, system calls.

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};

tests!(fn(&Engine) -> Tested:
    the_user_is_never_root,
    the_user_of_the_image_is_kept_unless_it_is_root,
    a_user_number_has_its_own_group,
    there_are_no_capabilities,
    a_capability_that_is_added_is_the_only_one_and_usable,
    no_privileges_are_gained,
    a_set_uid_program_gains_nothing,
    the_default_seccomp_profile_filters,
    the_filter_is_not_the_image_s,
    a_denied_system_call_fails,
    only_allowed_system_calls_succeed,
);

/// `CAP_NET_BIND_SERVICE`
const NET_BIND_SERVICE: u64 = 1 << 10;

fn the_user_is_never_root(engine: &Engine) -> Tested {
    engine.import("localhost/rooted", &["USER root"]).ok();
    let flags = ["--network=none", "localhost/rooted", "id", "-u"];
    assert_eq!(engine.plain(flags).ok(), "0\n");
    assert_eq!(engine.safe(flags).ok(), "65532\n");
    Ok(())
}

fn the_user_of_the_image_is_kept_unless_it_is_root(engine: &Engine) -> Tested {
    engine.import("localhost/user", &["USER 1234:5678"]).ok();
    let ids = [
        "--network=none",
        "localhost/user",
        "sh",
        "-c",
        "echo $(id -u):$(id -g)",
    ];
    assert_eq!(engine.plain(ids).ok(), "1234:5678\n");
    assert_eq!(engine.safe(ids).ok(), "1234:5678\n");

    let image = engine.profile("user-image", "user: image\n");
    let said = engine.safe([&image, "--network=none", "localhost/user", "id", "-u"]);
    assert_eq!(said.ok(), "1234\n");
    engine.import("localhost/rootless-user", &[]).ok();
    let said = engine.safe([&image, "localhost/rootless-user", "true"]);
    assert_eq!(said.code, 125, "{said:#?}");
    assert!(said.stderr.contains("not root"), "{said:#?}");
    assert!(said.stderr.contains("user-image.yaml:1:"), "{said:#?}");
    Ok(())
}

/// podman alone gives a user without an entry in the image's /etc/passwd the group 0.
fn a_user_number_has_its_own_group(engine: &Engine) -> Tested {
    let plain = engine.probe_plain(&["--user=4321"]);
    assert_eq!((&plain["uid"], &plain["gid"]), ("4321", "0"));
    let safe = engine.probe_safe(&["--user=4321"]);
    assert_eq!((&safe["uid"], &safe["gid"]), ("4321", "4321"));
    assert_eq!(&safe["groups"], "4321");
    Ok(())
}

fn there_are_no_capabilities(engine: &Engine) -> Tested {
    let plain = engine.probe_plain(&["--user=998:998"]);
    assert_ne!(plain.capabilities("CapBnd"), 0);
    let safe = engine.probe_safe(&[]);
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(safe.capabilities(set), 0, "{set}");
    }
    Ok(())
}

fn a_capability_that_is_added_is_the_only_one_and_usable(engine: &Engine) -> Tested {
    let plain = engine.probe_plain(&["--user=998:998", "--cap-add=net_bind_service"]);
    assert_ne!(plain.capabilities("CapBnd"), NET_BIND_SERVICE);
    let from_profile = engine.profile("cap-add", "cap_add: [NET_BIND_SERVICE]\n");
    for flag in ["--cap-add=CAP_net_bind_service", &from_profile] {
        let safe = engine.probe_safe(&[flag, "--user=998:998"]);
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            assert_eq!(safe.capabilities(set), NET_BIND_SERVICE, "{flag} {set}");
        }
        assert_eq!(&safe["uid"], "998");
    }
    // A drop of a stronger layer takes it away again.
    let dropped = engine.probe_safe(&[&from_profile, "--cap-drop=NET_BIND_SERVICE"]);
    assert_eq!(dropped.capabilities("CapBnd"), 0);
    Ok(())
}

fn no_privileges_are_gained(engine: &Engine) -> Tested {
    assert_eq!(&engine.probe_plain(&[])["NoNewPrivs"], "0");
    assert_eq!(&engine.probe_safe(&[])["NoNewPrivs"], "1");
    Ok(())
}

fn a_set_uid_program_gains_nothing(engine: &Engine) -> Tested {
    let shell = "s,^root:x:0:0:root:/root:.*,root::0:0:root:/root:/bin/sh,";
    let su = "rm /bin/su && cp /bin/busybox /bin/su && chmod 4755 /bin/su";
    engine.commit(
        "localhost/setuid",
        &format!("{su} && sed -i {shell} /etc/passwd"),
    );
    let su = [
        "--user=998:998",
        "--network=none",
        "localhost/setuid",
        "su",
        "-s",
        "/bin/sh",
        "root",
        "-c",
        "id -u",
    ];
    assert_eq!(engine.plain(su).ok(), "0\n");
    let safe = engine.safe(su);
    assert_ne!(safe.code, 0, "{safe:#?}");
    assert!(safe.stderr.contains("must be suid"), "{safe:#?}");
    Ok(())
}

fn the_filter_is_not_the_image_s(engine: &Engine) -> Tested {
    let filter = r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}"#;
    let label = format!("LABEL io.containers.seccomp.profile={filter}");
    engine.import("localhost/labelled", &[&label]).ok();
    let work = ["--network=none", "localhost/labelled", "mkdir", "/tmp/d"];
    let plain = engine.plain(["--seccomp-policy=image"].iter().chain(&work));
    assert_eq!(plain.code, 1, "{plain:#?}");
    engine.safe(work).ok();
    Ok(())
}

fn the_default_seccomp_profile_filters(engine: &Engine) -> Tested {
    let unconfined = engine.probe_plain(&["--security-opt=seccomp=unconfined"]);
    assert_eq!(&unconfined["Seccomp"], "0");
    assert_eq!(&engine.probe_safe(&[])["Seccomp"], "2");
    Ok(())
}

fn a_denied_system_call_fails(engine: &Engine) -> Tested {
    let denying = engine.profile("seccomp-deny", "seccomp: {deny: [mkdir, mkdirat]}\n");
    let work = [
        "--network=none",
        IMAGE,
        "sh",
        "-c",
        "touch /tmp/a && mkdir /tmp/d",
    ];
    engine.plain(work).ok();
    engine.safe(work).ok();
    let denied = engine.safe([denying.as_str()].iter().chain(&work));
    assert!(
        denied.code == 1 && denied.stderr.contains("can't create directory '/tmp/d'"),
        "{denied:#?}"
    );
    Ok(())
}

/// What busybox's shell needs, and what the runtime itself still does after the filter holds.
const ALLOWED: &str = "access, arch_prctl, brk, capget, capset, chdir, clone, close, close_range, dup2, dup3, \
    epoll_create1, epoll_ctl, epoll_pwait, execve, exit, exit_group, faccessat, faccessat2, fcntl, fstat, fstatfs, futex, \
    getcwd, getdents64, getegid, geteuid, getgid, getpid, getppid, getrandom, gettid, getuid, ioctl, lseek, lstat, mmap, \
    mprotect, munmap, nanosleep, newfstatat, open, openat, pipe2, prctl, pread64, prlimit64, read, readlink, readlinkat, \
    rseq, rt_sigaction, rt_sigprocmask, rt_sigreturn, sched_getaffinity, sched_yield, set_robust_list, set_tid_address, \
    setgid, setgroups, setuid, sigaltstack, stat, statfs, statx, sysinfo, tgkill, uname, utimensat, utimes, vfork, wait4, \
    write, writev";

fn only_allowed_system_calls_succeed(engine: &Engine) -> Tested {
    let allowing = engine.profile(
        "seccomp-allow",
        &format!("seccomp: {{allow: [{ALLOWED}]}}\n"),
    );
    let said = engine.safe([
        &allowing,
        "--network=none",
        IMAGE,
        "sh",
        "-c",
        "touch /tmp/a && mkdir /tmp/d",
    ]);
    assert!(
        said.code == 1 && said.stderr.contains("can't create directory '/tmp/d'"),
        "{said:#?}"
    );
    let more = engine.profile(
        "seccomp-more",
        &format!("seccomp: {{allow: [mkdir, mkdirat, {ALLOWED}]}}\n"),
    );
    engine
        .safe([
            &more,
            "--network=none",
            IMAGE,
            "sh",
            "-c",
            "touch /tmp/a && mkdir /tmp/d",
        ])
        .ok();
    Ok(())
}
