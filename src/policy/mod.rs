//! What is refused, rewritten or noted, and who may say otherwise.

mod capabilities;
mod devices;
pub mod engine;
pub mod facts;
pub mod level;
pub mod paths;
mod places;
pub mod rows;
pub mod rule;
pub mod rules;
mod secret;
pub mod severity;
pub mod site;
mod sources;
mod users;
