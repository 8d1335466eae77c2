//! A running process as the kernel shows it in `/proc`, proc(5).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::cgroup_limits::{self, CgroupLimits};
use super::ids::Ids;
use super::mounts::{self, KernelMount};
use crate::problem::Problem;

/// The five sets of capabilities, in the order of `/proc/PID/status`.
pub(crate) const CAPABILITY_SETS: [&str; 5] = [
    "inheritable",
    "permitted",
    "effective",
    "bounding",
    "ambient",
];
const NAMESPACES: [&str; 7] = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];

/// The process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The effective uid, as its own user namespace numbers it.
    pub uid: u32,
    /// The effective gid, likewise.
    pub gid: u32,
    /// The supplementary groups, likewise.
    pub groups: BTreeSet<u32>,
    /// One bit for each capability, in the order of [`CAPABILITY_SETS`].
    pub capabilities: [u64; 5],
    /// `NoNewPrivs`.
    pub no_new_privileges: bool,
    /// `Seccomp`: 0 none, 1 strict, 2 a filter.
    pub seccomp: u32,
    /// Inodes of its namespaces, by the kernel's names.
    pub namespaces: BTreeMap<String, u64>,
    /// Its mount table, the later of two mounts at one point last.
    pub mounts: Vec<KernelMount>,
    /// Soft and hard limits by OCI name; `u64::MAX` is none.
    pub limits: BTreeMap<String, (u64, u64)>,
    /// What its control groups hold it to.
    pub cgroup: CgroupLimits,
    /// `attr/current`: the label of the security module.
    pub label: String,
    /// `oom_score_adj`.
    pub oom_score_adj: i64,
    /// The name of its program, cut to 15 bytes.
    pub name: String,
}

/// The lines of `/proc/PID/limits` and what OCI calls them.
const LIMITS: [(&str, &str); 15] = [
    ("Max cpu time", "RLIMIT_CPU"),
    ("Max file size", "RLIMIT_FSIZE"),
    ("Max data size", "RLIMIT_DATA"),
    ("Max stack size", "RLIMIT_STACK"),
    ("Max core file size", "RLIMIT_CORE"),
    ("Max resident set", "RLIMIT_RSS"),
    ("Max processes", "RLIMIT_NPROC"),
    ("Max open files", "RLIMIT_NOFILE"),
    ("Max locked memory", "RLIMIT_MEMLOCK"),
    ("Max file locks", "RLIMIT_LOCKS"),
    ("Max pending signals", "RLIMIT_SIGPENDING"),
    ("Max msgqueue size", "RLIMIT_MSGQUEUE"),
    ("Max nice priority", "RLIMIT_NICE"),
    ("Max realtime priority", "RLIMIT_RTPRIO"),
    ("Max realtime timeout", "RLIMIT_RTTIME"),
];

/// Reads the process; its start time before and after must agree, or the number is another process's by now.
pub(super) fn read(pid: u32) -> Result<Process, Problem> {
    let directory = PathBuf::from(format!("/proc/{pid}"));
    let fail = |error: io::Error| Problem::new(format!("process {pid} cannot be read: {error}"));
    let started = start_time(&directory).map_err(fail)?;
    let process = look(&directory).map_err(fail)?;
    if start_time(&directory).map_err(fail)? != started {
        return Err(Problem::new(format!(
            "process {pid} ended while it was read"
        )));
    }
    Ok(process)
}

/// The 22nd field of `stat`, in clock ticks since the boot. The second one, the program's name, may hold blanks and brackets.
fn start_time(directory: &Path) -> io::Result<u64> {
    let stat = fs::read_to_string(directory.join("stat"))?;
    let fields = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace());
    fields
        .and_then(|mut fields| fields.nth(19)?.parse().ok())
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn look(directory: &Path) -> io::Result<Process> {
    let text = |name: &str| fs::read_to_string(directory.join(name));
    let status = text("status")?;
    let (uids, gids) = (Ids::parse(&text("uid_map")?), Ids::parse(&text("gid_map")?));
    let field = |name: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(str::trim).ok_or(io::ErrorKind::InvalidData)
    };
    // An id without a place in the namespace is nobody's.
    let inside = |ids: &Ids, outside| ids.inside(outside).unwrap_or(u32::MAX);
    let id = |name: &str, ids: &Ids| -> io::Result<u32> {
        let effective = field(name)?
            .split_whitespace()
            .nth(1)
            .and_then(|id| id.parse().ok());
        Ok(inside(ids, effective.ok_or(io::ErrorKind::InvalidData)?))
    };
    let set = |name: &str| -> io::Result<u64> {
        u64::from_str_radix(field(name)?, 16).map_err(|_| io::ErrorKind::InvalidData.into())
    };
    let number = |text: &str| {
        text.trim()
            .parse()
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    };
    let groups = field("Groups")?
        .split_whitespace()
        .filter_map(|id| id.parse().ok());
    Ok(Process {
        uid: id("Uid", &uids)?,
        gid: id("Gid", &gids)?,
        groups: groups.map(|group| inside(&gids, group)).collect(),
        capabilities: [
            set("CapInh")?,
            set("CapPrm")?,
            set("CapEff")?,
            set("CapBnd")?,
            set("CapAmb")?,
        ],
        no_new_privileges: field("NoNewPrivs")? == "1",
        seccomp: u32::try_from(number(field("Seccomp")?)?).unwrap_or(0),
        namespaces: namespaces(directory)?,
        mounts: mounts::parse(&fs::read(directory.join("mountinfo"))?)
            .map_err(|problem| io::Error::other(problem.what))?,
        limits: limits(&text("limits")?),
        cgroup: cgroup(&text("cgroup")?),
        // Where several modules have labels, each has a directory of its own.
        label: ["attr/apparmor/current", "attr/current"]
            .iter()
            .find_map(|name| text(name).ok())
            .unwrap_or_default()
            .trim_matches(['\0', '\n'])
            .to_owned(),
        oom_score_adj: number(&text("oom_score_adj")?)?,
        name: field("Name")?.to_owned(),
    })
}

fn namespaces(directory: &Path) -> io::Result<BTreeMap<String, u64>> {
    let inode = |name: &str| {
        Ok((
            name.to_owned(),
            fs::metadata(directory.join("ns").join(name))?.ino(),
        ))
    };
    NAMESPACES.into_iter().map(inode).collect()
}

fn limits(text: &str) -> BTreeMap<String, (u64, u64)> {
    let number = |word: &str| match word {
        "unlimited" => Some(u64::MAX),
        word => word.parse().ok(),
    };
    let limit = |line: &str| {
        let (_, oci, rest) = LIMITS
            .iter()
            .find_map(|(name, oci)| Some((name, oci, line.strip_prefix(name)?)))?;
        let mut words = rest.split_whitespace();
        Some((
            (*oci).to_owned(),
            (number(words.next()?)?, number(words.next()?)?),
        ))
    };
    text.lines().filter_map(limit).collect()
}

/// The limits of a process's control groups.
pub(super) fn cgroup_limits(pid: u32) -> io::Result<CgroupLimits> {
    let own = fs::read_to_string(format!("/proc/{pid}/cgroup"))?;
    Ok(cgroup(&own))
}

fn cgroup(own: &str) -> CgroupLimits {
    cgroup_limits::read(own, &|path| fs::read_to_string(path).ok())
}

/// The other processes in the process namespace of one.
pub(super) fn neighbours(pid: u32) -> io::Result<Vec<u32>> {
    let namespace = |pid: u32| fs::metadata(format!("/proc/{pid}/ns/pid")).map(|meta| meta.ino());
    let own = namespace(pid)?;
    let entries = fs::read_dir("/proc")?.flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // What ended meanwhile, or is none of ours to look at, is in another one.
    Ok(numbers
        .filter(|other| *other != pid && namespace(*other).is_ok_and(|found| found == own))
        .collect())
}

/// The words that a process was started with.
pub(super) fn words(pid: u32) -> io::Result<Vec<String>> {
    let line = fs::read(format!("/proc/{pid}/cmdline"))?;
    let line = String::from_utf8_lossy(&line);
    let words = line.strip_suffix('\0').unwrap_or(&line).split('\0');
    Ok(words.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_this_very_process() {
        let us = read(std::process::id()).unwrap();
        assert_eq!(us.uid, nix::unistd::geteuid().as_raw());
        assert!(us.mounts.iter().any(|mount| mount.point == Path::new("/")));
        assert!(us.limits.contains_key("RLIMIT_NOFILE") && us.namespaces.len() == NAMESPACES.len());
        assert!(read(u32::MAX).is_err());
        let directory = PathBuf::from(format!("/proc/{}", std::process::id()));
        let stat = fs::read_to_string(directory.join("stat")).unwrap();
        let ours = start_time(&directory).unwrap().to_string();
        assert_eq!(stat.split(' ').nth(21), Some(ours.as_str()), "{stat}");
    }
}
