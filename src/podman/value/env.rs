//! `--env`: a variable of the container.

use std::fmt;
use std::str::FromStr;

use super::text::one_line;
use crate::problem::Invalid;

/// One `--env`. Blanks and tabs before it do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvVar {
    /// `NAME=VALUE`; a `*` in such a name is a letter like any other.
    Value {
        /// The name, not empty.
        name: String,
        /// The value; may be empty.
        value: String,
    },
    /// `NAME`: the value the host has for it, if any.
    Import(String),
    /// `PREFIX*`: every variable of the host whose name starts so; `*` alone is all of them.
    ImportPrefix(String),
}

impl EnvVar {
    /// The lines of an `--env-file`; one that podman stops at is left out.
    pub(crate) fn in_file(text: &str) -> impl Iterator<Item = Self> {
        let lines = text
            .lines()
            .map(|line| line.trim_start_matches([' ', '\t']));
        lines
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.parse().ok())
    }
}

impl FromStr for EnvVar {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let plain = one_line(text)?.trim_start_matches([' ', '\t']);
        let (name, value) = match plain.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (plain, None),
        };
        match (name, value) {
            ("", _) => Err(Invalid::new(
                text,
                "a variable without a name",
                "write NAME=VALUE",
            )),
            (name, Some(value)) => Ok(Self::Value {
                name: name.to_owned(),
                value: value.to_owned(),
            }),
            (name, None) => Ok(match name.strip_suffix('*') {
                Some(prefix) => Self::ImportPrefix(prefix.to_owned()),
                None => Self::Import(name.to_owned()),
            }),
        }
    }
}

impl fmt::Display for EnvVar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { name, value } => write!(f, "{name}={value}"),
            Self::Import(name) => f.write_str(name),
            Self::ImportPrefix(prefix) => write!(f, "{prefix}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn value(name: &str, value: &str) -> EnvVar {
        EnvVar::Value {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn reads_and_prints() {
        for (text, expected) in [
            ("A=b", value("A", "b")),
            ("A=", value("A", "")),
            ("A=b=c", value("A", "b=c")),
            (" \tA=b", value("A", "b")),
            ("A =b", value("A ", "b")),
            ("K*=v", value("K*", "v")),
            ("*=v", value("*", "v")),
            ("A= b ", value("A", " b ")),
            ("A", EnvVar::Import("A".into())),
            ("HO*ME", EnvVar::Import("HO*ME".into())),
            ("HOM*", EnvVar::ImportPrefix("HOM".into())),
            ("*", EnvVar::ImportPrefix(String::new())),
            (" *", EnvVar::ImportPrefix(String::new())),
            ("**", EnvVar::ImportPrefix("*".into())),
        ] {
            let parsed: EnvVar = text.parse().unwrap();
            assert_eq!(parsed, expected, "{text}");
            assert_eq!(parsed.to_string().parse(), Ok(parsed));
        }
    }

    #[test]
    fn a_file_has_one_on_each_line() {
        let text = "A=b \n\n # A=c\n\tB\r\n=x\n#\nC*\nD=#\n";
        let expected = [
            value("A", "b "),
            EnvVar::Import("B".into()),
            EnvVar::ImportPrefix("C".into()),
            value("D", "#"),
        ];
        assert_eq!(EnvVar::in_file(text).collect::<Vec<_>>(), expected);
    }

    // podman 4.3.1 takes the empty one for nothing and " =x" for a variable without a name.
    #[test]
    fn refuses_what_podman_refuses_or_drops() {
        for bad in [
            "", " ", "\t", "=", "=x", " =x", "A\nB=1", "A=1\n", "A=1\r", "A\0=1", "\n*",
        ] {
            assert!(bad.parse::<EnvVar>().is_err(), "{bad:?}");
        }
    }
}
