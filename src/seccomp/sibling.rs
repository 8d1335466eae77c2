//! Calls that do the same under other names.

use super::{Arch, Filter, Syscall};

/// Families: who denies one of a line means the others too.
const FAMILIES: [&[&str]; 33] = [
    &["accept", "accept4"],
    &["access", "faccessat", "faccessat2"],
    &["add_key", "keyctl", "request_key"],
    &["chmod", "fchmod", "fchmodat", "fchmodat2"],
    &[
        "chown", "chown32", "fchown", "fchown32", "fchownat", "lchown", "lchown32",
    ],
    &["creat", "open", "openat", "openat2"],
    &["execve", "execveat"],
    &["fgetxattr", "getxattr", "lgetxattr"],
    &["flistxattr", "listxattr", "llistxattr"],
    &["fremovexattr", "lremovexattr", "removexattr"],
    &["fsetxattr", "lsetxattr", "setxattr"],
    &["fsopen", "mount", "move_mount", "open_tree"],
    &["ftruncate", "ftruncate64", "truncate", "truncate64"],
    &[
        "futimesat",
        "utime",
        "utimensat",
        "utimensat_time64",
        "utimes",
    ],
    &["getdents", "getdents64"],
    &[
        "kill",
        "pidfd_send_signal",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
        "tgkill",
        "tkill",
    ],
    &["link", "linkat"],
    &["mkdir", "mkdirat"],
    &["mknod", "mknodat"],
    &[
        "pidfd_getfd",
        "process_vm_readv",
        "process_vm_writev",
        "ptrace",
    ],
    &["prlimit64", "setrlimit"],
    &["readlink", "readlinkat"],
    &["recv", "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg"],
    &["rename", "renameat", "renameat2"],
    &["rmdir", "unlink", "unlinkat"],
    &["sched_setattr", "sched_setparam", "sched_setscheduler"],
    &["send", "sendmmsg", "sendmsg", "sendto"],
    &["setfsgid", "setfsgid32"],
    &["setfsuid", "setfsuid32"],
    &[
        "setgid",
        "setgid32",
        "setregid",
        "setregid32",
        "setresgid",
        "setresgid32",
    ],
    &[
        "setresuid",
        "setresuid32",
        "setreuid",
        "setreuid32",
        "setuid",
        "setuid32",
    ],
    &["symlink", "symlinkat"],
    &["umount", "umount2"],
];

/// The calls that this filter lets through, be it with some arguments, and that do the same as one of the denied.
pub(crate) fn siblings_left(filter: &Filter, denied: &[Syscall], native: Arch) -> Vec<Syscall> {
    let is_denied = |name: &str| denied.iter().any(|call| call.as_str() == name);
    let is_here = |name: &str| {
        let mut arches = filter.arches.iter().chain([&native]);
        arches.any(|arch| arch.has(name))
    };
    let families = FAMILIES.iter();
    let met = families.filter(|family| family.iter().any(|name| is_denied(name)));
    let others = met.flat_map(|family| family.iter());
    let others = others.filter(|name| !is_denied(name) && is_here(name));
    let others = others.filter_map(|name| name.parse().ok());
    others.filter(|call| filter.may_let(call)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_call_has_one_family() {
        let mut all = BTreeSet::new();
        for family in FAMILIES {
            assert!(family.is_sorted(), "{family:?}");
            assert!(family.len() > 1, "{family:?}");
            for name in family {
                assert!(all.insert(*name), "{name}");
            }
        }
    }
}
