//! Capabilities: podman's spelling, what each one gives away, and what to ask for instead.

mod symptoms;
mod table;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use ::caps::Capability;

use crate::problem::Invalid;
pub(crate) use symptoms::SYMPTOMS;
use table::{CapabilityRow, ROWS};

/// A capability of Linux, one of the 41 from `CAP_CHOWN` to `CAP_CHECKPOINT_RESTORE`. Ordered as the kernel numbers them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cap(&'static CapabilityRow);

/// What a capability is worth to an attacker inside a container, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The host's root, by itself and with a public recipe.
    Escape,
    /// More privilege, or an effect on the whole host or on other containers.
    Privilege,
    /// Real, but within the container and what is mounted into it.
    Limited,
    /// Nothing, in a container that is otherwise confined.
    Benign,
}

/// A value of `--cap-add` or `--cap-drop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapArg {
    /// `ALL`, in any case and without prefix.
    All,
    /// One capability.
    One(Cap),
}

impl Cap {
    /// Every capability, in the kernel's order.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(Self)
    }

    /// The same for the `caps` crate.
    pub fn capability(self) -> Capability {
        self.0.capability
    }

    /// What it is worth to an attacker. `SYS_PTRACE` becomes an escape with the host's PID namespace, `BPF` with
    /// `PERFMON`, `NET_ADMIN` or `SYS_ADMIN`: the rules that see the whole container judge that.
    pub fn class(self) -> Class {
        self.0.class
    }

    /// What it gives away, a phrase whose subject is the container.
    pub fn why(self) -> &'static str {
        self.0.why
    }

    /// What to type or do in its place.
    pub fn instead(self) -> &'static str {
        self.0.instead
    }
}

impl PartialOrd for Cap {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cap {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.capability.index().cmp(&other.0.capability.index())
    }
}

impl fmt::Debug for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Cap {
    /// podman's name without prefix, such as `NET_RAW`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.capability.to_string();
        f.write_str(name.strip_prefix("CAP_").unwrap_or(&name))
    }
}

impl FromStr for Cap {
    type Err = Invalid;

    /// Takes any case of ASCII letters, with or without `CAP_`. No numbers, and no dashes for underscores.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let upper = text.to_ascii_uppercase();
        let plain = upper.strip_prefix("CAP_").unwrap_or(&upper);
        format!("CAP_{plain}")
            .parse()
            .ok()
            .and_then(|capability: Capability| {
                Self::all().find(|cap| cap.0.capability == capability)
            })
            .ok_or_else(|| {
                Invalid::new(
                    text,
                    "no capability",
                    "capabilities(7) names them, like NET_BIND_SERVICE",
                )
            })
    }
}

impl FromStr for CapArg {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.eq_ignore_ascii_case("all") {
            Ok(Self::All)
        } else {
            text.parse().map(Self::One)
        }
    }
}

impl fmt::Display for CapArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("ALL"),
            Self::One(cap) => cap.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_table_is_the_kernels() {
        for (number, cap) in Cap::all().enumerate() {
            assert_eq!(usize::from(cap.capability().index()), number, "{cap}");
            assert_eq!(cap.to_string().parse(), Ok(cap));
            assert!(!cap.why().is_empty() && !cap.instead().is_empty(), "{cap}");
            for text in [cap.why(), cap.instead()] {
                assert!(!text.ends_with('.') && text == text.trim(), "{cap}: {text}");
            }
        }
        assert_eq!(::caps::all().len(), Cap::all().count());
    }

    #[test]
    fn every_case_is_read() {
        for text in ["NET_RAW", "net_raw", "CAP_NET_RAW", "cap_Net_Raw"] {
            let cap: Cap = text.parse().unwrap();
            assert_eq!(cap.capability(), Capability::CAP_NET_RAW);
            assert_eq!(cap.to_string(), "NET_RAW");
        }
        assert_eq!("aLl".parse(), Ok(CapArg::All));
        assert_eq!(CapArg::All.to_string().parse(), Ok(CapArg::All));
        assert_eq!("chown".parse::<CapArg>().unwrap().to_string(), "CHOWN");
    }

    // The long s of the last one becomes an S when Go turns it into upper case, so podman takes it for SYS_ADMIN.
    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "",
            "CAP_",
            "CAP_CAP_CHOWN",
            "CAP_ALL",
            "cap_all",
            " chown",
            "chown ",
            "chown\n",
            "\nSYS_ADMIN",
            "chown\0",
            "21",
            "sys-admin",
            "SYSADMIN",
            "foo",
            "\"sys_admin\"",
            "chown,sys_admin",
            "\u{17f}ys_admin",
        ] {
            assert!(bad.parse::<CapArg>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_known_escapes_are_escapes() {
        for text in [
            "SYS_ADMIN",
            "SYS_MODULE",
            "SYS_RAWIO",
            "DAC_READ_SEARCH",
            "SYS_BOOT",
        ] {
            assert_eq!(
                text.parse::<Cap>().unwrap().class(),
                Class::Escape,
                "{text}"
            );
        }
        assert!(Class::Escape < Class::Benign);
        let benign: Vec<String> = Cap::all()
            .filter(|cap| cap.class() == Class::Benign)
            .map(|cap| cap.to_string())
            .collect();
        assert_eq!(
            benign,
            [
                "NET_BIND_SERVICE",
                "NET_BROADCAST",
                "LEASE",
                "WAKE_ALARM",
                "BLOCK_SUSPEND"
            ]
        );
    }
}
