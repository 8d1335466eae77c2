//! `--cgroups`: whether podman makes a cgroup for the container, without which no limit holds.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// How a container gets its cgroup; exact, lower-case words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupsMode {
    /// `enabled`, and empty: a cgroup of its own.
    Enabled,
    /// `disabled`: none, and so no limits at all. Only crun starts it.
    Disabled,
    /// `no-conmon`: its own, while conmon, which watches it, stays in the caller's.
    NoConmon,
    /// `split`: both in the caller's cgroup, for systemd units.
    Split,
}

impl FromStr for CgroupsMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "" | "enabled" => Ok(Self::Enabled),
            "disabled" => Ok(Self::Disabled),
            "no-conmon" => Ok(Self::NoConmon),
            "split" => Ok(Self::Split),
            _ => Err(Invalid::new(
                text,
                "no way to handle cgroups",
                "write enabled or split",
            )),
        }
    }
}

impl fmt::Display for CgroupsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::NoConmon => "no-conmon",
            Self::Split => "split",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("enabled", "enabled"),
            ("", "enabled"),
            ("disabled", "disabled"),
            ("no-conmon", "no-conmon"),
            ("split", "split"),
        ] {
            let value: CgroupsMode = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "Enabled",
            " enabled",
            "default",
            "none",
            "split\n",
            "split\0",
            "no_conmon",
        ] {
            assert!(bad.parse::<CgroupsMode>().is_err(), "{bad:?}");
        }
    }
}
