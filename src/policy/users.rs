//! Whose rights the container's users have on the host.

use super::facts::Facts;
use crate::host::Mode;
use crate::podman::value::idmap::IdMap;
use crate::podman::value::userns::Userns;
use crate::spec::Spec;

/// Is uid 0 of the container uid 0 of the host? Only a mapping of podman's own choice (`auto`, `nomap`), or one that is
/// written out without the host's root, says no; what another container's namespace maps is unknown.
pub(super) fn is_host_root(spec: &Spec, facts: &Facts<'_>) -> bool {
    if facts.host.identity().mode == Mode::Rootless {
        return false;
    }
    let mapped = match spec.userns.as_ref().map(|userns| &userns.value) {
        Some(Userns::Auto(options)) => !options.iter().any(|(_, map)| maps_host_root(map)),
        Some(Userns::Nomap) => true,
        Some(
            Userns::Host
            | Userns::Private
            | Userns::KeepId { .. }
            | Userns::Path(_)
            | Userns::Container(_)
            | Userns::Pod,
        )
        | None => false,
    };
    let written =
        !spec.uidmap.is_empty() && !spec.uidmap.iter().any(|map| map.value.contains_host_root());
    !(mapped || written)
}

/// The value of `uidmapping=` or `gidmapping=`; that of `size=` is no map.
fn maps_host_root(map: &str) -> bool {
    map.parse::<IdMap>()
        .is_ok_and(|map| map.contains_host_root())
}
