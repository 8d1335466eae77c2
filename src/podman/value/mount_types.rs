//! Which keys each type of `--mount` takes.

use super::mount::{MountArg, OtherMount};
use super::mount_keys::{KeyKind, MountKeys, access, bad, ownership, unknown};
use super::mount_options::{Access, MountOptions};
use super::mount_words::once;
use super::path::ContainerPath;
use super::tmpfs::{Tmpfs, octal_mode};
use crate::problem::Invalid;

impl MountKeys<'_> {
    pub(super) fn bind(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
        Ok(MountArg::Bind {
            source: self.source()?.map(str::parse).transpose()?,
            destination,
            options: self.options(KeyKind::Bind)?,
        })
    }

    pub(super) fn glob(mut self, destination: Option<ContainerPath>) -> Result<MountArg, Invalid> {
        Ok(MountArg::Other(OtherMount::Glob {
            pattern: self.required_source()?.to_owned(),
            destination,
            options: self.options(KeyKind::Glob)?,
        }))
    }

    pub(super) fn volume(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
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
        Ok(MountArg::Volume {
            name,
            destination,
            options: self.options(KeyKind::Volume)?,
            volume_opts,
            subpath,
        })
    }

    pub(super) fn tmpfs(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
        let mut tmpfs = Tmpfs::new(destination);
        tmpfs.size = self.value(&["tmpfs-size"])?.map(str::parse).transpose()?;
        tmpfs.mode = self.value(&["tmpfs-mode"])?.map(octal_mode).transpose()?;
        self.drop_consistency();
        let mut chown = None;
        for (key, value) in self.pairs {
            match (key, value) {
                ("ro" | "readonly" | "rw", _) => {
                    once(&mut tmpfs.access, access(key, value, KeyKind::Memory)?, key)?;
                }
                ("U" | "chown", _) => once(&mut chown, ownership(key, value)?, key)?,
                (word, None) if tmpfs.set_word(word)? => {}
                _ => return Err(unknown(key, value)),
            }
        }
        tmpfs.ownership = chown.flatten();
        Ok(MountArg::Tmpfs(tmpfs))
    }

    pub(super) fn ramfs(self, destination: ContainerPath) -> Result<MountArg, Invalid> {
        let text = self.text;
        let options = self.options(KeyKind::Memory)?;
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
        Ok(MountArg::Other(OtherMount::Ramfs {
            destination,
            options,
        }))
    }

    pub(super) fn devpts(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
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
        Ok(MountArg::Other(OtherMount::Devpts {
            destination,
            options,
        }))
    }

    pub(super) fn image(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
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
        Ok(MountArg::Other(OtherMount::Image {
            image,
            destination,
            access,
            subpath,
        }))
    }

    pub(super) fn artifact(mut self, destination: ContainerPath) -> Result<MountArg, Invalid> {
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
        Ok(MountArg::Other(OtherMount::Artifact {
            source,
            destination,
            title,
            digest,
            name,
        }))
    }
}
