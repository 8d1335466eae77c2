//! `--ulimit`: `setrlimit(2)` limits.

use std::fmt;
use std::str::FromStr;

use super::text::one_line;
use crate::problem::Invalid;

/// One `--ulimit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ulimit {
    /// `host`: podman's own limits, whatever they are, and every other `--ulimit` is ignored.
    Host,
    /// `NAME=SOFT[:HARD]`; `soft` is never above `hard`.
    Limit {
        /// Which resource.
        name: UlimitName,
        /// What the process starts with.
        soft: UlimitValue,
        /// How far it may raise it itself.
        hard: UlimitValue,
    },
}

/// A bound, ordered by how much it permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UlimitValue {
    /// At most this, in the unit `setrlimit(2)` gives; up to 2^63 - 1.
    Max(u64),
    /// `-1`: no bound.
    Unlimited,
}

/// The resources podman knows: those of `setrlimit(2)` without the address space (`as`), which it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::missing_docs_in_private_items,
    reason = "the names are the documentation: RLIMIT_ and the variant"
)]
pub enum UlimitName {
    Core,
    Cpu,
    Data,
    Fsize,
    Locks,
    Memlock,
    Msgqueue,
    Nice,
    Nofile,
    Nproc,
    Rss,
    Rtprio,
    Rttime,
    Sigpending,
    Stack,
}

impl UlimitName {
    /// Every name with podman's spelling.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Core, "core"),
        (Self::Cpu, "cpu"),
        (Self::Data, "data"),
        (Self::Fsize, "fsize"),
        (Self::Locks, "locks"),
        (Self::Memlock, "memlock"),
        (Self::Msgqueue, "msgqueue"),
        (Self::Nice, "nice"),
        (Self::Nofile, "nofile"),
        (Self::Nproc, "nproc"),
        (Self::Rss, "rss"),
        (Self::Rtprio, "rtprio"),
        (Self::Rttime, "rttime"),
        (Self::Sigpending, "sigpending"),
        (Self::Stack, "stack"),
    ];
}

impl FromStr for UlimitName {
    type Err = Invalid;

    /// Takes any case and the prefix `RLIMIT_`, as podman does since 5.0.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let lower = text.to_ascii_lowercase();
        let plain = lower.strip_prefix("rlimit_").unwrap_or(&lower);
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == plain)
            .map(|(name, _)| name)
            .ok_or_else(|| match plain {
                "as" => Invalid::new(
                    text,
                    "a limit that podman does not set",
                    "use --memory instead",
                ),
                _ => Invalid::new(
                    text,
                    "no resource limit",
                    "try nofile, nproc, core, memlock or stack",
                ),
            })
    }
}

impl fmt::Display for UlimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.into_iter().find(|(name, _)| name == self);
        f.write_str(name.map_or("", |(_, text)| text))
    }
}

impl FromStr for UlimitValue {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // podman turns -2 into 2^64 - 2 and says nothing.
        match text.parse::<i64>().map(u64::try_from) {
            Ok(Ok(value)) => Ok(Self::Max(value)),
            Ok(Err(_)) if text == "-1" => Ok(Self::Unlimited),
            _ => Err(Invalid::new(
                text,
                "no value of a resource limit",
                "write a decimal number, or -1 for unlimited",
            )),
        }
    }
}

impl fmt::Display for UlimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Max(value) => value.fmt(f),
            Self::Unlimited => f.write_str("-1"),
        }
    }
}

impl FromStr for Ulimit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if one_line(text)? == "host" {
            return Ok(Self::Host);
        }
        let (name, values) = text.split_once('=').ok_or_else(|| {
            Invalid::new(
                text,
                "no resource limit",
                "write NAME=SOFT:HARD, like nofile=1024:4096",
            )
        })?;
        let (soft, hard) = values.split_once(':').unwrap_or((values, values));
        let (name, soft, hard) = (name.parse()?, soft.parse()?, hard.parse()?);
        if soft > hard {
            return Err(Invalid::new(
                text,
                "a soft limit above the hard one",
                format!("swap them: {name}={hard}:{soft}"),
            ));
        }
        Ok(Self::Limit { name, soft, hard })
    }
}

impl fmt::Display for Ulimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Limit { name, soft, hard } => write!(f, "{name}={soft}:{hard}"),
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
            ("host", "host"),
            ("nofile=1024:4096", "nofile=1024:4096"),
            ("nofile=1024", "nofile=1024:1024"),
            ("RLIMIT_NOFILE=+5", "nofile=5:5"),
            ("Core=0", "core=0:0"),
            ("core=5:-1", "core=5:-1"),
            ("core=-1", "core=-1:-1"),
            (
                "core=9223372036854775807",
                "core=9223372036854775807:9223372036854775807",
            ),
        ] {
            let value: Ulimit = text.parse().unwrap();
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value));
        }
        for (name, text) in UlimitName::ALL {
            assert_eq!(name.to_string(), text);
            assert_eq!(text.parse(), Ok(name));
        }
    }

    // core=-2 and core=-5:3 are huge limits to podman 4.3.1, without a word.
    #[test]
    fn refuses_what_podman_refuses_or_wraps() {
        for bad in [
            "",
            "Host",
            "host ",
            "core",
            "core=",
            "=5",
            "as=1",
            "foo=1",
            " core=1",
            "core=-2",
            "core=-5:3",
            "core=-5:-1",
            "core=-1:5",
            "core=5:4",
            "core=5:6:7",
            "core=5:",
            "core=:5",
            "core=0x5",
            "core=1_0",
            "core=unlimited",
            "core=infinity",
            "core=9223372036854775808",
            "core=18446744073709551615",
            "core=5\n",
            "core=5\0",
            "rlimit_rlimit_core=5",
            "core=1=2",
        ] {
            assert!(bad.parse::<Ulimit>().is_err(), "{bad:?}");
        }
    }
}
