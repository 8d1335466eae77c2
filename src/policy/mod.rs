//! What is refused, rewritten or noted, and who may say otherwise.

pub mod allow;
