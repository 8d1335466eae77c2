//! The control group hierarchy, and what of it is ours.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::identity::Mode;
use super::mounts::KernelMount;
use crate::problem::Problem;

const ROOT: &str = "/sys/fs/cgroup";

/// The layout of the hierarchy, cgroups(7). podman counts everything but [`CgroupVersion::V2`] as version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CgroupVersion {
    /// One hierarchy per controller.
    V1,
    /// One hierarchy.
    V2,
    /// Version 1 with an empty version 2 beside it for systemd.
    Hybrid,
}

/// Can the kernel count swap per group?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapAccounting {
    /// `memory.memsw.limit_in_bytes` (version 1) or `memory.swap.max` (version 2) is there.
    Available,
    /// No group shows the file: the runtime would pass over the limit in silence.
    Missing,
}

/// The user's own systemd, which makes the groups of rootless containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserManager {
    /// `/run/user/UID/bus` is a socket of the user.
    Reachable,
    /// There is none, and podman falls back to a manager that sets no limits.
    Missing,
}

/// What of the hierarchy is ours to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cgroups {
    /// The layout.
    pub version: CgroupVersion,
    /// The controllers: the ones that are there, or on version 2 for anybody but root the ones delegated to the user's
    /// systemd.
    pub controllers: BTreeSet<String>,
    /// Whether swap can be limited.
    pub swap_accounting: SwapAccounting,
    /// Whether there is a systemd to ask for groups; always asked for, only used when rootless.
    pub user_manager: UserManager,
}

/// What must be read to know the hierarchy.
pub(super) trait Groups {
    /// The text of a file; `None` when it cannot be read.
    fn text(&self, path: &Path) -> Option<String>;
    /// Is there such a file?
    fn exists(&self, path: &Path) -> bool;
    /// The directories in a directory.
    fn directories(&self, path: &Path) -> Vec<PathBuf>;
}

/// Reads the hierarchy as the user `uid` has it. `own` is `/proc/self/cgroup`.
pub(super) fn read(
    groups: &dyn Groups,
    mounts: &[KernelMount],
    own: &str,
    (uid, mode): (u32, Mode),
    user_manager: UserManager,
) -> Result<Cgroups, Problem> {
    let version = version(mounts)?;
    let root = Path::new(ROOT);
    let (controllers, swap) = if version == CgroupVersion::V2 {
        let base = match mode {
            Mode::Rootful => root.to_owned(),
            Mode::Rootless => user_manager_group(own, uid),
        };
        let listed = groups.text(&base.join("cgroup.controllers"));
        let listed = listed.unwrap_or_default();
        let controllers = listed.split_whitespace().map(str::to_owned).collect();
        // The root group has no such file, whatever the kernel can do: its children tell.
        let mut candidates = groups.directories(&base);
        candidates.push(base);
        let swap = candidates
            .iter()
            .any(|group| groups.exists(&group.join("memory.swap.max")));
        (controllers, swap)
    } else {
        version_1(groups, mounts)
    };
    Ok(Cgroups {
        version,
        controllers,
        swap_accounting: if swap || has_no_swap(groups) {
            SwapAccounting::Available
        } else {
            SwapAccounting::Missing
        },
        user_manager,
    })
}

/// Where there is nothing to swap to, nothing needs to be counted.
fn has_no_swap(groups: &dyn Groups) -> bool {
    let swaps = groups.text(Path::new("/proc/swaps"));
    swaps.is_some_and(|swaps| swaps.lines().count() <= 1)
}

fn version(mounts: &[KernelMount]) -> Result<CgroupVersion, Problem> {
    let root = Path::new(ROOT);
    // Of several mounts on one point the last one is seen.
    let seen = mounts.iter().rfind(|mount| mount.point == root);
    if seen.is_some_and(|mount| mount.kind == "cgroup2") {
        return Ok(CgroupVersion::V2);
    }
    let has = |kind: &str| {
        let mut below = mounts.iter().filter(|mount| mount.point.starts_with(root));
        below.any(|mount| mount.kind == kind)
    };
    match (has("cgroup"), has("cgroup2")) {
        (true, false) => Ok(CgroupVersion::V1),
        (true, true) => Ok(CgroupVersion::Hybrid),
        (false, _) => Err(Problem::new(format!(
            "no control groups are mounted at \"{ROOT}\""
        ))),
    }
}

/// The group of `user@UID.service`, of which systemd delegates the subtree: the one this process is in, or the standard
/// place when it is in a login session's scope instead.
fn user_manager_group(own: &str, uid: u32) -> PathBuf {
    let service = format!("user@{uid}.service");
    let standard = format!("user.slice/user-{uid}.slice/{service}");
    let mine = own
        .lines()
        .find_map(|line| line.strip_prefix("0::/"))
        .map(Path::new)
        .and_then(|path| path.ancestors().find(|group| group.ends_with(&service)))
        .filter(|group| !group.components().any(|part| part.as_os_str() == ".."));
    Path::new(ROOT).join(mine.unwrap_or(Path::new(&standard)))
}

fn version_1(groups: &dyn Groups, mounts: &[KernelMount]) -> (BTreeSet<String>, bool) {
    // A controller counts when the file that podman's limit is written to is there.
    let known = [
        ("memory", "memory.limit_in_bytes"),
        ("cpu", "cpu.cfs_quota_us"),
        ("pids", ""),
        ("cpuset", ""),
        ("blkio", ""),
        ("devices", ""),
        ("freezer", ""),
    ];
    let hierarchies = || mounts.iter().filter(|mount| mount.kind == "cgroup");
    let mounted = |name: &str, file: &str| {
        hierarchies().any(|mount| {
            mount.point.starts_with(ROOT)
                && mount.options.iter().any(|option| option == name)
                && groups.exists(&mount.point.join(file))
        })
    };
    let controllers = known
        .iter()
        .filter(|(name, file)| mounted(name, file))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    (
        controllers,
        mounted("memory", "memory.memsw.limit_in_bytes"),
    )
}

#[cfg(test)]
mod tests;
