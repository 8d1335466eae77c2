//! What a program says when a capability or a right is missing, and the least that helps.
//!
//! Messages are those of busybox, coreutils, iproute2, iputils, sudo and glibc; `…` stands for what varies.

/// A message and the smallest grant that makes it go away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symptom {
    /// What the program prints, `…` for what varies.
    pub message: &'static str,
    /// What to type, the least first.
    pub grant: &'static str,
}

/// All of them. None of them is cured by a capability of class [`Escape`](super::Class::Escape).
pub(crate) static SYMPTOMS: &[Symptom] = &[
    Symptom {
        message: "chown: …: Operation not permitted",
        grant: "run as the owner, or --cap-add=CHOWN",
    },
    Symptom {
        message: "chmod: …: Operation not permitted",
        grant: "run as the owner, or --cap-add=FOWNER",
    },
    Symptom {
        message: "su: can't set groups: Operation not permitted",
        grant: "--user=UID:GID instead of su, or --cap-add=SETUID --cap-add=SETGID",
    },
    Symptom {
        message: "setgroups() failed, setgid() failed, setuid() failed: Operation not permitted",
        grant: "--user=UID:GID, or --cap-add=SETUID --cap-add=SETGID",
    },
    Symptom {
        message: "sudo: effective uid is not 0, is …",
        grant: "--user=UID:GID instead of sudo; no-new-privileges stays on",
    },
    Symptom {
        message: "bind: Permission denied, on a port below 1024",
        grant: "--sysctl=net.ipv4.ip_unprivileged_port_start=0, or --cap-add=NET_BIND_SERVICE",
    },
    Symptom {
        message: "ping: socket: Operation not permitted",
        grant: "--sysctl='net.ipv4.ping_group_range=0 2147483647', or --cap-add=NET_RAW",
    },
    Symptom {
        message: "ping: permission denied (are you root?)",
        grant: "--cap-add=NET_RAW, because busybox knows only raw sockets",
    },
    Symptom {
        message: "RTNETLINK answers: Operation not permitted",
        grant: "--cap-add=NET_ADMIN, without --network=host",
    },
    Symptom {
        message: "ip: SIOCSIFFLAGS: Operation not permitted",
        grant: "--cap-add=NET_ADMIN, without --network=host",
    },
    Symptom {
        message: "mknod: …: Operation not permitted",
        grant: "--device=/dev/NAME",
    },
    Symptom {
        message: "renice: setpriority: Permission denied",
        grant: "--cap-add=SYS_NICE",
    },
    Symptom {
        message: "sched_setscheduler: Operation not permitted",
        grant: "--cap-add=SYS_NICE",
    },
    Symptom {
        message: "mlockall: Cannot allocate memory, or Operation not permitted",
        grant: "--ulimit=memlock=67108864:67108864, or --cap-add=IPC_LOCK",
    },
    Symptom {
        message: "kill: …: Operation not permitted",
        grant: "run both processes as one uid, or --cap-add=KILL",
    },
    Symptom {
        message: "chroot: can't change root directory to …: Operation not permitted",
        grant: "--cap-add=SYS_CHROOT",
    },
    Symptom {
        message: "…: Read-only file system, below /tmp, /run or /var/cache",
        grant: "--tmpfs=/var/cache",
    },
    Symptom {
        message: "…: Read-only file system, where data are kept",
        grant: "--volume=data:/var/lib/NAME:rw; a tmpfs would lose them",
    },
    Symptom {
        message: "…: Permission denied, on a bind mount where SELinux enforces",
        grant: "--volume=/SOURCE:/TARGET:Z",
    },
    Symptom {
        message: "…: Permission denied, for a program on a tmpfs",
        grant: "--tmpfs=/TARGET:exec",
    },
    Symptom {
        message: "date: can't set date: Operation not permitted",
        grant: "set the clock on the host",
    },
    Symptom {
        message: "dmesg: klogctl: Operation not permitted",
        grant: "run dmesg on the host",
    },
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{Cap, Class};
    use super::*;
    use crate::podman::value::sysctl::Sysctl;
    use crate::podman::value::ulimit::Ulimit;

    /// The values of `--FLAG=` in every grant.
    fn values(flag: &str) -> Vec<String> {
        let flag = format!("--{flag}=");
        SYMPTOMS
            .iter()
            .flat_map(|symptom| symptom.grant.split(&flag).skip(1))
            .map(|rest| match rest.strip_prefix('\'') {
                Some(quoted) => quoted.split('\'').next().unwrap().to_owned(),
                None => rest.split([',', ';', ' ']).next().unwrap().to_owned(),
            })
            .collect()
    }

    #[test]
    fn what_a_grant_says_can_be_typed() {
        assert!(values("cap-add").len() >= 10);
        for text in values("cap-add") {
            assert_ne!(
                text.parse::<Cap>().unwrap().class(),
                Class::Escape,
                "{text}"
            );
        }
        assert_eq!(values("sysctl").len(), 2);
        for text in values("sysctl") {
            assert!(text.parse::<Sysctl>().is_ok(), "{text}");
        }
        assert_eq!(values("ulimit").len(), 1);
        for text in values("ulimit") {
            assert!(text.parse::<Ulimit>().is_ok(), "{text}");
        }
    }

    #[test]
    fn no_message_stands_twice() {
        for (index, symptom) in SYMPTOMS.iter().enumerate() {
            let twice = SYMPTOMS
                .iter()
                .skip(index + 1)
                .any(|other| other.message == symptom.message);
            assert!(!twice, "{}", symptom.message);
        }
    }
}
