//! What stands in the IMAGE place: a name, an ID, or a transport with what it carries; see `podman-run(1)`,
//! `containers-transports(5)` and the grammar of `distribution/reference`.

use std::fmt;
use std::str::FromStr;

use super::csv::one_line;
use super::image_grammar::{is_component, is_digest, is_hex, is_registry, is_tag};
use crate::problem::Invalid;
use crate::words::words;

words! {
    /// Where an image is taken from when its name says so; see `containers-transports(5)`. All but
    /// [`Docker`](Self::Docker) are places on this host, whose images nobody signed.
    pub enum Transport {
        /// A registry, and no search for a short name: `docker://alpine` is `docker.io/library/alpine`.
        Docker = "docker",
        /// podman's own store, or, in brackets, any other.
        ContainersStorage = "containers-storage",
        /// A directory.
        Dir = "dir",
        /// A tar file made by `docker save`.
        DockerArchive = "docker-archive",
        /// A running docker daemon.
        DockerDaemon = "docker-daemon",
        /// A directory in OCI layout.
        Oci = "oci",
        /// A tar file in OCI layout.
        OciArchive = "oci-archive",
        /// An `OSTree` repository; most builds of podman lack it.
        Ostree = "ostree",
        /// A Singularity image.
        Sif = "sif",
        /// Plain tar files.
        Tarball = "tarball",
    }
}

/// A reference to an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRef {
    transport: Option<Transport>,
    registry: Option<String>,
    path: String,
    tag: Option<String>,
    digest: Option<String>,
    text: String,
}

impl ImageRef {
    /// The transport before the first colon.
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// The registry's host, with its port: lower case, as typed.
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The name without registry, tag and digest; an ID without `sha256:`; what a transport other than
    /// [`Transport::Docker`] carries, unread.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag. podman ignores it beside a digest.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest with its algorithm, `sha256:…`.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Does a digest say what the content is?
    pub fn has_digest(&self) -> bool {
        self.digest.is_some()
    }

    /// The ID of a local image: 64 hexadecimal digits, or 12 and more. A part of an ID may also be a name: when no
    /// local image has such an ID, podman looks for it in the registries.
    pub fn is_id(&self) -> bool {
        self.transport.is_none()
            && self.registry.is_none()
            && self.tag.is_none()
            && self.digest.is_none()
            && (12..=64).contains(&self.path.len())
            && is_hex(&self.path)
    }

    /// Must podman guess the registry?
    pub fn is_short_name(&self) -> bool {
        self.transport.is_none() && self.registry.is_none() && !self.is_id()
    }

    /// Does the name promise nothing about which content it stands for? So do a missing tag, `latest` with whatever
    /// follows it, and every tag without a digit (`edge`, `main`, `stable-alpine`, `bookworm`). No tag is a pin: only
    /// a digest or an ID is.
    pub fn tag_is_mutable(&self) -> bool {
        if self.digest.is_some() || self.is_id() {
            return false;
        }
        self.tag.as_deref().is_none_or(|tag| {
            tag.split(['-', '.', '_']).next() == Some("latest")
                || !tag.contains(|c: char| c.is_ascii_digit())
        })
    }

    fn opaque(transport: Transport, path: &str, text: &str) -> Self {
        Self {
            transport: Some(transport),
            registry: None,
            path: path.to_owned(),
            tag: None,
            digest: None,
            text: text.to_owned(),
        }
    }
}

impl FromStr for ImageRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text)?;
        if text.is_empty() || text.contains([',', '"']) || text.contains(char::is_whitespace) {
            return Err(bad(text, "not the name of an image"));
        }
        let (transport, name) = match text
            .split_once(':')
            .map(|(word, rest)| (Transport::from_word(word), rest))
        {
            // Without the slashes it is the image "docker" with a tag.
            Some((Some(Transport::Docker), rest)) => match rest.strip_prefix("//") {
                Some(name) => (Some(Transport::Docker), name),
                None => (None, text),
            },
            Some((Some(_), "")) => return Err(bad(text, "a transport without an image")),
            Some((Some(transport), rest)) => return Ok(Self::opaque(transport, rest, text)),
            _ => (None, text),
        };
        if let Some(id) = name.strip_prefix("sha256:") {
            if transport.is_some() || id.len() != 64 || !is_hex(id) {
                return Err(bad(text, "not the ID of an image"));
            }
            return Ok(Self {
                transport,
                registry: None,
                path: id.to_owned(),
                tag: None,
                digest: None,
                text: text.to_owned(),
            });
        }
        named(transport, name, text)
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn named(transport: Option<Transport>, name: &str, text: &str) -> Result<ImageRef, Invalid> {
    let (name, digest) = match name.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (name, None),
    };
    let (name, tag) = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (name, None),
    };
    let (registry, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            (Some(host), path)
        }
        _ => (None, name),
    };
    if name.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(Invalid::new(
            text,
            "an image name with capital letters",
            format!("write {}", name.to_ascii_lowercase()),
        ));
    }
    if registry.is_some_and(|host| !is_registry(host)) {
        return Err(bad(text, "an image with an impossible registry"));
    }
    if !path.split('/').all(is_component) || name.len() > 255 {
        return Err(bad(text, "not the name of an image"));
    }
    let anonymous = tag.is_none() && digest.is_none() && transport.is_none();
    if name.len() == 64 && is_hex(name) && !anonymous {
        return Err(bad(text, "an image ID with a tag, digest or transport"));
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(bad(text, "an image with an impossible tag"));
    }
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Err(bad(text, "an image with an impossible digest"));
    }
    Ok(ImageRef {
        transport,
        registry: registry.map(str::to_owned),
        path: path.to_owned(),
        tag: tag.map(str::to_owned),
        digest: digest.map(str::to_owned),
        text: text.to_owned(),
    })
}

fn bad(text: &str, what: &str) -> Invalid {
    Invalid::new(
        text,
        what,
        "write REGISTRY/NAME:TAG or REGISTRY/NAME@sha256:DIGEST",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const HEX: &str = "886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";

    fn image(text: &str) -> ImageRef {
        text.parse().unwrap()
    }

    #[test]
    fn takes_a_name_apart() {
        let table = "
            alpine                   -              alpine         -
            alpine:3.19              -              alpine         3.19
            library/alpine           -              library/alpine -
            docker.io/library/alpine docker.io      library/alpine -
            localhost/x:dev          localhost      x              dev
            localhost:5000/x         localhost:5000 x              -
            localhost:5000           -              localhost      5000
            localhost                -              localhost      -
            docker:dind              -              docker         dind
            docker://alpine:3        -              alpine         3
            10.0.0.1:80/a/b/c:T_a.g- 10.0.0.1:80    a/b/c          T_a.g-
            foo__bar/a---b           -              foo__bar/a---b -
            atomic:x                 -              atomic         x
        ";
        for row in table.lines().filter(|row| !row.trim().is_empty()) {
            let mut cells = row
                .split_whitespace()
                .map(|cell| Some(cell).filter(|cell| *cell != "-"));
            let image = image(cells.next().unwrap().unwrap());
            let found = [image.registry(), Some(image.path()), image.tag()];
            assert_eq!(found.to_vec(), cells.collect::<Vec<_>>(), "{image}");
        }
        assert_eq!(image("docker://alpine:3").to_string(), "docker://alpine:3");
    }

    #[test]
    fn ids_are_no_short_names() {
        for text in [HEX, &format!("sha256:{HEX}"), "886f140bf6f6"] {
            let image = image(text);
            assert!(
                image.is_id() && !image.is_short_name() && !image.tag_is_mutable(),
                "{text}"
            );
        }
        for text in "886f140bf6f 886f140bf6f6:latest x/886f140bf6f6 886f140bf6fg".split(' ') {
            assert!(!image(text).is_id(), "{text}");
        }
    }

    #[test]
    fn a_short_name_has_no_registry() {
        for text in "alpine library/alpine:3.19 a/b/c localhost:5000 docker:dind".split(' ') {
            assert!(image(text).is_short_name(), "{text}");
        }
        for text in "docker.io/alpine localhost/x docker://alpine oci:/x r:1/x".split(' ') {
            assert!(!image(text).is_short_name(), "{text}");
        }
    }

    #[test]
    fn a_moving_tag_is_mutable() {
        for tag in [":latest :main :master-omnibus :alpine :stable :dev :latest-alpine3.19 :lts"]
            .iter()
            .flat_map(|row| row.split(' '))
            .chain([""])
        {
            assert!(image(&format!("a.b/x{tag}")).tag_is_mutable(), "{tag}");
        }
        for tag in [":3.19", ":v2", ":1-alpine", ":2024-01-01"] {
            assert!(!image(&format!("a.b/x{tag}")).tag_is_mutable(), "{tag}");
        }
        let pinned = image(&format!("a.b/x:latest@sha256:{HEX}"));
        assert!(pinned.has_digest() && !pinned.tag_is_mutable());
        assert_eq!(pinned.digest(), Some(format!("sha256:{HEX}").as_str()));
    }

    #[test]
    fn a_transport_is_seen() {
        for (text, transport, path) in [
            ("oci:latest", Transport::Oci, "latest"),
            ("dir:/x", Transport::Dir, "/x"),
            (
                "docker-daemon:x:latest",
                Transport::DockerDaemon,
                "x:latest",
            ),
            (
                "containers-storage:[overlay@/r+/s]x",
                Transport::ContainersStorage,
                "[overlay@/r+/s]x",
            ),
            (
                "docker-archive:/x.tar:y",
                Transport::DockerArchive,
                "/x.tar:y",
            ),
        ] {
            let image = image(text);
            assert_eq!((image.transport(), image.path()), (Some(transport), path));
            assert!(image.tag_is_mutable() && !image.is_id());
        }
        assert_eq!(image("docker://a.b/x").transport(), Some(Transport::Docker));
    }

    #[test]
    fn refuses_what_podman_refuses() {
        let long = "a".repeat(256);
        let tag = format!("x:{}", "a".repeat(129));
        let tagged = format!("{HEX}:x");
        let remote = format!("docker://{HEX}");
        let upper = format!("x@sha256:{}", HEX.to_uppercase());
        for bad in [
            "-x --privileged /x x/ a//b x: :x x@ @x x@sha256:abc x@md5:abc x:y:z x,y X",
            "localhost/X LOCALHOST/x foo___bar foo-.bar foo..bar _x x_ x:.tag x:-t",
            "http://a.b/x https://a.b/x [::1]:5000/x a.b:0/x a.b:65536/x a.b:/x a.b:x/y",
            "a..b/x -a.b/x a.b./x .a/x sha256:abc docker:// docker: oci: ../x ./x ~/x é",
            "x@sha256:abc@sha256:abc",
            // Names podman takes, and compares with policy.json as typed or takes for something else.
            "Docker.io/x a_b.c/x",
        ]
        .iter()
        .flat_map(|row| row.split(' '))
        .chain([
            "", "x y", " x", "x\n", "x\0", "\"x\"", &long, &tag, &tagged, &remote, &upper,
        ]) {
            assert!(bad.parse::<ImageRef>().is_err(), "{bad:?}");
        }
    }
}
