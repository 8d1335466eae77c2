//! What podman understands, in podman's words.
//!
//! Nothing here knows profiles, rules or the host.

pub(crate) mod accounts;
pub mod args;
pub mod flags;
pub(crate) mod image_config;
pub(crate) mod releases;
pub(crate) mod storage_conf;
pub(crate) mod value;
pub(crate) mod version;
