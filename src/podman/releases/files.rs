//! Which containers.conf files podman reads, `containers.conf(5)`.

use super::Fact;
use crate::podman::version::Version;

const SOURCE: &str = "common/pkg/config/new.go";

/// Directories of the system's files, in the order podman loads them: `containers.conf` of each, and its drop-ins.
pub(crate) static SYSTEM: [Fact<&str>; 2] = [
    Fact::new("/usr/share/containers", SOURCE),
    Fact::new("/etc/containers", SOURCE),
];

/// In each of them, what only a rootful or only a rootless podman reads: `containers.MODE.conf`, drop-ins, and
/// drop-ins of one user.
pub(crate) static BY_MODE: [Fact<(&str, &str)>; 1] =
    [Fact::new(("rootful", "rootless"), SOURCE).since(Version(5, 7, 0))];

/// A file in the home directory, for a rootful podman; a rootless one has read it always.
pub(crate) const ROOTS_HOME: Fact<&str> =
    Fact::new(".config/containers", SOURCE).since(Version(5, 0, 0));

/// The variable that names a file which podman loads last.
pub(crate) const OVERRIDE: Fact<&str> =
    Fact::new("CONTAINERS_CONF_OVERRIDE", SOURCE).since(Version(4, 5, 0));

/// What empties a list in that file; before, `[]` does.
pub(crate) const APPEND: Fact<&str> = Fact::new(
    "{append=false}",
    "common/internal/attributedstring/slice.go",
)
.since(Version(4, 8, 0));
