//! What podman answered before the last judgement.

use std::collections::BTreeMap;

use crate::podman::image_config::ImageConfig;
use crate::policy::facts::{ExistingVolume, JoinedContainer};

/// What podman answered. The default is what is known before it was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// The image's config; none when there is no such image.
    pub image: Option<ImageConfig>,
    /// The volumes that the spec names and that exist.
    pub volumes: BTreeMap<String, ExistingVolume>,
    /// The containers whose namespaces are joined and that exist.
    pub containers: BTreeMap<String, JoinedContainer>,
    /// Was the image fetched just now?
    pub fetched: Fetched,
}

/// Was the image fetched just now?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// It was there.
    #[default]
    Before,
    /// It was fetched, and podman must not fetch another one than the one that is judged.
    Now,
}
