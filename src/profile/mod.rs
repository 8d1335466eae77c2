//! Profiles: short YAML in, a list of [`FlagValue`](crate::podman::args::FlagValue) flags out.
//!
//! [`read`] gets the bytes of a file, [`yaml`](mod@crate::yaml) makes a tree of them, [`schema`] a [`Profile`] by the keys of [`key`],
//! [`library`] finds one by name, file or [`image`], and [`merge`] lays it upon its parents.

pub mod image;
pub mod key;
pub mod library;
pub mod merge;
pub mod read;
pub mod schema;

pub use library::Library;
pub use merge::{ProfileLayers, overlay, resolve};
pub use schema::Profile;
