//! What the files and the config of an image make podman or the runtime do on the host.

use crate::row::attacks;

attacks!();
