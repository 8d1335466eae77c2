//! `--sysctl`: kernel parameters that belong to a namespace.

use std::fmt;
use std::str::FromStr;

use super::text::one_line;
use crate::problem::Invalid;

/// One `--sysctl`, `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sysctl {
    /// The name with dots, such as `net.ipv4.ip_forward`; the form with slashes is turned into it.
    pub key: String,
    /// What is written to it; neither empty nor with blanks around or `=` inside, which podman refuses or cuts off.
    pub value: String,
}

/// What podman lets through beside everything under `net` and `fs.mqueue`.
const KEYS: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

impl FromStr for Sysctl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what, instead| Invalid::new(text, what, instead);
        let (key, value) = one_line(text)?
            .split_once('=')
            .ok_or_else(|| bad("no kernel parameter", "write KEY=VALUE"))?;
        if value.is_empty() || value.contains('=') || value.trim() != value {
            return Err(bad(
                "a kernel parameter whose value podman does not take",
                "write KEY=VALUE without blanks around the value and without a second =",
            ));
        }
        let key = dotted(key).ok_or_else(|| {
            bad(
                "no kernel parameter",
                "write the name with dots, like net.ipv4.ip_forward",
            )
        })?;
        let namespaced = ["net.", "fs.mqueue."]
            .iter()
            .any(|prefix| key.starts_with(prefix));
        if !namespaced && !KEYS.contains(&key.as_str()) {
            return Err(bad(
                "a kernel parameter of the whole host, which podman does not set",
                "only net.*, fs.mqueue.*, kernel.msg*, kernel.sem and kernel.shm* belong to a container",
            ));
        }
        Ok(Self {
            key,
            value: value.to_owned(),
        })
    }
}

/// The name with dots. One with both separators is refused: runtimes differ in how they read it, and `..` would leave
/// the directory.
fn dotted(key: &str) -> Option<String> {
    let separator = if key.contains('/') { '/' } else { '.' };
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let valid = |part: &str| !part.is_empty() && part.chars().all(word);
    key.split(separator)
        .all(valid)
        .then(|| key.replace(separator, "."))
}

impl fmt::Display for Sysctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            (
                "net.ipv4.ip_unprivileged_port_start=0",
                "net.ipv4.ip_unprivileged_port_start=0",
            ),
            ("net/ipv4/ip_forward=1", "net.ipv4.ip_forward=1"),
            (
                "net.ipv4.ping_group_range=0 2147483647",
                "net.ipv4.ping_group_range=0 2147483647",
            ),
            ("kernel.shm_rmid_forced=1", "kernel.shm_rmid_forced=1"),
            ("kernel/msgmax=1", "kernel.msgmax=1"),
            ("fs.mqueue.msg_max=10", "fs.mqueue.msg_max=10"),
        ] {
            let value: Sysctl = text.parse().unwrap();
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    // podman 4.3.1 takes net.../../kernel=1 and net..a=1.
    #[test]
    fn refuses_what_podman_refuses_or_should() {
        for bad in [
            "",
            "=",
            "=1",
            "net=1",
            "net.=1",
            "net..a=1",
            "net.a",
            "net.a=",
            "net.a=1=2",
            "net.a= 1",
            "net.a=1 ",
            " net.a=1",
            "net.a =1",
            "Net.a=1",
            "net.../../kernel=1",
            "net/../kernel/core_pattern=x",
            "net.a/b.c=1",
            "net.ipv4/x=1",
            "kernel.hostname=x",
            "kernel.core_pattern=|x",
            "kernel.msgmax.x=1",
            "kernel.msgmax==1",
            "kernel.shm=1",
            "user.max=1",
            "vm.swappiness=1",
            "fs.mqueue=1",
            "fs.file-max=1",
            "network.a=1",
            "net.a=1\n",
            "net.a\0=1",
            "net.a=1\r",
        ] {
            assert!(bad.parse::<Sysctl>().is_err(), "{bad:?}");
        }
    }
}
