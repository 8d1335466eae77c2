//! What podman understands, in podman's words.
//!
//! Nothing here knows profiles, rules or the host.

pub mod flags;
pub mod value;
pub mod version;
