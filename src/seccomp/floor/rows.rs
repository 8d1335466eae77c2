//! The table: what the floor denies, and what opens it again.

use nix::errno::Errno::{
    self, EAFNOSUPPORT, EINVAL, ENOSYS, EPERM, EPROTONOSUPPORT, ESOCKTNOSUPPORT,
};

use super::row::{Denies, Opener, Row};

/// `CLONE_NEWTIME`, `_NEWNS`, `_NEWCGROUP`, `_NEWUTS`, `_NEWIPC`, `_NEWUSER`, `_NEWPID`, `_NEWNET` of linux/sched.h.
pub(super) const NEW_NAMESPACES: u32 = 0x7E02_0080;

/// The ways to a new namespace.
pub(super) const NEW_NAMESPACE: [&str; 3] = ["clone", "clone3", "unshare"];

/// `AF_UNIX` of socket(2), left whole.
pub(super) const AF_UNIX: u32 = 1;
/// `AF_INET` and `AF_INET6`, of which [`INTERNET_LEFT`] is left.
pub(super) const INTERNET: [u32; 2] = [2, 10];
/// `AF_NETLINK`, of which [`PROTOCOL_LEFT`] is left: by it a C library asks for addresses and interfaces.
pub(super) const AF_NETLINK: u32 = 16;
/// `NETLINK_ROUTE` of netlink(7).
pub(super) const PROTOCOL_LEFT: u32 = 0;

/// Types and protocols: `SOCK_STREAM` with TCP, SCTP and MPTCP, `SOCK_DGRAM` with UDP and the two ICMPs for echoes,
/// `SOCK_SEQPACKET` with SCTP. 0 is the usual one. `SOCK_RAW` has any: the kernel asks for `CAP_NET_RAW`.
pub(super) const INTERNET_LEFT: [(u32, &[u32]); 4] = [
    (1, &[0, 6, 132, 262]),
    (2, &[0, 1, 17, 58]),
    (3, &[]),
    (5, &[0, 132]),
];

/// The two calls that make sockets.
pub(super) const SOCKETS: &[&str] = &["socket", "socketpair"];

const SYS_ADMIN: Opener = Opener::Cap("CAP_SYS_ADMIN");
const NOTHING: &[Opener] = &[];

/// These calls, always.
const fn calls(
    calls: &'static [&'static str],
    errno: Errno,
    opened_by: &'static [Opener],
    why: &'static str,
    reference: &'static str,
) -> Row {
    when(calls, Denies::Always, errno, opened_by, why, reference)
}

/// These calls, under a condition.
const fn when(
    calls: &'static [&'static str],
    denies: Denies,
    errno: Errno,
    opened_by: &'static [Opener],
    why: &'static str,
    reference: &'static str,
) -> Row {
    Row {
        calls,
        denies,
        errno,
        opened_by,
        why,
        reference,
    }
}

/// Every row, by what it is about. What a row denies nothing else allows; what no row names is in [`super::left`] or answers
/// `ENOSYS`.
pub(crate) const SUBJECTS: [(&str, &[Row]); 6] = [
    ("Namespaces and mounts", NAMESPACES),
    ("Other processes", PROCESSES),
    ("Sockets", OF_SOCKETS),
    ("Keys", KEYS),
    ("Powerful subsystems", SUBSYSTEMS),
    ("The machine", MACHINE),
];

/// Every row.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    SUBJECTS.into_iter().flat_map(|(_, rows)| rows)
}

#[rustfmt::skip]
const NAMESPACES: &[Row] = &[
    when(&["unshare"], Denies::AnyBit { arg: 0, on_s390: 0, bits: NEW_NAMESPACES }, EPERM, &[SYS_ADMIN, Opener::Nesting],
        "in a user namespace of its own a process is root over network, mount and netfilter tables, where most of the \
         kernel's flaws were reached", "CVE-2022-0185, CVE-2024-1086, containers/container-libs#62"),
    when(&["clone"], Denies::AnyBit { arg: 0, on_s390: 1, bits: NEW_NAMESPACES }, EPERM, &[SYS_ADMIN, Opener::Nesting],
        "it makes a user namespace as unshare does, with a new process", "clone(2), Docker's default"),
    calls(&["clone3"], ENOSYS, &[SYS_ADMIN],
        "its flags are in memory, where no filter sees them; told that there is none, a C library takes clone",
        "clone(2), moby/moby#42681"),
    calls(&["setns"], EPERM, &[SYS_ADMIN, Opener::Nesting],
        "a namespace of somebody else's can be entered", "setns(2), Docker's default"),
    calls(&["mount", "pivot_root", "umount", "umount2"], EPERM, &[SYS_ADMIN, Opener::Nesting],
        "parsers of file systems and mount options run in the kernel", "mount(2), Docker's default"),
    calls(&["fsconfig", "fsmount", "fsopen", "fspick", "mount_setattr", "move_mount", "open_tree"], EPERM,
        &[SYS_ADMIN, Opener::Nesting],
        "the newer calls for mounts do what the older ones do", "CVE-2022-0185, Docker's default"),
    calls(&["setdomainname", "sethostname"], EPERM, &[SYS_ADMIN, Opener::Nesting],
        "the host name of a namespace that is shared would change", "sethostname(2), podman's default"),
    calls(&["chroot"], EPERM, &[Opener::Cap("CAP_SYS_CHROOT"), Opener::Nesting],
        "it is a step of known ways out", "chroot(2), podman's default"),
];

#[rustfmt::skip]
const PROCESSES: &[Row] = &[
    calls(&["kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"], EPERM,
        &[Opener::Cap("CAP_SYS_PTRACE")],
        "a process that was taken over reads and steers its neighbours of the same user",
        "ptrace(2), CVE-2019-13272, Docker's default for its capability"),
];

/// That of socketcall stands first: libseccomp then derives no rule for it from those on socket.
#[rustfmt::skip]
const OF_SOCKETS: &[Row] = &[
    calls(&["socketcall"], EPERM, NOTHING,
        "its arguments are in memory, so that it opens what socket may not", "socketcall(2), containerd/containerd#13327"),
    when(SOCKETS, Denies::Families(&[17]), EAFNOSUPPORT, &[Opener::Cap("CAP_NET_RAW")],
        "AF_PACKET sees and forges every frame of the network", "packet(7), CVE-2020-14386"),
    when(SOCKETS, Denies::Types(&[10]), EAFNOSUPPORT, &[Opener::Cap("CAP_NET_RAW")],
        "SOCK_PACKET is AF_PACKET under an older name", "packet(7)"),
    when(SOCKETS, Denies::Types(&[4, 6]), ESOCKTNOSUPPORT, NOTHING,
        "SOCK_DCCP and SOCK_RDM are little used code that the kernel loads on demand", "CVE-2017-6074, CVE-2020-16119"),
    when(SOCKETS, Denies::Protocols(&[(1, 256), (2, 115), (2, 136)]), EPROTONOSUPPORT, NOTHING,
        "IPPROTO_SMC is a family of its own by another door; IPPROTO_L2TP and UDP-Lite are little used", "CVE-2016-10200"),
    when(SOCKETS, Denies::Families(&[
            0, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
            36, 37, 38, 39, 40, 41, 42, 43, 44, 45,
        ]), EAFNOSUPPORT, NOTHING,
        "AF_VSOCK reaches the host past every network rule; AF_ALG and the other families are little used code that the \
         kernel loads on demand", "CVE-2026-31431, CVE-2026-123876, address_families(7)"),
    when(SOCKETS, Denies::Netlink(&[9]), EINVAL, &[Opener::Cap("CAP_AUDIT_WRITE")],
        "audit records could be forged; the answer is the one that libaudit takes for a kernel without audit",
        "CVE-2026-123876, podman's default"),
    when(SOCKETS, Denies::Netlink(&[4, 6, 12, 16]), EPROTONOSUPPORT, &[Opener::Cap("CAP_NET_ADMIN")],
        "NETLINK_NETFILTER, _XFRM, _GENERIC and _SOCK_DIAG configure the network, and are what exploits speak",
        "CVE-2022-34918, CVE-2023-32233, netlink(7)"),
    when(SOCKETS, Denies::Netlink(&[1, 2, 3, 5, 7, 8, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22]), EPROTONOSUPPORT, NOTHING,
        "a C library needs NETLINK_ROUTE and no other", "netlink(7)"),
];

#[rustfmt::skip]
const KEYS: &[Row] = &[
    calls(&["add_key", "keyctl", "request_key"], ENOSYS, NOTHING,
        "keyrings are not separated by every namespace; told that there are none, a runtime goes on without",
        "CVE-2016-0728, keyrings(7), Docker's default"),
];

#[rustfmt::skip]
const SUBSYSTEMS: &[Row] = &[
    calls(&["io_uring_enter", "io_uring_register", "io_uring_setup"], ENOSYS, NOTHING,
        "it makes other calls past this filter; told that there is none, programs use epoll",
        "CVE-2022-29582, moby/moby#46762"),
    calls(&["userfaultfd"], EPERM, NOTHING,
        "it holds the kernel still in the middle of a race", "userfaultfd(2), podman's default"),
    calls(&["bpf"], EPERM, &[Opener::Cap("CAP_BPF"), SYS_ADMIN],
        "it loads programs into the kernel", "bpf(2), CVE-2021-3490, podman's default"),
    calls(&["perf_event_open"], EPERM, &[Opener::Cap("CAP_PERFMON"), SYS_ADMIN],
        "it watches the whole machine", "perf_event_open(2), CVE-2013-2094, podman's default"),
    when(&["personality"], Denies::OtherThan { arg: 0, values: &[0, 8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF] }, ENOSYS, NOTHING,
        "it switches protections of memory off", "personality(2), podman's default"),
    calls(&["get_mempolicy", "mbind", "set_mempolicy"], EPERM, &[Opener::Cap("CAP_SYS_NICE")],
        "memory of the whole machine is moved about", "mbind(2), Docker's default"),
    calls(&["migrate_pages", "move_pages", "vmsplice"], EPERM, NOTHING,
        "memory is moved about past the ordinary ways", "CVE-2008-0600, podman's default"),
];

#[rustfmt::skip]
const MACHINE: &[Row] = &[
    calls(&["syslog"], EPERM, &[Opener::Cap("CAP_SYSLOG")],
        "the kernel's log tells addresses; the C library's syslog() does not need it", "syslog(2), Docker's default"),
    calls(&["reboot"], EPERM, &[Opener::Cap("CAP_SYS_BOOT")], "it is the machine's", "reboot(2), Docker's default"),
    calls(&["open_by_handle_at"], EPERM, &[Opener::Cap("CAP_DAC_READ_SEARCH")],
        "it opens files that no path of the container leads to", "CVE-2014-3519 (shocker), podman's default"),
    calls(&["delete_module", "finit_module", "init_module"], EPERM, &[Opener::Cap("CAP_SYS_MODULE")],
        "it loads code into the kernel", "init_module(2), podman's default"),
    calls(&["kexec_file_load", "kexec_load", "swapoff", "swapon"], EPERM, NOTHING,
        "it is the machine's", "kexec_load(2), podman's default"),
    calls(&["acct"], EPERM, &[Opener::Cap("CAP_SYS_PACCT")], "it is the machine's", "acct(2), podman's default"),
    calls(&["ioperm", "iopl"], EPERM, &[Opener::Cap("CAP_SYS_RAWIO")],
        "it speaks to devices past the kernel", "iopl(2), podman's default"),
    calls(&["clock_settime", "clock_settime64", "settimeofday", "stime"], EPERM, &[Opener::Cap("CAP_SYS_TIME")],
        "the clock is the machine's", "clock_settime(2), podman's default"),
    calls(&["vhangup"], EPERM, &[Opener::Cap("CAP_SYS_TTY_CONFIG")], "it is the machine's", "vhangup(2), podman's default"),
    calls(&["fanotify_init", "lookup_dcookie", "quotactl", "quotactl_fd"], EPERM, &[SYS_ADMIN],
        "they look at whole file systems of the machine", "fanotify_init(2), quotactl(2), podman's default"),
];
