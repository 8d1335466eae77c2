//! The lines: what is asked about, by name. The numbers are those of asm/unistd_64.h, _32.h and linux/*.h.

use crate::call::{Call, Door};
use crate::sockets::sockets;

/// A call under its name.
pub type Line = (String, Call);

const NAMESPACES: [(&str, u64); 8] = [
    ("NEWTIME", 0x80),
    ("NEWNS", 0x2_0000),
    ("NEWCGROUP", 0x200_0000),
    ("NEWUTS", 0x400_0000),
    ("NEWIPC", 0x800_0000),
    ("NEWUSER", 0x1000_0000),
    ("NEWPID", 0x2000_0000),
    ("NEWNET", 0x4000_0000),
];

/// Bits of a 64-bit register that the kernel does not read where its own argument is an int.
pub const UPPER: [(&str, u64); 3] = [("", 0), ("|1<<32", 1 << 32), ("|1<<63", 1 << 63)];

/// What is no matter of an argument.
const SINGLE: &[(&str, u64, &[u64])] = &[
    ("getpid", 39, &[]),
    ("fork", 57, &[]),
    ("vfork", 58, &[]),
    ("clone SIGCHLD", 56, &[17]),
    // CLONE_VM | CLONE_VFORK | SIGCHLD, as of posix_spawn; then all that makes a thread.
    ("clone VFORK", 56, &[0x4111]),
    ("clone THREAD", 56, &[0x3d_0f00]),
    ("unshare FS", 272, &[0x200]),
    ("unshare FILES", 272, &[0x400]),
    ("personality 0", 135, &[0]),
    ("personality ADDR_NO_RANDOMIZE", 135, &[0x4_0000]),
    ("personality READ_IMPLIES_EXEC", 135, &[0x40_0000]),
    ("add_key", 248, &[]),
    ("request_key", 249, &[]),
    ("keyctl GET_KEYRING_ID", 250, &[0]),
    ("keyctl JOIN_SESSION_KEYRING", 250, &[1]),
    ("keyctl|1<<32", 250, &[1 << 32]),
    ("mount", 165, &[]),
    ("mount BIND", 165, &[0, 0, 0, 0x1000]),
    ("mount REMOUNT", 165, &[0, 0, 0, 0x20]),
    ("umount2", 166, &[]),
    ("pivot_root", 155, &[]),
    ("chroot", 161, &[]),
    ("open_tree", 428, &[]),
    ("move_mount", 429, &[]),
    ("fsopen", 430, &[]),
    ("fsconfig", 431, &[]),
    ("fsmount", 432, &[]),
    ("fspick", 433, &[]),
    ("mount_setattr", 442, &[]),
    ("open_tree_attr", 467, &[]),
    ("sethostname", 170, &[]),
    ("setdomainname", 171, &[]),
    ("io_uring_setup", 425, &[]),
    ("io_uring_enter", 426, &[]),
    ("io_uring_register", 427, &[]),
    ("bpf", 321, &[]),
    ("bpf PROG_LOAD", 321, &[5]),
    ("userfaultfd", 323, &[]),
    ("userfaultfd USER_MODE_ONLY", 323, &[1]),
    ("perf_event_open", 298, &[]),
    ("ptrace TRACEME", 101, &[0]),
    ("ptrace ATTACH", 101, &[16, 1]),
    ("ptrace SEIZE", 101, &[0x4206, 1]),
    ("process_vm_readv", 310, &[]),
    ("process_vm_writev", 311, &[]),
    ("kcmp", 312, &[]),
    ("pidfd_getfd", 438, &[]),
    ("process_madvise", 440, &[]),
    ("open_by_handle_at", 304, &[]),
    ("syslog", 103, &[]),
    // Two wrong magic numbers.
    ("reboot", 169, &[1, 1, 0]),
    ("swapon", 167, &[]),
    ("swapoff", 168, &[]),
    ("kexec_load", 246, &[]),
    ("kexec_file_load", 320, &[]),
    ("init_module", 175, &[]),
    ("finit_module", 313, &[]),
    ("delete_module", 176, &[]),
    ("acct", 163, &[]),
    ("iopl", 172, &[]),
    ("ioperm", 173, &[]),
    ("settimeofday", 164, &[]),
    ("clock_settime", 227, &[]),
    ("quotactl", 179, &[]),
    ("quotactl_fd", 443, &[]),
    ("fanotify_init", 300, &[]),
    ("lookup_dcookie", 212, &[]),
    ("vhangup", 153, &[]),
    ("mbind", 237, &[]),
    ("set_mempolicy", 238, &[]),
    ("migrate_pages", 256, &[]),
    ("move_pages", 279, &[]),
    ("vmsplice", 278, &[]),
    // The kernel cuts the number to an int, too.
    ("getpid by rax|1<<32", 1 << 32 | 39, &[]),
    (
        "unshare NEWUSER by rax|1<<32",
        1 << 32 | 272,
        &[0x1000_0000],
    ),
    ("keyctl by rax|1<<32", 1 << 32 | 250, &[]),
    ("x32 getpid", X32 | 39, &[]),
    ("x32 unshare NEWUSER", X32 | 272, &[0x1000_0000]),
    ("x32 clone NEWUSER", X32 | 56, &[0x1000_0011]),
    ("x32 socket AF_VSOCK", X32 | 41, &[40, 1]),
    ("x32 socket AF_UNIX", X32 | 41, &[1, 1]),
    ("x32 keyctl", X32 | 250, &[]),
    ("x32 mount", X32 | 165, &[]),
    ("x32 ptrace", X32 | 521, &[]),
    ("x32 process_vm_readv", X32 | 539, &[]),
    // Numbers of x32 that older kernels took without its bit.
    ("x32 ptrace without its bit", 521, &[]),
    ("x32 process_vm_readv without its bit", 539, &[]),
    ("x32 keyctl by bit 31", 1 << 31 | X32 | 250, &[]),
    (
        "x32 unshare NEWUSER by rax|1<<32",
        1 << 32 | X32 | 272,
        &[0x1000_0000],
    ),
];

/// The bit of x32's numbers.
pub const X32: u64 = 0x4000_0000;

/// By `int $0x80`.
const INT80: &[(&str, u64, &[u64])] = &[
    ("getpid", 20, &[]),
    ("fork", 2, &[]),
    ("clone SIGCHLD", 120, &[17]),
    ("unshare FS", 310, &[0x200]),
    ("socket AF_UNIX", 359, &[1, 1]),
    ("socket AF_INET", 359, &[2, 1]),
    ("socket AF_NETLINK ROUTE", 359, &[16, 3, 0]),
    ("socket AF_NETLINK AUDIT", 359, &[16, 3, 9]),
    ("socket AF_PACKET", 359, &[17, 3]),
    ("socket AF_INET PACKET", 359, &[2, 10]),
    ("socket AF_INET DGRAM L2TP", 359, &[2, 2, 115]),
    ("socket AF_ALG", 359, &[38, 5]),
    ("socket AF_VSOCK", 359, &[40, 1]),
    ("socketpair AF_UNIX", 360, &[1, 1]),
    ("socketpair AF_VSOCK", 360, &[40, 1]),
    // SYS_SOCKET, whose arguments are in memory: AF_VSOCK is told from AF_UNIX by nobody.
    ("socketcall SOCKET", 102, &[1]),
    ("socketcall SOCKETPAIR", 102, &[8]),
    ("unshare NEWUSER", 310, &[0x1000_0000]),
    ("unshare NEWNET", 310, &[0x4000_0000]),
    ("clone NEWUSER", 120, &[0x1000_0011]),
    ("clone NEWNET", 120, &[0x4000_0011]),
    ("clone3", 435, &[]),
    ("setns", 346, &[]),
    ("add_key", 286, &[]),
    ("request_key", 287, &[]),
    ("keyctl", 288, &[]),
    ("mount", 21, &[]),
    ("umount", 22, &[]),
    ("umount2", 52, &[]),
    ("pivot_root", 217, &[]),
    ("fsopen", 430, &[]),
    ("open_tree", 428, &[]),
    ("chroot", 61, &[]),
    ("ptrace", 26, &[]),
    ("process_vm_readv", 347, &[]),
    ("pidfd_getfd", 438, &[]),
    ("bpf", 357, &[]),
    ("userfaultfd", 374, &[]),
    ("perf_event_open", 336, &[]),
    ("io_uring_setup", 425, &[]),
    ("open_by_handle_at", 342, &[]),
    ("syslog", 103, &[]),
    ("stime", 25, &[]),
];

/// Every line.
pub fn lines() -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut add = |name: String, door, number, args: &[u64]| {
        let mut all = [0; 6];
        all[..args.len()].copy_from_slice(args);
        lines.push((
            name,
            Call {
                door,
                number,
                args: all,
            },
        ));
    };
    for (name, number, args) in SINGLE {
        add((*name).to_owned(), Door::Syscall, *number, args);
    }
    for (name, bit) in NAMESPACES {
        for (upper, bits) in UPPER {
            add(
                format!("unshare {name}{upper}"),
                Door::Syscall,
                272,
                &[bit | bits],
            );
            add(
                format!("clone {name}{upper}"),
                Door::Syscall,
                56,
                &[bit | bits | 17],
            );
        }
        add(
            format!("setns {name}"),
            Door::Syscall,
            308,
            &[u64::MAX, bit],
        );
        // struct clone_args, which starts with the flags and ends, at first, after the eighth number.
        for (upper, bits) in &UPPER[..2] {
            let arguments: &'static [u64; 8] =
                Box::leak(Box::new([bit | bits, 0, 0, 0, 17, 0, 0, 0]));
            let at = arguments.as_ptr().expose_provenance() as u64;
            add(
                format!("clone3 {name}{upper}"),
                Door::Syscall,
                435,
                &[at, 64],
            );
        }
    }
    add("setns any".to_owned(), Door::Syscall, 308, &[u64::MAX, 0]);
    for (name, number, args) in INT80 {
        add(format!("int80 {name}"), Door::Int80, *number, args);
    }
    lines.extend(sockets());
    lines
}

/// Every number that a kernel may have, with no arguments, by each door.
pub fn numbers() -> Vec<Line> {
    let doors = [
        ("syscall", Door::Syscall, 0),
        ("x32", Door::Syscall, X32),
        ("int80", Door::Int80, 0),
    ];
    let all = doors
        .iter()
        .flat_map(|door| (0..640).map(move |number| (door, number)));
    all.map(|((name, door, bit), number)| {
        let call = Call {
            door: *door,
            number: bit | number,
            args: [0; 6],
        };
        (format!("{name} {number}"), call)
    })
    .collect()
}
