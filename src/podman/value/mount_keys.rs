//! The keys of `--mount`, and which of them each type takes (podman `pkg/specgenutil/volumes.go`).

use super::Invalid;
use super::mount::Mount;
use super::mount_options::{
    Access, MountOptions, Ownership, Propagation, Recursion, Relabel, once, put,
};
use super::path::ContainerPath;
use super::tmpfs::{Tmpfs, octal_mode};

/// What the types differ in when they read the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bind,
    Glob,
    Volume,
    Memory,
}

/// The keys nobody has asked for yet.
pub(super) struct Keys<'a> {
    text: &'a str,
    pairs: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> Keys<'a> {
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
    fn value(&mut self, names: &[&str]) -> Result<Option<&'a str>, Invalid> {
        let mut found = None;
        for (key, value) in self.pairs.extract_if(.., |(key, _)| names.contains(key)) {
            match value {
                None | Some("") => return Err(bad(key, "a key without a value")),
                Some(value) => once(&mut found, value, key)?,
            }
        }
        Ok(found)
    }

    fn source(&mut self) -> Result<Option<&'a str>, Invalid> {
        self.value(&["src", "source"])
    }

    fn required_source(&mut self) -> Result<&'a str, Invalid> {
        let text = self.text;
        self.source()?
            .ok_or_else(|| bad(text, "a mount without a source"))
    }

    /// A part of a volume or image. podman resolves it inside; a path that leaves it is nobody's wish.
    fn subpath(&mut self, names: &[&str]) -> Result<Option<String>, Invalid> {
        let Some(path) = self.value(names)? else {
            return Ok(None);
        };
        if path.split('/').any(|part| part == "..") {
            return Err(bad(path, "a subpath with .. in it"));
        }
        Ok(Some(path.to_owned()))
    }

    /// Everything that is left, as options.
    fn options(mut self, kind: Kind) -> Result<MountOptions, Invalid> {
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
                ("bind-nonrecursive", None) if kind == Kind::Bind => {
                    once(&mut options.recursion, Recursion::Bind, key)?;
                }
                ("bind-propagation", Some(word))
                    if kind == Kind::Bind
                        && put(&mut options.propagation, Propagation::from_word(word), key)? => {}
                (word, None) if options.set_word(word)? => {}
                _ => return Err(unknown(key, value)),
            }
        }
        options.ownership = chown.flatten();
        Ok(options)
    }

    /// Docker Desktop's, without meaning on Linux: podman drops it too.
    fn drop_consistency(&mut self) {
        self.pairs.retain(|(key, _)| *key != "consistency");
    }

    /// Nothing may be left.
    fn end(self) -> Result<(), Invalid> {
        match self.pairs.first() {
            Some((key, value)) => Err(unknown(key, *value)),
            None => Ok(()),
        }
    }

    pub(super) fn bind(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        Ok(Mount::Bind {
            source: self.source()?.map(str::parse).transpose()?,
            destination,
            options: self.options(Kind::Bind)?,
        })
    }

    pub(super) fn glob(mut self, destination: Option<ContainerPath>) -> Result<Mount, Invalid> {
        Ok(Mount::Glob {
            pattern: self.required_source()?.to_owned(),
            destination,
            options: self.options(Kind::Glob)?,
        })
    }

    pub(super) fn volume(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let name = self.source()?.map(str::parse).transpose()?;
        let subpath = self.subpath(&["subpath", "volume-subpath"])?;
        let mut volume_opts = Vec::new();
        for (key, value) in self.pairs.extract_if(.., |(key, _)| *key == "volume-opt") {
            match value.and_then(|value| value.split_once('=')) {
                Some((name, value)) if !name.is_empty() => {
                    volume_opts.push((name.to_owned(), value.to_owned()));
                }
                _ => return Err(unknown(key, value)),
            }
        }
        Ok(Mount::Volume {
            name,
            destination,
            options: self.options(Kind::Volume)?,
            volume_opts,
            subpath,
        })
    }

    pub(super) fn tmpfs(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let mut tmpfs = Tmpfs::new(destination);
        tmpfs.size = self.value(&["tmpfs-size"])?.map(str::parse).transpose()?;
        tmpfs.mode = self.value(&["tmpfs-mode"])?.map(octal_mode).transpose()?;
        self.drop_consistency();
        let mut chown = None;
        for (key, value) in self.pairs {
            match (key, value) {
                ("ro" | "readonly" | "rw", _) => {
                    once(&mut tmpfs.access, access(key, value, Kind::Memory)?, key)?;
                }
                ("U" | "chown", _) => once(&mut chown, ownership(key, value)?, key)?,
                (word, None) if tmpfs.set_word(word)? => {}
                _ => return Err(unknown(key, value)),
            }
        }
        tmpfs.ownership = chown.flatten();
        Ok(Mount::Tmpfs(tmpfs))
    }

    pub(super) fn ramfs(self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let text = self.text;
        let options = self.options(Kind::Memory)?;
        let (access, exec, dev, suid) = (options.access, options.exec, options.dev, options.suid);
        // podman hands the options of a ramfs to the runtime unread.
        let plain = MountOptions {
            access,
            exec,
            dev,
            suid,
            ..MountOptions::default()
        };
        if options != plain {
            return Err(bad(
                text,
                "a ramfs with more than ro, noexec, nodev, nosuid",
            ));
        }
        Ok(Mount::Ramfs {
            destination,
            options,
        })
    }

    pub(super) fn devpts(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let mut options = Vec::new();
        for name in ["uid", "gid", "max"] {
            if let Some(number) = self.value(&[name])? {
                let digits = number.bytes().all(|byte| byte.is_ascii_digit());
                let number = number.parse::<u32>().ok().filter(|_| digits);
                let number = number.ok_or_else(|| bad(name, "a key without a decimal number"))?;
                options.push((name.to_owned(), number.to_string()));
            }
        }
        for name in ["mode", "ptmxmode"] {
            if let Some(mode) = self.value(&[name])? {
                options.push((name.to_owned(), format!("{:o}", octal_mode(mode)?)));
            }
        }
        let before = self.pairs.len();
        self.pairs.retain(|pair| *pair != ("newinstance", None));
        match before.saturating_sub(self.pairs.len()) {
            0 => {}
            1 => options.push(("newinstance".to_owned(), String::new())),
            _ => return Err(bad("newinstance", "said twice")),
        }
        self.end()?;
        Ok(Mount::Devpts {
            destination,
            options,
        })
    }

    pub(super) fn image(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let image = self.required_source()?.parse()?;
        let subpath = self.subpath(&["subpath"])?;
        if let Some(path) = subpath.as_deref().filter(|path| !path.starts_with('/')) {
            return Err(bad(path, "a subpath of an image that is not absolute"));
        }
        let access = match self.value(&["rw", "readwrite"])? {
            None => None,
            Some("true") => Some(Access::ReadWrite),
            Some("false") => Some(Access::ReadOnly),
            Some(value) => return Err(unknown("rw", Some(value))),
        };
        self.drop_consistency();
        self.end()?;
        Ok(Mount::Image {
            image,
            destination,
            access,
            subpath,
        })
    }

    pub(super) fn artifact(mut self, destination: ContainerPath) -> Result<Mount, Invalid> {
        let text = self.text;
        let source = self.required_source()?.to_owned();
        let title = self.value(&["title"])?.map(str::to_owned);
        let digest = self.value(&["digest"])?.map(str::to_owned);
        let name = self.value(&["name"])?.map(str::to_owned);
        self.end()?;
        if title.is_some() && digest.is_some() {
            return Err(bad(text, "an artifact with both a title and a digest"));
        }
        if name
            .as_deref()
            .is_some_and(|name| name.contains('/') || name == "..")
        {
            return Err(bad(text, "an artifact whose name is a path"));
        }
        Ok(Mount::Artifact {
            source,
            destination,
            title,
            digest,
            name,
        })
    }
}

/// `ro`, `readonly`, `rw`. A value has one meaning everywhere only when it is `true`; of a bind mount also `false`.
fn access(key: &str, value: Option<&str>, kind: Kind) -> Result<Access, Invalid> {
    let bind = kind == Kind::Bind || kind == Kind::Glob;
    match (key, value.map(str::to_ascii_lowercase).as_deref()) {
        ("rw", None | Some("true")) => Ok(Access::ReadWrite),
        ("rw", Some("false")) if bind => Ok(Access::ReadOnly),
        (_, None | Some("true")) => Ok(Access::ReadOnly),
        (_, Some("false")) if bind => Ok(Access::ReadWrite),
        _ => Err(unknown(key, value)),
    }
}

/// `U`, `chown`, alone or with `true` or `false`.
fn ownership(key: &str, value: Option<&str>) -> Result<Option<Ownership>, Invalid> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => Ok(Some(Ownership::Chown)),
        Some("false") => Ok(None),
        Some(_) => Err(unknown(key, value)),
    }
}

/// A key, or a value of it, that no podman or not every podman reads so.
fn unknown(key: &str, value: Option<&str>) -> Invalid {
    let instead = match (key, value.map(str::to_ascii_lowercase).as_deref()) {
        ("", _) => "remove the spare comma",
        ("ro" | "readonly", Some("false" | "0" | "no" | "off")) => "write rw",
        ("ro" | "readonly", _) | ("rw", Some("false" | "0" | "no" | "off")) => "write ro",
        ("rw", _) => "write rw, or rw=true for an image",
        ("U" | "chown", _) => "write U",
        ("noexec", Some("false")) => "write exec",
        ("nodev", Some("false")) => "write dev",
        ("nosuid", Some("false")) => "write nosuid alone, or suid",
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
