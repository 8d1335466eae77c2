//! A container that carries a promise: what its `config.json` says, read once.

use std::path::Path;

use super::ANNOTATION;
use super::observed::{Observed, ObservedFilters, Waiting};
use super::oci::{self, OciConfig, OciIdMapping};
use super::promise::{MountKind, Owners, Promise, PromisedFilter, PromisedSeccomp};
use super::store::ContainerContext;
use crate::digest::sha256;
use crate::host::{Host, Links};
use crate::problem::Problem;
use crate::seccomp;

/// The promise, the document it stands in, and the seccomp profile it names.
pub(super) struct Sealed {
    pub(super) promise: Promise,
    config: OciConfig,
    profile: Option<Vec<u8>>,
}

impl Sealed {
    /// Reads the `config.json` of a bundle; none when it has no promise.
    ///
    /// # Errors
    /// The document, the promise in it or the seccomp profile that was promised is unreadable, or gone.
    pub(super) fn read(host: &dyn Host, bundle: &Path) -> Result<Option<Self>, Problem> {
        let path = bundle.join("config.json");
        let file = host.open_file(&path, oci::MAX_BYTES, Links::Refuse)?;
        let config = OciConfig::parse(&file.bytes)?;
        let Some(text) = config.annotations.get(ANNOTATION) else {
            return Ok(None);
        };
        let promise = Promise::decode(text)?;
        let profile = match &promise.seccomp {
            PromisedSeccomp::Filter(filter) => Some(profile_of(host, filter)?),
            PromisedSeccomp::Unconfined => None,
        };
        Ok(Some(Self {
            promise,
            config,
            profile,
        }))
    }

    /// Where the container of this document is.
    pub(super) fn context<'a>(
        &'a self,
        host: &'a dyn Host,
        id: &'a str,
        bundle: &'a Path,
    ) -> ContainerContext<'a> {
        let root = Some(self.config.root.path.as_path());
        ContainerContext {
            host,
            id,
            bundle,
            root,
        }
    }

    /// Gives new volumes to the container's user, as was promised (`U`): before 5.0 podman gives all that a new volume holds to
    /// that user, and then the directory itself back to the owner that the image's has. Only for a container that keeps its
    /// promise, so the source is a volume of podman's, and at its first start; an older volume has files of somebody else or is
    /// that user's already.
    ///
    /// # Errors
    /// It cannot be given, and the program would lose what it writes.
    pub(super) fn give(&self, host: &dyn Host) -> Result<(), Problem> {
        let user = &self.config.process.user;
        let linux = &self.config.linux;
        let ids =
            outside(user.uid, &linux.uid_mappings).zip(outside(user.gid, &linux.gid_mappings));
        for mount in &self.config.mounts {
            let promised = self.promise.mounts.get(&mount.destination);
            let is_given = promised.is_some_and(|promised| {
                promised.owners == Owners::Given
                    && matches!(promised.kind, MountKind::Volume(_, None))
                    && !promised.flags.contains("ro")
            });
            if let (true, Some((uid, gid))) = (is_given, ids) {
                host.give(&mount.source, uid, gid).map_err(|error| {
                    let at = mount.destination.display();
                    Problem::new(format!(
                        "the new volume at \"{at}\" cannot be given to the container's user {}: {error}",
                        user.uid
                    ))
                })?;
            }
        }
        Ok(())
    }

    /// The filters that the kernel holds for process 1 of a running container, or why they cannot be had.
    pub(super) fn loaded(&self, host: &dyn Host, pid: u32) -> Result<ObservedFilters<'_>, String> {
        let profile = self.profile.as_deref();
        let programs = host.seccomp_filters(pid)?;
        Ok(ObservedFilters { programs, profile })
    }

    /// What the document shows of it; `program` is the hook that has to stand in it.
    pub(super) fn observed<'a>(
        &'a self,
        context: ContainerContext<'a>,
        program: &'a Path,
        waiting: Option<Waiting<'a>>,
    ) -> Observed<'a> {
        let profile = self.profile.as_deref();
        Observed::from_config(context, &self.config, program, profile, waiting)
    }
}

/// The id of the namespace that the hook runs in.
fn outside(id: u32, maps: &[OciIdMapping]) -> Option<u32> {
    if maps.is_empty() {
        return Some(id);
    }
    maps.iter().find_map(|map| {
        let offset = id.checked_sub(map.container)?;
        (offset < map.size).then(|| map.host.checked_add(offset))?
    })
}

const AGAIN: &str = "make the container again with safe-podman";

/// The bytes that were judged, however long ago.
fn profile_of(host: &dyn Host, filter: &PromisedFilter) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(seccomp::MAX_BYTES).unwrap_or(u64::MAX);
    let file = host
        .open_file(&filter.file, most, Links::Refuse)
        .map_err(|error| {
            Problem::new(format!(
                "the seccomp profile that was promised is gone: {error}"
            ))
            .instead(AGAIN)
        })?;
    if sha256(&file.bytes) != filter.sha256 {
        return Err(Problem::new(format!(
            "\"{}\" is not the seccomp profile that was promised",
            filter.file.display()
        ))
        .instead(AGAIN));
    }
    Ok(file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    const FILTER: &str = "/var/lib/safe-podman/filter.json";

    /// A bundle whose promise names a filter of this content.
    fn bundle(content: &[u8]) -> Fake {
        let mut promise: Promise =
            serde_json::from_str(include_str!("fixtures/promise.json")).unwrap();
        promise.seccomp = PromisedSeccomp::Filter(PromisedFilter {
            file: FILTER.into(),
            sha256: sha256(content),
        });
        let config = include_str!("fixtures/config.json");
        let mut config: serde_json::Value = serde_json::from_str(config).unwrap();
        config["annotations"][ANNOTATION] = promise.encode().unwrap().into();
        Fake::rootful().file("/bundle/config.json", 0, 0o644, config.to_string())
    }

    #[test]
    fn the_filter_is_the_one_that_was_promised_byte_for_byte() {
        let host = bundle(b"promised");
        for (content, why) in [
            (Some("promised"), None),
            (
                Some("Promised"),
                Some("is not the seccomp profile that was promised"),
            ),
            (
                Some("promised "),
                Some("is not the seccomp profile that was promised"),
            ),
            (None, Some("is gone")),
        ] {
            let host = host.clone();
            let host = match content {
                Some(content) => host.file(FILTER, 0, 0o644, content),
                None => host,
            };
            match (Sealed::read(&host, Path::new("/bundle")), why) {
                (Ok(Some(sealed)), None) => {
                    assert_eq!(sealed.profile.as_deref(), Some(&b"promised"[..]));
                }
                (Err(problem), Some(why)) => assert!(problem.what.contains(why), "{problem}"),
                (read, _) => panic!("{content:?}: {:?}", read.map(|sealed| sealed.is_some())),
            }
        }
    }

    #[test]
    fn an_id_is_that_of_the_namespace_around() {
        let map = |container, host, size| OciIdMapping {
            container,
            host,
            size,
        };
        let maps = [map(0, 1, 999), map(999, 0, 1), map(1000, 1000, 64_536)];
        assert_eq!(outside(7, &[]), Some(7));
        assert_eq!(
            [7, 999, 1000].map(|id| outside(id, &maps)),
            [8, 0, 1000].map(Some)
        );
        assert_eq!(outside(70_000, &maps), None);
    }
}
