//! A machine made up for a test: nothing exists but what the test puts there, and paths are followed by the same code
//! as on the real one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::cgroups::{CgroupVersion, Cgroups, SwapAccounting, UserManager};
use super::file::{Links, Opened, ReadError, Stamp, Streamed, Unread};
use super::image_files::{Disk, ImageFiles, Layered};
use super::paths::{self, EntryKind, FileKind, Resolved, Tree, TreeEntry};
use super::trust::Sticky;
use super::{
    ACL, Apparmor, CgroupLimits, DeviceNode, HardLimit, Host, Identity, KernelMount, Limits, Lsm,
    NamespaceIds, Process, Resource, RunsIn, Selinux, ids, trust,
};
use crate::problem::Invalid;
use crate::problem::Problem;

/// Stands for the engine behind a socket.
const ENGINE: &[u8] = b"engine";
/// Stands for the device 0/0.
const WHITEOUT: &[u8] = b"whiteout";
/// The time of every made-up host: noon of 2026-11-22, UTC.
const NOW: u64 = 1_795_348_800;

/// A host for tests. Without further words: root or the user `ann` (uid 1000, home `/home/ann`), control groups version 2
/// with every controller, hard limits 524,288 and unlimited, no `SELinux` and no `AppArmor`.
#[derive(Clone, Debug)]
pub struct Fake {
    entries: BTreeMap<PathBuf, (TreeEntry, Vec<u8>)>,
    mounts: Vec<KernelMount>,
    nofile: HardLimit,
    nproc: HardLimit,
    identity: Identity,
    cgroups: Cgroups,
    limits: Limits,
    lsm: Lsm,
    port_start: u16,
    login_uid: Option<u32>,
    kept: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    attributes: BTreeMap<(PathBuf, String), Vec<u8>>,
    swapped: BTreeMap<PathBuf, Opened>,
    processes: BTreeMap<u32, Process>,
    filters: BTreeMap<u32, Vec<Vec<u8>>>,
}

impl Fake {
    /// A machine used by root.
    pub fn rootful() -> Self {
        Self::of(0, "root:x:0:0::/root:/bin/sh").directory("/root", 0, 0o700)
    }

    /// A machine used by the user `ann`, with a running session and the subordinate ids from 100,000 to 165,535.
    pub fn rootless() -> Self {
        Self::of(1000, "ann:x:1000:1000::/home/ann:/bin/sh")
            .directory("/home/ann", 1000, 0o700)
            .file("/etc/subuid", 0, 0o644, "ann:100000:65536\n")
            .file("/etc/subgid", 0, 0o644, "ann:100000:65536\n")
            .directory("/run/user/1000", 1000, 0o700)
            .node("/run/user/1000/bus", FileKind::Socket, 1000, 0o666)
    }

    fn of(uid: u32, passwd: &str) -> Self {
        let controllers = ["cpu", "cpuset", "io", "memory", "pids"];
        let identity = Identity::read((uid, uid, uid), vec![uid], passwd, "");
        let cgroups = Cgroups {
            version: CgroupVersion::V2,
            controllers: controllers.map(str::to_owned).into(),
            swap_accounting: SwapAccounting::Available,
            user_manager: UserManager::Reachable,
        };
        Self {
            entries: BTreeMap::new(),
            mounts: vec![mounted("/", "254:1", "/", "ext4")],
            nofile: HardLimit::At(524_288),
            nproc: HardLimit::Unlimited,
            limits: Limits::of(&cgroups, identity.mode),
            identity,
            cgroups,
            lsm: Lsm {
                selinux: Selinux::Disabled,
                apparmor: Apparmor::Disabled,
            },
            port_start: 1024,
            login_uid: None,
            kept: RefCell::default(),
            attributes: BTreeMap::new(),
            swapped: BTreeMap::new(),
            processes: BTreeMap::new(),
            filters: BTreeMap::new(),
        }
    }

    /// Adds a directory, of the group with the owner's number as all that is added. Directories above anything that is added
    /// exist by themselves, owned by uid 0 with mode 0755.
    #[must_use]
    pub fn directory(self, path: impl Into<PathBuf>, owner: u32, mode: u32) -> Self {
        self.node(path, FileKind::Directory, owner, mode)
    }

    /// Adds a regular file.
    #[must_use]
    pub fn file(
        self,
        path: impl Into<PathBuf>,
        owner: u32,
        mode: u32,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        let kind = EntryKind::Other(FileKind::File);
        self.entry(path.into(), kind, (owner, mode), content.into())
    }

    /// Adds a root-owned symbolic link.
    #[must_use]
    pub fn link(self, path: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Self {
        let kind = EntryKind::Link(target.into());
        self.entry(path.into(), kind, (0, 0o777), Vec::new())
    }

    /// Adds anything else, e.g. a socket or a device.
    #[must_use]
    pub fn node(self, path: impl Into<PathBuf>, kind: FileKind, owner: u32, mode: u32) -> Self {
        let kind = EntryKind::Other(kind);
        self.entry(path.into(), kind, (owner, mode), Vec::new())
    }

    /// Adds what hides a file of the layers below, overlayfs' device 0/0.
    #[must_use]
    pub fn whiteout(self, path: impl Into<PathBuf>) -> Self {
        let kind = EntryKind::Other(FileKind::CharDevice);
        self.entry(path.into(), kind, (0, 0), WHITEOUT.to_vec())
    }

    /// Adds an extended attribute, xattr(7).
    #[must_use]
    pub fn with_attribute(
        mut self,
        path: impl Into<PathBuf>,
        name: &str,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        let key = (path.into(), name.to_owned());
        self.attributes.insert(key, value.into());
        self
    }

    /// What is opened at a path is another file than what stands there: somebody swapped the two in between.
    #[must_use]
    pub fn swapped(mut self, path: impl Into<PathBuf>, owner: u32, mode: u32, text: &str) -> Self {
        let (bytes, path) = (text.into(), path.into());
        let opened = Opened {
            bytes,
            owner,
            mode,
            path: path.clone(),
        };
        self.swapped.insert(path, opened);
        self
    }

    /// Adds a mount point of a disk of its own; the directory is made with [`Fake::directory`].
    #[must_use]
    pub fn mount(self, point: impl Into<PathBuf>) -> Self {
        let device = format!("8:{}", self.mounts.len());
        self.mount_of(point, &device, "/", "ext4")
    }

    /// Adds a mount of a part of a file system. The root of a made-up machine is all of the ext4 on `254:1`.
    #[must_use]
    pub fn mount_of(
        mut self,
        point: impl Into<PathBuf>,
        device: &str,
        root: &str,
        kind: &str,
    ) -> Self {
        self.mounts.push(mounted(point, device, root, kind));
        self
    }

    /// Sets a hard limit.
    #[must_use]
    pub fn with_hard_limit(mut self, resource: Resource, limit: HardLimit) -> Self {
        match resource {
            Resource::Nofile => self.nofile = limit,
            Resource::Nproc => self.nproc = limit,
        }
        self
    }

    /// A socket at which an engine answers.
    #[must_use]
    pub fn engine(mut self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self = self.node(path.clone(), FileKind::Socket, 0, 0o666);
        if let Some((_, content)) = self.entries.get_mut(&path) {
            *content = ENGINE.to_vec();
        }
        self
    }

    /// Sets who runs the process.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity, ..self }.with_limits()
    }

    /// Sets the control groups.
    #[must_use]
    pub fn with_cgroups(self, cgroups: Cgroups) -> Self {
        Self { cgroups, ..self }.with_limits()
    }

    /// The control groups.
    #[cfg(test)]
    pub(crate) fn cgroups(&self) -> Cgroups {
        self.cgroups.clone()
    }

    /// Adds a process; its neighbours are those of the same pid namespace.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_process(mut self, pid: u32, process: Process) -> Self {
        self.processes.insert(pid, process);
        self
    }

    /// The kernel gives these filters of a process.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_filters(mut self, pid: u32, programs: Vec<Vec<u8>>) -> Self {
        self.filters.insert(pid, programs);
        self
    }

    fn with_limits(self) -> Self {
        let limits = Limits::of(&self.cgroups, self.identity.mode);
        Self { limits, ..self }
    }

    /// Sets the security modules.
    #[must_use]
    pub fn with_lsm(self, lsm: Lsm) -> Self {
        Self { lsm, ..self }
    }

    /// Sets who logged in.
    #[must_use]
    pub fn with_login_uid(self, login_uid: u32) -> Self {
        Self {
            login_uid: Some(login_uid),
            ..self
        }
    }

    /// Sets the first port that needs no privilege.
    #[must_use]
    pub fn with_port_start(self, port_start: u16) -> Self {
        Self { port_start, ..self }
    }

    fn entry(
        mut self,
        path: PathBuf,
        kind: EntryKind,
        (owner, mode): (u32, u32),
        content: Vec<u8>,
    ) -> Self {
        let entry = TreeEntry {
            kind,
            owner,
            group: owner,
            mode,
        };
        self.entries.insert(path, (entry, content));
        self
    }

    fn children(&self, path: &Path) -> impl Iterator<Item = &PathBuf> {
        let after = (Bound::Excluded(path), Bound::Unbounded);
        let known = self.entries.range::<Path, _>(after).map(|(known, _)| known);
        known.take_while(move |known| known.starts_with(path))
    }
}

fn mounted(point: impl Into<PathBuf>, device: &str, root: &str, kind: &str) -> KernelMount {
    KernelMount {
        point: point.into(),
        device: device.to_owned(),
        root: root.into(),
        kind: kind.to_owned(),
        ..KernelMount::default()
    }
}

impl Tree for Fake {
    fn look(&self, path: &Path) -> io::Result<Option<TreeEntry>> {
        if let Some((entry, _)) = self.entries.get(path) {
            return Ok(Some(entry.clone()));
        }
        let implied = path == Path::new("/") || self.children(path).next().is_some();
        Ok(implied.then_some(TreeEntry {
            kind: EntryKind::Other(FileKind::Directory),
            owner: 0,
            group: 0,
            mode: 0o755,
        }))
    }
}

impl Disk for Fake {
    fn attribute_names(&self, path: &Path) -> Vec<String> {
        let names = self.attributes.keys().filter(|(of, _)| of == path);
        names.map(|(_, name)| name.clone()).collect()
    }

    fn attribute(&self, path: &Path, name: &str) -> Option<Vec<u8>> {
        let key = (path.to_owned(), name.to_owned());
        self.attributes.get(&key).cloned()
    }
}

impl Host for Fake {
    fn resolve(&self, path: &Path) -> Result<Resolved, Invalid> {
        paths::walk(self, path).map(|walk| walk.resolved)
    }

    fn mounts(&self) -> Result<Rc<[KernelMount]>, Problem> {
        Ok(self.mounts.clone().into())
    }

    fn mounts_of(&self, pid: u32) -> Result<Vec<KernelMount>, Problem> {
        self.process(pid).map(|process| process.mounts)
    }

    fn stream(&self, path: &Path) -> io::Result<Streamed> {
        let opened = self.open_file(path, u64::MAX, Links::Follow);
        let opened = opened.map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Streamed {
            may_be_shown: self.may_show(&opened),
            reader: Box::new(io::Cursor::new(opened.bytes)),
        })
    }

    fn current_directory(&self) -> Result<PathBuf, Problem> {
        Ok(PathBuf::from("/"))
    }

    fn unix_time(&self) -> u64 {
        NOW
    }

    fn hard_limit(&self, resource: Resource) -> HardLimit {
        match resource {
            Resource::Nofile => self.nofile,
            Resource::Nproc => self.nproc,
        }
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn engine_ids(&self) -> Option<NamespaceIds> {
        ids::engines(self)
    }

    fn has_acl(&self, path: &Path) -> bool {
        self.attribute(path, ACL).is_some()
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn lsm(&self) -> Lsm {
        self.lsm
    }

    fn open_file(&self, path: &Path, limit: u64, links: Links) -> Result<Opened, ReadError> {
        if let Some(opened) = self.swapped.get(path) {
            return Ok(opened.clone());
        }
        let fail = |why| ReadError::new(path, why);
        let is_link = self
            .entries
            .get(path)
            .is_some_and(|(entry, _)| matches!(entry.kind, EntryKind::Link(_)));
        if is_link && links == Links::Refuse {
            return Err(fail(Unread::Link));
        }
        let found = self
            .resolve(path)
            .map_err(|invalid| fail(Unread::Nowhere(invalid)))?;
        match (found.kind, self.entries.get(&found.path)) {
            (FileKind::File, Some((entry, content))) => {
                if u64::try_from(content.len()).map_or(true, |size| size > limit) {
                    return Err(fail(Unread::TooLarge(limit)));
                }
                Ok(Opened {
                    bytes: content.clone(),
                    owner: entry.owner,
                    mode: entry.mode,
                    path: found.path,
                })
            }
            (FileKind::Missing, _) => {
                let error = io::Error::new(io::ErrorKind::NotFound, "no such file");
                Err(fail(Unread::Io(error)))
            }
            (kind, _) => Err(fail(Unread::Kind(kind))),
        }
    }

    fn only_changed_by(&self, path: &Path, owners: &[u32], sticky: Sticky) -> Result<(), Problem> {
        trust::only_changed_by(self, path, owners, sticky)
    }

    fn program(&self, name: &str, search: &str) -> Option<PathBuf> {
        let mut paths = search.split(':').map(|place| Path::new(place).join(name));
        paths.find(|path| {
            let found = self.resolve(path);
            found.is_ok_and(|found| found.kind == FileKind::File && found.mode & 0o111 != 0)
        })
    }

    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
        let nowhere = |invalid| ReadError::new(directory, Unread::Nowhere(invalid));
        let directory = self.resolve(directory).map_err(nowhere)?.path;
        let mut names: Vec<PathBuf> = self
            .children(&directory)
            .filter_map(|path| path.strip_prefix(&directory).ok()?.components().next())
            .map(|name| directory.join(name))
            .collect();
        names.dedup();
        Ok(names)
    }

    fn image_files<'a>(&'a self, layers: &'a [PathBuf]) -> Box<dyn ImageFiles + 'a> {
        Box::new(Layered::new(self, layers, Rc::default()))
    }

    fn is_socket(&self, descriptor: RawFd) -> bool {
        let path = PathBuf::from(format!("/proc/self/fd/{descriptor}"));
        let found = self.resolve(&path);
        found.is_ok_and(|found| found.kind == FileKind::Socket)
    }

    fn device(&self, path: &Path) -> Option<DeviceNode> {
        let kind = match self.resolve(path).ok()?.kind {
            FileKind::CharDevice => 'c',
            FileKind::BlockDevice => 'b',
            _ => return None,
        };
        let is_whiteout = |(_, content): &(TreeEntry, Vec<u8>)| content == WHITEOUT;
        let (major, minor) = match self.entries.get(path) {
            Some(entry) if is_whiteout(entry) => (0, 0),
            _ => (10, 229),
        };
        Some(DeviceNode { kind, major, minor })
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Problem> {
        self.kept
            .borrow_mut()
            .insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn give(&self, directory: &Path, uid: u32, gid: u32) -> io::Result<()> {
        let text = format!("{uid}:{gid}");
        self.kept
            .borrow_mut()
            .insert(directory.to_owned(), text.into_bytes());
        Ok(())
    }

    fn process(&self, pid: u32) -> Result<Process, Problem> {
        let found = self.processes.get(&pid).cloned();
        found.ok_or_else(|| Problem::new(format!("there is no process {pid}")))
    }

    fn neighbours(&self, pid: u32) -> Result<Vec<u32>, Problem> {
        let of = |process: &Process| process.namespaces.get("pid").copied();
        let own = of(&self.process(pid)?);
        let others = self.processes.iter().filter(|(other, _)| **other != pid);
        let same = others.filter(|(_, process)| of(process) == own);
        Ok(same.map(|(other, _)| *other).collect())
    }

    fn seccomp_filters(&self, pid: u32) -> Result<Vec<Vec<u8>>, String> {
        let found = self.filters.get(&pid).cloned();
        found.ok_or_else(|| "this kernel gives none".to_owned())
    }

    fn cgroup_limits(&self, pid: u32) -> Result<CgroupLimits, Problem> {
        self.process(pid).map(|process| process.cgroup)
    }

    fn parent_words(&self) -> Option<Vec<String>> {
        None
    }

    fn is_same(&self, one: &Path, other: &Path) -> bool {
        match (self.resolve(one), self.resolve(other)) {
            (Ok(one), Ok(other)) => one.kind != FileKind::Missing && one.path == other.path,
            _ => false,
        }
    }

    fn is_engine(&self, socket: &Path) -> bool {
        let found = self.entries.get(socket);
        found.is_some_and(|(_, content)| content == ENGINE)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let found = self.resolve(path).ok()?;
        let (_, content) = self.entries.get(&found.path)?;
        (found.kind == FileKind::File).then_some(Stamp {
            device: 1,
            inode: 1,
            size: u64::try_from(content.len()).ok()?,
            mtime_ns: 0,
        })
    }

    fn recall(&self, directory: &Path, name: &str) -> Option<Vec<u8>> {
        self.kept.borrow().get(&directory.join(name)).cloned()
    }

    fn remember(&self, directory: &Path, name: &str, bytes: &[u8]) {
        let mut kept = self.kept.borrow_mut();
        kept.insert(directory.join(name), bytes.to_vec());
    }

    fn keep(&self, directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem> {
        self.remember(directory, name, bytes);
        Ok(directory.join(name))
    }

    fn login_uid(&self) -> Option<u32> {
        self.login_uid
    }

    fn runs_in(&self) -> Option<RunsIn> {
        None
    }

    fn unprivileged_port_start(&self) -> u16 {
        self.port_start
    }
}
