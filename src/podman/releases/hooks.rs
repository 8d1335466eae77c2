//! Where podman looks for OCI hooks, `oci-hooks(5)`.

use super::Fact;

const SOURCE: &str = "common/pkg/hooks/hooks.go";

/// Directories that podman reads unless others are configured, in its order: of two files with one name the later counts.
pub(crate) static DIRECTORIES: [Fact<&str>; 2] = [
    Fact::new("/usr/share/containers/oci/hooks.d", SOURCE),
    Fact::new("/etc/containers/oci/hooks.d", SOURCE),
];
