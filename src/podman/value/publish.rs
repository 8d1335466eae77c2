//! `--publish`: ports of the container that the host answers for.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::port::{PortRange, Protocol};
use crate::problem::Invalid;

/// `[[IP:][HOST]:]CONTAINER[/PROTOCOL]`, where both ports may be ranges of the same length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// The address of the host; without one podman takes all of them. An IPv4 address in IPv6 clothes
    /// (`::ffff:127.0.0.1`) is kept as IPv4, as podman does.
    pub host_ip: Option<IpAddr>,
    /// The ports of the host; without them podman picks free ones.
    pub host: Option<PortRange>,
    /// The ports of the container.
    pub container: PortRange,
    /// The protocol; TCP where none is named.
    pub protocol: Protocol,
}

/// From where a published port can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No address was said: podman takes all interfaces.
    Unbound,
    /// The host itself: 127.0.0.0/8 or `::1`.
    Loopback,
    /// All interfaces, and it was said so: `0.0.0.0`, `::`, `::ffff:0.0.0.0`.
    AllInterfaces,
    /// One address of the host.
    Address,
}

impl Publish {
    /// From where can it be reached?
    pub fn reach(&self) -> Reach {
        match self.host_ip.map(|ip| ip.to_canonical()) {
            None => Reach::Unbound,
            Some(ip) if ip.is_loopback() => Reach::Loopback,
            Some(ip) if ip.is_unspecified() => Reach::AllInterfaces,
            Some(_) => Reach::Address,
        }
    }

    /// The same ports on this address of the host.
    #[must_use]
    pub fn with_ip(self, ip: IpAddr) -> Self {
        Self {
            host_ip: Some(ip.to_canonical()),
            ..self
        }
    }
}

const INSTEAD: &str = "write IP:HOST:CONTAINER, like 127.0.0.1:8080:80";

impl FromStr for Publish {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what| Invalid::new(text, what, INSTEAD);
        let (ports, protocol) = match text.split_once('/') {
            Some((ports, protocol)) => (ports, protocol.parse()?),
            None => (text, Protocol::Tcp),
        };
        let (ip, ports) = split_ip(ports).ok_or_else(|| bad("no published port"))?;
        let (host, container) = match ports.split_once(':') {
            Some((host, container)) => (host, container),
            None if ip.is_some() => return Err(bad("an address without two ports")),
            None => ("", ports),
        };
        let host_ip = match ip {
            Some(ip) => {
                let ip = ip.parse::<IpAddr>();
                Some(
                    ip.map_err(|_| bad("no IP address and ports"))?
                        .to_canonical(),
                )
            }
            None => None,
        };
        let container: PortRange = container.parse()?;
        let host: Option<PortRange> = match host {
            "" => None,
            host => Some(host.parse()?),
        };
        if host.is_some_and(|host| host.span() != container.span()) {
            return Err(bad("two port ranges of different length"));
        }
        Ok(Self {
            host_ip,
            host,
            container,
            protocol,
        })
    }
}

/// Takes the address off the ports: `[ADDRESS]:PORTS`, or what stands before the last two fields.
fn split_ip(text: &str) -> Option<(Option<&str>, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (ip, ports) = rest.split_once("]:")?;
        return Some((Some(ip), ports));
    }
    match text.match_indices(':').count() {
        0 | 1 => Some((None, text)),
        2 => text.split_once(':').map(|(ip, ports)| (Some(ip), ports)),
        _ => None,
    }
}

impl fmt::Display for Publish {
    /// `IP:HOST:CONTAINER/PROTOCOL` without what is unset; an address without host ports keeps both colons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host_ip {
            Some(IpAddr::V4(ip)) => write!(f, "{ip}:")?,
            Some(IpAddr::V6(ip)) => write!(f, "[{ip}]:")?,
            None => {}
        }
        if let Some(host) = self.host {
            write!(f, "{host}")?;
        }
        if self.host.is_some() || self.host_ip.is_some() {
            f.write_str(":")?;
        }
        write!(f, "{}/{}", self.container, self.protocol)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    // Each spelling is one that podman 4.3.1 takes; the address was read back from its inspect.
    #[test]
    fn reads_and_prints() {
        for (text, printed, reach) in [
            ("80", "80/tcp", Reach::Unbound),
            (":80", "80/tcp", Reach::Unbound),
            ("8080:80", "8080:80/tcp", Reach::Unbound),
            ("+80", "80/tcp", Reach::Unbound),
            ("0080", "80/tcp", Reach::Unbound),
            ("1-2:3-4", "1-2:3-4/tcp", Reach::Unbound),
            ("1-2", "1-2/tcp", Reach::Unbound),
            ("1.2.3.4:8080:80/Udp", "1.2.3.4:8080:80/udp", Reach::Address),
            (
                "0.0.0.0:8080:80",
                "0.0.0.0:8080:80/tcp",
                Reach::AllInterfaces,
            ),
            ("0.0.0.0::80", "0.0.0.0::80/tcp", Reach::AllInterfaces),
            ("[::]:8080:80", "[::]:8080:80/tcp", Reach::AllInterfaces),
            (
                "[::ffff:0.0.0.0]:81:80",
                "0.0.0.0:81:80/tcp",
                Reach::AllInterfaces,
            ),
            (
                "[0:0:0:0:0:0:0:0]:81:80",
                "[::]:81:80/tcp",
                Reach::AllInterfaces,
            ),
            (
                "127.9.9.9:81:80/SCTP",
                "127.9.9.9:81:80/sctp",
                Reach::Loopback,
            ),
            ("[127.0.0.1]:81:80", "127.0.0.1:81:80/tcp", Reach::Loopback),
            (
                "[::ffff:127.0.0.1]:81:80",
                "127.0.0.1:81:80/tcp",
                Reach::Loopback,
            ),
            (
                "[0:0:0:0:0:0:0:1]:81:80",
                "[::1]:81:80/tcp",
                Reach::Loopback,
            ),
            ("[::1]::80", "[::1]::80/tcp", Reach::Loopback),
            (
                "[::127.0.0.1]:81:80",
                "[::7f00:1]:81:80/tcp",
                Reach::Address,
            ),
        ] {
            let value: Publish = text.parse().unwrap();
            assert_eq!(value.reach(), reach, "{text}");
            assert_eq!(value.to_string().parse(), Ok(value.clone()), "{text}");
            assert_eq!(value.to_string(), printed, "{text}");
        }
    }

    #[test]
    fn an_address_can_be_put_on() {
        let value: Publish = "80".parse().unwrap();
        let value = value.with_ip("::ffff:127.0.0.1".parse().unwrap());
        assert_eq!(value.reach(), Reach::Loopback);
        assert_eq!(value.to_string(), "127.0.0.1::80/tcp");
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "",
            ":",
            "::80",
            ":80:80",
            "[::1]:80",
            "127.1:81:80",
            "127.0.0.01:81:80",
            "localhost:81:80",
            "0",
            "65536",
            "80:",
            "80/",
            "80/tcp/udp",
            "80/icmp",
            "80/tcp,udp",
            "1-2:3-5",
            "8000-8001:80",
            "80-80",
            "90-80",
            "-80",
            "80-",
            "1-2-3",
            "[fe80::1%eth0]:80:80",
            "[::1:80:80",
            "::1]:80:80",
            "[::1]80:80",
            "[::1]:80:80:80",
            " 80:80",
            "80: 80",
            "65535-65536:1-2",
            "80\n",
            "80\0",
            "\n80",
            "[]:80:80",
            "[[::1]]:80:80",
            "0x50",
            "1.2.3.4:80",
            "256.0.0.1:80:80",
            "８０",
            "1:2:3:4",
            "\"80:80\"",
            "80:80,81:81",
        ] {
            assert!(bad.parse::<Publish>().is_err(), "{bad:?}");
        }
    }
}
