//! What the kernel really holds a process to, `cgroups(7)`: in its control group and in every one above.

use std::path::{Component, Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
/// From here on a limit of version 1 is none: the kernel rounds "no limit" down to a page.
const NO_LIMIT: u64 = 1 << 62;

/// The strictest limits on the way from a process's control groups to their roots; none is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CgroupLimits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of memory and swap together.
    pub swap: Option<u64>,
    /// Billionths of a CPU.
    pub nano_cpus: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

/// Reads them; `own` is `/proc/PID/cgroup`, and `text` the text of a file.
pub(super) fn read(own: &str, text: &dyn Fn(&Path) -> Option<String>) -> CgroupLimits {
    let mut limits = CgroupLimits::default();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        // A group that is not below our own root cannot be looked at.
        let path = Path::new(path.trim_start_matches('/'));
        if !path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            continue;
        }
        if controllers.is_empty() {
            for root in [PathBuf::from(ROOT), Path::new(ROOT).join("unified")] {
                limits.version_2(&root, path, text);
            }
        } else {
            limits.version_1(controllers, path, text);
        }
    }
    // What cannot be swapped needs no count.
    let no_swap = || text(Path::new("/proc/swaps")).is_some_and(|swaps| swaps.lines().count() <= 1);
    if limits.swap.is_none() && limits.memory.is_some() && no_swap() {
        limits.swap = limits.memory;
    }
    limits
}

impl CgroupLimits {
    fn version_2(&mut self, root: &Path, path: &Path, text: &dyn Fn(&Path) -> Option<String>) {
        let number = |name: &str| {
            let here = |group: &Path| text(&root.join(group).join(name))?.trim().parse().ok();
            path.ancestors().filter_map(here).min()
        };
        let cpus = |group: &Path| {
            let both = text(&root.join(group).join("cpu.max"))?;
            let (quota, period) = both.trim().split_once(' ')?;
            nano_cpus(quota.parse().ok()?, period.parse().ok()?)
        };
        least(&mut self.memory, number("memory.max"));
        let both = |memory: u64| Some(memory.saturating_add(number("memory.swap.max")?));
        least(&mut self.swap, self.memory.and_then(both));
        least(&mut self.pids, number("pids.max"));
        let cpus = path.ancestors().filter_map(cpus).min();
        least(&mut self.nano_cpus, cpus);
    }

    fn version_1(
        &mut self,
        controllers: &str,
        path: &Path,
        text: &dyn Fn(&Path) -> Option<String>,
    ) {
        for controller in controllers.split(',') {
            // Controllers that are mounted together lie below both names, and below each.
            // What every group of this version has, and short: the list of a root group's processes is that of the host.
            let root = [controllers, controller]
                .map(|name| Path::new(ROOT).join(name))
                .into_iter()
                .find(|root| text(&root.join("cgroup.clone_children")).is_some());
            let Some(root) = root else { continue };
            let one = |group: &Path, name: &str| -> Option<u64> {
                text(&root.join(group).join(name))?.trim().parse().ok()
            };
            let number = |name: &str| {
                let found = path.ancestors().filter_map(|group| one(group, name));
                found.filter(|limit| *limit < NO_LIMIT).min()
            };
            match controller {
                "memory" => {
                    least(&mut self.memory, number("memory.limit_in_bytes"));
                    least(&mut self.swap, number("memory.memsw.limit_in_bytes"));
                }
                "pids" => least(&mut self.pids, number("pids.max")),
                "cpu" => {
                    let cpus = |group: &Path| {
                        let quota = one(group, "cpu.cfs_quota_us")?;
                        let quota = i64::try_from(quota).ok()?;
                        nano_cpus(quota, one(group, "cpu.cfs_period_us")?)
                    };
                    let cpus = path.ancestors().filter_map(cpus).min();
                    least(&mut self.nano_cpus, cpus);
                }
                _ => {}
            }
        }
    }
}

/// Billionths of a CPU from a quota per period, both in microseconds; no quota is no limit.
pub(crate) fn nano_cpus(quota: i64, period: u64) -> Option<u64> {
    let quota = u64::try_from(quota).ok().filter(|quota| *quota > 0)?;
    let nanos = u128::from(quota).checked_mul(1_000_000_000)?;
    let nanos = nanos.checked_div(period.into())?;
    u64::try_from(nanos).ok()
}

fn least(known: &mut Option<u64>, found: Option<u64>) {
    *known = match (*known, found) {
        (Some(known), Some(found)) => Some(known.min(found)),
        (known, found) => known.or(found),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(own: &str, files: &[(&str, &str)]) -> CgroupLimits {
        let text = |path: &Path| {
            let found = files.iter().find(|(known, _)| Path::new(known) == path);
            found.map(|(_, text)| format!("{text}\n"))
        };
        read(own, &text)
    }

    #[test]
    fn a_group_above_holds_too() {
        // crun puts the process of a container of systemd's one group deeper than the limits.
        let scope = "/sys/fs/cgroup/machine.slice/libpod-0a.scope";
        let file = |name: &str| format!("{scope}/{name}");
        let files = [
            (file("memory.max"), "536870912"),
            (file("memory.swap.max"), "0"),
            (file("pids.max"), "256"),
            (file("cpu.max"), "50000 100000"),
            (file("container/memory.max"), "max"),
            (file("container/pids.max"), "max"),
            (file("container/cpu.max"), "max 100000"),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let found = limits("0::/machine.slice/libpod-0a.scope/container\n", &files);
        let promised = CgroupLimits {
            memory: Some(536_870_912),
            swap: Some(536_870_912),
            nano_cpus: Some(500_000_000),
            pids: Some(256),
        };
        assert_eq!(found, promised);
        // A group that is outside of what we see says nothing.
        assert_eq!(
            limits("0::/../libpod-0a.scope/container\n", &files),
            CgroupLimits::default()
        );
    }

    #[test]
    fn version_1_has_a_hierarchy_for_each() {
        let files = [
            ("/sys/fs/cgroup/memory/cgroup.clone_children", ""),
            (
                "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
                "9223372036854771712",
            ),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096"),
            (
                "/sys/fs/cgroup/memory/a/memory.memsw.limit_in_bytes",
                "8192",
            ),
            ("/sys/fs/cgroup/cpu,cpuacct/cgroup.clone_children", ""),
            ("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1"),
            ("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000"),
            ("/sys/fs/cgroup/pids/cgroup.clone_children", ""),
            ("/sys/fs/cgroup/pids/a/pids.max", "7"),
        ];
        let found = limits(
            "5:memory:/a\n4:cpu,cpuacct:/a\n3:pids:/a\n1:name=systemd:/a\n",
            &files,
        );
        let expected = CgroupLimits {
            memory: Some(4096),
            swap: Some(8192),
            nano_cpus: None,
            pids: Some(7),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn where_nothing_can_be_swapped_memory_is_all() {
        let files = [
            ("/sys/fs/cgroup/a/memory.max", "4096"),
            ("/proc/swaps", "Filename Type Size Used Priority"),
        ];
        assert_eq!(limits("0::/a\n", &files).swap, Some(4096));
        assert_eq!(limits("0::/a\n", &files[..1]).swap, None);
    }
}
