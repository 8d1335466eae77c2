//! What is mounted below the source of a bind, which podman would bring along as it is: with the host's options, and judged by
//! nobody.

use std::path::PathBuf;

use super::mount::Bind;
use crate::host::{Host, Mode};
use crate::podman::value::mount_options::{Access, MountOptions, Recursion};
use crate::podman::value::path::{ContainerPath, HostPath};
use crate::problem::Problem;

/// Does a bind bring along what is mounted below its source, when nothing else is asked? In a user's podman it has to: the
/// kernel does not tear apart mounts that it got as a whole (`EINVAL`, `mount_namespaces(7)`).
pub(super) fn recursion(
    access: Option<Access>,
    submounts: &[PathBuf],
    host: &dyn Host,
) -> Recursion {
    match (host.identity().mode, access) {
        (Mode::Rootless, Some(Access::ReadWrite)) => Recursion::Rbind,
        (Mode::Rootless, Some(Access::ReadOnly) | None) if !submounts.is_empty() => {
            Recursion::Rbind
        }
        (Mode::Rootless | Mode::Rootful, _) => Recursion::Bind,
    }
}

/// Does each of them become a mount of its own, so that nothing is lost? A read-only bind of root's shows none of them, and
/// one that says `bind` or `rbind` has its way.
pub(super) fn are_covered(asked: &MountOptions, access: Option<Access>, host: &dyn Host) -> bool {
    match (access, asked.recursion) {
        _ if asked.overlay.is_some() => false,
        (_, Some(Recursion::Bind)) | (Some(Access::ReadOnly) | None, Some(Recursion::Rbind)) => {
            false
        }
        (Some(Access::ReadWrite), _) => true,
        (Some(Access::ReadOnly) | None, None) => host.identity().mode == Mode::Rootless,
    }
}

/// Each as a mount of its own, with the options of the bind above it, over the one that comes along.
pub(super) fn covers(above: &Bind, host: &dyn Host) -> Result<Vec<Bind>, Problem> {
    let mut covers = Vec::new();
    for point in &above.covered {
        // A file system in user space that only its owner may look at: podman could not mount it either.
        let Ok(source) = host.resolve(point) else {
            continue;
        };
        let Ok(below) = point.strip_prefix(&above.source.path) else {
            continue;
        };
        let destination = format!("{}/{}", above.destination, HostPath::from_path(below)?);
        let path = HostPath::from_path(point)?;
        covers.push(Bind {
            asked: path.clone(),
            source,
            path,
            destination: destination.parse::<ContainerPath>()?,
            asked_access: above.options.access,
            options: MountOptions {
                // Both reach down from the bind above.
                relabel: None,
                ownership: None,
                ..above.options.clone()
            },
            overlay_dirs: Vec::new(),
            submounts: Vec::new(),
            covered: Vec::new(),
        });
    }
    Ok(covers)
}
