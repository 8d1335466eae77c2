//! The machine itself.

mod mount_table;
mod tree;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal as _, Read as _};
use std::os::fd::RawFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use nix::sys::resource::{RLIM_INFINITY, Resource as Rlimit, getrlimit};
use nix::sys::stat::{major, minor};
use nix::unistd::{geteuid, getgid, getgroups, getppid, getuid};

use self::mount_table::MountTable;
use super::cgroups::{self, Cgroups, Groups, UserManager};
use super::file::{self, Links, Opened, ReadError, Stamp, Streamed, Unread, unreadable};
use super::image_files::{Disk as _, ImageFiles, Layered, Seen};
use super::paths::{self, FileKind, Resolved};
use super::trust::Sticky;
use super::{
    ACL, Apparmor, CgroupLimits, DeviceNode, HardLimit, Host, Identity, KernelMount, Limits, Lsm,
    NamespaceIds, Process, Resource, RunsIn, Selinux, cache, filters, give, ids, mounts, process,
    replace, trust,
};
use crate::problem::Invalid;
use crate::problem::Problem;

/// The largest file of `/proc` that is read: a mount table of some 100,000 lines.
const LARGEST: u64 = 16 << 20;
const MOST_ENTRIES: usize = 10_000;
/// The bytes that the first read of a file asks for, whose size those of `/proc` do not tell.
const FIRST_READ: usize = 8 << 10;
const PORT_START: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/// The machine this process runs on. What stays as it is while the process runs is read once, when it is first asked for.
#[derive(Debug, Default)]
pub struct System {
    identity: OnceCell<Identity>,
    engine_ids: OnceCell<Option<NamespaceIds>>,
    limits: OnceCell<Limits>,
    lsm: OnceCell<Lsm>,
    port_start: OnceCell<u16>,
    mount_table: RefCell<Option<MountTable>>,
    images: RefCell<BTreeMap<Vec<PathBuf>, Rc<Seen>>>,
}

impl Host for System {
    fn resolve(&self, path: &Path) -> Result<Resolved, Invalid> {
        paths::walk(self, path).map(|walk| walk.resolved)
    }

    fn mounts(&self) -> Result<Rc<[KernelMount]>, Problem> {
        let mut table = self.mount_table.borrow_mut();
        match table.as_mut() {
            Some(table) => table.mounts(),
            None => table.insert(MountTable::open()?).mounts(),
        }
    }

    fn mounts_of(&self, pid: u32) -> Result<Vec<KernelMount>, Problem> {
        let path = PathBuf::from(format!("/proc/{pid}/mountinfo"));
        let table = bytes(&path).map_err(|error| unreadable(&path, &error))?;
        mounts::parse(&table)
    }

    fn stream(&self, path: &Path) -> io::Result<Streamed> {
        let (file, regular) = file::open_stream(path)?;
        Ok(Streamed {
            reader: Box::new(BufReader::new(file)),
            may_be_shown: regular.is_none_or(|opened| self.may_show(&opened)),
        })
    }

    fn current_directory(&self) -> Result<PathBuf, Problem> {
        std::env::current_dir().map_err(|error| {
            Problem::new(format!("the current directory is gone: {error}"))
                .instead("cd somewhere else")
        })
    }

    fn unix_time(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs())
    }

    fn hard_limit(&self, resource: Resource) -> HardLimit {
        let resource = match resource {
            Resource::Nofile => Rlimit::RLIMIT_NOFILE,
            Resource::Nproc => Rlimit::RLIMIT_NPROC,
        };
        match getrlimit(resource) {
            Ok((_, RLIM_INFINITY)) => HardLimit::Unlimited,
            Ok((_, hard)) => HardLimit::At(hard),
            // The call cannot fail with these arguments; if it does, nothing may be promised.
            Err(_) => HardLimit::At(0),
        }
    }

    fn identity(&self) -> &Identity {
        self.identity.get_or_init(identity)
    }

    fn engine_ids(&self) -> Option<NamespaceIds> {
        self.engine_ids.get_or_init(|| ids::engines(self)).clone()
    }

    fn has_acl(&self, path: &Path) -> bool {
        self.attribute(path, ACL).is_some()
    }

    fn limits(&self) -> &Limits {
        let limits = || match self.cgroups() {
            Ok(cgroups) => Limits::of(&cgroups, self.identity().mode),
            Err(problem) => Limits::none(&problem.what, "mount the control groups"),
        };
        self.limits.get_or_init(limits)
    }

    fn lsm(&self) -> Lsm {
        *self.lsm.get_or_init(lsm)
    }

    fn open_file(&self, path: &Path, limit: u64, links: Links) -> Result<Opened, ReadError> {
        file::read_whole(path, limit, links)
    }

    fn only_changed_by(&self, path: &Path, owners: &[u32], sticky: Sticky) -> Result<(), Problem> {
        trust::only_changed_by(self, path, owners, sticky)
    }

    fn program(&self, name: &str, search: &str) -> Option<PathBuf> {
        which::which_in(name, Some(search), "/").ok()
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let fail = |error: io::Error| ReadError::new(directory, Unread::Io(error));
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(fail)?,
        };
        let entries = entries.take(MOST_ENTRIES.saturating_add(1));
        let mut found = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(fail)?;
        if found.len() > MOST_ENTRIES {
            let why = format!("it holds more than {MOST_ENTRIES} entries");
            return Err(fail(io::Error::other(why)));
        }
        found.sort();
        Ok(found)
    }

    fn image_files<'a>(&'a self, layers: &'a [PathBuf]) -> Box<dyn ImageFiles + 'a> {
        let mut images = self.images.borrow_mut();
        let seen = images.entry(layers.to_owned()).or_default();
        Box::new(Layered::new(self, layers, Rc::clone(seen)))
    }

    fn is_socket(&self, descriptor: RawFd) -> bool {
        let meta = fs::metadata(format!("/proc/self/fd/{descriptor}"));
        meta.is_ok_and(|meta| file::kind(&meta) == FileKind::Socket)
    }

    fn device(&self, path: &Path) -> Option<DeviceNode> {
        let meta = fs::symlink_metadata(path).ok()?;
        let kind = match file::kind(&meta) {
            FileKind::CharDevice => 'c',
            FileKind::BlockDevice => 'b',
            _ => return None,
        };
        Some(DeviceNode {
            kind,
            major: major(meta.rdev()),
            minor: minor(meta.rdev()),
        })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        replace::replace(path, bytes).map_err(|error| {
            Problem::new(format!("cannot replace \"{}\": {error}", path.display()))
        })
    }

    fn give(&self, directory: &Path, uid: u32, gid: u32) -> io::Result<()> {
        give::give(directory, uid, gid)
    }

    fn process(&self, pid: u32) -> Result<Process, Problem> {
        process::read(pid)
    }

    fn neighbours(&self, pid: u32) -> Result<Vec<u32>, Problem> {
        process::neighbours(pid)
            .map_err(|error| Problem::new(format!("process {pid} cannot be read: {error}")))
    }

    fn seccomp_filters(&self, pid: u32) -> Result<Vec<Vec<u8>>, String> {
        filters::read(pid)
    }

    fn cgroup_limits(&self, pid: u32) -> Result<CgroupLimits, Problem> {
        process::cgroup_limits(pid)
            .map_err(|error| Problem::new(format!("process {pid} cannot be read: {error}")))
    }

    fn parent_words(&self) -> Option<Vec<String>> {
        let parent = u32::try_from(getppid().as_raw()).ok()?;
        process::words(parent).ok()
    }

    fn is_same(&self, one: &Path, other: &Path) -> bool {
        let place = |path| fs::metadata(path).map(|meta| (meta.dev(), meta.ino()));
        match (place(one), place(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
    }

    fn is_engine(&self, socket: &Path) -> bool {
        super::socket::is_engine(socket)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        Stamp::of(path)
    }

    fn recall(&self, directory: &Path, name: &str) -> Option<Vec<u8>> {
        cache::recall(directory, name)
    }

    fn remember(&self, directory: &Path, name: &str, bytes: &[u8]) {
        let _ = cache::remember(directory, name, bytes);
    }

    fn keep(&self, directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem> {
        let path = directory.join(name);
        cache::keep(directory, name, bytes)
            .map(|()| path.clone())
            .map_err(|error| {
                if let Some((what, instead)) = cache::is_open(directory) {
                    return Problem::new(what).instead(instead);
                }
                let what = format!("cannot write \"{}\": {error}", path.display());
                Problem::new(what).instead(match error.kind() {
                    io::ErrorKind::FileTooLarge => {
                        "raise the limit on the size of files: ulimit -f unlimited"
                    }
                    _ => "make room, or remove what stands in the way",
                })
            })
    }

    fn login_uid(&self) -> Option<u32> {
        let uid = text(Path::new("/proc/self/loginuid")).ok()?;
        // The kernel's -1: nobody.
        uid.trim().parse().ok().filter(|uid| *uid != u32::MAX)
    }

    fn runs_in(&self) -> Option<RunsIn> {
        let groups = text(Path::new("/proc/self/cgroup")).unwrap_or_default();
        let mut parts = groups.lines().flat_map(|line| line.rsplit('/'));
        if let Some(unit) =
            parts.find(|part| part.ends_with(".service") && !part.starts_with("user@"))
        {
            return Some(RunsIn::Unit(unit.to_owned()));
        }
        let streams = [
            io::stdin().is_terminal(),
            io::stdout().is_terminal(),
            io::stderr().is_terminal(),
        ];
        let terminal = streams.iter().position(|is_terminal| *is_terminal)?;
        let path = fs::read_link(format!("/proc/self/fd/{terminal}")).ok()?;
        Some(RunsIn::Tty(path.display().to_string()))
    }

    fn unprivileged_port_start(&self) -> u16 {
        let read = || {
            let start = text(Path::new(PORT_START)).ok()?;
            start.trim().parse().ok()
        };
        *self.port_start.get_or_init(|| read().unwrap_or(1024))
    }
}

impl System {
    fn cgroups(&self) -> Result<Cgroups, Problem> {
        let own = Path::new("/proc/self/cgroup");
        let own = text(own).map_err(|error| unreadable(own, &error))?;
        let Identity { euid, mode, .. } = *self.identity();
        cgroups::read(
            self,
            &self.mounts()?,
            &own,
            (euid, mode),
            user_manager(euid),
        )
    }
}

impl Groups for System {
    fn text(&self, path: &Path) -> Option<String> {
        text(path).ok()
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn directories(&self, path: &Path) -> Vec<PathBuf> {
        let entries = self.list(path).unwrap_or_default();
        entries.into_iter().filter(|path| path.is_dir()).collect()
    }
}

fn identity() -> Identity {
    let groups = getgroups().unwrap_or_default();
    let groups = groups.into_iter().map(nix::unistd::Gid::as_raw).collect();
    let passwd = text(Path::new("/etc/passwd")).unwrap_or_default();
    let uid_map = text(Path::new("/proc/self/uid_map")).unwrap_or_default();
    let ids = (geteuid().as_raw(), getuid().as_raw(), getgid().as_raw());
    Identity::read(ids, groups, &passwd, &uid_map)
}

fn lsm() -> Lsm {
    let enforce = text(Path::new("/sys/fs/selinux/enforce"));
    let apparmor = text(Path::new("/sys/module/apparmor/parameters/enabled"));
    let profiles = Path::new("/sys/kernel/security/apparmor").exists();
    Lsm {
        selinux: match enforce.as_deref().map(str::trim) {
            Ok("1") => Selinux::Enforcing,
            Ok("0") => Selinux::Permissive,
            _ => Selinux::Disabled,
        },
        apparmor: if profiles && apparmor.is_ok_and(|enabled| enabled.starts_with('Y')) {
            Apparmor::Enabled
        } else {
            Apparmor::Disabled
        },
    }
}

fn user_manager(uid: u32) -> UserManager {
    match fs::metadata(format!("/run/user/{uid}/bus")) {
        Ok(bus) if bus.file_type().is_socket() && bus.uid() == uid => UserManager::Reachable,
        _ => UserManager::Missing,
    }
}

fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(io::Error::other)
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    whole(&File::open(path)?)
}

fn whole(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FIRST_READ);
    let read = file
        .take(LARGEST.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if u64::try_from(read).map_or(true, |read| read > LARGEST) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
