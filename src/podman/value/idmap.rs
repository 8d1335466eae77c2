//! `--uidmap` and `--gidmap`: which ids of the host stand behind the ids of the container.

use std::fmt;
use std::str::FromStr;

use super::number::uint32_decimal;
use crate::problem::Invalid;

/// One range `CONTAINER:HOST:SIZE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdMap {
    /// The first id inside.
    pub container: u32,
    /// The first id outside.
    pub host: HostId,
    /// How many ids, at least 1; neither side passes 2^32 - 1.
    pub size: u32,
    text: String,
}

/// Where a range starts on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostId {
    /// This id, in the namespace podman itself runs in: on the host when root runs podman, else 0 is the calling user
    /// and 1 the first of the user's subordinate ids.
    Absolute(u32),
    /// `@ID` (an id of the parent namespace) or a range with the flag `+` (the rest is filled up from what is
    /// available), since podman 4.7: only the host can tell.
    Relative,
}

impl IdMap {
    /// Does the range give the container an id 0 from outside? A relative one counts as if it did.
    pub fn contains_host_root(&self) -> bool {
        match self.host {
            HostId::Absolute(first) => first == 0,
            HostId::Relative => true,
        }
    }
}

impl FromStr for IdMap {
    type Err = Invalid;

    /// Reads `[+ug]CONTAINER:[@]HOST[:SIZE]`; the size is 1 where it is missing. Several ranges in one value, which
    /// podman takes, are refused.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what| {
            Invalid::new(
                text,
                what,
                "write CONTAINER:HOST:SIZE, like 0:100000:65536, one range a flag",
            )
        };
        let mut parts = text.split(':');
        let (Some(container), Some(host)) = (parts.next(), parts.next()) else {
            return Err(bad("no range of ids"));
        };
        let size = parts.next().unwrap_or("1");
        if parts.next().is_some() {
            return Err(bad("more than one range of ids"));
        }
        let number = |part: &str| uint32_decimal(part).map_err(|_| bad("no range of ids"));
        let flags: String = container
            .chars()
            .take_while(|c| "+ug".contains(*c))
            .collect();
        let (at, host) = match host.strip_prefix('@') {
            Some(host) => ("@", host),
            None => ("", host),
        };
        let container = number(container.trim_start_matches(['+', 'u', 'g']))?;
        let (host, size) = (number(host)?, number(size)?);
        let fits = |first: u32| first.checked_add(size).is_some();
        if size == 0 || !fits(container) || !fits(host) {
            return Err(bad("a range of ids that is empty or passes 4294967295"));
        }
        let relative = !at.is_empty() || flags.contains('+');
        Ok(Self {
            container,
            host: if relative {
                HostId::Relative
            } else {
                HostId::Absolute(host)
            },
            size,
            text: format!("{flags}{container}:{at}{host}:{size}"),
        })
    }
}

impl fmt::Display for IdMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed, root) in [
            ("0:100000:65536", "0:100000:65536", false),
            ("0:0:4294967295", "0:0:4294967295", true),
            ("0:00:1", "0:0:1", true),
            ("5:0", "5:0:1", true),
            ("0:1:1", "0:1:1", false),
            ("u0:1:1", "u0:1:1", false),
            ("ug0:0:1", "ug0:0:1", true),
            ("+0:5:1", "+0:5:1", true),
            ("0:@5:1", "0:@5:1", true),
            ("4294967294:1:1", "4294967294:1:1", false),
        ] {
            let map: IdMap = text.parse().unwrap();
            assert_eq!(map.to_string(), printed, "{text}");
            assert_eq!(map.contains_host_root(), root, "{text}");
            assert_eq!(printed.parse(), Ok(map));
        }
    }

    #[test]
    fn refuses_what_podman_or_the_kernel_refuses() {
        for bad in [
            "",
            ":",
            "0",
            "0:",
            ":0",
            "0:0:",
            "0:0:0",
            "0:0:1:",
            "0:0:1:1:1:1",
            "-1:0:1",
            "0:+1:1",
            "0:0:4294967296",
            "4294967295:1:5",
            "0:1:4294967295",
            " 0:0:1",
            "0:0:1 ",
            "0x0:0:1",
            "0:0:1\n",
            "0:0:1\0",
            "x0:0:1",
            "+:0:1",
            "u:0:1",
            "0:@:1",
            "0:@@1:1",
            "0:0:1,1:1:1",
            "0u:0:1",
        ] {
            assert!(bad.parse::<IdMap>().is_err(), "{bad:?}");
        }
    }
}
