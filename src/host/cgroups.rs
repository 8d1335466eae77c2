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
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::collections::BTreeMap;

    use super::super::limits::{Effectiveness, Limits};
    use super::super::mounts::parse;
    use super::*;

    /// Files by path; what is below a path makes it a directory.
    struct Files(BTreeMap<PathBuf, String>);

    impl Files {
        fn new(files: &[(&str, &str)]) -> Self {
            let own = |(path, text): &(&str, &str)| (Path::new(ROOT).join(path), (*text).into());
            Self(files.iter().map(own).collect())
        }
    }

    impl Groups for Files {
        fn text(&self, path: &Path) -> Option<String> {
            self.0.get(path).cloned()
        }
        fn exists(&self, path: &Path) -> bool {
            self.0.keys().any(|file| file.starts_with(path))
        }
        fn directories(&self, path: &Path) -> Vec<PathBuf> {
            let children = self
                .0
                .keys()
                .filter_map(|file| file.strip_prefix(path).ok());
            let children = children.filter_map(|rest| rest.components().next());
            children.map(|child| path.join(child)).collect()
        }
    }

    const V1: &[u8] = b"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /sys/fs/cgroup rw - tmpfs x rw
3 2 0:3 / /sys/fs/cgroup/memory rw - cgroup x rw,memory
4 2 0:4 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup x rw,cpu,cpuacct
5 2 0:5 / /elsewhere rw - cgroup x rw,pids
6 2 0:6 / /sys/fs/cgroup/systemd rw - cgroup x rw,name=systemd\n";
    const V2: &[u8] = b"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / /sys/fs/cgroup rw - cgroup2 x rw\n";
    const USER: (u32, Mode) = (1000, Mode::Rootless);
    const ROOT_USER: (u32, Mode) = (0, Mode::Rootful);
    const SERVICE: &str = "user.slice/user-1000.slice/user@1000.service";

    fn why(enforcement: &Effectiveness) -> &str {
        match enforcement {
            Effectiveness::Effective => "",
            Effectiveness::Ineffective { why, .. } => why,
        }
    }

    fn look(files: &Files, table: &[u8], who: (u32, Mode), own: &str) -> Cgroups {
        let mounts = parse(table).unwrap();
        read(files, &mounts, own, who, UserManager::Reachable).unwrap()
    }

    #[test]
    fn version_1_has_what_is_mounted_and_can_be_written() {
        let files = Files::new(&[
            ("memory/memory.limit_in_bytes", ""),
            ("cpu,cpuacct/cpu.shares", ""),
        ]);
        let found = look(&files, V1, ROOT_USER, "");
        assert_eq!(found.version, CgroupVersion::V1);
        assert_eq!(found.controllers, ["memory".to_owned()].into());
        let limits = Limits::of(&found, Mode::Rootful);
        assert_eq!(limits.memory, Effectiveness::Effective);
        assert!(why(&limits.swap).contains("swap"));
        assert!(why(&limits.cpus).contains("\"cpu\""), "no cfs quota");
        assert!(why(&limits.pids).contains("\"pids\""));
    }

    #[test]
    fn a_user_gets_nothing_on_version_1_or_hybrid() {
        let hybrid = [V1, b"7 2 0:7 / /sys/fs/cgroup/unified rw - cgroup2 x rw\n"].concat();
        for (table, version) in [(V1, CgroupVersion::V1), (&hybrid, CgroupVersion::Hybrid)] {
            let files = Files::new(&[("memory/memory.limit_in_bytes", "")]);
            let found = look(&files, table, USER, "");
            assert_eq!(found.version, version);
            let limits = Limits::of(&found, Mode::Rootless);
            for limit in [&limits.memory, &limits.swap, &limits.cpus, &limits.pids] {
                assert!(why(limit).contains("version 1"));
            }
        }
    }

    #[test]
    fn a_user_on_version_2_gets_what_is_delegated() {
        let (controllers, swap) = (
            format!("{SERVICE}/cgroup.controllers"),
            format!("{SERVICE}/app.slice/memory.swap.max"),
        );
        let files = Files::new(&[
            ("cgroup.controllers", "cpuset cpu io memory pids"),
            (&controllers, "memory pids\n"),
            (&swap, "max"),
        ]);
        let in_session = "0::/user.slice/user-1000.slice/session-3.scope\n";
        let in_service = format!("0::/{SERVICE}/app.slice/x.scope\n");
        for own in [in_session, &in_service, "", "0::/../../x\n"] {
            let found = look(&files, V2, USER, own);
            assert_eq!(found.version, CgroupVersion::V2);
            let limits = Limits::of(&found, Mode::Rootless);
            assert_eq!(limits.memory, Effectiveness::Effective, "{own}");
            assert_eq!(limits.swap, Effectiveness::Effective, "{own}");
            assert_eq!(limits.pids, Effectiveness::Effective, "{own}");
            assert!(why(&limits.cpus).contains("not delegated"), "{own}");
        }
        let other = look(&files, V2, (1001, Mode::Rootless), "");
        assert!(other.controllers.is_empty(), "another user's are not ours");
    }

    #[test]
    fn a_user_without_a_session_gets_nothing() {
        let controllers = format!("{SERVICE}/cgroup.controllers");
        let files = Files::new(&[(&controllers, "cpu memory pids")]);
        let found = Cgroups {
            user_manager: UserManager::Missing,
            ..look(&files, V2, USER, "")
        };
        let limits = Limits::of(&found, Mode::Rootless);
        assert!(why(&limits.memory).contains("session"));
        assert_eq!(
            Limits::of(&found, Mode::Rootful).memory,
            Effectiveness::Effective,
            "root needs none"
        );
    }

    #[test]
    fn root_on_version_2_has_what_the_kernel_has() {
        let files = Files::new(&[
            ("cgroup.controllers", "cpu memory pids"),
            ("system.slice/memory.max", "max"),
        ]);
        let limits = Limits::of(&look(&files, V2, ROOT_USER, ""), Mode::Rootful);
        assert_eq!(limits.cpus, Effectiveness::Effective);
        assert!(why(&limits.swap).contains("count swap"));
    }

    #[test]
    fn no_hierarchy_is_an_error_and_the_last_mount_counts() {
        let none = parse(b"1 0 0:1 / / rw - ext4 x rw\n").unwrap();
        assert!(version(&none).is_err());
        let covered = [V2, b"3 2 0:3 / /sys/fs/cgroup rw - tmpfs x rw\n"].concat();
        assert_ne!(version(&parse(&covered).unwrap()), Ok(CgroupVersion::V2));
    }
}
