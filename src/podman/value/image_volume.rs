//! `--image-volume`: what becomes of the `VOLUME`s an image declares; see `podman-run(1)`.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// A value of `--image-volume`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageVolume {
    /// Nothing is mounted.
    Ignore,
    /// A tmpfs each.
    Tmpfs,
    /// A new volume each: writable, also below a read-only root. podman's default, unless containers.conf has another.
    #[default]
    Anonymous,
}

impl FromStr for ImageVolume {
    type Err = Invalid;

    /// Reads podman 4's `bind` and podman 5's `anonymous` as the same, and the empty text as podman's default.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "ignore" => Ok(Self::Ignore),
            "tmpfs" => Ok(Self::Tmpfs),
            "" | "anonymous" | "bind" => Ok(Self::Anonymous),
            _ => Err(Invalid::new(
                text,
                "not a mode for image volumes",
                "write ignore, tmpfs or anonymous",
            )),
        }
    }
}

impl fmt::Display for ImageVolume {
    /// Only `ignore` and `tmpfs` are understood by every podman; `anonymous` is an error before 5.0.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignore => "ignore",
            Self::Tmpfs => "tmpfs",
            Self::Anonymous => "anonymous",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_generations() {
        assert_eq!("bind".parse(), Ok(ImageVolume::Anonymous));
        assert_eq!("".parse(), Ok(ImageVolume::default()));
        for text in ["ignore", "tmpfs", "anonymous"] {
            assert_eq!(
                text.parse::<ImageVolume>().map(|mode| mode.to_string()),
                Ok(text.to_owned())
            );
        }
        for bad in [
            "Ignore",
            "IGNORE",
            " tmpfs",
            "tmpfs\n",
            "none",
            "ignore,tmpfs",
        ] {
            assert!(bad.parse::<ImageVolume>().is_err(), "{bad:?}");
        }
    }
}
