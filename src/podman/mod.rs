//! What podman understands, in podman's words.
//!
//! Nothing here knows profiles, rules or the host.

pub mod args;
pub mod flags;
pub mod image_config;
pub mod releases;
pub mod value;
pub mod version;
