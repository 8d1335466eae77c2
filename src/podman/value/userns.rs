//! `--userns`: whether root inside is root outside.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::idmap::IdMap;
use super::number::uint32_decimal;
use super::text::{is_name, join, one_line, options};
use crate::problem::Invalid;

/// A user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Userns {
    /// `host`, and empty: podman's own, so rootful podman's root is the host's.
    Host,
    /// `private`: a new one, with `--uidmap` and `--gidmap`.
    Private,
    /// `auto[:OPTIONS]`: a new one with ids nobody else uses. The options are `size`, `uidmapping` and `gidmapping`,
    /// as given.
    Auto(Vec<(String, String)>),
    /// `keep-id[:OPTIONS]`: the calling user's id is the same inside and outside. For rootful podman it is an error up
    /// to 5.0, and since 5.1 a map of every id to itself: no isolation.
    KeepId {
        /// The id inside that the calling user gets, when not the same.
        uid: Option<u32>,
        /// The same for the group.
        gid: Option<u32>,
        /// How many ids, since podman 5.4.
        size: Option<u32>,
    },
    /// `nomap`: the calling user has no id inside. Rootless only.
    Nomap,
    /// `ns:PATH`: an existing one.
    Path(PathBuf),
    /// `container:NAME`: that of another container.
    Container(String),
    /// `pod`: that of the pod.
    Pod,
}

impl FromStr for Userns {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || {
            Invalid::new(
                text,
                "no user namespace",
                "write auto, keep-id, keep-id:uid=1000,gid=1000, nomap or host",
            )
        };
        let (mode, value) = match one_line(text)?.split_once(':') {
            Some((mode, value)) if !value.is_empty() => (mode, Some(value)),
            Some(_) => return Err(bad()),
            None => (text, None),
        };
        match (mode, value) {
            ("" | "host", None) => Ok(Self::Host),
            ("private", None) => Ok(Self::Private),
            ("nomap", None) => Ok(Self::Nomap),
            ("pod", None) => Ok(Self::Pod),
            ("auto", None) => Ok(Self::Auto(Vec::new())),
            ("auto", Some(value)) => auto(value).ok_or_else(bad),
            ("keep-id", value) => keep_id(value).ok_or_else(bad),
            ("ns", Some(path)) => Ok(Self::Path(PathBuf::from(path))),
            ("container", Some(name)) if is_name(name) => Ok(Self::Container(name.to_owned())),
            _ => Err(bad()),
        }
    }
}

fn auto(value: &str) -> Option<Userns> {
    let options = options(value)?;
    let valid = options.iter().all(|(key, value)| match key.as_str() {
        "size" => uint32_decimal(value).is_ok(),
        "uidmapping" | "gidmapping" => {
            value.starts_with(|c: char| c.is_ascii_digit()) && value.parse::<IdMap>().is_ok()
        }
        _ => false,
    });
    valid.then_some(Userns::Auto(options))
}

fn keep_id(value: Option<&str>) -> Option<Userns> {
    let (mut uid, mut gid, mut size) = (None, None, None);
    for (key, value) in value.map_or(Some(Vec::new()), options)? {
        let number = Some(uint32_decimal(&value).ok()?);
        match key.as_str() {
            "uid" => uid = number,
            "gid" => gid = number,
            "size" => size = number,
            _ => return None,
        }
    }
    Some(Userns::KeepId { uid, gid, size })
}

impl fmt::Display for Userns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Private => f.write_str("private"),
            Self::Auto(options) if options.is_empty() => f.write_str("auto"),
            Self::Auto(options) => write!(f, "auto:{}", join(options)),
            Self::KeepId { uid, gid, size } => {
                let options: Vec<String> = [("uid", uid), ("gid", gid), ("size", size)]
                    .into_iter()
                    .filter_map(|(key, value)| value.map(|value| format!("{key}={value}")))
                    .collect();
                let colon = if options.is_empty() { "" } else { ":" };
                write!(f, "keep-id{colon}{}", options.join(","))
            }
            Self::Nomap => f.write_str("nomap"),
            Self::Path(path) => write!(f, "ns:{}", path.display()),
            Self::Container(name) => write!(f, "container:{name}"),
            Self::Pod => f.write_str("pod"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn empty_is_the_host() {
        assert_eq!("".parse(), Ok(Userns::Host));
    }

    #[test]
    fn reads_and_prints() {
        for text in [
            "host",
            "private",
            "auto",
            "auto:size=65536",
            "auto:size=5,uidmapping=0:1:2,gidmapping=0:@1:2",
            "keep-id",
            "keep-id:uid=1000,gid=1000",
            "keep-id:gid=5,size=70000",
            "nomap",
            "ns:/proc/self/ns/user",
            "ns:a:b",
            "container:web",
            "pod",
        ] {
            let value: Userns = text.parse().unwrap();
            assert_eq!(value.to_string(), text);
            assert_eq!(value.to_string().parse(), Ok(value));
        }
        assert_eq!(
            "keep-id:uid=01,uid=2".parse(),
            Ok(Userns::KeepId {
                uid: Some(2),
                gid: None,
                size: None
            })
        );
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "Host",
            "HOST",
            " host",
            "host:",
            "host:x",
            "default",
            "none",
            "shareable",
            "bridge",
            "auto:",
            "auto:size",
            "auto:size=-1",
            "auto:size=x",
            "auto:foo=1",
            "auto:size=5,",
            "auto:uidmapping=0",
            "auto:uidmapping=+0:1:1",
            "keep-id:",
            "keep-id:uid",
            "keep-id:uid=-1",
            "keep-id:uid=+1",
            "keep-id:uid=0x1",
            "keep-id:foo=1",
            "keep-id:uid=4294967296",
            "ns",
            "ns:",
            "container",
            "container:",
            "container:a/b",
            "pod:",
            "nomap:x",
            "ns:/a\n",
            "host\0",
            "private:1",
        ] {
            assert!(bad.parse::<Userns>().is_err(), "{bad:?}");
        }
    }
}
