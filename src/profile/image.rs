//! Which images a profile is for.

use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// An element of a profile's `images:`.
///
/// The repository is compared letter by letter: `nginx`, `localhost/nginx` and `docker.io/library/nginx` are three
/// different ones, because which of them a short name means is decided by `registries.conf` and by what happens to be
/// in the store, not by the name.
///
/// | pattern | matches |
/// |---|---|
/// | `registry.example/team/web` | every tag and digest of it |
/// | `registry.example/team/web:1` | this tag; `:latest` also the reference without one |
/// | `registry.example/team/web@sha256:…` | this digest, whatever tag stands before it |
/// | `registry.example/team/*`, `registry.example/team/web-*` | each repository of that directory that begins so |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePattern {
    repository: String,
    which: Which,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    /// The repository is a prefix; a `*` stands after it.
    Glob,
    All,
    Tag(String),
    Digest(String),
}

/// How closely a pattern names an image: the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Specificity {
    /// A glob, with the length of what stands before the `*`.
    Glob(usize),
    /// A repository.
    Repository,
    /// A repository and a tag.
    Tag,
    /// A repository and a digest.
    Digest,
}

/// The parts of an image reference, as podman splits it.
#[derive(Clone, Copy)]
struct Reference<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    fn split(text: &'a str) -> Self {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to the registry's port.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        Self {
            repository,
            tag,
            digest,
        }
    }
}

impl ImagePattern {
    /// How closely the pattern names an image; `None` when it does not match.
    ///
    /// A reference with a digest has no tag, because podman ignores the one that stands there.
    pub fn matches(&self, reference: &str) -> Option<Specificity> {
        let image = Reference::split(reference);
        let is_it = image.repository == self.repository;
        match &self.which {
            Which::Glob => {
                let rest = image.repository.strip_prefix(&self.repository)?;
                let is_one = !rest.is_empty() && !rest.contains('/');
                is_one.then_some(Specificity::Glob(self.repository.len()))
            }
            Which::All => is_it.then_some(Specificity::Repository),
            Which::Tag(tag) => {
                (is_it && image.digest.is_none() && image.tag.unwrap_or("latest") == tag)
                    .then_some(Specificity::Tag)
            }
            Which::Digest(digest) => {
                (is_it && image.digest == Some(digest)).then_some(Specificity::Digest)
            }
        }
    }
}

impl FromStr for ImagePattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what| {
            let instead =
                "write localhost/web, registry.example/team/web:1 or registry.example/team/*";
            Invalid::new(text, what, instead)
        };
        let image = Reference::split(text);
        let which = match (image.tag, image.digest) {
            (None, None) if image.repository.ends_with('*') => Which::Glob,
            (None, None) => Which::All,
            (Some(tag), None) if is_tag(tag) => Which::Tag(tag.to_owned()),
            (None, Some(digest)) if is_digest(digest) => Which::Digest(digest.to_owned()),
            (Some(_), Some(_)) => {
                return Err(bad(
                    "an image with a tag and a digest, of which podman ignores the tag",
                ));
            }
            (Some(_), None) => return Err(bad("an image with a malformed tag")),
            (None, Some(_)) => return Err(bad("an image with a malformed digest")),
        };
        let repository = match which {
            Which::Glob => image.repository.strip_suffix('*').unwrap_or_default(),
            _ => image.repository,
        };
        let (dir, last) = match repository.rsplit_once('/') {
            Some((dir, last)) => (Some(dir), last),
            None => (None, repository),
        };
        if which == Which::Glob && dir.is_none() {
            return Err(bad("a pattern for images of any registry"));
        }
        let is_last = last.bytes().all(is_path_byte) && (which == Which::Glob || !last.is_empty());
        if !is_last || !dir.is_none_or(is_directory) {
            return Err(bad("not an image"));
        }
        Ok(Self {
            repository: repository.to_owned(),
            which,
        })
    }
}

impl fmt::Display for ImagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        match &self.which {
            Which::Glob => f.write_str("*"),
            Which::All => Ok(()),
            Which::Tag(tag) => write!(f, ":{tag}"),
            Which::Digest(digest) => write!(f, "@{digest}"),
        }
    }
}

fn is_path_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')
}

/// What stands before the last slash: a registry, perhaps with a port, and directories.
fn is_directory(text: &str) -> bool {
    let is_host = |byte: u8| is_path_byte(byte) || matches!(byte, b'A'..=b'Z' | b':' | b'[' | b']');
    let mut parts = text.split('/');
    let host = parts.next().unwrap_or_default();
    !host.is_empty()
        && host.bytes().all(is_host)
        && parts.all(|part| !part.is_empty() && part.bytes().all(is_path_byte))
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return false,
        };
        hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn matches(pattern: &str, image: &str) -> Option<Specificity> {
        pattern.parse::<ImagePattern>().unwrap().matches(image)
    }

    #[test]
    fn a_repository_matches_every_tag_of_exactly_itself() {
        let at_digest = format!("localhost/netinfo@{DIGEST}");
        for image in ["localhost/netinfo", "localhost/netinfo:1", &at_digest] {
            let found = matches("localhost/netinfo", image);
            assert_eq!(found, Some(Specificity::Repository), "{image}");
        }
        for image in [
            "netinfo",
            "localhost/netinfo2",
            "localhost/netinfo/x",
            "localhost:5000/netinfo",
            "docker.io/localhost/netinfo",
            "localhost/Netinfo",
            "",
            ":",
            "@",
            "docker://localhost/netinfo",
        ] {
            assert_eq!(matches("localhost/netinfo", image), None, "{image}");
        }
        assert_eq!(matches("nginx", "docker.io/library/nginx"), None);
        assert!(matches("r.example:5000/a", "r.example:5000/a:1").is_some());
    }

    #[test]
    fn a_tag_matches_itself_and_latest_what_has_none() {
        assert_eq!(matches("a/b:1", "a/b:1"), Some(Specificity::Tag));
        assert_eq!(matches("a/b:1", "a/b:2"), None);
        assert_eq!(matches("a/b:1", "a/b"), None);
        assert_eq!(matches("a/b:latest", "a/b"), Some(Specificity::Tag));
        assert_eq!(matches("a/b:1", &format!("a/b:1@{DIGEST}")), None);
        let pattern = format!("a/b@{DIGEST}");
        let digest = Some(Specificity::Digest);
        assert_eq!(matches(&pattern, &pattern), digest);
        assert_eq!(matches(&pattern, &format!("a/b:1@{DIGEST}")), digest);
        assert_eq!(matches(&pattern, "a/b"), None);
    }

    #[test]
    fn a_star_stands_for_the_rest_of_one_name() {
        assert_eq!(
            matches("r/team/*", "r/team/web:1"),
            Some(Specificity::Glob(7))
        );
        assert_eq!(
            matches("r/team/w*", "r/team/web"),
            Some(Specificity::Glob(8))
        );
        for image in [
            "r/team",
            "r/team/",
            "r/team/a/b",
            "r/teamx/web",
            "x/r/team/web",
        ] {
            assert_eq!(matches("r/team/*", image), None, "{image}");
        }
    }

    #[test]
    fn the_closer_pattern_is_greater() {
        use Specificity::{Digest, Glob, Repository, Tag};
        let order = [Glob(7), Glob(8), Glob(900), Repository, Tag, Digest];
        assert!(order.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_pattern_that_is_no_image_is_refused() {
        let good = [
            "a",
            "a/b-c_d.e",
            "R.example:5000/a",
            "[::1]:5000/a",
            "a/*",
            "a:1.2_3-4",
        ];
        for text in good {
            assert_eq!(text.parse::<ImagePattern>().unwrap().to_string(), text);
        }
        let both = format!("a:1@{DIGEST}");
        for text in [
            "",
            "*",
            "a*",
            "/a",
            "a/",
            "a//b",
            "a/*/b",
            "a/**",
            "a/*b",
            "a/*:1",
            "a b",
            "A",
            "a/B",
            "a:",
            "a:-x",
            "a:x y",
            "a@sha256:12",
            "a@md5:00",
            "a@",
            "a:1:2",
            "https://a/b",
            &both,
            "a\nb",
            "a/b?",
        ] {
            assert!(text.parse::<ImagePattern>().is_err(), "{text}");
        }
    }
}
