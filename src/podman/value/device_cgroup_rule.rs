//! `--device-cgroup-rule`: device numbers that the container may use beside its `--device`s.

use std::fmt;
use std::str::FromStr;

use super::device::DevicePermissions;
use crate::problem::Invalid;

/// The largest numbers that a device can have: 12 and 20 bits, `include/linux/kdev_t.h`. What is larger is no other device:
/// version 1 of the device cgroup takes the largest 32 bits for its own `*`, and a runtime that copies them opens all.
const MAJORS: u32 = 4095;
const MINORS: u32 = 1_048_575;

/// `TYPE MAJOR:MINOR PERMISSIONS`, the rule of the device cgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceCgroupRule {
    /// Which nodes.
    pub nodes: Nodes,
    /// The major number; `None` is `*`, any.
    pub major: Option<u32>,
    /// The minor number; `None` is `*`, any.
    pub minor: Option<u32>,
    /// What may be done with them.
    pub permissions: DevicePermissions,
}

/// The type of device nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nodes {
    /// `a`: both; the numbers after it are ignored by the kernel.
    All,
    /// `b`: block devices.
    Block,
    /// `c`: character devices.
    Char,
}

impl FromStr for DeviceCgroupRule {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || {
            Invalid::new(
                text,
                "no rule for devices",
                "write TYPE MAJOR:MINOR PERMISSIONS, like \"c 188:0 rw\"",
            )
        };
        let mut parts = text.split(' ');
        let (Some(nodes), Some(numbers), Some(permissions), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        let nodes = match nodes {
            "a" => Nodes::All,
            "b" => Nodes::Block,
            "c" => Nodes::Char,
            _ => return Err(bad()),
        };
        let number = |digits: &str, most: u32| match digits {
            "*" => Ok(None),
            _ if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(bad())
            }
            _ => match digits.parse() {
                Ok(number) if number <= most => Ok(Some(number)),
                _ => {
                    let what = "a rule for a device that no kernel has";
                    let most = format!(
                        "a major number up to {MAJORS} and a minor number up to {MINORS}, or * for any"
                    );
                    Err(Invalid::new(text, what, most))
                }
            },
        };
        let (major, minor) = numbers.split_once(':').ok_or_else(bad)?;
        Ok(Self {
            nodes,
            major: number(major, MAJORS)?,
            minor: number(minor, MINORS)?,
            permissions: permissions.parse().map_err(|_| bad())?,
        })
    }
}

impl fmt::Display for DeviceCgroupRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = match self.nodes {
            Nodes::All => "a",
            Nodes::Block => "b",
            Nodes::Char => "c",
        };
        let number =
            |number: Option<u32>| number.map_or("*".to_owned(), |number| number.to_string());
        write!(
            f,
            "{nodes} {}:{} {}",
            number(self.major),
            number(self.minor),
            self.permissions
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        for text in [
            "c 188:0 rw",
            "a *:* rwm",
            "b 8:* r",
            "c *:1 m",
            "c 4095:1048575 r",
        ] {
            assert_eq!(text.parse::<DeviceCgroupRule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_podman_refuses_and_what_no_device_has() {
        for text in [
            "",
            "c",
            "c 1:3",
            "c 1:3 ",
            "c  1:3 r",
            "d 1:3 r",
            "C 1:3 r",
            "c 1 r",
            "c 1:3 x",
            "c +1:3 r",
            "c 1:-3 r",
            "c 1:3:4 r",
            " c 1:3 r",
            "c 99999999999:1 r",
            "c 4294967295:4294967295 rw",
            "c 4294967295:* rw",
            "c 4096:0 r",
            "c 1:1048576 r",
            "c :1 r",
            "cc 1:3 r",
            "c 1:3 r w",
        ] {
            assert!(text.parse::<DeviceCgroupRule>().is_err(), "{text:?}");
        }
    }
}
