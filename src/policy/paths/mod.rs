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

use std::path::{Path, PathBuf};

use super::severity::Severity;
use crate::host::{FileKind, Host, Resolved, names_inside, other_names};
use crate::podman::value::mount_options::Access;
use lookup::{Lookup, worse};
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
    /// The other name by which it is in the table.
    pub(super) by: Option<OtherName>,
}

/// Another name that this host has for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OtherName {
    /// What has it, when that lies below the path asked about.
    part: Option<String>,
    name: String,
}

impl Match {
    /// A clause: what holds what, by which name.
    pub(super) fn describe(&self) -> String {
        let holds = self.holds;
        let inside = self.exposes.as_ref();
        let Some(OtherName { part, name }) = &self.by else {
            let inside = inside.map_or("it".to_owned(), |inside| format!("\"{inside}\" in it"));
            return format!("{inside} holds {holds}");
        };
        let what = part.as_ref();
        let what = what.map_or("it".to_owned(), |part| format!("\"{part}\" in it"));
        let inside = inside.map_or("which".to_owned(), |inside| {
            format!("and \"{inside}\" in that")
        });
        format!("{what} is \"{name}\" of this host by another name, {inside} holds {holds}")
    }
}

/// Looks a resolved path up by every name that the host has for it, and for what of its file system lies in it; the worst
/// counts.
pub(super) fn judge(
    host: &dyn Host,
    places: &Places,
    found: &Resolved,
    access: Access,
) -> Option<Match> {
    let look = |path: &Path, kind| {
        let path = canonical(path);
        Lookup {
            host,
            places,
            path,
            kind,
            access,
        }
        .best()
    };
    let own = look(&found.path, found.kind);
    if own
        .as_ref()
        .is_some_and(|own| own.response == Response::Refuse)
    {
        return own;
    }
    // Without the table a bind is an error before it is judged.
    let Ok(mounts) = host.mounts() else {
        return own;
    };
    let names = other_names(&mounts, &found.path).into_iter();
    let inside = names_inside(&mounts, &found.path).into_iter();
    let all = names
        .map(|name| (None, name))
        .chain(inside.map(|(part, name)| (Some(part), name)));
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    all.fold(own, |worst, (part, name)| {
        // What kind of file it is has been asked already.
        let next = look(&name, FileKind::Missing).map(|next| Match {
            by: Some(OtherName {
                part: part.map(text),
                name: text(name),
            }),
            ..next
        });
        worse(worst, next, access)
    })
}
