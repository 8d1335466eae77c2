//! `--mount`: one CSV record of `key=value`; see `podman-run(1)`.
//!
//! podman changed its mind here more than once. `ro=1` is an error in 4.3 and read-write in 4.9 and later; `rw=false`
//! of a volume is read-write in 4.3 and read-only in 5; a value behind `noexec` or `bind-nonrecursive` is ignored
//! everywhere. None of these has a value here. Keys that older releases lack are read: podman refuses them itself.

use std::str::FromStr;

use super::csv::whole;
use super::image::ImageRef;
use super::mount_keys::{MountKeys, bad};
use super::mount_options::{Access, MountOptions};
use super::mount_words::once;
use super::path::{ContainerPath, HostPath};
use super::tmpfs::Tmpfs;
use super::volume::VolumeName;
use crate::problem::Invalid;

/// A value of `--mount`.
///
/// Options that `--mount` has no word for ([`MountOptions::overlay`], [`MountOptions::copy`]) are printed as `-v`
/// prints them, and podman refuses them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MountArg {
    /// A file or directory of the host.
    Bind {
        /// Where on the host, relative to the working directory; `None`: podman takes the destination.
        source: Option<HostPath>,
        /// Where in the container.
        destination: ContainerPath,
        /// How.
        options: MountOptions,
    },
    /// A volume of podman's; also what podman 5.6 and later makes of a mount without a type.
    Volume {
        /// Its name; `None`: a new one without a name.
        name: Option<VolumeName>,
        /// Where in the container.
        destination: ContainerPath,
        /// How.
        options: MountOptions,
        /// `volume-opt=KEY=VALUE`: how a new volume is made, e.g. as a bind mount of any directory.
        volume_opts: Vec<(String, String)>,
        /// Only this part of it (podman 5.4 and later).
        subpath: Option<String>,
    },
    /// A file system in memory.
    Tmpfs(Tmpfs),
    /// Any other type.
    Other(OtherMount),
}

/// The types of `--mount` that stand in the spec as they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherMount {
    /// A file system of terminals.
    Devpts {
        /// Where in the container.
        destination: ContainerPath,
        /// `uid`, `gid`, `max` (decimal), `mode`, `ptmxmode` (octal), `newinstance` (empty).
        options: Vec<(String, String)>,
    },
    /// An image's content.
    Image {
        /// Which.
        image: ImageRef,
        /// Where in the container.
        destination: ContainerPath,
        /// `rw=`; podman's default is read-only.
        access: Option<Access>,
        /// Only this part of it, absolute (podman 5.1 and later).
        subpath: Option<String>,
    },
    /// Every file of the host that a pattern finds (podman 4.7 and later).
    Glob {
        /// The pattern, `*` and its kin, as typed.
        pattern: String,
        /// The directory they appear in; `None`: each at its own path.
        destination: Option<ContainerPath>,
        /// How.
        options: MountOptions,
    },
    /// A file system in memory without any limit (podman 4.7 and later).
    Ramfs {
        /// Where in the container.
        destination: ContainerPath,
        /// How: access, exec, dev and suid, the rest empty.
        options: MountOptions,
    },
    /// An OCI artifact's files (podman 5.5 and later).
    Artifact {
        /// Its name or digest.
        source: String,
        /// Where in the container.
        destination: ContainerPath,
        /// Only the file of this title.
        title: Option<String>,
        /// Only the file of this digest.
        digest: Option<String>,
        /// The file's name in the container.
        name: Option<String>,
    },
}

impl OtherMount {
    /// Where it appears in the container; a glob may have no directory of its own.
    pub fn destination(&self) -> Option<&ContainerPath> {
        match self {
            Self::Devpts { destination, .. }
            | Self::Image { destination, .. }
            | Self::Ramfs { destination, .. }
            | Self::Artifact { destination, .. } => Some(destination),
            Self::Glob { destination, .. } => destination.as_ref(),
        }
    }

    /// What of this host it brings into the container: a pattern for paths.
    pub fn host_pattern(&self) -> Option<&str> {
        match self {
            Self::Glob { pattern, .. } => Some(pattern),
            Self::Devpts { .. }
            | Self::Image { .. }
            | Self::Ramfs { .. }
            | Self::Artifact { .. } => None,
        }
    }

    /// The image whose content it is.
    pub fn image(&self) -> Option<&ImageRef> {
        match self {
            Self::Image { image, .. } => Some(image),
            Self::Devpts { .. }
            | Self::Glob { .. }
            | Self::Ramfs { .. }
            | Self::Artifact { .. } => None,
        }
    }

    /// The options that other mounts have, too.
    pub fn options(&self) -> Option<&MountOptions> {
        match self {
            Self::Glob { options, .. } | Self::Ramfs { options, .. } => Some(options),
            Self::Devpts { .. } | Self::Image { .. } | Self::Artifact { .. } => None,
        }
    }
}

impl FromStr for MountArg {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fields = whole(text)?;
        let mut keys = MountKeys::new(text);
        let mut kind = None;
        for field in &fields {
            if field.contains([',', '"']) {
                return Err(bad(field, "a field with a comma or quote inside"));
            }
            match field.split_once('=') {
                Some(("type", word)) => once(&mut kind, word, field)?,
                Some((key, value)) => keys.push(key, Some(value)),
                None => keys.push(field, None),
            }
        }
        let destination = keys.destination()?;
        let kind = kind.unwrap_or("volume");
        if kind == "glob" {
            return keys.glob(destination);
        }
        let destination = destination.ok_or_else(|| bad(text, "a mount without a destination"))?;
        match kind {
            "bind" => keys.bind(destination),
            "volume" => keys.volume(destination),
            "tmpfs" => keys.tmpfs(destination),
            "ramfs" => keys.ramfs(destination),
            "devpts" => keys.devpts(destination),
            "image" => keys.image(destination),
            "artifact" => keys.artifact(destination),
            _ => Err(bad(kind, "not a type of mount")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn mount(text: &str) -> MountArg {
        text.parse().unwrap()
    }

    #[test]
    fn reads_every_alias_and_prints_one() {
        let table = r#"
            type=bind,src=/a,dst=/x => type=bind,src=/a,dst=/x
            destination=/x/../y/,source=/a,type=bind,readonly => type=bind,src=/a,dst=/y,ro
            dest=/x,type=bind => type=bind,dst=/x
            type=bind,src=etc,target=/x,ro=TRUE => type=bind,src=etc,dst=/x,ro
            type=bind,src=/a,dst=/x,rw=false => type=bind,src=/a,dst=/x,ro
            type=bind,src=/a,dst=/x,ro=false => type=bind,src=/a,dst=/x,rw
            type=bind,src=/a,dst=/x,chown=true,relabel=private,bind-nonrecursive,bind-propagation=rslave,nodev,noexec,nosuid,idmap,no-dereference,ro => type=bind,src=/a,dst=/x,ro,nosuid,nodev,noexec,rslave,no-dereference,bind-nonrecursive,relabel=private,U,idmap
            type=bind,src=/a,dst=/x,z,U=false,consistency=cached => type=bind,src=/a,dst=/x,relabel=shared
            type=bind,"src=/a",dst=/x => type=bind,src=/a,dst=/x
            dst=/x,src=v => type=volume,src=v,dst=/x
            type=volume,dst=/x => type=volume,dst=/x
            type=volume,src=v,dst=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc,volume-subpath=a/b,ro=true => type=volume,src=v,dst=/x,ro,subpath=a/b,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc
            type=tmpfs,dst=/x,tmpfs-mode=01777,tmpfs-size=1M,notmpcopyup,U,noexec,shared,noswap => type=tmpfs,dst=/x,noexec,tmpfs-size=1m,tmpfs-mode=1777,notmpcopyup,U,noswap,shared
            type=devpts,newinstance,mode=0620,dst=/x,gid=5,uid=0,max=5,ptmxmode=0666 => type=devpts,dst=/x,uid=0,gid=5,max=5,mode=620,ptmxmode=666,newinstance
            type=image,src=localhost/x:1,dst=/x,readwrite=true,subpath=/a => type=image,src=localhost/x:1,dst=/x,rw=true,subpath=/a
            type=image,src=x,dst=/x,rw=false => type=image,src=x,dst=/x,rw=false
            type=glob,src=/et* => type=glob,src=/et*
            type=glob,src=/a:*,dst=/x,ro => type=glob,src=/a:*,dst=/x,ro
            type=ramfs,dst=/x,noexec => type=ramfs,dst=/x,noexec
            type=artifact,src=a.b/c:1,dst=/x,name=n,title=t => type=artifact,src=a.b/c:1,dst=/x,title=t,name=n
        "#;
        for row in table.lines().filter(|row| row.contains("=>")) {
            let (text, canonical) = row.trim().split_once(" => ").unwrap();
            assert_eq!(mount(text).to_string(), canonical);
            assert_eq!(mount(canonical), mount(text));
        }
    }

    #[test]
    fn a_bind_without_a_source_says_so() {
        assert!(matches!(
            mount("type=bind,target=/etc"),
            MountArg::Bind { source: None, .. }
        ));
    }

    /// Each word of `rows` behind each `start`.
    fn refused(rows: &[(&str, &str)]) {
        for (start, words) in rows {
            for word in words.split(' ') {
                let text = format!("{start}{word}");
                assert!(text.parse::<MountArg>().is_err(), "{text}");
            }
        }
    }

    const BIND: &str = "type=bind,src=/a,dst=/x,";
    const VOLUME: &str = "type=volume,src=v,dst=/x,";
    const TMPFS: &str = "type=tmpfs,dst=/x,";

    #[test]
    fn refuses_what_podmans_read_differently() {
        refused(&[
            // An error in 4.3, read-write since 4.9.
            (BIND, "ro=1 ro=yes ro= readonly=on rw=0"),
            // Means the opposite in 4.3.
            (VOLUME, "ro=1 ro=false rw=false"),
            (TMPFS, "ro=1 ro=false rw=false"),
            // The value is ignored.
            (
                BIND,
                "noexec=false exec=false Z=false bind-nonrecursive=false",
            ),
            (TMPFS, "tmpcopyup=false noexec=false"),
            // 4.3 takes any option here, or hands it on unread.
            (BIND, "bind-propagation=ro idmap=true"),
            // 4.3 takes the last, 5 refuses.
            (BIND, "dst=/y source=/b"),
            ("type=image,src=x,dst=/x,", "src=y"),
            // One of the two is an error.
            (BIND, "U= chown="),
            ("type=volume,dst=/x,src=", " "),
            ("type=devpts,dst=/x,", "ptxmode=0666"),
        ]);
    }

    #[test]
    fn refuses_what_podman_refuses() {
        refused(&[
            (
                "",
                " type=bind type=bind,src=/a ,type=bind,dst=/x type,dst=/x",
            ),
            ("type=bind,src=/a,dst", " =x = =/x,"),
            ("type=bind,dst=/x,", "src src= type=bind"),
            ("dst=/x,type=", " Bind npipe bind=x"),
            (
                BIND,
                "ro,rw ro,ro z,relabel=private relabel=Private relabel O upperdir=/u",
            ),
            (
                BIND,
                "bind-propagation bind-propagation=rslave,shared chown=1",
            ),
            (
                BIND,
                "chown=false,U cached bind copy tmpfs-size=1m volume-opt=a=b subpath=a",
            ),
            (
                VOLUME,
                "volume-opt volume-opt=o volume-opt==o volume-label=a=b",
            ),
            (
                VOLUME,
                "bind-nonrecursive bind-propagation=shared subpath=../a",
            ),
            ("type=volume,dst=/x,", "src=/etc src=~/x"),
            (
                TMPFS,
                "src=a size=1m tmpfs-size= tmpfs-size=0 z noatime relabel=shared",
            ),
            (
                "type=devpts,dst=/x,",
                "newinstance=false newinstance,newinstance uid=a ro mode=9",
            ),
            (
                "type=image,dst=/x,",
                "subpath=/a src=X src=x,rw src=x,rw=TRUE src=x,ro src=x,subpath=a",
            ),
            ("type=glob,", "dst=/x src=/a*,bind-nonrecursive"),
            ("type=ramfs,dst=/x,", "U tmpfs-size=1m"),
            (
                "type=artifact,src=a,dst=/x,",
                "title=t,digest=d name=../n ro",
            ),
        ]);
        assert!("type=bind, src=/a,dst=/x".parse::<MountArg>().is_err());
    }

    #[test]
    fn refuses_what_hides_in_csv() {
        for bad in [
            "type=bind,\"src=/a,b\",dst=/x",
            "type=bind,\"src=/a\"\"b\",dst=/x",
            "type=bind,src=\"/a\",dst=/x",
            "\ntype=bind,src=/a,dst=/x",
            "type=bind,src=/a,dst=/x\n",
            "type=bind,src=/a,dst=/x\ntype=tmpfs,dst=/y",
            "type=bind,src=/a,dst=/x\r",
            "type=bind,src=/a\0,dst=/x",
            "type=glob,src=/a\n*",
            "type=volume,src=v,dst=/x,\"volume-opt=o=a,b\"",
        ] {
            assert!(bad.parse::<MountArg>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn messages_name_the_spelling_that_works() {
        for (bad, good) in [
            ("type=bind,src=/a,dst=/x,ro=1", "write ro"),
            ("type=volume,src=v,dst=/x,rw=false", "write ro"),
            ("type=tmpfs,dst=/x,ro=false", "write rw"),
            ("type=bind,src=/a,dst=/x,noexec=false", "write exec"),
            ("type=tmpfs,dst=/x,size=1m", "tmpfs-size"),
        ] {
            let message = bad.parse::<MountArg>().unwrap_err().to_string();
            assert!(message.contains(good), "{bad}: {message}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_prints_and_parses(
            kind in prop::sample::select(vec!["bind", "volume", "tmpfs", "glob", "ramfs", "image", "devpts"]),
            words in prop::sample::subsequence(
                vec!["src=a", "dst=/x", "ro", "nodev", "exec", "z", "U", "chown=true", "shared", "idmap", "rw=true",
                     "mode=1", "tmpfs-size=5%", "subpath=/s", "volume-opt=a=b=c"],
                0..7,
            ).prop_shuffle()
        ) {
            let text = format!("{},type={kind}", words.join(","));
            if let Ok(mount) = text.parse::<MountArg>() {
                prop_assert_eq!(mount.to_string().parse::<MountArg>(), Ok(mount));
            }
        }
    }
}
