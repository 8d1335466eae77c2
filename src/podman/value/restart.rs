//! `--restart`: when podman starts a container again.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::problem::Invalid;

/// A restart policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// `no`, empty, and `never` (any case, since podman 4.6).
    No,
    /// `on-failure[:N]`: after an exit code other than 0.
    OnFailure {
        /// How often at most; `None`, also spelled `:0`, is for ever.
        max: Option<NonZeroU32>,
    },
    /// `always`: whatever the exit code, and at boot.
    Always,
    /// `unless-stopped`: the same, unless it had been stopped by hand.
    UnlessStopped,
}

impl FromStr for Restart {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "" | "no" => Ok(Self::No),
            never if never.eq_ignore_ascii_case("never") => Ok(Self::No),
            "always" => Ok(Self::Always),
            "unless-stopped" => Ok(Self::UnlessStopped),
            "on-failure" => Ok(Self::OnFailure { max: None }),
            _ => text
                .strip_prefix("on-failure:")
                .and_then(|max| max.parse::<u32>().ok())
                .map(|max| Self::OnFailure {
                    max: NonZeroU32::new(max),
                })
                .ok_or_else(|| {
                    Invalid::new(
                        text,
                        "no restart policy",
                        "write no, on-failure:5, unless-stopped or always",
                    )
                }),
        }
    }
}

impl fmt::Display for Restart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No => f.write_str("no"),
            Self::OnFailure { max: None } => f.write_str("on-failure"),
            Self::OnFailure { max: Some(max) } => write!(f, "on-failure:{max}"),
            Self::Always => f.write_str("always"),
            Self::UnlessStopped => f.write_str("unless-stopped"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("no", "no"),
            ("", "no"),
            ("never", "no"),
            ("Never", "no"),
            ("always", "always"),
            ("unless-stopped", "unless-stopped"),
            ("on-failure", "on-failure"),
            ("on-failure:0", "on-failure"),
            ("on-failure:3", "on-failure:3"),
            ("on-failure:+3", "on-failure:3"),
            ("on-failure:03", "on-failure:3"),
        ] {
            let value: Restart = text.parse().unwrap();
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    // ON-FAILURE:3 passes podman's first test and fails its second.
    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "No",
            "Always",
            "none",
            " no",
            "no ",
            "no\n",
            "On-Failure",
            "ON-FAILURE:3",
            "on-failure:",
            "on-failure:-1",
            "on-failure:0x3",
            "on-failure:3:4",
            "on-failure:4294967296",
            "always:3",
            "unless-stopped:3",
            "never:1",
            "on-failure:3\0",
        ] {
            assert!(bad.parse::<Restart>().is_err(), "{bad:?}");
        }
    }
}
