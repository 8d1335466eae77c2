//! The administrator's own policy, `/etc/safe-podman/policy.yaml`.
//!
//! ```yaml
//! level: restricted                     # no run may go below
//! mode: enforce                         # or warn: refusals become notes
//! forbid: [privileged, host-network]    # no override breaks these
//! registries: [registry.example.com, docker.io/library]
//! bind_roots: [/srv, /home]
//! max: {memory: 4g, cpus: 2, pids_limit: 512}
//! engine: /usr/bin/podman
//! ```
//!
//! `registries`, `bind_roots` and `max` are judged by the rules `untrusted-registry`, `bind-root` and `site-maximum`,
//! which only a change of this file breaks.

mod read;

use std::path::{Path, PathBuf};

use super::level::{Enforcement, Level};
use crate::host::{FileKind, Host};
use crate::podman::value::bytes::Bytes;
use crate::podman::value::image::{ImageRef, Transport};
use crate::podman::value::limit::{NanoCpus, Pids};
use crate::problem::Invalid;
use crate::problem::Problem;
use crate::rule_id::RuleId;

/// Where the policy stands.
pub(crate) const POLICY: &str = "/etc/safe-podman/policy.yaml";

/// The largest policy, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// The rules that carry out what a policy says; an override would be a hole in it.
const OWN_RULES: [RuleId; 3] = [
    RuleId::UntrustedRegistry,
    RuleId::BindRoot,
    RuleId::SiteMaximum,
];

/// A registry, or a part of one, that images may come from: `quay.io`, `docker.io/library`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryScope {
    host: String,
    path: Vec<String>,
}

impl RegistryScope {
    /// Does the image come from here for certain? A short name does not, nor does an image in a file of this host. An
    /// image ID does when `localhost` is meant, and only a full one: podman looks up a part of one as a name, too.
    pub fn holds(&self, image: &ImageRef) -> bool {
        let Some((host, path)) = home(image) else {
            let local = image.is_id() && image.path().len() == 64;
            return local && self.host == "localhost" && self.path.is_empty();
        };
        self.host == host
            && self.path.len() < path.len()
            && self.path.iter().zip(&path).all(|(ours, its)| ours == its)
    }
}

/// The registry of an image and the parts of its name, as podman completes them; `None` when it cannot be told.
fn home(image: &ImageRef) -> Option<(String, Vec<String>)> {
    let host = match (image.registry(), image.transport()) {
        (Some("index.docker.io" | "registry-1.docker.io"), _) | (None, Some(Transport::Docker)) => {
            "docker.io"
        }
        (Some(host), _) => host,
        (None, _) => return None,
    };
    let mut path: Vec<String> = image.path().split('/').map(str::to_owned).collect();
    if host == "docker.io" && path.len() == 1 {
        path.insert(0, "library".to_owned());
    }
    Some((host.to_owned(), path))
}

impl std::str::FromStr for RegistryScope {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = |what| {
            Invalid::new(
                text,
                what,
                "write HOST[:PORT][/PATH], like quay.io/prometheus",
            )
        };
        let image: ImageRef = format!("{text}/x/x")
            .parse()
            .map_err(|_| bad("not a registry"))?;
        let (host, mut path) = home(&image)
            .filter(|_| image.transport().is_none())
            .ok_or_else(|| bad("not the host of a registry"))?;
        path.truncate(path.len().saturating_sub(2));
        Ok(Self { host, path })
    }
}

impl std::fmt::Display for RegistryScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host)?;
        self.path.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// The most that a container may be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maximum {
    /// Of memory, and of memory and swap together.
    pub memory: Option<Bytes>,
    /// Of CPU time.
    pub cpus: Option<NanoCpus>,
    /// Of processes.
    pub pids_limit: Option<Pids>,
}

/// The site policy; the default is that of a host without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The level below which no run may go.
    pub level: Level,
    /// Are refusals carried out?
    pub mode: Enforcement,
    /// Rules that no override breaks, beside those that carry out this policy; see [`Site::forbidden`].
    pub forbid: Vec<RuleId>,
    /// Registries that images may come from; any when empty.
    pub registries: Vec<RegistryScope>,
    /// Directories that may be mounted, with all below; any when empty.
    pub bind_roots: Vec<PathBuf>,
    /// The most that a container may be given.
    pub max: Maximum,
    /// The engine to use.
    pub engine: Option<PathBuf>,
}

impl Site {
    /// The rules that no override breaks.
    pub(super) fn forbidden(&self) -> impl Iterator<Item = RuleId> {
        OWN_RULES.into_iter().chain(self.forbid.iter().copied())
    }

    /// Does the administrator forbid this rule by name? What a rule only notes, since the person at the keyboard may be the
    /// administrator, is refused then: this person is not.
    pub(super) fn forbids(&self, rule: RuleId) -> bool {
        self.forbid.contains(&rule)
    }

    /// Reads a policy; `file` is what messages call it.
    ///
    /// # Errors
    /// It is not the YAML that a profile may be written in; an unknown or repeated key; a value that does not parse; an
    /// empty list; a rule in `forbid` that does not exist.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problem> {
        read::site(text.as_bytes(), file)
    }

    /// The policy of this host; the default when there is none.
    ///
    /// # Errors
    /// Whatever [`Site::parse`] refuses; a policy that somebody other than root could have written, who ever runs this;
    /// one that cannot be read.
    pub fn load(host: &dyn Host) -> Result<Self, Problem> {
        let path = Path::new(POLICY);
        let found = host.resolve(path)?;
        if found.kind == FileKind::Missing {
            let directory = path.parent().unwrap_or(path);
            let plain = host.resolve(directory)?.path.join("policy.yaml");
            if found.path == plain {
                return Ok(Self::default());
            }
            let what = format!(
                "\"{POLICY}\" is a link to \"{}\", which does not exist",
                found.path.display()
            );
            return Err(Problem::new(what).instead(format!("restore the file, or rm {POLICY}")));
        }
        let opened = host.open_trusted(path, MAX_BYTES)?;
        read::site(&opened.bytes, POLICY)
    }
}

#[cfg(test)]
mod tests;
