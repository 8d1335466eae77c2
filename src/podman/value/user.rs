//! `--user`: whom the container's process runs as.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// A user, perhaps with a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user; a missing one before `:GROUP` is 0, as podman has it.
    pub user: Id,
    /// The group; without one podman takes the primary group of the image's passwd entry, and 0 where there is none.
    pub group: Option<Id>,
}

/// A user or group id, or a name that only the image can resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    /// A number, at most [`MAX_ID`].
    Number(u32),
    /// A name, looked up in the image's `/etc/passwd` or `/etc/group`.
    Name(String),
}

/// The largest id podman takes.
pub(crate) const MAX_ID: u32 = 2_147_483_647;

/// Is a user the superuser of the container?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rootness {
    /// Uid 0, or the name `root`.
    Root,
    /// A number other than 0.
    NotRoot,
    /// A name other than `root`: the image may give any name uid 0.
    DependsOnImage,
}

impl User {
    /// Both as numbers.
    pub(crate) fn numbers(uid: u32, gid: u32) -> Self {
        Self {
            user: Id::Number(uid),
            group: Some(Id::Number(gid)),
        }
    }

    /// Is it the superuser?
    pub fn is_root(&self) -> Rootness {
        match &self.user {
            Id::Number(0) => Rootness::Root,
            Id::Number(_) => Rootness::NotRoot,
            Id::Name(name) if name == "root" => Rootness::Root,
            Id::Name(_) => Rootness::DependsOnImage,
        }
    }
}

impl FromStr for User {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new(
                text,
                "no user, and podman takes the image's own",
                "leave the flag out, or write UID:GID, like 1000:1000",
            ));
        }
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group).filter(|group| !group.is_empty())),
            None => (text, None),
        };
        Ok(Self {
            user: match user {
                "" => Id::Number(0),
                user => user.parse()?,
            },
            group: group.map(str::parse).transpose()?,
        })
    }
}

impl FromStr for Id {
    type Err = Invalid;

    /// Decimal digits with or without a sign are a number, `-0` and `00` included; everything else is a name.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
            return text
                .parse::<i64>()
                .ok()
                .and_then(|number| u32::try_from(number).ok())
                .filter(|number| *number <= MAX_ID)
                .map(Self::Number)
                .ok_or_else(|| {
                    Invalid::new(
                        text,
                        "no user or group id",
                        format!("ids go from 0 to {MAX_ID}"),
                    )
                });
        }
        let odd =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '/' | ',' | '"');
        if text.is_empty() || text.contains(odd) {
            return Err(Invalid::new(
                text,
                "no user or group",
                "write UID:GID, like 1000:1000",
            ));
        }
        Ok(Self::Name(text.to_owned()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.user)?;
        match &self.group {
            Some(group) => write!(f, ":{group}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    // The uid of each was read with id(1) in a container of podman 4.3.1.
    #[test]
    fn every_spelling_of_root_is_seen() {
        for text in [
            "0",
            "00",
            "+0",
            "-0",
            "-000",
            ":",
            ":0",
            ":5",
            "0:5",
            "0:",
            "root",
            "root:1000",
            "+00:7",
        ] {
            let user: User = text.parse().unwrap();
            assert_eq!(user.is_root(), Rootness::Root, "{text}");
            assert_eq!(user.to_string().parse(), Ok(user), "{text}");
        }
    }

    #[test]
    fn only_numbers_can_be_trusted() {
        for (text, rootness, printed) in [
            ("1000", Rootness::NotRoot, "1000"),
            ("+5:+6", Rootness::NotRoot, "5:6"),
            ("5:", Rootness::NotRoot, "5"),
            ("010:nogroup", Rootness::NotRoot, "10:nogroup"),
            ("2147483647", Rootness::NotRoot, "2147483647"),
            ("nobody", Rootness::DependsOnImage, "nobody"),
            ("Root", Rootness::DependsOnImage, "Root"),
            ("toor:0", Rootness::DependsOnImage, "toor:0"),
            ("0x0", Rootness::DependsOnImage, "0x0"),
            ("1e0", Rootness::DependsOnImage, "1e0"),
            ("0_0", Rootness::DependsOnImage, "0_0"),
        ] {
            let user: User = text.parse().unwrap();
            assert_eq!(user.is_root(), rootness, "{text}");
            assert_eq!(user.to_string(), printed);
            assert_eq!(printed.parse(), Ok(user));
        }
    }

    // With an empty user podman 4.3.1 runs as the image's USER, not as 0.
    #[test]
    fn refuses_what_podman_refuses_or_leaves_to_the_image() {
        for bad in [
            "",
            "-5",
            "5:-1",
            "2147483648",
            "4294967295",
            "4294967296",
            "99999999999999999999",
            "5:2147483648",
            "5:6:7",
            " 0",
            "0 ",
            "0\n",
            "0\0",
            "\n0",
            "a b",
            "5: 6",
            "a/b",
            "5:a:b",
            "::",
            "a,b",
        ] {
            assert!(bad.parse::<User>().is_err(), "{bad:?}");
        }
    }
}
