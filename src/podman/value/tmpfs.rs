//! `--tmpfs`: `DESTINATION[:OPTIONS]`, a file system in memory; see `podman-run(1)` and `tmpfs(5)`.
//!
//! podman checks little of it: `ro=false` starts a container, and everything behind a second colon is dropped, so
//! `/x:ro:noexec` runs programs. podman's own default is `rw,nosuid,nodev,tmpcopyup` without a size and *with* exec,
//! whatever its manual says.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::mount_options::{Access, Dev, Exec, Ownership, Propagation, Suid};
use super::mount_words::{once, put};
use super::path::ContainerPath;
use crate::problem::Invalid;
use crate::words::words;

pub(crate) use super::tmpfs_size::TmpfsSize;

words! {
    /// Does the tmpfs start with what the image has at its place?
    pub enum CopyUp {
        /// It does; podman's default.
        Yes = "tmpcopyup",
        /// It starts empty.
        No = "notmpcopyup",
    }
    /// Are access times kept (podman 5.0 and later)?
    pub enum Atime {
        /// They are not.
        No = "noatime",
    }
    /// May its pages be swapped out (podman 4.7 and later, rootful)?
    pub enum Swap {
        /// They may not.
        No = "noswap",
    }
}

/// A tmpfs, as `--tmpfs` and `--mount type=tmpfs` say it; `None` leaves it to podman.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tmpfs {
    /// Where.
    pub destination: ContainerPath,
    /// `ro`, `rw`.
    pub access: Option<Access>,
    /// `suid`, `nosuid`.
    pub suid: Option<Suid>,
    /// `dev`, `nodev`.
    pub dev: Option<Dev>,
    /// `exec`, `noexec`.
    pub exec: Option<Exec>,
    /// `size=`.
    pub size: Option<TmpfsSize>,
    /// `mode=`: the root directory's permissions, 0 to 0o7777, written in octal.
    pub mode: Option<u16>,
    /// `tmpcopyup`, `notmpcopyup`.
    pub copy_up: Option<CopyUp>,
    /// `U`: it belongs to the container's user.
    pub ownership: Option<Ownership>,
    /// `noatime`.
    pub noatime: Option<Atime>,
    /// `noswap`.
    pub noswap: Option<Swap>,
    /// `private` and its kin.
    pub propagation: Option<Propagation>,
}

impl Tmpfs {
    /// A tmpfs of which nothing but the place is said.
    pub fn new(destination: ContainerPath) -> Self {
        Self {
            destination,
            access: None,
            suid: None,
            dev: None,
            exec: None,
            size: None,
            mode: None,
            copy_up: None,
            ownership: None,
            noatime: None,
            noswap: None,
            propagation: None,
        }
    }

    /// Sets what one bare word says. `Ok(false)`: the word is no option of a tmpfs.
    pub(super) fn set_word(&mut self, word: &str) -> Result<bool, Invalid> {
        Ok(put(&mut self.access, Access::from_word(word), word)?
            || put(&mut self.suid, Suid::from_word(word), word)?
            || put(&mut self.dev, Dev::from_word(word), word)?
            || put(&mut self.exec, Exec::from_word(word), word)?
            || put(&mut self.copy_up, CopyUp::from_word(word), word)?
            || put(&mut self.ownership, Ownership::from_word(word), word)?
            || put(&mut self.noswap, Swap::from_word(word), word)?
            || put(&mut self.propagation, Propagation::from_word(word), word)?)
    }

    /// The options in the fixed order; `prefix` is what the flag puts before `size=` and `mode=`.
    pub(super) fn words(&self, prefix: &str) -> Vec<String> {
        let first = [
            self.access.map(Access::as_str),
            self.suid.map(Suid::as_str),
            self.dev.map(Dev::as_str),
            self.exec.map(Exec::as_str),
        ];
        let last = [
            self.copy_up.map(CopyUp::as_str),
            self.ownership.map(Ownership::as_str),
            self.noatime.map(Atime::as_str),
            self.noswap.map(Swap::as_str),
            self.propagation.map(Propagation::as_str),
        ];
        let mut words: Vec<String> = first.into_iter().flatten().map(str::to_owned).collect();
        words.extend(self.size.map(|size| format!("{prefix}size={size}")));
        words.extend(self.mode.map(|mode| format!("{prefix}mode={mode:o}")));
        words.extend(last.into_iter().flatten().map(str::to_owned));
        words
    }
}

impl FromStr for Tmpfs {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        let (destination, options) = match text.split_once(':') {
            Some((destination, options)) => (destination, Some(options)),
            None => (text, None),
        };
        if options.is_some_and(|options| options.contains(':')) {
            return Err(Invalid::new(
                text,
                "a tmpfs with a second colon, from which on podman ignores everything",
                "separate the options with commas",
            ));
        }
        let mut tmpfs = Self::new(destination.parse()?);
        for word in options.iter().flat_map(|options| options.split(',')) {
            match word.split_once('=') {
                Some(("size", size)) => once(&mut tmpfs.size, size.parse()?, word)?,
                Some(("mode", mode)) => once(&mut tmpfs.mode, octal_mode(mode)?, word)?,
                None if tmpfs.set_word(word)? => {}
                None if put(&mut tmpfs.noatime, Atime::from_word(word), word)? => {}
                _ => return Err(unknown(word)),
            }
        }
        Ok(tmpfs)
    }
}

impl fmt::Display for Tmpfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.destination)?;
        match self.words("").join(",").as_str() {
            "" => Ok(()),
            words => write!(f, ":{words}"),
        }
    }
}

/// Permissions in octal: 1 to 4 digits, with or without one leading zero more, no prefix.
pub(super) fn octal_mode(text: &str) -> Result<u16, Invalid> {
    Some(text)
        .filter(|text| text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| u16::from_str_radix(text, 8).ok())
        .filter(|mode| *mode <= 0o7777)
        .ok_or_else(|| {
            Invalid::new(
                text,
                "not an octal mode",
                "write 0 to 7777 in octal digits, such as 1777",
            )
        })
}

fn unknown(word: &str) -> Invalid {
    let instead = match word.split_once('=') {
        _ if word.is_empty() => "remove the spare comma or colon".into(),
        Some((key @ ("ro" | "rw" | "exec" | "noexec" | "dev" | "nodev" | "suid" | "nosuid"), _)) => {
            format!("write {key}, or its opposite, without a value")
        }
        _ => "use size=, mode=, ro, rw, [no]exec, [no]dev, [no]suid, [no]tmpcopyup, noatime, noswap, U".into(),
    };
    Invalid::new(word, "not an option of a tmpfs", instead)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn tmpfs(text: &str) -> Tmpfs {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_prints() {
        let table = r"
            /x => /x
            /x/../y/ => /y
            / => /
            /tmp:mode=01777,size=64M,noexec,nodev,nosuid,rw => /tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777
            /x:rshared,noswap,noatime,U,notmpcopyup => /x:notmpcopyup,U,noatime,noswap,rshared
            /x:size=50% => /x:size=50%
            /x:mode=0 => /x:mode=0
        ";
        for row in table.lines().filter(|row| row.contains("=>")) {
            let (text, canonical) = row.trim().split_once(" => ").unwrap();
            assert_eq!(tmpfs(text).to_string(), canonical);
            assert_eq!(tmpfs(canonical), tmpfs(text));
        }
        assert_eq!(tmpfs("/x:mode=0755").mode, Some(0o755));
    }

    #[test]
    fn refuses_what_podman_misreads() {
        for bad in [
            // Accepted by podman 4.3.1, and not what they say.
            "/x:ro:exec /x:ro: /x,/y /x:ro=false /x:rw=1 /x:noexec=0 /x:tmpcopyup=no /x:copy",
            "/x:volume-opt=a=b /x:consistency=cached /x:idmap /x:mode=17777",
            // Refused by podman too.
            "x /x: /x:, /x:ro,rw /x:exec,noexec /x:size=1m,size=2m /x:mode=1,mode=1 /x:bind",
            "/x:z /x:uid=5 /x:nr_inodes=5 /x:RO /x:noatime,noatime /x:mode=0o1777",
            "/x:mode=1888 /x:mode= /x:mode=u+w /x:mode=+755 /x:mode /x:size",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain(["", "/x: ro", "/x:ro\n", "/x\0"])
        {
            assert!(bad.parse::<Tmpfs>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_value_behind_a_word_gets_a_hint() {
        let message = "/x:ro=true".parse::<Tmpfs>().unwrap_err().to_string();
        assert!(message.contains("write ro, or its opposite"), "{message}");
    }

    proptest! {
        #[test]
        fn what_parses_prints_and_parses(number in 1_u64..1 << 33, unit in "[kKmMgG%]?", mode in 0_u16..0o10_000) {
            let text = format!("/x:mode={mode:04o},size={number}{unit}");
            if let Ok(tmpfs) = text.parse::<Tmpfs>() {
                prop_assert_eq!(tmpfs.to_string().parse::<Tmpfs>(), Ok(tmpfs));
            } else {
                prop_assert!(unit == "%" && number > 100);
            }
        }
    }
}
