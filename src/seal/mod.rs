//! The seal: what was promised is what the runtime starts, or nothing starts.
//!
//! ```text
//! Spec ─► Promise ─► annotation ─► podman ─► config.json ─┐
//!                                    │                    ├─► breaches ─► the start fails
//!                                    └─► hook (`seal`) ───┘
//! ```
//! `safe-podman run` writes a [`promise::Promise`] into the annotation [`ANNOTATION`] and names itself as an OCI hook
//! ([`register`]). The runtime calls it at stage `createRuntime`, after podman has written its final `config.json` and before
//! the container's process exists; podman itself calls it before, at stage `precreate`, for what must not even be
//! [followed](precreate). A hook that fails stops the start. Whatever made the container stronger than
//! promised on the way (containers.conf, mounts.conf, the image, another reading of a flag) ends there.
//!
//! A container that is weaker than promised is let through.
//!
//! [`verify`] holds the same promise against a running container. Both go through one comparison: `observed` is what a
//! `config.json`, or `/proc`, shows of a container, and `check` has each check once and says which of the two can answer it.
//! The files import downwards only: `precreate` stands on `hook`; `hook`, `verify` and `register` stand on `sealed`, `check`, `observed`, `store`, `oci`,
//! `promise`, `own_hook` and `breach`, in that order.

pub(crate) mod ambient;
pub(crate) mod breach;
mod check;
pub(crate) mod hook;
pub(crate) mod make;
mod observed;
pub(crate) mod oci;
pub(crate) mod own_hook;
pub(crate) mod precreate;
pub(crate) mod promise;
pub(crate) mod reason;
pub(crate) mod register;
mod sealed;
mod store;
pub(crate) mod verify;
mod words;

#[cfg(any(test, fuzzing))]
pub(crate) use check::fuzz;
pub(crate) use make::promise;
pub use promise::Promise;

/// The annotation that carries the promise.
pub const ANNOTATION: &str = "safe-podman.promise";
