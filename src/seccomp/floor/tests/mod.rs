#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod host;

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
