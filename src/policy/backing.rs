//! What a volume of podman's is made of.
//!
//! podman hands the options of a volume of its `local` driver to mount(8): `mount -o O -t TYPE DEVICE PLACE`. Whoever made
//! the volume, the options say what is mounted; what is not known to be harmless is something of this host.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// podman's own driver.
pub(super) const LOCAL: &str = "local";

/// What the options of a volume make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Backing {
    /// podman's own directory.
    Own,
    /// A tmpfs.
    Memory,
    /// A share of another machine.
    Remote,
    /// The content of an image, by the driver `image`.
    Image,
    /// A directory or file of this host under another name.
    Bind(PathBuf),
    /// Something else of this host, or nobody knows; completes “would be …”.
    Host(String),
}

impl Backing {
    /// Judges a driver and its options, `type`, `device` and `o` among them, each perhaps given twice.
    pub(super) fn of<'o>(driver: &str, options: impl Iterator<Item = (&'o str, &'o str)>) -> Self {
        match driver {
            LOCAL | "" => Words::of(options).backing(),
            "image" => Self::Image,
            other => Self::Host(format!("whatever the plugin \"{other}\" mounts")),
        }
    }
}

/// The options of the local driver, sorted by what they say.
#[derive(Default)]
struct Words<'o> {
    types: Vec<&'o str>,
    devices: Vec<&'o str>,
    /// The words of `o=`.
    mounting: Vec<&'o str>,
}

impl<'o> Words<'o> {
    fn of(options: impl Iterator<Item = (&'o str, &'o str)>) -> Self {
        let mut all = Self::default();
        for (key, value) in options {
            match key.to_ascii_lowercase().as_str() {
                "type" => all.types.push(value),
                "device" => all.devices.push(value),
                "o" => all.mounting.extend(value.split(',')),
                // `uid`, `size` and the like, which podman keeps to itself: mount(8) gets these three.
                _ => {}
            }
        }
        all
    }

    fn backing(&self) -> Backing {
        let plain = self.mounting.iter().all(|word| is_plain(word));
        let all = |kinds: &[&str]| {
            let known = |kind: &&str| kinds.contains(kind);
            !self.types.is_empty() && self.types.iter().all(known)
        };
        // With `-T FILE` for a device, mount(8) does what a line of that file says.
        let is_option = |device: &&str| device.starts_with('-');
        if self.devices.iter().any(is_option) {
            Backing::Host("what options of mount(8) in the place of a device say".to_owned())
        } else if self.types.is_empty() && self.devices.is_empty() && plain {
            Backing::Own
        } else if all(&["tmpfs"]) && plain {
            Backing::Memory
        } else if all(&["nfs", "nfs4", "cifs"]) && plain && self.is_of_another_machine() {
            Backing::Remote
        } else if let Some(path) = self.bound() {
            Backing::Bind(path)
        } else {
            Backing::Host(self.describe())
        }
    }

    /// The one absolute path that is bound, where nothing else is said.
    fn bound(&self) -> Option<PathBuf> {
        let [device] = self.devices.as_slice() else {
            return None;
        };
        let is_bind = |word: &&&str| matches!(**word, "bind" | "rbind");
        let binds = self.types == ["bind"] || self.mounting.iter().any(|word| is_bind(&word));
        let no_type = |kind: &&str| matches!(*kind, "" | "none" | "bind");
        let rest = self.mounting.iter().filter(|word| !is_bind(word));
        let is_only_that = self.types.iter().all(no_type) && rest.copied().all(is_plain);
        let path = Path::new(device);
        (binds && is_only_that && path.is_absolute()).then(|| path.to_owned())
    }

    /// Is every machine that is named another one? One on which the share is asked for by loopback is this one.
    fn is_of_another_machine(&self) -> bool {
        let named = self.devices.iter().flat_map(|device| {
            let host = match device.strip_prefix("//") {
                Some(share) => share.split('/').next(),
                None => device.rsplit_once(":/").map(|(host, _)| host),
            };
            host.unwrap_or("").split(',')
        });
        let addressed = self.mounting.iter().filter_map(|word| {
            let (key, value) = word.split_once('=')?;
            matches!(key, "addr" | "ip" | "mountaddr" | "mounthost").then_some(value)
        });
        !named.chain(addressed).any(is_this_machine)
    }

    fn describe(&self) -> String {
        let list = |values: &[&str]| values.join("\" and \"");
        match (self.types.as_slice(), self.devices.as_slice()) {
            ([], []) => "what these mount options say".to_owned(),
            (types, []) => format!("a file system of type \"{}\"", list(types)),
            ([], devices) => format!("\"{}\" of this host", list(devices)),
            (types, devices) => format!(
                "\"{}\" of this host, as a file system of type \"{}\"",
                list(devices),
                list(types)
            ),
        }
    }
}

/// No word that moves or binds a mount or makes a device of a file, and no path of this host.
fn is_plain(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or(word);
    !matches!(name, "bind" | "rbind" | "move" | "remount" | "loop")
        && !word.split(['=', ':']).any(|part| part.starts_with('/'))
}

/// A name or address that leads back here. What `inet_aton(3)` takes for an address beside the usual spelling (`127.1`,
/// `0x7f000001`) is nobody's way to write another machine.
fn is_this_machine(name: &str) -> bool {
    let name = name.trim_matches(['[', ']']).to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    if let Ok(address) = name.parse::<IpAddr>() {
        let address = address.to_canonical();
        return address.is_loopback() || address.is_unspecified();
    }
    let is_numeral = |part: &str| match part.strip_prefix("0x") {
        Some(_) => true,
        None => part.bytes().all(|byte| byte.is_ascii_digit()),
    };
    (!name.is_empty() && name.split('.').all(is_numeral))
        || ["localhost", "localhost.localdomain"].contains(&name)
        || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backing(options: &[(&str, &str)]) -> Backing {
        Backing::of(LOCAL, options.iter().copied())
    }

    #[test]
    fn what_is_podmans_own_or_in_memory() {
        for options in [
            &[][..],
            &[("o", "uid=1000,gid=1000")],
            &[("UID", "1000"), ("SIZE", "1000"), ("o", "uid=1000")],
        ] {
            assert_eq!(backing(options), Backing::Own, "{options:?}");
        }
        let tmpfs = [
            ("type", "tmpfs"),
            ("device", "tmpfs"),
            ("o", "size=1m,nodev"),
        ];
        assert_eq!(backing(&tmpfs), Backing::Memory);
    }

    #[test]
    fn a_share_is_of_another_machine_or_of_this_host() {
        let share = |kind, device, o| backing(&[("type", kind), ("device", device), ("o", o)]);
        for (kind, device, o) in [
            ("nfs", "192.0.2.1:/home", "rw"),
            ("nfs4", ":/home", "addr=nas.example,rw"),
            ("nfs", "[2001:db8::1]:/home", "rw"),
            ("nfs", "10.example:/home", "rw"),
            ("cifs", "//nas/share", "username=ann,password=x"),
        ] {
            assert_eq!(share(kind, device, o), Backing::Remote, "{device} {o}");
        }
        for (kind, device, o) in [
            ("nfs", "127.0.0.1:/etc", "rw"),
            ("nfs", "nas,localhost.:/etc", "rw"),
            ("nfs", "[::1]:/etc", "rw"),
            ("nfs", "[::ffff:127.0.0.1]:/etc", "rw"),
            ("nfs", "127.1:/etc", "rw"),
            ("nfs", "0x7f000001:/etc", "rw"),
            ("nfs", ":/etc", "addr=0.0.0.0"),
            ("cifs", "//LOCALHOST/c", "rw"),
            ("cifs", "//nas/c", "ip=127.0.0.1"),
            ("cifs", "//nas/c", "credentials=/root/x"),
        ] {
            let found = share(kind, device, o);
            assert!(matches!(found, Backing::Host(_)), "{device} {o}: {found:?}");
        }
    }

    #[test]
    fn a_bind_says_only_that() {
        let bound = Backing::Bind("/srv/app".into());
        for options in [
            &[("type", "none"), ("o", "bind"), ("device", "/srv/app")],
            &[("type", "bind"), ("o", "nodev"), ("device", "/srv/app")],
            &[("type", ""), ("o", "rbind,ro"), ("device", "/srv/app")],
        ] {
            assert_eq!(backing(options), bound, "{options:?}");
        }
        assert_eq!(
            backing(&[("o", "bind"), ("device", "/srv/a:b")]),
            Backing::Bind("/srv/a:b".into())
        );
    }

    #[test]
    fn everything_else_is_of_this_host() {
        for options in [
            &[("device", "x")][..],
            &[("type", "xfs")],
            &[("type", "proc"), ("device", "x")],
            &[("type", "tmpfs"), ("device", "-T/home/ann/fstab")],
            &[
                ("type", "nfs"),
                ("device", "--bind"),
                ("o", "addr=192.0.2.1"),
            ],
            &[("type", "ext4"), ("device", "LABEL=root")],
            &[("device", "PARTUUID=1234-01")],
            &[("type", "tmpfs"), ("o", "lowerdir=/etc:/srv")],
            &[("type", "tmpfs"), ("o", "bind=recursive"), ("device", "x")],
            &[("type", "nfs"), ("o", "rw,bind")],
            &[("type", "nfs"), ("type", "none")],
            &[("type", "nfs,proc")],
            &[("type", "fuse.sshfs"), ("device", "sh -c x")],
            &[("o", "bind"), ("device", "srv")],
            &[("o", "bind"), ("device", "/srv"), ("device", "/etc")],
            &[("o", "bind,upperdir=/etc"), ("device", "/srv")],
            &[("type", "ext4"), ("o", "bind"), ("device", "/srv")],
        ] {
            let found = backing(options);
            assert!(matches!(found, Backing::Host(_)), "{options:?}: {found:?}");
        }
    }

    #[test]
    fn other_drivers() {
        let of = |driver| Backing::of(driver, std::iter::empty());
        assert_eq!(of("image"), Backing::Image);
        assert!(matches!(of("sshfs"), Backing::Host(what) if what.contains("sshfs")));
    }
}
