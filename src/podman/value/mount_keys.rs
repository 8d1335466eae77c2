//! The keys of `--mount`, and which of them each type takes (podman `pkg/specgenutil/volumes.go`).

use super::mount_options::{Access, MountOptions, Ownership, Propagation, Recursion, Relabel};
use super::mount_words::{once, put};
use super::path::ContainerPath;
use crate::problem::Invalid;

/// What the types differ in when they read the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Bind,
    Glob,
    Volume,
    Memory,
}

/// The keys nobody has asked for yet.
pub(super) struct MountKeys<'a> {
    pub(super) text: &'a str,
    pub(super) pairs: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> MountKeys<'a> {
    /// No key yet; `text` is the whole value, for messages.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            pairs: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, key: &'a str, value: Option<&'a str>) {
        self.pairs.push((key, value));
    }

    pub(super) fn destination(&mut self) -> Result<Option<ContainerPath>, Invalid> {
        self.value(&["target", "dst", "dest", "destination"])?
            .map(str::parse)
            .transpose()
    }

    /// Takes the value of a key out, whichever of its names was used. It stands at most once and is never empty:
    /// podman 4 takes the last of several.
    pub(super) fn value(&mut self, names: &[&str]) -> Result<Option<&'a str>, Invalid> {
        let mut found = None;
        for (key, value) in self.pairs.extract_if(.., |(key, _)| names.contains(key)) {
            match value {
                None | Some("") => return Err(bad(key, "a key without a value")),
                Some(value) => once(&mut found, value, key)?,
            }
        }
        Ok(found)
    }

    pub(super) fn source(&mut self) -> Result<Option<&'a str>, Invalid> {
        self.value(&["src", "source"])
    }

    pub(super) fn required_source(&mut self) -> Result<&'a str, Invalid> {
        let text = self.text;
        self.source()?
            .ok_or_else(|| bad(text, "a mount without a source"))
    }

    /// A part of a volume or image. podman resolves it inside; a path that leaves it is nobody's wish.
    pub(super) fn subpath(&mut self, names: &[&str]) -> Result<Option<String>, Invalid> {
        let Some(path) = self.value(names)? else {
            return Ok(None);
        };
        if path.split('/').any(|part| part == "..") {
            return Err(bad(path, "a subpath with .. in it"));
        }
        Ok(Some(path.to_owned()))
    }

    /// Everything that is left, as options.
    pub(super) fn options(mut self, kind: KeyKind) -> Result<MountOptions, Invalid> {
        let mut options = MountOptions::default();
        let mut chown = None;
        self.drop_consistency();
        for (key, value) in self.pairs {
            match (key, value) {
                ("ro" | "readonly" | "rw", _) => {
                    once(&mut options.access, access(key, value, kind)?, key)?;
                }
                ("U" | "chown", _) => once(&mut chown, ownership(key, value)?, key)?,
                ("relabel", Some("shared")) => once(&mut options.relabel, Relabel::Shared, key)?,
                ("relabel", Some("private")) => once(&mut options.relabel, Relabel::Private, key)?,
                ("idmap", _) => options.set_idmap(key, value)?,
                ("bind-nonrecursive", None) if kind == KeyKind::Bind => {
                    once(&mut options.recursion, Recursion::Bind, key)?;
                }
                ("bind-propagation", Some(word))
                    if kind == KeyKind::Bind
                        && put(&mut options.propagation, Propagation::from_word(word), key)? => {}
                (word, None) if options.set_word(word)? => {}
                _ => return Err(unknown(key, value)),
            }
        }
        options.ownership = chown.flatten();
        Ok(options)
    }

    /// Docker Desktop's, without meaning on Linux: podman drops it too.
    pub(super) fn drop_consistency(&mut self) {
        self.pairs.retain(|(key, _)| *key != "consistency");
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), Invalid> {
        match self.pairs.first() {
            Some((key, value)) => Err(unknown(key, *value)),
            None => Ok(()),
        }
    }
}

/// `ro`, `readonly`, `rw`. A value has one meaning everywhere only when it is `true`; of a bind mount also `false`.
pub(super) fn access(key: &str, value: Option<&str>, kind: KeyKind) -> Result<Access, Invalid> {
    let bind = kind == KeyKind::Bind || kind == KeyKind::Glob;
    match (key, value.map(str::to_ascii_lowercase).as_deref()) {
        ("rw", None | Some("true")) => Ok(Access::ReadWrite),
        ("rw", Some("false")) if bind => Ok(Access::ReadOnly),
        (_, None | Some("true")) => Ok(Access::ReadOnly),
        (_, Some("false")) if bind => Ok(Access::ReadWrite),
        _ => Err(unknown(key, value)),
    }
}

/// `U`, `chown`, alone or with `true` or `false`.
pub(super) fn ownership(key: &str, value: Option<&str>) -> Result<Option<Ownership>, Invalid> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => Ok(Some(Ownership::Chown)),
        Some("false") => Ok(None),
        Some(_) => Err(unknown(key, value)),
    }
}

/// A key, or a value of it, that no podman or not every podman reads so.
pub(super) fn unknown(key: &str, value: Option<&str>) -> Invalid {
    let instead = match (key, value.map(str::to_ascii_lowercase).as_deref()) {
        ("", _) => "remove the spare comma",
        ("ro" | "readonly", Some("false" | "0" | "no" | "off")) => "write rw",
        ("ro" | "readonly", _) | ("rw", Some("false" | "0" | "no" | "off")) => "write ro",
        ("rw", _) => "write rw, or rw=true for an image",
        ("U" | "chown", _) => "write U",
        ("noexec", Some("false")) => "write exec",
        ("nodev", Some("false")) => "write dev",
        ("nosuid", Some("false")) => "write suid",
        ("relabel" | "z" | "Z" | "O", _) => {
            "write relabel=shared or relabel=private; only -v knows O"
        }
        ("bind-nonrecursive", _) => "write bind-nonrecursive alone, of a bind",
        ("bind-propagation", _) => "write rprivate, rslave, rshared or their kin",
        ("size" | "mode", _) => "write tmpfs-size= and tmpfs-mode=, of a tmpfs",
        ("type", _) => "give one type",
        ("volume-opt", _) => "write volume-opt=KEY=VALUE, of a volume",
        ("ptxmode", _) => "write ptmxmode=MODE",
        (_, Some(_)) => "write it without a value, or see podman-run(1), --mount",
        (_, None) => "see podman-run(1), --mount",
    };
    let text = match value {
        Some(value) => format!("{key}={value}"),
        None => key.to_owned(),
    };
    Invalid::new(
        text,
        "not an option of this type of mount, or not read alike by every podman",
        instead,
    )
}

pub(super) fn bad(text: &str, what: &str) -> Invalid {
    Invalid::new(
        text,
        what,
        "write type=bind,src=/PATH,dst=/PATH,ro or another type of podman-run(1), --mount",
    )
}
