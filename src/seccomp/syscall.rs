//! Names of system calls.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use libseccomp::ScmpSyscall;

use crate::nearest::nearest;
use crate::problem::Invalid;

/// The name of a system call that this machine's libseccomp knows, on whatever architecture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Syscall(String);

impl Syscall {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The old 32-bit call through which this one can be made too, `socketcall` or `ipc`; those two are their own.
///
/// A filter that refuses `socket` and allows `socketcall` still lets an x86 program open sockets.
pub(super) fn multiplexer(name: &str) -> Option<&'static str> {
    let families = [("socketcall", &SOCKETCALL[..]), ("ipc", &IPC[..])];
    let mine = |(own, members): &(&str, &[&str])| name == *own || members.contains(&name);
    families.into_iter().find(mine).map(|(own, _)| own)
}

/// What socketcall(2) can do.
const SOCKETCALL: [&str; 20] = [
    "accept",
    "accept4",
    "bind",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "listen",
    "recv",
    "recvfrom",
    "recvmmsg",
    "recvmsg",
    "send",
    "sendmmsg",
    "sendmsg",
    "sendto",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
];

/// What ipc(2) can do.
const IPC: [&str; 12] = [
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "shmat",
    "shmctl",
    "shmdt",
    "shmget",
];

/// Does libseccomp know the name, be it for another architecture only?
pub(super) fn is_known(name: &str) -> bool {
    ScmpSyscall::from_name(name).is_ok()
}

/// Every name libseccomp knows: it numbers the calls of other architectures downwards from -10001.
pub(super) fn known() -> BTreeSet<String> {
    let numbers = (0..1024).chain(-10999..-10000);
    numbers
        .filter_map(|number| ScmpSyscall::from_raw_syscall(number).get_name().ok())
        .collect()
}

impl FromStr for Syscall {
    type Err = Invalid;

    /// Refuses a name libseccomp does not know: nothing could be enforced for it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if is_known(text) {
            return Ok(Self(text.to_owned()));
        }
        let instead = match nearest(text, known().iter().map(String::as_str)) {
            Some(name) => format!("did you mean {name}?"),
            None => "write a name of syscalls(2)".to_owned(),
        };
        let what = "not a system call of this machine's libseccomp";
        Err(Invalid::new(text, what, instead))
    }
}

impl fmt::Display for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_of_this_and_of_other_architectures_are_known() {
        for name in ["ptrace", "socketcall", "s390_runtime_instr", "arch_prctl"] {
            assert_eq!(name.parse::<Syscall>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_typo_is_refused_with_the_nearest_name() {
        let error = |text: &str| text.parse::<Syscall>().unwrap_err().to_string();
        assert!(
            error("ptrce").ends_with("did you mean ptrace?"),
            "{}",
            error("ptrce")
        );
        assert!(error("socketcal").ends_with("did you mean socketcall?"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            " ",
            "read ",
            "READ",
            "re\0ad",
            "-10060",
            "0",
            "read,write",
            "nonsense_call_xyz",
        ] {
            assert!(text.parse::<Syscall>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_families_hold_known_names() {
        for name in SOCKETCALL.iter().chain(&IPC) {
            assert!(name.parse::<Syscall>().is_ok(), "{name}");
            let own = multiplexer(name).unwrap();
            assert_eq!(multiplexer(own), Some(own));
        }
        assert_eq!(multiplexer("read"), None);
    }
}
