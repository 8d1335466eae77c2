#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use std::collections::BTreeSet;

use libseccomp::ScmpSyscall;

use super::rows::NEW_NAMESPACES;
use super::*;
use crate::seccomp::program::{Program, passes};
use crate::seccomp::{Filter, SeccompProblem};

const UPPER: u64 = 1 << 32;

fn native() -> Arch {
    Arch::native().unwrap()
}

fn floor(caps: &[&str]) -> Filter {
    Floor::default().profile().resolve(native(), caps)
}

/// What the kernel makes of calls.
struct Kernel(Program);

impl Kernel {
    fn of(filter: &Filter) -> Self {
        Self(filter.compile().unwrap())
    }

    /// The number that the filter answers, in the words of linux/seccomp.h.
    fn answer(&self, name: &str, args: &[u64]) -> u32 {
        let number = ScmpSyscall::from_name(name).unwrap().as_raw_syscall();
        let data = crate::seccomp::tests::data(native().audit(), number.cast_unsigned(), args);
        self.0.run(data).unwrap()
    }

    fn lets(&self, name: &str, args: &[u64]) -> bool {
        passes(self.answer(name, args))
    }

    #[track_caller]
    fn refuses(&self, name: &str, args: &[u64], errno: Errno) {
        let expected = 0x0005_0000 | u32::try_from(errno as i32).unwrap();
        assert_eq!(self.answer(name, args), expected, "{name} {args:x?}");
    }
}

#[test]
fn the_lists_are_sorted_known_and_do_not_meet() {
    let left: Vec<&str> = left::LEFT.split_whitespace().collect();
    assert!(left.is_sorted());
    let mut rows = BTreeSet::new();
    for row in rows::all() {
        assert!(row.calls.is_sorted(), "{:?}", row.calls);
        for call in row.calls {
            let is_socket = rows::SOCKETS.contains(call);
            assert!(rows.insert(*call) || is_socket, "{call} has two rows");
            assert!(!left.contains(call), "{call}");
        }
        for text in [row.why, row.reference] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
        }
    }
    for name in left.iter().chain(&rows) {
        assert!(name.parse::<crate::seccomp::Syscall>().is_ok(), "{name}");
    }
    for name in left::CAME_LATER
        .iter()
        .flat_map(|names| names.split_whitespace())
    {
        assert!(left.contains(&name), "{name}");
    }
}

#[test]
fn no_call_makes_a_namespace() {
    let kernel = Kernel::of(&floor(&[]));
    for bit in (0..32).map(|bit| 1u64 << bit) {
        for flags in [bit, bit | UPPER, bit | 0x11, bit | 0x100] {
            for call in ["clone", "unshare"] {
                if flags & u64::from(NEW_NAMESPACES) == 0 {
                    assert!(kernel.lets(call, &[flags]), "{call} {flags:x}");
                } else {
                    kernel.refuses(call, &[flags], Errno::EPERM);
                }
            }
        }
    }
    kernel.refuses("clone3", &[0, 88], Errno::ENOSYS);
    kernel.refuses("setns", &[3, 0], Errno::EPERM);
}

/// What socket(2) may be called with, in the low halves of its arguments.
fn is_left(family: u64, kind: u64, protocol: u64) -> bool {
    match (family, kind & 0xF) {
        (1, _) | (2 | 10, 3) => true,
        (2 | 10, 1) => [0, 6, 132, 262].contains(&protocol),
        (2 | 10, 2) => [0, 1, 17, 58].contains(&protocol),
        (2 | 10, 5) => [0, 132].contains(&protocol),
        (16, _) => protocol == 0,
        _ => false,
    }
}

#[test]
fn sockets_are_of_four_families() {
    let kernel = Kernel::of(&floor(&[]));
    let protocols = || (0..24).chain([33, 58, 115, 132, 136, 255, 256, 262]);
    for call in ["socket", "socketpair"] {
        for family in 0..64 {
            for kind in (0..16).flat_map(|kind| [kind, kind | 0x8_0800]) {
                for protocol in protocols() {
                    let left = is_left(family, kind, protocol);
                    for upper in [0, UPPER] {
                        let args = [family | upper, kind | upper, protocol | upper];
                        assert_eq!(kernel.lets(call, &args), left, "{call} {args:x?}");
                    }
                }
            }
        }
    }
    for (family, kind, protocol, errno) in [
        (17, 3, 0, Errno::EAFNOSUPPORT),
        (2, 10, 3, Errno::EAFNOSUPPORT),
        (38, 5, 0, Errno::EAFNOSUPPORT),
        (40, 1, 0, Errno::EAFNOSUPPORT),
        (2, 6, 33, Errno::ESOCKTNOSUPPORT),
        (10, 1, 256, Errno::EPROTONOSUPPORT),
        (2, 2, 115, Errno::EPROTONOSUPPORT),
        (16, 3, 9, Errno::EINVAL),
        (16, 3, 12, Errno::EPROTONOSUPPORT),
        (16, 3, 99, Errno::ENOSYS),
        (46, 1, 0, Errno::ENOSYS),
    ] {
        kernel.refuses(
            "socket",
            &[family | UPPER, kind | UPPER, protocol | UPPER],
            errno,
        );
    }
}

#[test]
fn a_capability_opens_what_it_is_for() {
    let none = Kernel::of(&floor(&[]));
    let opened = |cap: &str, open: &[(&str, &[u64])]| {
        let kernel = Kernel::of(&floor(&[cap]));
        for (call, args) in open {
            assert!(
                !none.lets(call, args) && kernel.lets(call, args),
                "{cap} {call}"
            );
        }
        kernel
    };
    let raw = opened(
        "CAP_NET_RAW",
        &[
            ("socket", &[17, 3, 0]),
            ("socket", &[0x11 | UPPER, 3, 0]),
            ("socket", &[2, 10, 3]),
        ],
    );
    for family in (0..64).filter(|family| ![1, 2, 10, 17].contains(family)) {
        assert!(!raw.lets("socket", &[family, 3, 12]), "{family}");
    }
    opened("CAP_AUDIT_WRITE", &[("socket", &[16, 3, 9])]);
    opened(
        "CAP_NET_ADMIN",
        &[("socket", &[16, 3, 12]), ("socket", &[16, 3, 16])],
    );
    opened(
        "CAP_SYS_PTRACE",
        &[("ptrace", &[]), ("process_vm_writev", &[])],
    );
    opened("CAP_BPF", &[("bpf", &[])]);
    let admin = [
        ("unshare", &[0x1000_0000u64][..]),
        ("clone", &[0x1000_0000]),
        ("clone3", &[]),
        ("setns", &[]),
        ("mount", &[]),
        ("bpf", &[]),
    ];
    let admin = opened("CAP_SYS_ADMIN", &admin);
    for (call, args) in [
        ("keyctl", &[][..]),
        ("socket", &[40, 1, 0]),
        ("io_uring_setup", &[]),
    ] {
        assert!(!admin.lets(call, args), "{call}");
    }
}

#[test]
fn nesting_opens_namespaces_and_mounts_and_no_socket() {
    let nesting = Floor {
        nesting: true,
        ..Floor::default()
    };
    let (open, shut) = (nesting.profile().resolve(native(), &[]), floor(&[]));
    let wider = open.wider_than(&shut);
    let names: Vec<_> = wider
        .iter()
        .map(|wider| wider.syscall.as_deref().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "chroot",
            "clone",
            "fsconfig",
            "fsmount",
            "fsopen",
            "fspick",
            "mount",
            "mount_setattr",
            "move_mount",
            "open_tree",
            "pivot_root",
            "setdomainname",
            "sethostname",
            "setns",
            "umount2",
            "unshare",
        ]
    );
    assert_eq!(shut.wider_than(&open), []);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_call_of_another_architecture_ends_the_process_unless_its_programs_are_asked_for() {
    let data = |arch: Arch, name: &str, args: &[u64]| {
        let number = ScmpSyscall::from_name_by_arch(name, arch.library()).unwrap();
        // libseccomp has a number of its own for what x86 also has in socketcall.
        let number = match (arch, name) {
            (Arch::X86, "socket") => 359,
            _ => number.as_raw_syscall().cast_unsigned(),
        };
        crate::seccomp::tests::data(arch.audit(), number, args)
    };
    let x86 = Floor {
        foreign: Some(Arch::X86),
        ..Floor::default()
    };
    let both = x86.profile().resolve(native(), &[]).compile().unwrap();
    let one = floor(&[]).compile().unwrap();
    for (arch, only) in [(Arch::X86, false), (Arch::X32, true)] {
        for call in ["getpid", "read", "clone", "unshare", "keyctl"] {
            assert_eq!(
                one.run(data(arch, call, &[])).unwrap(),
                0,
                "{arch:?} {call}"
            );
            assert!(
                !only || both.run(data(arch, call, &[])).unwrap() == 0,
                "{call}"
            );
        }
    }
    for (call, args, left) in [
        ("getpid", &[][..], true),
        ("socket", &[1, 1, 0], true),
        ("socket", &[40, 1, 0], false),
        ("socketcall", &[1, 0], false),
        ("socketcall", &[17, 0], false),
        ("unshare", &[0x1000_0000], false),
        ("clone", &[0x1000_0000], false),
        ("keyctl", &[], false),
        ("mount", &[], false),
        ("umount", &[], false),
        ("ipc", &[], true),
    ] {
        assert_eq!(
            passes(both.run(data(Arch::X86, call, args)).unwrap()),
            left,
            "{call}"
        );
    }
}

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
