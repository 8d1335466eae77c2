//! The one-word options of a mount, a group of them each an enum; see `podman-run(1)` and `mount(8)`.

use crate::problem::Invalid;
use crate::words::words;

words! {
    /// May the container write?
    pub enum Access {
        /// It may not.
        ReadOnly = "ro",
        /// It may; podman's default.
        ReadWrite = "rw",
    }
    /// Give the source an `SELinux` label of the container's. Rewrites the labels of the host's files.
    pub enum Relabel {
        /// One that every container may use.
        Shared = "z",
        /// One that only this container may use.
        Private = "Z",
    }
    /// Change who owns the source. Rewrites the owners of the host's files, recursively.
    pub enum Ownership {
        /// The container's user.
        Chown = "U",
    }
    /// Which mounts made later cross the container's wall; see `mount_namespaces(7)`.
    pub enum Propagation {
        /// None, for this mount.
        Private = "private",
        /// None, for this mount and those below; podman's default.
        RPrivate = "rprivate",
        /// Both ways: the container's mounts appear on the host.
        Shared = "shared",
        /// Both ways, with those below.
        RShared = "rshared",
        /// The host's appear in the container.
        Slave = "slave",
        /// The host's appear in the container, with those below.
        RSlave = "rslave",
        /// None, and it cannot be bind mounted again.
        Unbindable = "unbindable",
        /// None, and neither it nor those below can be bind mounted again.
        RUnbindable = "runbindable",
    }
    /// Are the mounts below the source part of it? `ro` does not reach them.
    pub enum Recursion {
        /// They are not.
        Bind = "bind",
        /// They are; podman's default.
        Rbind = "rbind",
    }
    /// May programs on it be run?
    pub enum Exec {
        /// They may.
        Exec = "exec",
        /// They may not.
        NoExec = "noexec",
    }
    /// Do device nodes on it work?
    pub enum Dev {
        /// They do.
        Dev = "dev",
        /// They do not.
        NoDev = "nodev",
    }
    /// Do set-user-ID programs on it get their owner's rights?
    pub enum Suid {
        /// They do.
        Suid = "suid",
        /// They do not.
        NoSuid = "nosuid",
    }
    /// Is a new, empty volume filled from the image's directory?
    pub enum Copy {
        /// It is; podman's default.
        Copy = "copy",
        /// It is not.
        NoCopy = "nocopy",
    }
    /// What becomes of a source that is a symbolic link (podman 5.0 and later).
    pub enum Dereference {
        /// The link itself is copied.
        No = "no-dereference",
    }
}

/// Fills a slot that may be filled once; podman refuses a second, or takes the later of the two.
pub(super) fn once<T>(slot: &mut Option<T>, value: T, word: &str) -> Result<(), Invalid> {
    if slot.replace(value).is_some() {
        return Err(Invalid::new(
            word,
            "said twice, or contradicts an earlier option",
            "keep one of the two",
        ));
    }
    Ok(())
}

/// Fills the slot if the word was one of its own. `Ok(false)`: it was not.
pub(super) fn put<T>(slot: &mut Option<T>, value: Option<T>, word: &str) -> Result<bool, Invalid> {
    match value {
        Some(value) => once(slot, value, word).map(|()| true),
        None => Ok(false),
    }
}
