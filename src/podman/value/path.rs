//! Paths as podman's flags name them, on either side of the container's wall.
//!
//! Both kinds are made of characters that every flag can carry. `-v` separates with `:` and has no quoting, `--mount`
//! separates with `,` and quotes with `"`; a path with one of these could be printed by one flag and be read as
//! something else by another, so it has no value here.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::csv::one_line;
use crate::problem::Invalid;

/// A path inside the container: absolute and lexically clean (`/x/` is `/x`, `/a/../etc` is `/etc`), so that two of
/// them are the same place when they are equal. Symbolic links of the image are not resolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerPath(String);

impl ContainerPath {
    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is this `base`, or below it? Compared by components: `/etcetera` is not below `/etc`.
    pub fn starts_with(&self, base: &Self) -> bool {
        Path::new(&self.0).starts_with(&base.0)
    }
}

impl FromStr for ContainerPath {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        expressible(text)?;
        if !text.starts_with('/') {
            return Err(Invalid::new(
                text,
                "not an absolute path in the container",
                "start it with /",
            ));
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Ok(Self(format!("/{}", parts.join("/"))))
    }
}

impl fmt::Display for ContainerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path on the host, as it was typed: not cleaned, not resolved, possibly relative. What it leads to only the host
/// knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPath(String);

impl HostPath {
    /// The path's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path.
    pub fn as_path(&self) -> &Path {
        Path::new(&self.0)
    }

    /// Is it independent of the working directory?
    pub fn is_absolute(&self) -> bool {
        self.as_path().is_absolute()
    }

    /// A path found on the host, e.g. where a symbolic link leads to.
    ///
    /// # Errors
    ///
    /// A path that podman's flags cannot carry, or that is not UTF-8.
    pub fn from_path(path: &Path) -> Result<Self, Invalid> {
        match path.to_str() {
            Some(text) => text.parse(),
            None => Err(Invalid::new(
                path.to_string_lossy(),
                "a path that is not UTF-8",
                "rename it",
            )),
        }
    }
}

impl FromStr for HostPath {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        expressible(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Does podman take the first part of `-v` for a path on the host? It looks at one character: `src` is a volume's
/// name, `./src` and `.src` are paths.
pub(crate) fn is_host_path(src: &str) -> bool {
    src.starts_with(['/', '.'])
}

fn expressible(text: &str) -> Result<(), Invalid> {
    one_line(text)?;
    if text.is_empty() {
        return Err(Invalid::new(text, "an empty path", "name a path"));
    }
    if text.contains([':', ',', '"']) {
        return Err(Invalid::new(
            text,
            "a path that podman's flags cannot carry",
            "use a path without colon, comma and quote",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    fn container(text: &str) -> ContainerPath {
        text.parse().unwrap()
    }

    #[test]
    fn container_paths_are_clean() {
        for (text, clean) in [
            ("/", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/../../x", "/x"),
            ("/x/", "/x"),
            ("/a/../etc", "/etc"),
            ("//a//./b/.", "/a/b"),
            ("/...", "/..."),
            ("/ x", "/ x"),
        ] {
            assert_eq!(container(text).as_str(), clean, "{text}");
        }
        for bad in ["x ./x ~ /a:b /a,b"]
            .iter()
            .flat_map(|row| row.split(' '))
            .chain(["", " /x", "/a\"b", "/a\nb", "/a\0", "/a\r"])
        {
            assert!(bad.parse::<ContainerPath>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn below_is_by_components() {
        assert!(container("/etc/ssl").starts_with(&container("/etc")));
        assert!(container("/etc").starts_with(&container("/etc/")));
        assert!(container("/x/../etc/a").starts_with(&container("/etc")));
        assert!(container("/etc").starts_with(&container("/")));
        assert!(!container("/etcetera").starts_with(&container("/etc")));
        assert!(!container("/etc").starts_with(&container("/etc/ssl")));
    }

    #[test]
    fn host_paths_stay_as_typed() {
        for text in ["/ //etc /a/../etc/ ./x .. .hidden src ~"]
            .iter()
            .flat_map(|row| row.split(' '))
            .chain(["/a b"])
        {
            assert_eq!(text.parse::<HostPath>().unwrap().as_str(), text);
        }
        // A symbolic link may lead to a name that -v would split.
        for bad in ["", "/a:/etc", "/a,b", "/\"a\"", "/a\nb"] {
            assert!(bad.parse::<HostPath>().is_err(), "{bad:?}");
            assert!(HostPath::from_path(Path::new(bad)).is_err(), "{bad:?}");
        }
        assert!(HostPath::from_path(Path::new(OsStr::from_bytes(b"/\xff"))).is_err());
    }

    #[test]
    fn podman_looks_at_one_character() {
        for path in ["/", "/x", ".", "./x", "../x", ".hidden"] {
            assert!(is_host_path(path), "{path}");
        }
        for name in ["", "x", "x/y", "~/x", " /x"] {
            assert!(!is_host_path(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_is_idempotent(text in "/[a./]{0,12}") {
            let once = container(&text);
            prop_assert_eq!(container(once.as_str()), once.clone());
            prop_assert!(!once.as_str().split('/').any(|part| part == ".." || part == "."));
        }
    }
}
