//! Ports and protocols.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// Ports from `first` to `last`, both included, `1 <= first <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    /// The first port.
    pub first: u16,
    /// The last port; the same as the first for a single one.
    pub last: u16,
}

/// A transport protocol, read in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `tcp`
    Tcp,
    /// `udp`
    Udp,
    /// `sctp`
    Sctp,
}

impl PortRange {
    /// How far the last port is from the first.
    pub fn span(self) -> Option<u16> {
        self.last.checked_sub(self.first)
    }
}

impl FromStr for PortRange {
    type Err = Invalid;

    /// Decimal with an optional `+`, as Go's `Atoi` reads it; the end of a range is above its start.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0);
        let range = match text.split_once('-') {
            Some((first, last)) => port(first)
                .zip(port(last))
                .filter(|(first, last)| first < last),
            None => port(text).map(|port| (port, port)),
        };
        range
            .map(|(first, last)| Self { first, last })
            .ok_or_else(|| {
                Invalid::new(
                    text,
                    "no port or range of ports",
                    "write one from 1 to 65535, or a range like 8000-8010",
                )
            })
    }
}

impl FromStr for Protocol {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Ok(Self::Tcp),
            "udp" => Ok(Self::Udp),
            "sctp" => Ok(Self::Sctp),
            _ => Err(Invalid::new(text, "no protocol", "write tcp, udp or sctp")),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        if self.first == self.last {
            Ok(())
        } else {
            write!(f, "-{}", self.last)
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let range = |first, last| PortRange { first, last };
        for (text, value, printed) in [
            ("80", range(80, 80), "80"),
            ("+0080", range(80, 80), "80"),
            ("1-65535", range(1, 65535), "1-65535"),
        ] {
            assert_eq!(text.parse(), Ok(value));
            assert_eq!(value.to_string(), printed);
        }
        for bad in [
            "", "0", "65536", "-1", "1-", "2-1", "1-1", "1-2-3", "0-5", " 1", "1\n", "1\0", "0x50",
            "1_0",
        ] {
            assert!(bad.parse::<PortRange>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn protocols_in_any_case() {
        for (text, value) in [
            ("TCP", Protocol::Tcp),
            ("udp", Protocol::Udp),
            ("Sctp", Protocol::Sctp),
        ] {
            assert_eq!(text.parse(), Ok(value));
            assert_eq!(value.to_string(), text.to_lowercase());
        }
        for bad in ["", "icmp", "tcp ", "tcp,udp", "tcp\n"] {
            assert!(bad.parse::<Protocol>().is_err(), "{bad:?}");
        }
    }
}
