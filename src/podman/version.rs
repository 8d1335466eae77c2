//! podman's version, as far as the flag table needs it.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// A release of podman: major, minor, patch. Pre-release suffixes are dropped, so `6.0.0-rc1` counts as 6.0.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u16, pub u16, pub u16);

/// The oldest release this program works with.
pub(crate) const OLDEST: Version = Version(4, 3, 0);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = Invalid;

    /// Reads `5.4.2`, `5.4`, `6.0.0-rc1` and the line `podman version 5.4.2`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || {
            Invalid::new(
                text,
                "not a podman version",
                "expected something like 5.4.2",
            )
        };
        let number = text.trim().rsplit(' ').next().ok_or_else(bad)?;
        let number = number.split(['-', '+']).next().ok_or_else(bad)?;
        let mut parts = number.split('.').map(str::parse::<u16>);
        let mut next = |default: Option<u16>| match parts.next() {
            Some(part) => part.map_err(|_| bad()),
            None => default.ok_or_else(bad),
        };
        let version = Self(next(None)?, next(None)?, next(Some(0))?);
        if parts.next().is_some() {
            Err(bad())
        } else {
            Ok(version)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_podman_prints() {
        assert_eq!("podman version 4.3.1\n".parse(), Ok(Version(4, 3, 1)));
        assert_eq!("6.0.0-rc1".parse(), Ok(Version(6, 0, 0)));
        assert_eq!("5.4".parse(), Ok(Version(5, 4, 0)));
        for bad in ["", "podman", "5", "5.x", "1.2.3.4", "-1.2"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
