//! The floor on hosts with a default profile of their own.

use super::*;

/// The profile of this host, which is Debian's or Fedora's.
fn engine() -> SeccompProfile {
    crate::seccomp::tests::default_profile()
}

fn under_host(host: &SeccompProfile) -> Result<SeccompProfile, SeccompProblem> {
    under(Floor::default().profile(), host, native(), &[], &[])
}

fn is_floor(profile: &Result<SeccompProfile, SeccompProblem>) -> bool {
    *profile == Ok(Floor::default().profile())
}

fn parsed(json: &str) -> SeccompProfile {
    SeccompProfile::parse(json.as_bytes()).unwrap()
}

#[test]
fn a_host_that_allows_as_much_changes_nothing() {
    let all = parsed(r#"{"defaultAction": "SCMP_ACT_ALLOW"}"#);
    let log = parsed(r#"{"defaultAction": "SCMP_ACT_LOG"}"#);
    let masked = parsed(
        r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["clone"], "action": "SCMP_ACT_ERRNO",
            "args": [{"index": 0, "value": 268435456, "valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}]}]}"#,
    );
    for host in [engine(), all, log, masked, Floor::default().profile()] {
        assert!(is_floor(&under_host(&host)));
    }
    for caps in [
        &["CAP_NET_RAW"][..],
        &["CAP_SYS_PTRACE", "CAP_AUDIT_WRITE", "CAP_NET_ADMIN"],
    ] {
        let same = under(Floor::default().profile(), &engine(), native(), caps, &[]);
        assert!(is_floor(&same));
    }
}

#[test]
fn a_host_that_is_older_is_not_stricter() {
    let mut host = engine();
    let last = left::CAME_LATER.len() - 1;
    for release in [&left::CAME_LATER[last..], &left::CAME_LATER[..]] {
        host = without(&host, &release.join(" "));
        assert!(is_floor(&under_host(&host)));
    }
    // One of a release's calls alone is a decision, and so is any other call beside them.
    for names in [
        "membarrier",
        "rseq",
        &format!("{} chmod", left::CAME_LATER[last]),
    ] {
        let kernel = Kernel::of(
            &under_host(&without(&engine(), names))
                .unwrap()
                .resolve(native(), &[]),
        );
        for name in names.split_whitespace() {
            assert!(!kernel.lets(name, &[]), "{name}");
        }
    }
}

fn without(profile: &SeccompProfile, names: &str) -> SeccompProfile {
    let mut profile = profile.clone();
    for group in &mut profile.groups {
        group
            .rule
            .names
            .retain(|name| !names.split_whitespace().any(|other| other == name));
    }
    profile
}

#[test]
fn a_stricter_host_stays_stricter() {
    let narrowed = |host: &SeccompProfile| {
        let filter = under_host(host).unwrap().resolve(native(), &[]);
        assert_eq!(filter.wider_than(&floor(&[])), []);
        assert_eq!(filter.wider_than(&host.resolve(native(), &[])), []);
        Kernel::of(&filter)
    };
    let kernel = narrowed(&without(&engine(), "chmod ptrace"));
    kernel.refuses("chmod", &[], Errno::ENOSYS);
    assert!(kernel.lets("fchmod", &[]));

    let rule = |rule: &str| {
        let mut host = engine();
        host.groups.insert(
            0,
            parsed(&format!(
                r#"{{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{rule}]}}"#
            ))
            .groups
            .remove(0),
        );
        host
    };
    let kernel = narrowed(&without_then(
        &rule,
        "mkdir",
        r#"{"names": ["mkdir"], "action": "SCMP_ACT_KILL_PROCESS"}"#,
    ));
    assert_eq!(kernel.answer("mkdir", &[]), 0x8000_0000);

    // Conditions of both: only UNIX sockets, and no terminal may be typed into.
    let unix = r#"{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#;
    let kernel = narrowed(&without_then(&rule, "socket", unix));
    assert!(kernel.lets("socket", &[1, 1, 0]) && !kernel.lets("socket", &[2, 1, 0]));
    let tiocsti = r#"{"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 21522, "op": "SCMP_CMP_NE"}]}"#;
    let kernel = narrowed(&without_then(&rule, "ioctl", tiocsti));
    assert!(kernel.lets("ioctl", &[0, 1]) && !kernel.lets("ioctl", &[0, 21522]));

    // As man pages write it; and a bound.
    let one = |operator: &str, value: u32| {
        format!(
            r#"{{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{{"index": 0, "value": {value}, "op": "{operator}"}}]}}"#
        )
    };
    let mut host = without(&engine(), "socket");
    for family in [1, 2, 10, 16] {
        host.groups
            .push(rule(&one("SCMP_CMP_EQ", family)).groups.remove(0));
    }
    let kernel = narrowed(&host);
    for family in [1, 2, 10, 16] {
        assert!(kernel.lets("socket", &[family, 2, 0]), "{family}");
    }
    let kernel = narrowed(&without_then(&rule, "socket", &one("SCMP_CMP_LE", 9)));
    assert!(kernel.lets("socket", &[2, 1, 0]) && !kernel.lets("socket", &[10, 1, 0]));

    // Nobody answers a listener of the host's.
    let notify = r#"{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}"#;
    let host = without_then(&rule, "mkdir", notify);
    let filter = under_host(&host).unwrap().resolve(native(), &[]);
    Kernel::of(&filter).refuses("mkdir", &[], Errno::EPERM);
}

fn without_then(rule: &dyn Fn(&str) -> SeccompProfile, name: &str, text: &str) -> SeccompProfile {
    let mut host = rule(text);
    let first = host.groups.remove(0);
    host = without(&host, name);
    host.groups.insert(0, first);
    host
}

#[test]
fn denying_unshare_closes_every_way_to_a_namespace_and_opens_nothing() {
    let shut = Floor {
        nesting: true,
        without_namespaces: true,
        foreign: None,
    };
    let calls: Vec<crate::seccomp::Syscall> = vec!["unshare".parse().unwrap()];
    for caps in [&[][..], &["CAP_SYS_ADMIN"]] {
        let profile = SeccompProfile::denying(&shut.profile(), &calls);
        let kernel = Kernel::of(&profile.resolve(native(), caps));
        for flag in [0x1000_0000, 0x2_0000] {
            kernel.refuses("unshare", &[flag], Errno::EPERM);
            kernel.refuses("clone", &[flag], Errno::EPERM);
        }
        kernel.refuses("clone3", &[], Errno::ENOSYS);
        assert!(kernel.lets("clone", &[0x11]) && !kernel.lets("unshare", &[0]));
    }
    let strict = shut.on_host(without(&engine(), "clone").to_json().as_bytes(), &[]);
    let profile = SeccompProfile::denying(&strict.unwrap(), &calls);
    assert!(!Kernel::of(&profile.resolve(native(), &[])).lets("clone", &[0x11]));
}

/// The engines' own profile asks for capabilities that a nested process has inside, and only there.
#[test]
fn nesting_is_not_narrowed_by_what_capabilities_open() {
    let nesting = Floor {
        nesting: true,
        ..Floor::default()
    };
    let on = |host: &SeccompProfile| nesting.on_host(host.to_json().as_bytes(), &[]).unwrap();
    assert!(on(&engine()) == nesting.profile());
    let kernel = Kernel::of(&on(&without(&engine(), "unshare")).resolve(native(), &[]));
    assert!(!kernel.lets("unshare", &[0]) && kernel.lets("chroot", &[]));
}

#[test]
fn a_host_under_which_nothing_could_start_is_named() {
    for default in [
        "SCMP_ACT_TRACE",
        "SCMP_ACT_NOTIFY",
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_KILL",
    ] {
        let problem =
            under_host(&parsed(&format!(r#"{{"defaultAction": "{default}"}}"#))).unwrap_err();
        assert!(
            problem.to_string().contains("it refuses execve"),
            "{problem}"
        );
    }
}

/// Calls that only 32-bit programs have.
#[test]
#[cfg(target_arch = "x86_64")]
fn conditions_on_foreign_calls_are_heeded() {
    let x86 = Floor {
        foreign: Some(Arch::X86),
        ..Floor::default()
    };
    let mut host = without(&engine(), "fcntl64");
    let only_getfd = r#"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["fcntl64"], "action": "SCMP_ACT_ALLOW",
        "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]}]}"#;
    host.groups.push(parsed(only_getfd).groups.remove(0));
    let profile = x86.on_host(host.to_json().as_bytes(), &[]).unwrap();
    let program = profile.resolve(native(), &[]).compile().unwrap();
    let fcntl64 = |command| crate::seccomp::tests::data(Arch::X86.audit(), 221, &[0, command]);
    assert!(passes(program.run(fcntl64(1)).unwrap()) && !passes(program.run(fcntl64(3)).unwrap()));
}

#[test]
fn a_foreign_architecture_needs_the_host_s_consent() {
    let x86 = Floor {
        foreign: Some(Arch::X86),
        ..Floor::default()
    };
    let under_engine = under(x86.profile(), &engine(), Arch::X8664, &[], &[]);
    assert!(under_engine.unwrap() == x86.profile());
    let mut host = engine();
    host.architectures = Architectures::Native;
    let narrowed = under(x86.profile(), &host, Arch::X8664, &[], &[]).unwrap();
    assert_eq!(narrowed.architectures, Architectures::Native);
}

#[test]
fn it_is_shorter_than_the_engine_s() {
    let (ours, theirs) = (
        floor(&[]).compile().unwrap(),
        engine().resolve(native(), &[]).compile().unwrap(),
    );
    assert!(ours.len() < theirs.len(), "{} {}", ours.len(), theirs.len());
}
