//! What podman does with variables.

use super::Fact;
use crate::podman::version::Version;

/// A file of variables is read as a shell would: quotes, comments behind a value, and an empty value that is looked up in
/// podman's own environment.
pub(crate) const SHELL_LIKE_FILE: Fact<()> = Fact::new((), "pkg/env/env.go")
    .since(Version(4, 7, 0))
    .until(Version(4, 7, 1));

/// The variables that it puts into every environment.
pub(crate) static VARIABLES: [Fact<&str>; 5] = [
    Fact::new("PATH", "pkg/env/env.go"),
    Fact::new("TERM", "pkg/env/env.go"),
    Fact::new("container", "pkg/env/env.go"),
    Fact::new("HOSTNAME", "libpod/container_internal_linux.go"),
    Fact::new("HOME", "libpod/container_internal_common.go"),
];
