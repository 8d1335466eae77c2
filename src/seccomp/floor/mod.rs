//! The floor: a filter of our own, the same on every host and under every release of podman.
//!
//! What a distribution calls the default decides too little: without any capability a process could still make a user
//! namespace and be root in it. The floor is a list of calls that are [left](left::LEFT) and a table of [rows](rows::SUBJECTS), each
//! with what it denies, why, and what opens it. A host whose own profile is stricter is [heeded](under()).

mod both;
mod left;
mod row;
mod rows;
#[cfg(test)]
mod tests;
mod under;

use nix::errno::Errno;

#[cfg(test)]
pub(super) use both::surely_within;
pub(crate) use row::{Denies, Opener, Row};
pub(crate) use rows::SUBJECTS;
use under::under;

use super::{Arch, Architectures, FilterAction, FilterRule, Group, SeccompProblem, SeccompProfile};

/// Which floor a container stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Floor {
    /// May it make containers and sandboxes of its own?
    pub nesting: bool,
    /// Is it to make no namespace whatever else it may do?
    pub without_namespaces: bool,
    /// The architecture of its programs, where that is another one than the kernel's own.
    pub foreign: Option<Arch>,
}

impl Floor {
    /// The capabilities that a nested process has in its own user namespace, of those that open a row: the engines' profiles
    /// open the same calls by them.
    fn inside(self) -> Vec<&'static str> {
        let rows = rows::all().filter(|row| self.opens(row));
        rows.flat_map(Row::caps).collect()
    }

    fn shuts(self, row: &Row) -> bool {
        self.without_namespaces
            && row
                .calls
                .iter()
                .any(|call| rows::NEW_NAMESPACE.contains(call))
    }

    fn opens(self, row: &Row) -> bool {
        self.nesting && row.opened_by.contains(&Opener::Nesting)
    }

    /// The filter on a host whose engines take this profile by default, for a container with this bounding set
    /// (`CAP_SYS_ADMIN` …): the whole floor, unless the host refuses something that the floor leaves.
    ///
    /// # Errors
    /// The host's profile cannot be read, or has conditions that cannot be put together with the floor's.
    pub(crate) fn on_host(
        self,
        engine: &[u8],
        bounding: &[String],
    ) -> Result<SeccompProfile, SeccompProblem> {
        let host = match SeccompProfile::parse(engine) {
            Ok(host) => host,
            // It refuses nothing.
            Err(SeccompProblem::SwitchedOff) => return Ok(self.profile()),
            Err(problem) => return Err(problem),
        };
        let bounding: Vec<&str> = bounding.iter().map(String::as_str).collect();
        let inside = self.inside();
        under(
            self.profile(),
            &host,
            Arch::of_kernel()?,
            &bounding,
            &inside,
        )
    }

    /// The whole filter, as a profile: what capabilities open is left to podman, as in the engines' own profiles.
    pub(crate) fn profile(self) -> SeccompProfile {
        let allow =
            |calls: &[&str], args| Group::always(FilterRule::new(calls, FilterAction::Allow, args));
        let left: Vec<&str> = left::LEFT.split_whitespace().collect();
        let internet = rows::INTERNET_LEFT
            .iter()
            .flat_map(|(kind, protocols)| match protocols {
                [] => row::internet(*kind, None),
                some => {
                    let some = some.iter();
                    some.flat_map(|protocol| row::internet(*kind, Some(*protocol)))
                        .collect()
                }
            });
        let sockets = [
            vec![row::of_family(rows::AF_UNIX)],
            row::netlink(rows::PROTOCOL_LEFT),
        ];
        let sockets = sockets
            .into_iter()
            .chain(internet)
            .map(|args| allow(rows::SOCKETS, args));
        let rows = rows::all().flat_map(|row| {
            if self.shuts(row) {
                row.groups(&[])
            } else if self.opens(row) {
                row.open()
            } else {
                row.groups(&row.caps().collect::<Vec<_>>())
            }
        });
        SeccompProfile {
            default: FilterAction::of_errno(Errno::ENOSYS),
            architectures: match self.foreign {
                None => Architectures::Native,
                Some(arch) => Architectures::Listed(vec![arch]),
            },
            groups: rows
                .chain(sockets)
                .chain([allow(&left, Vec::new())])
                .collect(),
            flags: std::collections::BTreeSet::new(),
            listener: None,
        }
    }
}

/// What the calls of this name answer where the floor refuses them; none for a call without a row.
pub(super) fn errno_of(name: &str) -> Option<Errno> {
    let mut rows = rows::all();
    let row = rows.find(|row| row.calls.contains(&name) && matches!(row.denies, Denies::Always));
    row.map(|row| row.errno)
}
