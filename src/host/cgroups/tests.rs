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
