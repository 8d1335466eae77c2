//! This host as far as a container depends on it: the only reader of `/proc`, `/sys` and the file system.
//!
//! Everybody else asks through [`Host`]. [`System`] looks at the machine, [`Fake`] is a machine made up for a test.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the room that reads and writes files"
)]

mod cache;
mod cgroup_limits;
pub(crate) mod cgroups;
mod descriptors;
mod fake;
mod file;
mod filters;
mod give;
mod identity;
mod ids;
mod image_files;
mod limits;
mod mounts;
mod paths;
mod places;
mod process;
mod replace;
mod socket;
mod system;
mod trust;

use std::io;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::problem::Invalid;
use crate::problem::Problem;

pub(crate) use cgroup_limits::CgroupLimits;
pub(crate) use cgroup_limits::nano_cpus;
pub(crate) use descriptors::{inherited_descriptors, parents_stderr};
pub use fake::Fake;
pub(crate) use file::write;
pub(crate) use file::{Links, Opened, ReadError, Stamp, Streamed, Unread};
pub(crate) use identity::{Identity, Mode, RunsIn};
pub(crate) use ids::{Ids, NamespaceIds};
pub(crate) use image_files::ImageFiles;
pub(crate) use limits::{Effectiveness, Limits};
pub(crate) use mounts::{KernelMount, source_of};
pub use paths::FileKind;
pub(crate) use paths::Resolved;
pub(crate) use places::{Place, names_inside, other_names, place_of};
pub(crate) use process::{CAPABILITY_SETS, Process};
pub use system::System;
pub(crate) use trust::Sticky;

/// Where the kernel shows the access control list of a file, acl(5).
const ACL: &str = "system.posix_acl_access";

/// A resource whose hard limit a container can inherit no more of than this process has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Open files, `RLIMIT_NOFILE`.
    Nofile,
    /// Processes and threads of the user, `RLIMIT_NPROC`.
    Nproc,
}

/// A hard limit of getrlimit(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HardLimit {
    /// At most this many.
    At(u64),
    /// `RLIM_INFINITY`.
    Unlimited,
}

/// A device node, mknod(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceNode {
    /// `c` or `b`.
    pub kind: char,
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
}

/// What the security modules of the kernel do, selinux(8) and apparmor(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lsm {
    /// The state of `SELinux`.
    pub selinux: Selinux,
    /// The state of `AppArmor`.
    pub apparmor: Apparmor,
}

/// The state of `SELinux`, from `/sys/fs/selinux/enforce`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selinux {
    /// Violations are refused.
    Enforcing,
    /// Violations are logged only.
    Permissive,
    /// Not in this kernel, switched off, or not mounted.
    Disabled,
}

/// The state of `AppArmor`, judged by the two files that runc looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apparmor {
    /// The kernel confines by profile.
    Enabled,
    /// Not in this kernel, switched off, or its securityfs is not mounted.
    Disabled,
}

/// What can be asked about the host.
pub trait Host {
    /// Where an absolute path really leads: every symbolic link followed, `.`, `..` and doubled slashes gone, the magic
    /// links of proc(5) (`/proc/PID/root`, `cwd`, `fd/N`) replaced by what they lead to. What does not exist yet is
    /// appended to the longest existing directory. The result contains no link, so what is judged is what is mounted.
    ///
    /// # Errors
    /// A relative path; more than 40 links; a link into another mount namespace or to something that is no path; `..`
    /// or a name below something that is no directory or does not exist; a directory that may not be searched.
    fn resolve(&self, path: &Path) -> Result<Resolved, Invalid>;

    /// The mounts in force, from `/proc/self/mountinfo`.
    ///
    /// # Errors
    /// The table cannot be read or understood: then it is unknown what a path is.
    fn mounts(&self) -> Result<Rc<[KernelMount]>, Problem>;

    /// Those of another process.
    ///
    /// # Errors
    /// There is none of this number, or its table cannot be read or understood.
    fn mounts_of(&self, pid: u32) -> Result<Vec<KernelMount>, Problem>;

    /// The mount points strictly below a resolved path, sorted: what a bind mount of `path` would carry along.
    ///
    /// # Errors
    /// As [`Host::mounts`].
    fn submounts(&self, path: &Path) -> Result<Vec<PathBuf>, Problem> {
        Ok(mounts::below(&self.mounts()?, path))
    }

    /// A file of any kind and size, to be read bit by bit.
    ///
    /// # Errors
    /// It cannot be opened.
    fn stream(&self, path: &Path) -> io::Result<Streamed>;

    /// The current directory.
    ///
    /// # Errors
    /// It is gone.
    fn current_directory(&self) -> Result<PathBuf, Problem>;

    /// The time in seconds since 1970, UTC.
    fn unix_time(&self) -> u64;

    /// This process's own hard limit.
    fn hard_limit(&self, resource: Resource) -> HardLimit;

    /// Who runs this process.
    fn identity(&self) -> &Identity;

    /// The ids of the user namespace that podman itself runs in: the host's for root; for anybody else their own as 0, then
    /// the subordinate ids of subuid(5) and subgid(5). None when a directory service knows these.
    fn engine_ids(&self) -> Option<NamespaceIds>;

    /// Which limits of a container hold here for this user.
    fn limits(&self) -> &Limits;

    /// The security modules.
    fn lsm(&self) -> Lsm;

    /// Does an access control list, acl(5), say more about a path than its owner and mode? `path` is without links.
    fn has_acl(&self, path: &Path) -> bool;

    /// The content of a regular file of at most `limit` bytes, with the owner and mode of the file that was really opened.
    ///
    /// # Errors
    /// No such file; a directory, FIFO, socket or device (refused without waiting); larger than `limit`; a symbolic link
    /// where [`Links::Refuse`] is asked.
    fn open_file(&self, path: &Path, limit: u64, links: Links) -> Result<Opened, ReadError>;

    /// Can only the users `owners` change what `path` leads to? It, each directory on the way and each link passed
    /// belong to one of them, and neither the group nor others may write to them, but for a [`Sticky`] directory.
    ///
    /// # Errors
    /// The sentence that names what is open, or why the path cannot be followed.
    fn only_changed_by(&self, path: &Path, owners: &[u32], sticky: Sticky) -> Result<(), Problem>;

    /// Can only uid 0 change what `path` leads to?
    ///
    /// # Errors
    /// As [`Host::only_changed_by`].
    fn trusted(&self, path: &Path) -> Result<(), Problem> {
        self.only_changed_by(path, &[0], Sticky::Refused)
    }

    /// The content of a file that only uid 0 can change.
    ///
    /// Owner and mode are those of the file that was opened; the way to it is judged after that, so that between the two
    /// only uid 0 could have put another file in its place.
    ///
    /// # Errors
    /// As [`Host::open_file`] and [`Host::trusted`].
    fn open_trusted(&self, path: &Path, limit: u64) -> Result<Opened, ReadError> {
        let opened = self.open_file(path, limit, Links::Follow)?;
        let fail = |problem| ReadError::new(path, Unread::Untrusted(Box::new(problem)));
        self.trusted(path).map_err(fail)?;
        if opened.owner != 0 || opened.mode & 0o022 != 0 {
            let what = format!("\"{}\" may be changed by others than root", path.display());
            return Err(fail(Problem::new(what)));
        }
        Ok(opened)
    }

    /// May what stands in this file be shown to whoever started this program? A user's own process reads what the user may
    /// read. Root's reads everything, and may have been started through sudo(8) by somebody who may read little: nothing but
    /// owner and mode tell (`SUDO_UID` is a variable), so it shows what everybody may read.
    fn may_show(&self, opened: &Opened) -> bool {
        self.identity().euid != 0 || self.may_everybody_read(&opened.path, opened.mode)
    }

    /// May everybody read a file of this mode, by owner and mode of it and of every directory above it? `path` is without
    /// links.
    fn may_everybody_read(&self, path: &Path, mode: u32) -> bool {
        let may_enter = |directory: &Path| {
            let found = self.resolve(directory);
            found.is_ok_and(|found| found.mode & 0o001 != 0)
        };
        mode & 0o004 != 0 && path.is_absolute() && path.ancestors().skip(1).all(may_enter)
    }

    /// The first executable called `name` in the directories of `search`, which are separated by colons. Our own search
    /// path is never looked at.
    fn program(&self, name: &str, search: &str) -> Option<PathBuf>;

    /// The entries of a directory, sorted; empty when there is no such directory.
    ///
    /// # Errors
    /// It exists and cannot be read, or holds more than 10,000 entries.
    fn list(&self, directory: &Path) -> Result<Vec<PathBuf>, ReadError>;

    /// The files of an image that these directories of this host hold, uppermost first.
    fn image_files<'a>(&'a self, layers: &'a [PathBuf]) -> Box<dyn ImageFiles + 'a>;

    /// The device node at a path, links not followed; `None` when there is none.
    fn device(&self, path: &Path) -> Option<DeviceNode>;

    /// Is this descriptor of our own a socket? One that is not open is none.
    fn is_socket(&self, descriptor: RawFd) -> bool;

    /// Puts a file with this content in the place of another one of ours, atomically.
    ///
    /// # Errors
    /// There is no such file, it is not ours, or it cannot be replaced.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Problem>;

    /// Gives a directory to a user who owns all that it holds; one that holds something of another's is left as it is.
    ///
    /// # Errors
    /// It is no directory, or a link, or may not be given.
    fn give(&self, directory: &Path, uid: u32, gid: u32) -> io::Result<()>;

    /// A running process, as `/proc` shows it.
    ///
    /// # Errors
    /// There is none of this number, it ended meanwhile, or its files cannot be read by us.
    fn process(&self, pid: u32) -> Result<Process, Problem>;

    /// The other processes that share the process namespace of one.
    ///
    /// # Errors
    /// There is none of this number.
    fn neighbours(&self, pid: u32) -> Result<Vec<u32>, Problem>;

    /// The programs of the system call filters that the kernel holds for a process's first thread, the oldest first, each an
    /// array of linux/filter.h's `struct sock_filter`. Of several a call has to pass all. The thread stands still meanwhile.
    ///
    /// # Errors
    /// Why they cannot be had, as a clause: the kernel gives them to the host's root only, who traces the process for that.
    fn seccomp_filters(&self, pid: u32) -> Result<Vec<Vec<u8>>, String>;

    /// What the control groups of a process hold it to.
    ///
    /// # Errors
    /// There is none of this number.
    fn cgroup_limits(&self, pid: u32) -> Result<CgroupLimits, Problem>;

    /// The words that started the process that started this one; none when they cannot be read.
    fn parent_words(&self) -> Option<Vec<String>>;

    /// Do two paths lead to one file, links of proc(5) to namespaces included? What cannot be followed leads nowhere.
    fn is_same(&self, one: &Path, other: &Path) -> bool;

    /// Does the API of podman or docker answer at this socket? It is connected to, which starts what systemd keeps ready
    /// behind it.
    fn is_engine(&self, socket: &Path) -> bool;

    /// What tells one state of a regular file from the next, links followed; `None` when there is no such file.
    fn stamp(&self, path: &Path) -> Option<Stamp>;

    /// What was kept under `name` in `directory`; `None` unless file and directory are ours alone (0600, 0700).
    fn recall(&self, directory: &Path, name: &str) -> Option<Vec<u8>>;

    /// Keeps `bytes` under `name` in `directory`, made when missing, replaced atomically. What cannot be kept is
    /// forgotten: a cache is never the reason to stop.
    fn remember(&self, directory: &Path, name: &str, bytes: &[u8]);

    /// Keeps `bytes` under `name` in `directory`, which is made with all above it when missing; the path of the file.
    ///
    /// # Errors
    /// It cannot be written, or the directory is not ours alone.
    fn keep(&self, directory: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem>;

    /// The uid that somebody logged in with before this process was started, `/proc/self/loginuid` of proc(5): the person
    /// behind sudo(8). None where nobody did, as below systemd, or where the kernel keeps no such record.
    fn login_uid(&self) -> Option<u32>;

    /// The systemd unit or the terminal that this process runs in, for the decision log.
    fn runs_in(&self) -> Option<RunsIn>;

    /// The first port that needs no privilege, `net.ipv4.ip_unprivileged_port_start`; the kernel's default is 1024.
    fn unprivileged_port_start(&self) -> u16;
}
