//! `--sdnotify`: who tells the service manager that the container is up.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// Who sends `READY=1`; exact, lower-case words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sdnotify {
    /// `container`, and empty: the container, which gets the manager's socket when `NOTIFY_SOCKET` is set.
    Container,
    /// `conmon`: conmon, as soon as the container has started.
    Conmon,
    /// `healthy`: conmon, once the container is healthy. Since podman 4.5.
    Healthy,
    /// `ignore`: nobody.
    Ignore,
}

impl FromStr for Sdnotify {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "" | "container" => Ok(Self::Container),
            "conmon" => Ok(Self::Conmon),
            "healthy" => Ok(Self::Healthy),
            "ignore" => Ok(Self::Ignore),
            _ => Err(Invalid::new(
                text,
                "no way to notify",
                "write conmon, container, healthy or ignore",
            )),
        }
    }
}

impl fmt::Display for Sdnotify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Container => "container",
            Self::Conmon => "conmon",
            Self::Healthy => "healthy",
            Self::Ignore => "ignore",
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
            ("container", "container"),
            ("", "container"),
            ("conmon", "conmon"),
            ("healthy", "healthy"),
            ("ignore", "ignore"),
        ] {
            let value: Sdnotify = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "Container",
            " conmon",
            "none",
            "true",
            "ignore\n",
            "ignore\0",
        ] {
            assert!(bad.parse::<Sdnotify>().is_err(), "{bad:?}");
        }
    }
}
