//! A difference between promise and `config.json` that makes the container stronger.

use std::fmt;

use crate::podman::releases::Fact;
use crate::podman::releases::conf::ConfKey;

/// The difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// What was found: completes “the runtime was about to start it with …”.
    pub found: String,
    /// What was promised instead: a noun that “was promised” follows.
    pub promised: String,
    /// Who is likely to have asked for it.
    pub culprit: Culprit,
}

/// Who is likely to have made a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Culprit {
    /// A key of containers.conf.
    Conf(Fact<ConfKey>),
    /// One of its keys that mount something.
    ConfMounts,
    /// Something of the image.
    Image(&'static str),
    /// A file, a host, a release: named in words.
    Other(&'static str),
    /// Nobody known.
    Unknown,
}

/// Why a mount is refused: what was promised instead, and who is likely to have changed it.
pub(super) type MountRefusal = (String, Culprit);

impl Breach {
    /// A breach.
    pub(crate) fn new(
        found: impl Into<String>,
        promised: impl Into<String>,
        culprit: Culprit,
    ) -> Self {
        Self {
            found: found.into(),
            promised: promised.into(),
            culprit,
        }
    }
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conf(key) => write!(f, "containers.conf: {}", key.what.name),
            Self::ConfMounts => f.write_str("containers.conf: volumes or mounts"),
            Self::Image(field) => write!(f, "the image's {field}"),
            Self::Other(what) => f.write_str(what),
            Self::Unknown => f.write_str("a containers.conf, the image, or a newer podman"),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            found,
            promised,
            culprit,
        } = self;
        write!(f, "{found} where {promised} was promised ({culprit}?)")
    }
}
