//! Prints `--mount`: the type first, each key by the one name that every podman knows.

use std::fmt;

use super::mount::{MountArg, OtherMount};
use super::mount_options::{Access, Copy, MountOptions, Ownership, Recursion, Relabel, idmap_word};
use super::path::ContainerPath;

impl fmt::Display for MountArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = match self {
            Self::Bind {
                source,
                destination,
                options,
            } => [
                place("bind", source.as_ref(), Some(destination)),
                words(options),
            ]
            .concat(),
            Self::Volume {
                name,
                destination,
                options,
                volume_opts,
                subpath,
            } => [
                place("volume", name.as_ref(), Some(destination)),
                words(options),
                key("subpath", subpath.as_ref()),
                volume_opts
                    .iter()
                    .map(|(name, value)| format!("volume-opt={name}={value}"))
                    .collect(),
            ]
            .concat(),
            Self::Tmpfs(tmpfs) => [
                place("tmpfs", NOWHERE, Some(&tmpfs.destination)),
                tmpfs.words("tmpfs-"),
            ]
            .concat(),
            Self::Other(other) => other.fields(),
        };
        f.write_str(&fields.join(","))
    }
}

impl fmt::Display for OtherMount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fields().join(","))
    }
}

impl OtherMount {
    fn fields(&self) -> Vec<String> {
        match self {
            Self::Devpts {
                destination,
                options,
            } => [
                place("devpts", NOWHERE, Some(destination)),
                options.iter().map(devpts_word).collect(),
            ]
            .concat(),
            Self::Image {
                image,
                destination,
                access,
                subpath,
            } => [
                place("image", Some(image), Some(destination)),
                key("rw", access.map(image_access)),
                key("subpath", subpath.as_ref()),
            ]
            .concat(),
            Self::Glob {
                pattern,
                destination,
                options,
            } => [
                place("glob", Some(pattern), destination.as_ref()),
                words(options),
            ]
            .concat(),
            Self::Ramfs {
                destination,
                options,
            } => [place("ramfs", NOWHERE, Some(destination)), words(options)].concat(),
            Self::Artifact {
                source,
                destination,
                title,
                digest,
                name,
            } => [
                place("artifact", Some(source), Some(destination)),
                key("title", title.as_ref()),
                key("digest", digest.as_ref()),
                key("name", name.as_ref()),
            ]
            .concat(),
        }
    }
}

const NOWHERE: Option<&str> = None;

/// `type=`, `src=`, `dst=`: what every type begins with.
fn place(
    kind: &str,
    source: Option<&(impl fmt::Display + ?Sized)>,
    to: Option<&ContainerPath>,
) -> Vec<String> {
    [key("type", Some(kind)), key("src", source), key("dst", to)].concat()
}

fn key(name: &str, value: Option<&(impl fmt::Display + ?Sized)>) -> Vec<String> {
    value
        .map(|value| format!("{name}={value}"))
        .into_iter()
        .collect()
}

/// An image's `rw` wants a value.
fn image_access(access: Access) -> &'static str {
    match access {
        Access::ReadWrite => "true",
        Access::ReadOnly => "false",
    }
}

fn devpts_word((name, value): &(String, String)) -> String {
    if value.is_empty() {
        name.clone()
    } else {
        format!("{name}={value}")
    }
}

/// The options as every podman spells them here: a bare `ro`, never `ro=true`.
fn words(options: &MountOptions) -> Vec<String> {
    let more = [
        options.recursion.and_then(|recursion| match recursion {
            Recursion::Bind => Some("bind-nonrecursive"),
            // Has no word, and is the default.
            Recursion::Rbind => None,
        }),
        options.relabel.map(|relabel| match relabel {
            Relabel::Shared => "relabel=shared",
            Relabel::Private => "relabel=private",
        }),
        options.ownership.map(Ownership::as_str),
        options.overlay.is_some().then_some("O"),
        options.copy.map(Copy::as_str),
    ];
    let shared = options.shared_words();
    let mut words: Vec<String> = shared
        .into_iter()
        .chain(more)
        .flatten()
        .map(str::to_owned)
        .collect();
    words.extend(options.idmap.as_deref().map(idmap_word));
    words
}
