//! `--device`: `HOST[:CONTAINER][:PERMISSIONS]`, or the name of a CDI device; see `podman-run(1)` and the Container
//! Device Interface specification.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::path::{ContainerPath, HostPath};
use crate::problem::Invalid;

/// What the container may do with a device node: read, write, make more nodes of it. Never nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevicePermissions {
    read: bool,
    write: bool,
    mknod: bool,
}

impl DevicePermissions {
    /// `rwm`: what podman gives when nothing is said.
    pub const ALL: Self = Self {
        read: true,
        write: true,
        mknod: true,
    };

    /// `rw`: what a program needs to use a device.
    pub const USE: Self = Self {
        read: true,
        write: true,
        mknod: false,
    };

    /// `r` is in it.
    pub fn read(self) -> bool {
        self.read
    }

    /// `w` is in it.
    pub fn write(self) -> bool {
        self.write
    }

    /// `m` is in it.
    pub fn mknod(self) -> bool {
        self.mknod
    }

    /// The same without `m`; `None` when nothing is left.
    pub fn without_mknod(self) -> Option<Self> {
        (self.read || self.write).then_some(Self {
            mknod: false,
            ..self
        })
    }
}

impl FromStr for DevicePermissions {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let count = |letter| text.chars().filter(|c| *c == letter).count();
        let counts = [count('r'), count('w'), count('m')];
        let known: usize = counts.iter().sum();
        if text.is_empty() || known != text.chars().count() || counts.iter().any(|n| *n > 1) {
            return Err(Invalid::new(
                text,
                "not a set of device permissions",
                "write r, w and m, each at most once",
            ));
        }
        Ok(Self {
            read: count('r') == 1,
            write: count('w') == 1,
            mknod: count('m') == 1,
        })
    }
}

impl fmt::Display for DevicePermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = [(self.read, "r"), (self.write, "w"), (self.mknod, "m")];
        letters
            .iter()
            .filter(|(given, _)| *given)
            .try_for_each(|(_, letter)| f.write_str(letter))
    }
}

/// A value of `--device`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// A device node of the host, or a directory: then every node in and below it.
    Node {
        /// The absolute path on the host, as typed; podman follows symbolic links.
        host: HostPath,
        /// The path in the container; `None`: the same.
        container: Option<ContainerPath>,
        /// `None`: [all](DevicePermissions::ALL).
        permissions: Option<DevicePermissions>,
    },
    /// A CDI device, `vendor.com/class=name`. A file on the host says what it is: nodes, mounts, hooks, environment.
    Cdi(String),
}

impl FromStr for Device {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        if !text.starts_with('/') {
            if is_cdi(text) {
                return Ok(Self::Cdi(text.to_owned()));
            }
            return Err(Invalid::new(
                text,
                "not a device",
                "write an absolute path such as /dev/dri/card0, or a CDI name such as nvidia.com/gpu=all",
            ));
        }
        let (host, container, permissions) = match *text.split(':').collect::<Vec<_>>().as_slice() {
            [host] => (host, None, None),
            [host, container] if container.starts_with('/') => (host, Some(container), None),
            [host, permissions] => (host, None, Some(permissions)),
            [host, container, permissions] => (host, Some(container), Some(permissions)),
            _ => {
                return Err(Invalid::new(
                    text,
                    "not a device (too many colons)",
                    "write HOST[:CONTAINER][:PERMISSIONS]",
                ));
            }
        };
        Ok(Self::Node {
            host: host.parse()?,
            container: container.map(str::parse).transpose()?,
            permissions: permissions.map(str::parse).transpose()?,
        })
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cdi(name) => f.write_str(name),
            Self::Node {
                host,
                container,
                permissions,
            } => {
                write!(f, "{host}")?;
                if let Some(container) = container {
                    write!(f, ":{container}")?;
                }
                if let Some(permissions) = permissions {
                    write!(f, ":{permissions}")?;
                }
                Ok(())
            }
        }
    }
}

/// A qualified CDI name as every podman reads it: a class with a dot is a path to podman 4, and a vendor or class of
/// one letter makes it panic.
fn is_cdi(text: &str) -> bool {
    let word = |text: &str, inner: &[char]| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.ends_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || inner.contains(&c))
    };
    let long = |text: &str| text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let Some((kind, name)) = text.split_once('=') else {
        return false;
    };
    let Some((vendor, class)) = kind.split_once('/') else {
        return false;
    };
    long(vendor)
        && long(class)
        && word(vendor, &['_', '-', '.'])
        && word(class, &['_', '-'])
        && word(name, &['_', '-', '.', ':'])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn device(text: &str) -> Device {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        let table = r"
            /dev/null => /dev/null
            /dev/null:/dev/x/ => /dev/null:/dev/x
            /dev/null:/dev/../x:mrw => /dev/null:/x:rwm
            /dev/null:wr => /dev/null:rw
            /dev => /dev
            nvidia.com/gpu=all => nvidia.com/gpu=all
            nvidia.com/gpu=0:1 => nvidia.com/gpu=0:1
            ab/cd=e => ab/cd=e
        ";
        for row in table.lines().filter(|row| row.contains("=>")) {
            let (text, canonical) = row.trim().split_once(" => ").unwrap();
            assert_eq!(device(text).to_string(), canonical);
            assert_eq!(device(canonical), device(text));
        }
    }

    #[test]
    fn permissions_are_a_set() {
        let read: DevicePermissions = "r".parse().unwrap();
        assert_eq!(
            (read.read(), read.write(), read.mknod()),
            (true, false, false)
        );
        assert_eq!("mwr".parse(), Ok(DevicePermissions::ALL));
        for bad in ["", "rr", "x", "RW", "rwmx", "r w", "ŕ"] {
            assert!(bad.parse::<DevicePermissions>().is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_what_podman_refuses_or_chokes_on() {
        for bad in [
            // podman 4.3.1 panics on these four.
            "/dev/null: /dev/null::rw a/b=c ab/c=d",
            // Two devices to podman 4, one path to podman 5; quotes likewise.
            "/dev/null,/dev/zero /dev/null:rr /dev/null:x /dev/null:RW /dev/null:/dev/x:",
            "/dev/null:/a:/b:rw /dev/null:rw:rw null dev/null ../../dev/null :/dev/x",
            "nvidia.com/g.pu=0 nvidia.com/gpu= nvidia.com/gpu nvidia.com=0",
            "nvidia.com/gpu=all:/dev/x nvidia.com/gpu=a,b 1a.b/gpu=0 nvidia.com/gpu=-0",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain([
            "\"/dev/null\"",
            "",
            "/dev/null\n",
            "nvidia.com/gpu=0\n",
            "/dev/null\0",
        ]) {
            assert!(bad.parse::<Device>().is_err(), "{bad:?}");
        }
    }
}
