//! Files of the host that podman or conmon write, read or hand on.

use crate::row::attacks;

attacks!();
