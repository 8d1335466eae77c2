//! A container that carries a promise: what its `config.json` says, read once.

use std::path::Path;

use super::ANNOTATION;
use super::observed::{Observed, ObservedFilters, Waiting};
use super::oci::{self, OciConfig};
use super::promise::{Promise, PromisedFilter, PromisedSeccomp};
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
}
