//! `--network`: one value of it. Several values make sense only for bridge networks; that is for the reader of the whole
//! list to hold.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::network_args::{bridge_options, pasta_reaches_host, slirp_is_valid};
use super::text::{is_name, join, one_line, options};
use crate::problem::Invalid;

/// The options of a network, key and value, in the order given.
pub(crate) type Options = Vec<(String, String)>;

/// What a container is connected to. The words are lower case; anything else is the name of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Empty, `default`, `private`: a bridge for rootful podman, pasta or slirp4netns for rootless.
    Default,
    /// `bridge[:OPTIONS]`: the default bridge.
    Bridge(Options),
    /// `none`: nothing but a loopback of its own.
    None,
    /// `host`: the host's own network.
    Host,
    /// `ns:PATH`: an existing namespace; `/proc/self/ns/net` is the host's.
    Path(PathBuf),
    /// `container:NAME`: that of another container.
    Container(String),
    /// `pod`: that of the pod.
    Pod,
    /// `slirp4netns[:OPTIONS]`: gone in podman 6.0.
    Slirp4netns(Options),
    /// `pasta[:ARGUMENTS]`: arguments of pasta(1), split at commas. Since podman 4.4.
    Pasta(Vec<String>),
    /// `NAME[:OPTIONS]`, or `NAME,NAME…` without options.
    Named {
        /// Each network with its options.
        names: Vec<(String, Options)>,
    },
}

/// Does a container get at what listens on the host's own loopback?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostLoopback {
    /// It does, or it cannot be excluded.
    Reachable,
    /// It does not.
    Unreachable,
}

/// Words that are modes and no names. podman reads `host:` or `Host` as a network that does not exist.
const MODES: [&str; 11] = [
    "bridge",
    "container",
    "default",
    "host",
    "none",
    "ns",
    "pasta",
    "path",
    "pod",
    "private",
    "slirp4netns",
];

impl Network {
    /// Is the network namespace made for this container alone?
    pub fn is_own(&self) -> bool {
        match self {
            Self::Host | Self::Path(_) | Self::Container(_) | Self::Pod => false,
            Self::Default
            | Self::Bridge(_)
            | Self::None
            | Self::Slirp4netns(_)
            | Self::Pasta(_)
            | Self::Named { .. } => true,
        }
    }

    /// Does the container get at the host's loopback? Other people's namespaces (`ns:`, `container:`, `pod`) count as
    /// if it did, and so does every argument of pasta that is not known to be harmless.
    pub fn host_loopback(&self) -> HostLoopback {
        let reachable = match self {
            Self::Host | Self::Path(_) | Self::Container(_) | Self::Pod => true,
            Self::Slirp4netns(options) => options
                .iter()
                .rfind(|(key, _)| key == "allow_host_loopback")
                .is_some_and(|(_, value)| value != "false"),
            Self::Pasta(args) => pasta_reaches_host(args),
            Self::Default | Self::Bridge(_) | Self::None | Self::Named { .. } => false,
        };
        if reachable {
            HostLoopback::Reachable
        } else {
            HostLoopback::Unreachable
        }
    }
}

impl FromStr for Network {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what| {
            Invalid::new(
                text,
                what,
                "write none, bridge, host, pasta or the name of a network",
            )
        };
        let (mode, value) = match one_line(text)?.split_once(':') {
            Some((mode, value)) => (mode, Some(value)),
            None => (text, None),
        };
        match (mode, value) {
            ("" | "default" | "private", None) => Ok(Self::Default),
            ("none", None) => Ok(Self::None),
            ("host", None) => Ok(Self::Host),
            ("pod", None) => Ok(Self::Pod),
            ("bridge", value) => bridge_options(value)
                .map(Self::Bridge)
                .ok_or_else(|| bad("a bridge with an option that is unknown or not valid")),
            ("slirp4netns", None) => Ok(Self::Slirp4netns(Vec::new())),
            ("slirp4netns", Some(value)) => options(value)
                .filter(|options| slirp_is_valid(options))
                .map(Self::Slirp4netns)
                .ok_or_else(|| bad("slirp4netns with an option that is unknown or not valid")),
            ("pasta", None) => Ok(Self::Pasta(Vec::new())),
            ("pasta", Some(value)) => {
                let args: Vec<String> = value.split(',').map(str::to_owned).collect();
                if args.iter().any(String::is_empty) {
                    return Err(bad("pasta with an empty argument"));
                }
                Ok(Self::Pasta(args))
            }
            ("ns", Some(path)) if !path.is_empty() => Ok(Self::Path(PathBuf::from(path))),
            ("container", Some(name)) if is_name(name) => Ok(Self::Container(name.to_owned())),
            _ => named(mode, value)
                .map(|names| Self::Named { names })
                .ok_or_else(|| bad("no network")),
        }
    }
}

/// `NAME,NAME…` or `NAME:OPTIONS`.
fn named(names: &str, value: Option<&str>) -> Option<Vec<(String, Options)>> {
    let options = bridge_options(value)?;
    let names: Vec<&str> = names.split(',').collect();
    let several = names.len() > 1;
    let valid =
        |name: &&str| is_name(name) && !MODES.iter().any(|mode| name.eq_ignore_ascii_case(mode));
    if several && value.is_some() || !names.iter().all(valid) {
        return None;
    }
    Some(
        names
            .into_iter()
            .map(|name| (name.to_owned(), options.clone()))
            .collect(),
    )
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, mode: &str, value: &str| {
            f.write_str(mode)?;
            if value.is_empty() {
                Ok(())
            } else {
                write!(f, ":{value}")
            }
        };
        match self {
            Self::Default => f.write_str("default"),
            Self::Bridge(options) => with(f, "bridge", &join(options)),
            Self::None => f.write_str("none"),
            Self::Host => f.write_str("host"),
            Self::Path(path) => write!(f, "ns:{}", path.display()),
            Self::Container(name) => write!(f, "container:{name}"),
            Self::Pod => f.write_str("pod"),
            Self::Slirp4netns(options) => with(f, "slirp4netns", &join(options)),
            Self::Pasta(args) => with(f, "pasta", &args.join(",")),
            Self::Named { names } => match names.as_slice() {
                [(name, options)] => with(f, name, &join(options)),
                names => {
                    let names: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
                    f.write_str(&names.join(","))
                }
            },
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
            ("", "default"),
            ("default", "default"),
            ("private", "default"),
            ("bridge", "bridge"),
            ("bridge:", "bridge"),
            (
                "bridge:ip=10.88.0.9,mac=44:33:22:11:00:99,alias=a,alias=b",
                "bridge:ip=10.88.0.9,mac=44:33:22:11:00:99,alias=a,alias=b",
            ),
            ("none", "none"),
            ("host", "host"),
            ("ns:/proc/self/ns/net", "ns:/proc/self/ns/net"),
            ("container:web", "container:web"),
            ("pod", "pod"),
            ("slirp4netns", "slirp4netns"),
            (
                "slirp4netns:cidr=10.0.3.0/24,mtu=1500",
                "slirp4netns:cidr=10.0.3.0/24,mtu=1500",
            ),
            ("pasta", "pasta"),
            ("pasta:--mtu,1500", "pasta:--mtu,1500"),
            ("podman", "podman"),
            ("podman:", "podman"),
            ("back:ip6=fd00::5", "back:ip6=fd00::5"),
            ("front,back", "front,back"),
        ] {
            let value: Network = text.parse().unwrap();
            assert_eq!(value.to_string(), printed, "{text}");
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    // bridge:ip makes podman 4.3.1 panic; "podman," and slirp4netns:foo it takes.
    #[test]
    fn refuses_what_podman_refuses_or_misreads() {
        for bad in [
            "Host",
            "HOST",
            "host:",
            "none:",
            "pod:",
            "ns",
            "ns:",
            "container",
            "container:",
            "container:a/b",
            "default:",
            "private:x",
            "path",
            "bridge:ip",
            "bridge:ip=",
            "bridge:ip=1.2.3",
            "bridge:foo=1",
            "bridge:mac=xx",
            "bridge:mac=44:33:22:11:00",
            "bridge:alias=",
            "bridge:alias=a,",
            "bridge:interface_name=a/b",
            "slirp4netns:",
            "slirp4netns:foo",
            "slirp4netns:foo=1",
            "slirp4netns:mtu=5",
            "slirp4netns:cidr=10.0.0.1",
            "slirp4netns:allow_host_loopback=yes",
            "pasta:",
            "pasta:-t,",
            ":x",
            " podman",
            "podman,",
            ",",
            "a,host",
            "a,b:alias=x",
            "a b",
            "host\n",
            "none\0",
            "a\r",
            "ns:/a\nb",
            "pasta:-t,80\n",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_hosts_loopback_is_reached_by() {
        for text in [
            "host",
            "ns:/proc/self/ns/net",
            "container:web",
            "pod",
            "slirp4netns:allow_host_loopback=true",
            "slirp4netns:allow_host_loopback=false,allow_host_loopback=true",
            "pasta:--map-gw",
            "pasta:-T,22",
        ] {
            let value: Network = text.parse().unwrap();
            assert_eq!(value.host_loopback(), HostLoopback::Reachable, "{text}");
        }
        for text in [
            "",
            "bridge",
            "none",
            "web",
            "slirp4netns",
            "slirp4netns:mtu=1500",
            "slirp4netns:allow_host_loopback=true,allow_host_loopback=false",
            "pasta",
            "pasta:-T,none",
        ] {
            let value: Network = text.parse().unwrap();
            assert_eq!(value.host_loopback(), HostLoopback::Unreachable, "{text}");
        }
    }
}
