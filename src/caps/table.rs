//! What each capability gives away, and what to ask for instead. One row per capability, in the kernel's order.
//!
//! The classes follow capabilities(7), the kernel's own checks and the escapes that are public; `podman run` grants the
//! capabilities to the root of the container's user namespace, and those added with a user other than 0 as ambient.

use ::caps::Capability as C;

use super::Class::{self, Benign, Escape, Limited, Privilege};

/// A capability with everything known about it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CapabilityRow {
    pub(super) capability: C,
    pub(super) class: Class,
    pub(super) why: &'static str,
    pub(super) instead: &'static str,
}

const fn row(
    capability: C,
    class: Class,
    why: &'static str,
    instead: &'static str,
) -> CapabilityRow {
    CapabilityRow {
        capability,
        class,
        why,
        instead,
    }
}

/// All of them.
pub(super) static ROWS: [CapabilityRow; 41] = [
    row(
        C::CAP_CHOWN,
        Limited,
        "hands any file of the image and of every mounted volume to another owner",
        "run as the uid that owns the files, or mount the volume with :U",
    ),
    row(
        C::CAP_DAC_OVERRIDE,
        Privilege,
        "reads and writes files whatever their permissions say, those of a bind mount on the host included",
        "give the volume the uid and gid of --user",
    ),
    row(
        C::CAP_DAC_READ_SEARCH,
        Escape,
        "opens any file of the host's file system by its handle, past the container's own root",
        "give the volume the uid and gid of --user",
    ),
    row(
        C::CAP_FOWNER,
        Limited,
        "changes mode, times and ACLs of files that belong to others",
        "run as the uid that owns the files",
    ),
    row(
        C::CAP_FSETID,
        Limited,
        "keeps setuid and setgid bits on files that are changed",
        "nothing; programs that set these bits belong in the image build",
    ),
    row(
        C::CAP_KILL,
        Limited,
        "signals every process of the PID namespace, the host's with --pid=host",
        "run the processes as one uid",
    ),
    row(
        C::CAP_SETGID,
        Limited,
        "takes on any group of the user namespace; without one of its own that includes disk and docker",
        "start with the right group: --user=UID:GID",
    ),
    row(
        C::CAP_SETUID,
        Limited,
        "takes on any uid of the user namespace, 0 included",
        "start as the right user: --user=UID:GID",
    ),
    row(
        C::CAP_SETPCAP,
        Limited,
        "moves capabilities between its sets and drops them from the bounding set",
        "nothing; podman drops capabilities before the program starts",
    ),
    row(
        C::CAP_LINUX_IMMUTABLE,
        Limited,
        "makes files of a volume undeletable, on the host too",
        "set chattr on the host",
    ),
    row(
        C::CAP_NET_BIND_SERVICE,
        Benign,
        "listens on ports below 1024 of its own network",
        "--sysctl=net.ipv4.ip_unprivileged_port_start=0, or a port from 1024 on with --publish=127.0.0.1:80:8080",
    ),
    row(
        C::CAP_NET_BROADCAST,
        Benign,
        "the kernel asks for it nowhere",
        "nothing",
    ),
    row(
        C::CAP_NET_ADMIN,
        Privilege,
        "rewrites addresses, routes and firewall, the host's with --network=host, and reaches kernel code with a long list of holes",
        "set the network up from outside: podman network create, --sysctl, --publish",
    ),
    row(
        C::CAP_NET_RAW,
        Privilege,
        "forges packets, so it can pose as its neighbours on the bridge",
        "--sysctl='net.ipv4.ping_group_range=0 2147483647' for ping",
    ),
    row(
        C::CAP_IPC_LOCK,
        Limited,
        "locks memory without bound, so that it cannot be swapped",
        "--ulimit=memlock=SOFT:HARD",
    ),
    row(
        C::CAP_IPC_OWNER,
        Limited,
        "uses System V IPC of every user, the host's with --ipc=host",
        "run the processes as one uid",
    ),
    row(
        C::CAP_SYS_MODULE,
        Escape,
        "loads code into the kernel",
        "load the module on the host with modprobe",
    ),
    row(
        C::CAP_SYS_RAWIO,
        Escape,
        "reaches memory and ports of the machine, and sends raw commands to disks",
        "run the tool on the host, or name one device read-only: --device=/dev/NAME:/dev/NAME:r",
    ),
    row(
        C::CAP_SYS_CHROOT,
        Limited,
        "changes its root directory and joins mount namespaces, a step of known escapes",
        "nothing; the container is the changed root",
    ),
    row(
        C::CAP_SYS_PTRACE,
        Privilege,
        "reads and changes the memory of every process it sees, the host's with --pid=host",
        "debug from the host, or in a container beside it that lives only as long as the hunt",
    ),
    row(
        C::CAP_SYS_PACCT,
        Privilege,
        "turns process accounting of the whole host on and off, into a file of its choice",
        "account on the host",
    ),
    row(
        C::CAP_SYS_ADMIN,
        Escape,
        "mounts, joins namespaces, changes cgroups: each is a known way to the host's root",
        "name what is really needed: --device=/dev/fuse for FUSE when rootless, PERFMON for perf, a volume for a mount",
    ),
    row(
        C::CAP_SYS_BOOT,
        Escape,
        "loads another kernel and starts it",
        "reboot from the host",
    ),
    row(
        C::CAP_SYS_NICE,
        Privilege,
        "takes real-time and negative priorities from the rest of the host",
        "--cpu-shares=N, or start it with a priority from outside",
    ),
    row(
        C::CAP_SYS_RESOURCE,
        Privilege,
        "lifts its own limits, quotas and OOM score, so that no limit binds it",
        "--ulimit=NAME=SOFT:HARD",
    ),
    row(
        C::CAP_SYS_TIME,
        Privilege,
        "sets the clock of the whole host",
        "set the time on the host with an NTP service",
    ),
    row(
        C::CAP_SYS_TTY_CONFIG,
        Limited,
        "hangs terminals up and configures them",
        "nothing",
    ),
    row(
        C::CAP_MKNOD,
        Privilege,
        "makes device nodes; in a shared volume a user of the host can open them",
        "--device=/dev/NAME",
    ),
    row(
        C::CAP_LEASE,
        Benign,
        "is told when somebody opens its files",
        "nothing",
    ),
    row(
        C::CAP_AUDIT_WRITE,
        Limited,
        "writes to the host's audit log, also what never happened",
        "nothing; a failed audit message does no harm",
    ),
    row(
        C::CAP_AUDIT_CONTROL,
        Privilege,
        "turns the host's audit off and rewrites its rules",
        "configure auditd on the host",
    ),
    row(
        C::CAP_SETFCAP,
        Limited,
        "puts capabilities on files, for whoever runs them later",
        "set them in the image build",
    ),
    row(
        C::CAP_MAC_OVERRIDE,
        Privilege,
        "passes over mandatory access control",
        "give the files a label that the policy allows: :Z on the volume",
    ),
    row(
        C::CAP_MAC_ADMIN,
        Privilege,
        "changes the mandatory access control policy of the host",
        "load the policy on the host",
    ),
    row(
        C::CAP_SYSLOG,
        Privilege,
        "reads and clears the kernel's log, whose addresses tell where the kernel lies in memory",
        "run dmesg on the host",
    ),
    row(
        C::CAP_WAKE_ALARM,
        Benign,
        "wakes the machine from sleep",
        "a systemd timer with WakeSystem= on the host",
    ),
    row(
        C::CAP_BLOCK_SUSPEND,
        Benign,
        "keeps the machine awake",
        "systemd-inhibit on the host",
    ),
    row(
        C::CAP_AUDIT_READ,
        Privilege,
        "reads what the audit says of everybody on the host",
        "read the audit log on the host",
    ),
    row(
        C::CAP_PERFMON,
        Privilege,
        "measures other processes and the kernel, a side channel to their secrets",
        "run perf on the host",
    ),
    row(
        C::CAP_BPF,
        Privilege,
        "loads programs into the kernel; together with PERFMON or NET_ADMIN it reads the kernel's memory",
        "load the program on the host",
    ),
    row(
        C::CAP_CHECKPOINT_RESTORE,
        Privilege,
        "chooses the ids of new processes and looks into others' memory maps",
        "podman container checkpoint, on the host",
    ),
];
