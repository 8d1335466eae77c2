//! Profiles: short YAML in, a list of [`FlagValue`](crate::podman::args::FlagValue) flags out.
//!
//! [`read`] gets the bytes of a file, [`yaml`](mod@crate::yaml) makes a tree of them, [`schema`] a
//! [`Profile`](schema::Profile) by the keys of [`key`], [`library`] finds one by name, file or [`image`], and [`merge`]
//! lays it upon its parents.

pub(crate) mod image;
pub(crate) mod json_schema;
pub mod key;
pub(crate) mod library;
pub(crate) mod merge;
pub(crate) mod read;
pub(crate) mod schema;

pub(crate) use merge::{ProfileLayers, overlay};
