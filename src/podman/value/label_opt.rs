//! The value of `--security-opt label=…`.

use std::fmt;
use std::str::FromStr;

use super::text::is_word;
use crate::problem::Invalid;

/// A part of the container's `SELinux` label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelOpt {
    /// `disable`: no confinement.
    Disable,
    /// `nested`: `SELinux` may be changed from inside. Since podman 4.5.
    Nested,
    /// `user:USER`
    User(String),
    /// `role:ROLE`
    Role(String),
    /// `type:TYPE`; `spc_t` is as good as `disable`.
    Type(String),
    /// `level:LEVEL`, such as `s0:c1,c2`.
    Level(String),
    /// `filetype:TYPE`
    Filetype(String),
}

/// Is it one of the process types that confine a container? See `container_selinux(8)`.
pub(crate) fn is_confined(name: &str) -> bool {
    const CONFINED: [&str; 4] = [
        "container_t",
        "container_init_t",
        "container_kvm_t",
        "container_engine_t",
    ];
    CONFINED.contains(&name)
}

/// `s0`, or `s0:cN` with at most two single categories: a range (`s0-s0:c0.c1023`) covers other containers'.
pub(crate) fn is_narrow(level: &str) -> bool {
    let category = |text: &str| {
        text.strip_prefix('c')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    match level.split_once(':') {
        None => level == "s0",
        Some((sensitivity, categories)) => {
            let categories: Vec<&str> = categories.split(',').collect();
            sensitivity == "s0" && categories.len() <= 2 && categories.into_iter().all(category)
        }
    }
}

impl FromStr for LabelOpt {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once(':') {
            None if text == "disable" => Ok(Self::Disable),
            None if text == "nested" => Ok(Self::Nested),
            Some(("user", value)) if is_word(value) => Ok(Self::User(value.to_owned())),
            Some(("role", value)) if is_word(value) => Ok(Self::Role(value.to_owned())),
            Some(("type", value)) if is_word(value) => Ok(Self::Type(value.to_owned())),
            Some(("level", value)) if is_word(value) => Ok(Self::Level(value.to_owned())),
            Some(("filetype", value)) if is_word(value) => Ok(Self::Filetype(value.to_owned())),
            _ => Err(Invalid::new(
                text,
                "no SELinux label option",
                "write disable, nested, or user:, role:, type:, level:, filetype: with a value",
            )),
        }
    }
}

impl fmt::Display for LabelOpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disable => f.write_str("disable"),
            Self::Nested => f.write_str("nested"),
            Self::User(value) => write!(f, "user:{value}"),
            Self::Role(value) => write!(f, "role:{value}"),
            Self::Type(value) => write!(f, "type:{value}"),
            Self::Level(value) => write!(f, "level:{value}"),
            Self::Filetype(value) => write!(f, "filetype:{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for text in [
            "disable",
            "nested",
            "user:system_u",
            "role:r",
            "type:spc_t",
            "level:s0:c1,c2",
            "filetype:t",
        ] {
            let value: LabelOpt = text.parse().unwrap();
            assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn refuses_what_selinux_refuses() {
        for bad in [
            "",
            "Disable",
            "disable:x",
            "nested:",
            "foo",
            "foo:x",
            "type:",
            "type=spc_t",
            "type:a b",
            ":x",
            "type:a\n",
        ] {
            assert!(bad.parse::<LabelOpt>().is_err(), "{bad:?}");
        }
    }
}
