//! What is refused, rewritten or noted, and who may say otherwise.

mod backing;
mod capabilities;
mod devices;
pub(crate) mod engine;
pub(crate) mod facts;
mod joined;
mod overwrite;
mod owners;
pub(crate) mod paths;
mod places;
mod program;
pub(crate) mod rows;
pub(crate) mod rule;
pub(crate) mod rules;
mod secret;
pub(crate) mod severity;
pub(crate) mod site;
mod sources;
mod users;

// Part of what a container is made of; most who ask are rules.
pub(crate) use crate::spec::level;
pub(crate) use joined::containers as joined_containers;
