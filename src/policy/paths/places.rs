//! The places that are not the same on every host.

use std::path::{Path, PathBuf};

use super::names::canonical;
use super::storage_conf;
use super::table::MOVABLE;
use crate::host::Host;
use crate::problem::Problem;

/// The places of this host that are not the same on every host; found once, since they do not change.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Every home directory, as names that may hold a `*`.
    pub(super) homes: Vec<Vec<String>>,
    /// Where the storage of an engine was moved.
    pub(super) storage: Vec<Vec<String>>,
}

impl Places {
    /// Looks for them: the caller's home, links in the place of a storage, and containers-storage.conf(5).
    ///
    /// # Errors
    /// A storage.conf is there and cannot be understood.
    pub fn of(host: &dyn Host) -> Result<Self, Problem> {
        let own_home = host.identity().home.as_deref();
        let moved = MOVABLE
            .iter()
            .filter_map(|path| match path.strip_prefix("~/") {
                Some(rest) => Some(own_home?.join(rest)),
                None => Some(PathBuf::from(path)),
            });
        let mut storage: Vec<Vec<String>> = moved
            .chain(storage_conf::roots(host, own_home)?)
            .filter_map(|path| host.resolve(&path).ok())
            .map(|found| canonical(&found.path))
            .filter(|names| !names.is_empty())
            .collect();
        storage.sort();
        storage.dedup();
        Ok(Self {
            homes: homes(host, own_home),
            storage,
        })
    }

    /// More files of containers-storage.conf(5): the one that `CONTAINERS_STORAGE_CONF` names, and those in a moved
    /// configuration directory.
    ///
    /// # Errors
    /// See [`Places::of`].
    pub fn with_conf(
        self,
        host: &dyn Host,
        file: Option<&Path>,
        directory: Option<&Path>,
    ) -> Result<Self, Problem> {
        let of_file = file
            .map(|file| storage_conf::in_file(host, file))
            .transpose()?;
        let of_directory = directory.map(|directory| storage_conf::below(host, directory));
        let roots = of_file
            .into_iter()
            .chain(of_directory.transpose()?)
            .flatten();
        Ok(self.with_storage(host, roots))
    }

    /// One more home directory: `$HOME`, which is another than that of the passwd file for people of a directory
    /// service. It only ever adds a place to guard, so that nothing is lost by a `$HOME` that lies.
    #[must_use]
    pub fn with_home(mut self, host: &dyn Host, home: &Path) -> Self {
        if let Ok(found) = host.resolve(home) {
            let names = canonical(&found.path);
            // `/` as a home would make every directory a place in it.
            if !names.is_empty() && !self.homes.contains(&names) {
                self.homes.push(names);
            }
        }
        self
    }

    /// More places of an engine, or of this program: those that `XDG_DATA_HOME` and the like move. They only ever add.
    #[must_use]
    pub fn with_storage(mut self, host: &dyn Host, moved: impl Iterator<Item = PathBuf>) -> Self {
        let found = moved.filter_map(|path| host.resolve(&path).ok());
        let names = found.map(|found| canonical(&found.path));
        self.storage.extend(names.filter(|names| !names.is_empty()));
        self
    }
}

/// Every home directory: that of uid 0, those in their usual place, and the caller's own wherever it is.
fn homes(host: &dyn Host, own: Option<&Path>) -> Vec<Vec<String>> {
    let resolved = own
        .and_then(|home| host.resolve(home).ok())
        .map(|home| home.path);
    let usual = ["/root", "/home/*"].map(PathBuf::from);
    let mut homes: Vec<Vec<String>> = usual
        .into_iter()
        .chain(own.map(Path::to_owned))
        .chain(resolved)
        .map(|home| canonical(&home))
        .filter(|home| !home.is_empty())
        .collect();
    homes.sort();
    homes.dedup();
    homes
}
