//! `--volume`, `-v`: `[SOURCE:]DESTINATION[:OPTIONS]`; see `podman-run(1)`.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::mount_options::MountOptions;
use super::path::{ContainerPath, HostPath, is_host_path};
use crate::problem::Invalid;

/// The name of a volume: `[a-zA-Z0-9][a-zA-Z0-9_.-]*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VolumeName(String);

impl VolumeName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VolumeName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if is_name(text) {
            return Ok(Self(text.to_owned()));
        }
        let instead = if text.starts_with('~') {
            "podman does not know ~; write the directory out, starting with /"
        } else if text.contains('/') {
            "start a path with / or ./; a volume's name has letters, digits, _ . - only"
        } else {
            "use letters, digits and _ . -, the first a letter or digit"
        };
        Err(Invalid::new(text, "not a volume's name", instead))
    }
}

impl fmt::Display for VolumeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// podman's pattern for the names of containers, volumes and secrets.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Where a volume's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VolumeSource {
    /// A new volume without a name.
    Anonymous,
    /// A volume of podman's, made when there is none of this name. An existing one may itself be a bind mount.
    Named(VolumeName),
    /// A path on the host, as typed.
    Path(HostPath),
}

/// A value of `-v`.
///
/// An [anonymous](VolumeSource::Anonymous) volume has no place for options: printed with some, podman refuses it
/// ([`super::mount::MountArg::Volume`] can say it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Volume {
    /// What is mounted.
    pub source: VolumeSource,
    /// Where. `/` is possible: podman replaces the whole root file system.
    pub destination: ContainerPath,
    /// How.
    pub options: MountOptions,
}

impl FromStr for Volume {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        let parts: Vec<&str> = text.split(':').collect();
        let (source, destination, options) = match *parts.as_slice() {
            [destination] => ("", destination, None),
            [source, destination] => (source, destination, None),
            [source, destination, options] => (source, destination, Some(options)),
            _ => {
                return Err(Invalid::new(
                    text,
                    "not a volume (too many colons)",
                    "write SOURCE:DESTINATION[:OPTIONS]; no path may hold a colon",
                ));
            }
        };
        let destination = destination.parse::<ContainerPath>()?;
        let source = match source {
            "" if parts.len() == 1 => VolumeSource::Anonymous,
            "" => {
                return Err(Invalid::new(
                    text,
                    "a volume with an empty source",
                    "name a source, or write the destination alone",
                ));
            }
            path if is_host_path(path) => VolumeSource::Path(path.parse()?),
            name => VolumeSource::Named(name.parse()?),
        };
        let options = match options {
            None => MountOptions::default(),
            Some("") => {
                return Err(Invalid::new(
                    text,
                    "a volume with empty options",
                    "remove the last colon",
                ));
            }
            Some(options) => options.parse()?,
        };
        Ok(Self {
            source,
            destination,
            options,
        })
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            VolumeSource::Anonymous => {}
            VolumeSource::Named(name) => write!(f, "{name}:")?,
            VolumeSource::Path(path) if is_host_path(path.as_str()) => write!(f, "{path}:")?,
            // Without the dot podman would take it for a volume's name.
            VolumeSource::Path(path) => write!(f, "./{path}:")?,
        }
        write!(f, "{}", self.destination)?;
        if self.options != MountOptions::default() {
            write!(f, ":{}", self.options)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::podman::value::mount_options::Access;

    fn volume(text: &str) -> Volume {
        text.parse().unwrap()
    }

    #[test]
    fn sources_are_told_apart_as_podman_does() {
        assert_eq!(volume("/x").source, VolumeSource::Anonymous);
        for path in ["/etc //etc ./x ../x . .. .hidden /usr/../etc"]
            .iter()
            .flat_map(|row| row.split(' '))
            .chain(["/a b"])
        {
            let source = volume(&format!("{path}:/x")).source;
            assert_eq!(source, VolumeSource::Path(path.parse().unwrap()));
        }
        for name in ["src", "v_.-1", "0"] {
            let source = volume(&format!("{name}:/x")).source;
            assert_eq!(source, VolumeSource::Named(name.parse().unwrap()));
        }
    }

    #[test]
    fn prints_what_podman_reads_the_same() {
        let table = r"
            /x/ => /x
            /a:/b => /a:/b
            /a/:/x/../etc:Z,ro => /a/:/etc:ro,Z
            v:/:rw => v:/:rw
            ./a:/../b => ./a:/b
            /a:/b:cached => /a:/b
            v:/x:O => v:/x:O
        ";
        for row in table.lines().filter(|row| row.contains("=>")) {
            let (text, canonical) = row.trim().split_once(" => ").unwrap();
            assert_eq!(volume(text).to_string(), canonical);
            assert_eq!(volume(canonical), volume(text));
        }
        assert_eq!(volume("/a:/b:ro").options.access, Some(Access::ReadOnly));
    }

    #[test]
    fn a_path_is_never_printed_as_a_name() {
        let volume = Volume {
            source: VolumeSource::Path("src".parse().unwrap()),
            ..volume("/a:/b")
        };
        assert_eq!(volume.to_string(), "./src:/b");
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            ": :/x x /a: /a:b /x:ro /a:/b: /a:/b:ro: /a:/b:ro:z :: /a::ro a/b:/x ~/x:/x ~:/x",
            "-v:/x _v:/x $HOME:/x /a:/b:RO /a:/b:ro, é:/x /a,/b:/c",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain([
            "",
            "v v:/x",
            " /a:/b",
            "/a: /b",
            "/a:/b\n",
            "/a:/b\nc",
            "\n/a:/b",
            "/a\0:/b",
            "C:\\x:/b",
            "\"/a\":/b",
        ]) {
            assert!(bad.parse::<Volume>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_home_directory_gets_a_hint() {
        let message = "~/x:/x".parse::<Volume>().unwrap_err().to_string();
        assert!(message.contains("podman does not know ~"), "{message}");
    }
}
