//! Variables that podman puts into every environment.

use super::Fact;

/// Their names.
pub(crate) static VARIABLES: [Fact<&str>; 5] = [
    Fact::new("PATH", "pkg/env/env.go"),
    Fact::new("TERM", "pkg/env/env.go"),
    Fact::new("container", "pkg/env/env.go"),
    Fact::new("HOSTNAME", "libpod/container_internal_linux.go"),
    Fact::new("HOME", "libpod/container_internal_common.go"),
];
