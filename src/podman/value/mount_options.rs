//! The options of a mount: what stands after the second colon of `-v`, and as keys of `--mount`.
//!
//! See `podman-run(1)`, `--volume`. podman reads the list in two places with two sets of rules (containers/common
//! `pkg/parse`, podman `pkg/util/mount_opts.go`); what passes here passes both.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::path::HostPath;
use crate::problem::Invalid;

pub(crate) use super::mount_words::{
    Access, Copy, Dereference, Dev, Exec, Ownership, Propagation, Recursion, Relabel, Suid,
};
use super::mount_words::{once, put};

/// `O`: what the container writes goes to a layer above the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// A layer that podman makes and throws away with the container.
    Temporary,
    /// A directory of the host. The container writes there, though no mount names it.
    Persistent {
        /// Where the writes go; absolute.
        upperdir: HostPath,
        /// The kernel's scratch space on the same file system; absolute.
        workdir: HostPath,
    },
}

/// What may be said of a mount; `None` leaves it to podman.
///
/// [`FromStr`] reads and [`fmt::Display`] writes the comma list of `-v`; nothing said is the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MountOptions {
    /// `ro`, `rw`.
    pub access: Option<Access>,
    /// `z`, `Z`.
    pub relabel: Option<Relabel>,
    /// `O`, with `upperdir=` and `workdir=`.
    pub overlay: Option<Overlay>,
    /// `U`.
    pub ownership: Option<Ownership>,
    /// `private` and its kin.
    pub propagation: Option<Propagation>,
    /// `bind`, `rbind`.
    pub recursion: Option<Recursion>,
    /// `exec`, `noexec`.
    pub exec: Option<Exec>,
    /// `dev`, `nodev`.
    pub dev: Option<Dev>,
    /// `suid`, `nosuid`.
    pub suid: Option<Suid>,
    /// `copy`, `nocopy`; only a volume has a use for it.
    pub copy: Option<Copy>,
    /// `idmap`: the mapping behind `idmap=`, empty for the container's own.
    pub idmap: Option<String>,
    /// `no-dereference`.
    pub dereference: Option<Dereference>,
}

impl MountOptions {
    /// Sets what one bare word of `-v` or `--mount` says. `Ok(false)`: the word is no such option.
    pub(super) fn set_word(&mut self, word: &str) -> Result<bool, Invalid> {
        Ok(put(&mut self.access, Access::from_word(word), word)?
            || put(&mut self.relabel, Relabel::from_word(word), word)?
            || put(&mut self.ownership, Ownership::from_word(word), word)?
            || put(&mut self.propagation, Propagation::from_word(word), word)?
            || put(&mut self.exec, Exec::from_word(word), word)?
            || put(&mut self.dev, Dev::from_word(word), word)?
            || put(&mut self.suid, Suid::from_word(word), word)?
            || put(&mut self.dereference, Dereference::from_word(word), word)?)
    }

    /// Sets a word that only `-v` knows.
    fn set_volume_word(&mut self, word: &str) -> Result<bool, Invalid> {
        Ok(put(&mut self.recursion, Recursion::from_word(word), word)?
            || put(&mut self.copy, Copy::from_word(word), word)?)
    }

    /// Sets the mapping behind `idmap=`, or `""` for a bare `idmap`.
    pub(super) fn set_idmap(&mut self, word: &str, mapping: Option<&str>) -> Result<(), Invalid> {
        if mapping.is_some_and(|mapping| !is_idmap(mapping)) {
            return Err(Invalid::new(
                word,
                "not an ID mapping",
                "write idmap, or idmap=uids=CONTAINER-HOST-LENGTH;gids=CONTAINER-HOST-LENGTH",
            ));
        }
        once(
            &mut self.idmap,
            mapping.unwrap_or_default().to_owned(),
            word,
        )
    }

    /// The words that `-v` and `--mount` share, in the fixed order.
    pub(super) fn shared_words(&self) -> [Option<&'static str>; 6] {
        [
            self.access.map(Access::as_str),
            self.suid.map(Suid::as_str),
            self.dev.map(Dev::as_str),
            self.exec.map(Exec::as_str),
            self.propagation.map(Propagation::as_str),
            self.dereference.map(Dereference::as_str),
        ]
    }

    /// Refuses what podman does beside `O`: a bind mount with it is an error, a volume silently loses `ro`.
    fn overlay_stands_alone(&self, text: &str) -> Result<(), Invalid> {
        let Some(overlay) = &self.overlay else {
            return Ok(());
        };
        let alone = Self {
            overlay: Some(overlay.clone()),
            ownership: match overlay {
                Overlay::Temporary => self.ownership,
                Overlay::Persistent { .. } => None,
            },
            ..Self::default()
        };
        if *self == alone {
            return Ok(());
        }
        Err(Invalid::new(
            text,
            "an overlay with options that podman refuses or ignores",
            "write O, or O,U, or O,upperdir=DIR,workdir=DIR",
        ))
    }
}

impl FromStr for MountOptions {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        let mut options = Self::default();
        if text.is_empty() {
            return Ok(options);
        }
        let (mut overlay, mut upperdir, mut workdir) = (None, None, None);
        for word in text.split(',') {
            match word.split_once('=') {
                Some(("upperdir", dir)) => once(&mut upperdir, absolute(dir)?, word)?,
                Some(("workdir", dir)) => once(&mut workdir, absolute(dir)?, word)?,
                Some(("idmap", mapping)) => options.set_idmap(word, Some(mapping))?,
                None if word == "O" => once(&mut overlay, (), word)?,
                None if word == "idmap" => options.set_idmap(word, None)?,
                // Docker Desktop's, without meaning on Linux: podman drops them too.
                None if word == "cached" || word == "delegated" => {}
                None if options.set_word(word)? || options.set_volume_word(word)? => {}
                _ => return Err(unknown(word)),
            }
        }
        options.overlay = match (overlay, upperdir, workdir) {
            (None, None, None) => None,
            (Some(()), None, None) => Some(Overlay::Temporary),
            (Some(()), Some(upperdir), Some(workdir)) => {
                Some(Overlay::Persistent { upperdir, workdir })
            }
            _ => {
                return Err(Invalid::new(
                    text,
                    "half an overlay",
                    "write O,upperdir=DIR,workdir=DIR",
                ));
            }
        };
        options.overlay_stands_alone(text)?;
        Ok(options)
    }
}

impl fmt::Display for MountOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        match &self.overlay {
            None => {}
            Some(Overlay::Temporary) => words.push("O".into()),
            Some(Overlay::Persistent { upperdir, workdir }) => words.extend([
                "O".into(),
                format!("upperdir={upperdir}"),
                format!("workdir={workdir}"),
            ]),
        }
        let more = [
            self.recursion.map(Recursion::as_str),
            self.relabel.map(Relabel::as_str),
            self.ownership.map(Ownership::as_str),
            self.copy.map(Copy::as_str),
        ];
        let shared = self.shared_words();
        words.extend(
            shared
                .iter()
                .chain(&more)
                .flatten()
                .map(ToString::to_string),
        );
        words.extend(self.idmap.as_deref().map(idmap_word));
        f.write_str(&words.join(","))
    }
}

/// `idmap` or `idmap=MAPPING`.
pub(super) fn idmap_word(mapping: &str) -> String {
    match mapping {
        "" => "idmap".into(),
        mapping => format!("idmap={mapping}"),
    }
}

fn absolute(dir: &str) -> Result<HostPath, Invalid> {
    let path: HostPath = dir.parse()?;
    if path.is_absolute() {
        Ok(path)
    } else {
        // The kernel would look it up in the working directory of the runtime.
        Err(Invalid::new(dir, "not an absolute path", "start it with /"))
    }
}

/// `uids=0-1000-1#1-100000-10;gids=@0-0-1`: each number fits a kernel ID.
fn is_idmap(mapping: &str) -> bool {
    let number = |text: &str| !text.starts_with('+') && text.parse::<u32>().is_ok();
    let range = |text: &str| {
        let text = text.strip_prefix('@').unwrap_or(text);
        text.split('-').count() == 3 && text.split('-').all(number)
    };
    mapping.split(';').all(|part| match part.split_once('=') {
        Some(("uids" | "gids", ranges)) => ranges.split('#').all(range),
        _ => false,
    })
}

fn unknown(word: &str) -> Invalid {
    let known = |word: &str| MountOptions::default().set_word(word) == Ok(true);
    let lower = word.to_ascii_lowercase();
    let instead = match word.split_once('=') {
        _ if word.is_empty() => "remove the spare comma or colon".into(),
        Some((key, _)) if known(key) => format!("write {key}, or its opposite, without a value"),
        _ if known(&lower) => format!("write {lower}"),
        _ => "use those of podman-run(1), --volume: ro, rw, z, Z, U, O, noexec, nosuid, nodev …"
            .into(),
    };
    Invalid::new(word, "not an option of a volume", instead)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn options(text: &str) -> MountOptions {
        text.parse().unwrap()
    }

    #[test]
    fn every_group_reads_and_prints() {
        let all = "ro,nosuid,nodev,noexec,rslave,no-dereference,bind,Z,U,nocopy,idmap";
        assert_eq!(options(all).to_string(), all);
        assert_eq!(
            options("U,Z,bind,rslave,idmap,noexec,nocopy,nodev,no-dereference,nosuid,ro"),
            options(all)
        );
        assert_eq!(options(""), MountOptions::default());
        assert_eq!(MountOptions::default().to_string(), "");
        assert_eq!(options("cached,ro,delegated,cached").to_string(), "ro");
        assert_eq!(options("rw").access, Some(Access::ReadWrite));
        assert_eq!(options("z").relabel, Some(Relabel::Shared));
        assert_eq!(options("Z").relabel, Some(Relabel::Private));
    }

    #[test]
    fn a_group_speaks_once() {
        for bad in [
            "ro,ro ro,rw z,Z z,O U,U exec,noexec dev,nodev suid,nosuid bind,rbind copy,nocopy",
            "private,rprivate idmap,idmap no-dereference,no-dereference O,O",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        {
            assert!(bad.parse::<MountOptions>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_overlay_keeps_to_itself() {
        assert_eq!(options("O").overlay, Some(Overlay::Temporary));
        assert_eq!(options("U,O").to_string(), "O,U");
        assert_eq!(options("O,cached").to_string(), "O");
        assert_eq!(
            options("upperdir=/u,workdir=/w,O").to_string(),
            "O,upperdir=/u,workdir=/w"
        );
        // On a named volume podman takes O,ro and mounts it writable.
        // podman only asks whether the word is in there somewhere.
        for bad in [
            "O,ro O,noexec O,bind O,upperdir=/u O,workdir=/w upperdir=/u,workdir=/w",
            "O,U,upperdir=/u,workdir=/w O,upperdir=u,workdir=w O,upperdir=,workdir=/w",
            "O,upperdir=/u,upperdir=/v,workdir=/w O,xupperdir=/u,workdir=/w",
            "O,upperdirx=/u,workdir=/w O,upperdir,workdir",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        {
            assert!(bad.parse::<MountOptions>().is_err(), "{bad}");
        }
    }

    #[test]
    fn idmap_is_a_mapping() {
        for good in "idmap idmap=uids=0-1-10 idmap=uids=0-1000-1#1-100000-10;gids=@0-0-1".split(' ')
        {
            assert_eq!(options(good).to_string(), good);
        }
        // podman 4.3 hands each of these to the runtime as it stands.
        for bad in [
            "idmapfoo idmap= idmap=true idmap=uids= idmap=uids=0-1 idmap=uids=0-1-2-3",
            "idmap=uids=+0-1-2 idmap=uids=0-1-4294967296 idmap=uids=0-1-2; idmap=pids=0-1-2",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        {
            assert!(bad.parse::<MountOptions>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_else_is_an_option() {
        for bad in [
            "RO ro, ,ro , ro=true ro=1 noexec=false nocreate size=1m defaults o u Rbind",
            "upperdir",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain([" ro", "ro ", "ro\n", "ro\0", "\"ro\""])
        {
            assert!(bad.parse::<MountOptions>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn messages_name_the_spelling_that_works() {
        for (bad, good) in [
            ("RO", "write ro"),
            ("noexec=false", "write noexec, or its opposite"),
        ] {
            let message = bad.parse::<MountOptions>().unwrap_err().to_string();
            assert!(message.contains(good), "{message}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_prints_and_parses(
            words in proptest::sample::subsequence(
                vec!["ro", "Z", "U", "rshared", "bind", "exec", "nodev", "suid", "nocopy", "idmap=uids=0-1-2", "O", "no-dereference"],
                0..6,
            ).prop_shuffle()
        ) {
            if let Ok(options) = words.join(",").parse::<MountOptions>() {
                prop_assert_eq!(options.to_string().parse::<MountOptions>(), Ok(options));
            }
        }
    }
}
