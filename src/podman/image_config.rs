//! What an image says about itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The configuration of an image, OCI image-spec `config.md`, as `podman image inspect` shows it. Whoever built the image
/// wrote it, so nothing of it is to be believed or printed unescaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// The image's id: 64 hexadecimal digits.
    pub id: String,
    /// The architecture of its programs in Go's words, `amd64`; empty when it does not say.
    pub architecture: String,
    /// `USER`: empty, or `USER[:GROUP]`, names or numbers.
    pub user: String,
    /// `VOLUME`: the destinations, sorted.
    pub volumes: Vec<String>,
    /// `ENV`, in order; an entry without `=` makes podman import the variable from its own environment.
    pub env: Vec<String>,
    /// `EXPOSE`: `PORT/PROTOCOL`, sorted.
    pub exposed_ports: Vec<String>,
    /// The annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// `LABEL`.
    pub labels: BTreeMap<String, String>,
    /// `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// `CMD`.
    pub cmd: Vec<String>,
    /// `WORKDIR`; empty means `/`.
    pub workdir: String,
    /// The directories of this host that hold its files, uppermost first; empty where the store does not show them.
    pub layers: Vec<PathBuf>,
}
