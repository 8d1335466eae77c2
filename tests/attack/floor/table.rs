//! What has to come of each line under the floor.

use std::collections::BTreeMap;

/// The lines that have to pass: without them no program runs. A `*` stands for anything. Of an argument that the kernel
/// takes for an int the upper half says nothing, so these families and this protocol may have any.
pub(super) const PASSES: &[&str] = &[
    "getpid",
    "getpid by rax|1<<32",
    "fork",
    "vfork",
    "clone SIGCHLD",
    "clone VFORK",
    "clone THREAD",
    "unshare FS",
    "unshare FILES",
    "personality 0",
    "socket AF_UNIX*",
    "socket AF_INET*",
    "socket AF_NETLINK*",
    "socketpair AF_UNIX*",
    "socketpair AF_INET*",
    "socketpair AF_NETLINK*",
    "netlink ROUTE*",
    "inet* STREAM",
    "inet* STREAM|*",
    "inet* STREAM by socketpair",
    "inet* STREAM TCP*",
    "inet* STREAM SCTP*",
    "inet* STREAM MPTCP*",
    "inet* DGRAM",
    "inet* DGRAM|*",
    "inet* DGRAM by socketpair",
    "inet* DGRAM UDP",
    "inet* DGRAM UDP|*",
    "inet* DGRAM ICMP*",
    // Of these the kernel asks CAP_NET_RAW.
    "inet* RAW*",
    "inet* SEQPACKET",
    "inet* SEQPACKET|*",
    "inet* SEQPACKET by socketpair",
    "inet* SEQPACKET SCTP*",
];

/// What passes as well in an image of 32-bit programs.
pub(super) const PASSES_INT80: &[&str] = &[
    "int80 getpid",
    "int80 fork",
    "int80 clone SIGCHLD",
    "int80 unshare FS",
    "int80 socket AF_UNIX",
    "int80 socket AF_INET",
    "int80 socket AF_NETLINK ROUTE",
    "int80 socketpair AF_UNIX",
];

/// What programs rely on in a refusal; the first that fits counts. Where none does, any refusal will do.
pub(super) const ANSWERS: &[(&str, &str)] = &[
    // A C library takes clone then.
    ("clone3 *", "denied ENOSYS"),
    ("clone *", "denied EPERM"),
    ("unshare *", "denied EPERM"),
    ("setns *", "denied EPERM"),
    // A runtime goes on without.
    ("add_key", "denied ENOSYS"),
    ("keyctl*", "denied ENOSYS"),
    ("request_key", "denied ENOSYS"),
    ("io_uring_*", "denied ENOSYS"),
    ("mount*", "denied EPERM"),
    ("netlink AUDIT*", "denied EINVAL"),
    ("netlink *", "denied EPROTONOSUPPORT"),
    ("inet* PACKET*", "denied EAFNOSUPPORT"),
    ("inet* L2TP*", "denied EPROTONOSUPPORT"),
    ("inet* STREAM SMC*", "denied EPROTONOSUPPORT"),
    ("socket*", "denied EAFNOSUPPORT"),
    ("x32 * without its bit", "denied ENOSYS"),
    ("x32 *", "killed SIGSYS"),
];

/// What the floor answers to foreign programs where the image is not one of theirs.
pub(super) const FOREIGN: (&str, &str) = ("int80 *", "killed SIGSYS");

/// What a run of the probe said, by line.
pub(super) type Table = BTreeMap<String, String>;

/// Does the name fit the pattern?
fn fits(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    name.strip_prefix(begin).is_some_and(|left| {
        (0..=left.len()).any(|at| left.get(at..).is_some_and(|end| fits(rest, end)))
    })
}

pub(super) fn any_fits(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| fits(pattern, name))
}

/// The answers of a table that are others than the floor's, each with what it should have been.
pub(super) fn faults(
    table: &Table,
    passes: &[&[&str]],
    answers: &[&[(&str, &str)]],
) -> Vec<String> {
    let fault = |(name, answer): (&String, &String)| {
        let expected = if passes.iter().any(|passes| any_fits(passes, name)) {
            "allowed"
        } else {
            let fitting = answers
                .iter()
                .copied()
                .flatten()
                .find(|row| fits(row.0, name));
            fitting.map_or("denied", |row| row.1)
        };
        (!answer.starts_with(expected)).then(|| format!("{name}: {answer}, not {expected}"))
    };
    table.iter().filter_map(fault).collect()
}

/// The lines that one table has open and the other one has not.
pub(super) fn opened<'t>(here: &'t Table, there: &Table) -> Vec<&'t String> {
    let lines = here.iter();
    let opened = lines.filter(|(name, answer)| *answer == "allowed" && there[*name] != "allowed");
    opened.map(|(name, _)| name).collect()
}
