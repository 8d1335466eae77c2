//! What a path of this host is worth to an attacker: one table, matched by components on resolved paths.
//!
//! A path that does not exist is judged like one that does: it may exist when the container starts.

mod at_login;
mod lookup;
mod names;
mod places;
mod storage_conf;
mod table;
#[cfg(test)]
mod tests;

use super::severity::Severity;
use crate::host::{Host, Resolved};
use crate::podman::value::mount_options::Access;
use lookup::Lookup;
use names::canonical;
pub(super) use names::folded;
pub(crate) use places::Places;

/// What a path is to the host; each is the business of one rule, or of two by access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    /// `/`
    HostRoot,
    /// A socket, or the directory of one, that starts containers for any client.
    RuntimeSocket,
    /// Where engines keep containers, images, volumes and secrets.
    EngineStorage,
    /// `/proc`, `/sys` and what is mounted in them; shared memory.
    KernelFs,
    /// `/dev` itself.
    DeviceTree,
    /// A device node.
    Device,
    /// The host's programs and configuration.
    System,
    /// A socket on which a program of the host takes orders.
    IpcSocket,
    /// Keys, tokens and passwords.
    Credentials,
    /// A home directory, or what runs when its user logs in.
    Home,
}

impl Asset {
    /// How bad it is to lose it; the severity of the rule that guards it.
    fn severity(self, access: Access) -> Severity {
        match (self, access) {
            (
                Self::HostRoot
                | Self::RuntimeSocket
                | Self::EngineStorage
                | Self::DeviceTree
                | Self::Device,
                _,
            )
            | (Self::KernelFs | Self::System, Access::ReadWrite) => Severity::Critical,
            _ => Severity::High,
        }
    }
}

/// What a mount deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Response {
    /// Nothing.
    Silent,
    /// A line in `check`.
    Inform,
    /// A note.
    Warn,
    /// A refusal.
    Refuse,
}

/// How far a row reaches down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// The path itself.
    Exact,
    /// The path and everything below.
    Tree,
}

/// Does a directory above the path expose it?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exposure {
    /// No: what lies between has rows of its own.
    Never,
    /// When the path exists on this host.
    IfThere,
    /// Always: it may appear while the container runs.
    Always,
}

/// Why a path is in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// What it is.
    pub(super) asset: Asset,
    /// What it deserves; never [`Response::Silent`].
    pub(super) response: Response,
    /// Completes “it holds …”.
    pub(super) holds: &'static str,
    /// Would it be harmless read-only?
    pub(super) fine_read_only: bool,
    /// The path of the table, when it lies below the one asked about.
    pub(super) exposes: Option<String>,
}

/// Looks a resolved path up.
pub(super) fn judge(
    host: &dyn Host,
    places: &Places,
    found: &Resolved,
    access: Access,
) -> Option<Match> {
    Lookup {
        host,
        places,
        path: canonical(&found.path),
        kind: found.kind,
        access,
    }
    .best()
}
