//! `--systemd`: whether podman prepares the container for systemd as its first process.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// Systemd mode; any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Systemd {
    /// `false`: never.
    False,
    /// `true`, and empty: when the command, or the image's, is an init or named `systemd`. It then gets tmpfs on `/run`, `/run/lock` and `/tmp` and a writable cgroup.
    True,
    /// `always`: whatever the command is.
    Always,
}

impl FromStr for Systemd {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.to_ascii_lowercase().as_str() {
            "false" => Ok(Self::False),
            "" | "true" => Ok(Self::True),
            "always" => Ok(Self::Always),
            _ => Err(Invalid::new(
                text,
                "no systemd mode",
                "write false, true or always",
            )),
        }
    }
}

impl fmt::Display for Systemd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::False => "false",
            Self::True => "true",
            Self::Always => "always",
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
            ("false", "false"),
            ("", "true"),
            ("True", "true"),
            ("ALWAYS", "always"),
            ("FALSE", "false"),
        ] {
            let value: Systemd = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in ["0", "1", "t", "no", " true", "true\n", "true\0", "auto"] {
            assert!(bad.parse::<Systemd>().is_err(), "{bad:?}");
        }
    }
}
