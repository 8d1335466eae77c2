//! What the caller's environment makes podman do, and what it takes into the container.

use crate::row::attacks;

attacks!();
