//! What a path of this host is worth to an attacker: one table, matched by components on resolved paths.
//!
//! A path that does not exist is judged like one that does: it may exist when the container starts.

mod names;
mod storage_conf;
mod table;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::facts::Facts;
use super::rule::Severity;
use crate::host::{FileKind, Host, Resolved};
use crate::podman::value::mount_options::Access;
use crate::problem::Problem;
pub(super) use names::folded;
use names::{Pattern, Relation, canonical, fits, names};
use table::{BENIGN, HARMLESS_DEVICES, MOVABLE, ROWS, Row};

/// What a path is to the host; each is the business of one rule, or of two by access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    /// `/`
    HostRoot,
    /// A socket, or the directory of one, that starts containers for whoever connects.
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
enum Reach {
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

/// The places of this host that are not the same on every host; found once, since they do not change.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Every home directory, as names that may hold a `*`.
    homes: Vec<Vec<String>>,
    /// Where the storage of an engine was moved.
    storage: Vec<Vec<String>>,
}

impl Places {
    /// Looks for them: the caller's home, links in the place of a storage, and containers-storage.conf(5).
    ///
    /// # Errors
    /// A storage.conf is there and cannot be understood.
    pub fn of(host: &dyn Host) -> Result<Self, Problem> {
        let own_home = host.identity().home;
        let moved = MOVABLE
            .iter()
            .filter_map(|path| match path.strip_prefix("~/") {
                Some(rest) => Some(own_home.as_ref()?.join(rest)),
                None => Some(PathBuf::from(path)),
            });
        let mut storage: Vec<Vec<String>> = moved
            .chain(storage_conf::roots(host, own_home.as_deref())?)
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
}

/// Looks a resolved path up.
pub(super) fn judge(facts: &Facts<'_>, found: &Resolved, access: Access) -> Option<Match> {
    Lookup {
        host: facts.host,
        places: facts.places,
        path: canonical(&found.path),
        kind: found.kind,
        access,
    }
    .best()
}

struct Lookup<'a> {
    host: &'a dyn Host,
    places: &'a Places,
    path: Vec<String>,
    kind: FileKind,
    access: Access,
}

impl Lookup<'_> {
    fn best(&self) -> Option<Match> {
        let is_at = |paths: &[&str]| paths.iter().any(|path| self.is_below(path));
        if is_at(HARMLESS_DEVICES) || (self.access == Access::ReadOnly && is_at(BENIGN)) {
            return None;
        }
        let direct = self.direct();
        if direct
            .as_ref()
            .is_some_and(|found| found.asset == Asset::HostRoot)
        {
            return direct;
        }
        let always = self.exposed(Exposure::Always);
        let worst = worse(direct, always, self.access);
        match worst {
            Some(found) if found.response == Response::Refuse => Some(found),
            worst => {
                let there = worse(worst, self.exposed(Exposure::IfThere), self.access);
                worse(there, self.moved(), self.access)
            }
        }
    }

    /// Is it, or does it hold, storage that is not in its usual place?
    fn moved(&self) -> Option<Match> {
        let place = self.places.storage.iter().find(|place| {
            let mut names = place.iter().zip(&self.path);
            names.all(|(a, b)| a == b)
        })?;
        let storage = ROWS.iter().find(|row| row.asset == Asset::EngineStorage)?;
        let inside = (place.len() > self.path.len()).then(|| format!("/{}", place.join("/")));
        Some(storage.matched(self.access, inside))
    }

    /// The most exact of the strictest rows that hold the path itself.
    fn direct(&self) -> Option<Match> {
        let mut best: Option<(Match, usize)> = self.node();
        for (row, pattern) in self.patterns() {
            let found = match pattern.relate(&self.path) {
                Relation::Same => true,
                Relation::Below => row.reach == Reach::Tree,
                Relation::Above | Relation::Apart => false,
            };
            if !found || row.response(self.access) == Response::Silent {
                continue;
            }
            let rank = |found: &Match, length: usize| {
                (found.response, length, found.asset.severity(self.access))
            };
            let new = row.matched(self.access, None);
            let length = pattern.length();
            if best
                .as_ref()
                .is_none_or(|(old, old_length)| rank(&new, length) > rank(old, *old_length))
            {
                best = Some((new, length));
            }
        }
        best.map(|(found, _)| found)
    }

    /// A device node outside /dev is a device all the same.
    fn node(&self) -> Option<(Match, usize)> {
        match self.kind {
            FileKind::BlockDevice | FileKind::CharDevice => Some((
                Match {
                    asset: Asset::Device,
                    response: Response::Refuse,
                    holds: "a device of this host",
                    fine_read_only: false,
                    exposes: None,
                },
                self.path.len(),
            )),
            _ => None,
        }
    }

    /// The worst row with a path below this one.
    fn exposed(&self, exposure: Exposure) -> Option<Match> {
        let mut worst = None;
        for (row, pattern) in self.patterns() {
            let response = row.response(self.access);
            let is_inside = row.exposure == exposure
                && response != Response::Silent
                && pattern.relate(&self.path) == Relation::Above;
            if is_inside && let Some(path) = self.instance(pattern, exposure) {
                worst = worse(
                    worst,
                    Some(row.matched(self.access, Some(path))),
                    self.access,
                );
            }
        }
        worst
    }

    /// The pattern below this path: as it is written, or what of it exists.
    fn instance(&self, pattern: Pattern<'_>, exposure: Exposure) -> Option<String> {
        let rest: Vec<&str> = pattern.names().skip(self.path.len()).collect();
        let here = PathBuf::from(format!("/{}", self.path.join("/")));
        let inside = match exposure {
            Exposure::Never => None,
            Exposure::Always => Some(here.join(rest.join("/"))),
            Exposure::IfThere => existing(self.host, &here, &rest),
        };
        inside.map(|path| path.to_string_lossy().into_owned())
    }

    fn is_below(&self, path: &str) -> bool {
        names(path).zip(&self.path).all(|(a, b)| fits(a, b))
            && names(path).count() <= self.path.len()
    }

    /// Every pattern of the table, one for each home directory where it says `~`.
    fn patterns(&self) -> impl Iterator<Item = (&'static Row, Pattern<'_>)> {
        COMPILED.iter().flat_map(|(row, path)| {
            let (single, below_home) = match path {
                TablePath::Root(names) => (Some(Pattern::At(&[], names)), None),
                TablePath::Anywhere(name) => (Some(Pattern::Anywhere(name)), None),
                TablePath::Home(names) => (None, Some(names)),
            };
            let of_homes = below_home.into_iter().flat_map(|names| {
                let homes = self.places.homes.iter();
                homes.map(move |home| Pattern::At(home, names))
            });
            single
                .into_iter()
                .chain(of_homes)
                .map(move |pattern| (*row, pattern))
        })
    }
}

/// A path of the table, split into names once.
enum TablePath {
    Root(Vec<&'static str>),
    Home(Vec<&'static str>),
    Anywhere(&'static str),
}

static COMPILED: LazyLock<Vec<(&'static Row, TablePath)>> = LazyLock::new(|| {
    let paths = ROWS
        .iter()
        .flat_map(|row| row.paths.iter().map(move |path| (row, *path)));
    paths
        .map(|(row, path)| match path.split_once('/') {
            Some(("**", name)) => (row, TablePath::Anywhere(name)),
            Some(("~", rest)) => (row, TablePath::Home(names(rest).collect())),
            None => (row, TablePath::Home(Vec::new())),
            Some((_, rest)) => (row, TablePath::Root(names(rest).collect())),
        })
        .collect()
});

impl Row {
    fn response(&self, access: Access) -> Response {
        match access {
            Access::ReadOnly => self.read,
            Access::ReadWrite => self.write,
        }
    }

    fn matched(&self, access: Access, exposes: Option<String>) -> Match {
        Match {
            asset: self.asset,
            response: self.response(access),
            holds: self.holds,
            fine_read_only: self.read == Response::Silent,
            exposes,
        }
    }
}

/// The worse of two; the first where they are alike.
fn worse(first: Option<Match>, second: Option<Match>, access: Access) -> Option<Match> {
    let rank = |found: &Match| (found.response, found.asset.severity(access));
    match (first, second) {
        (Some(first), Some(second)) if rank(&second) > rank(&first) => Some(second),
        (Some(first), _) => Some(first),
        (None, second) => second,
    }
}

/// The first path below `dir` that exists and fits.
fn existing(host: &dyn Host, dir: &Path, patterns: &[&str]) -> Option<PathBuf> {
    let Some((pattern, more)) = patterns.split_first() else {
        let found = host.resolve(dir).ok()?;
        return (found.kind != FileKind::Missing).then(|| dir.to_owned());
    };
    if !pattern.contains('*') {
        return existing(host, &dir.join(pattern), more);
    }
    let entries = host.list(dir).ok()?;
    let fitting = |entry: &&PathBuf| {
        entry
            .file_name()
            .is_some_and(|name| fits(pattern, &name.to_string_lossy()))
    };
    entries
        .iter()
        .filter(fitting)
        .find_map(|entry| existing(host, entry, more))
}

/// Every home directory: root's, those in their usual place, and the caller's own wherever it is.
fn homes(host: &dyn Host, own: Option<PathBuf>) -> Vec<Vec<String>> {
    let resolved = own
        .as_deref()
        .and_then(|home| host.resolve(home).ok())
        .map(|home| home.path);
    let usual = ["/root", "/home/*"].map(PathBuf::from);
    let mut homes: Vec<Vec<String>> = usual
        .into_iter()
        .chain(own)
        .chain(resolved)
        .map(|home| canonical(&home))
        .filter(|home| !home.is_empty())
        .collect();
    homes.sort();
    homes.dedup();
    homes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    fn look(host: &Fake, path: &str, access: Access) -> Option<Match> {
        let found = host.resolve(Path::new(path)).unwrap();
        Lookup {
            host,
            places: &Places::of(host).unwrap(),
            path: canonical(&found.path),
            kind: found.kind,
            access,
        }
        .best()
    }

    fn asset(path: &str, access: Access) -> Option<Asset> {
        look(&Fake::rootful(), path, access).map(|found| found.asset)
    }

    #[test]
    fn the_table_is_written_in_canonical_places() {
        for path in ROWS.iter().flat_map(|row| row.paths).chain(BENIGN) {
            assert!(
                path.matches('*').count() <= 1 || path.starts_with("**/") || !path.contains("**"),
                "{path}"
            );
            for name in names(path.trim_start_matches("**/")) {
                assert!(name.matches('*').count() <= 1, "{path}");
                assert!(name != "." && name != "..", "{path}");
            }
            if path.starts_with('/') {
                let spelled: Vec<&str> = names(path).collect();
                assert_eq!(canonical(Path::new(path)), spelled, "{path}");
            } else {
                assert!(
                    *path == "~" || path.starts_with("~/") || path.starts_with("**/"),
                    "{path}"
                );
            }
        }
    }

    #[test]
    fn every_row_is_reached() {
        for row in ROWS {
            for path in row.paths {
                let path = path
                    .replace("**/", "/srv/")
                    .replace('~', "/home/ann")
                    .replace('*', "7");
                for access in [Access::ReadOnly, Access::ReadWrite] {
                    let found = look(&Fake::rootful(), &path, access).map(|found| found.response);
                    assert!(
                        found.unwrap_or(Response::Silent) >= row.response(access),
                        "{path} {access:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_compared_whole() {
        for path in [
            "/etcetera",
            "/etc.bak",
            "/rootless",
            "/home2/ann",
            "/procs",
            "/devel",
            "/var/lib/dockerized",
            "/run2",
            "/boots",
        ] {
            assert_eq!(asset(path, Access::ReadWrite), None, "{path}");
        }
    }

    #[test]
    fn other_names_of_the_same_place() {
        for (path, same) in [
            ("/lib/systemd/system", Asset::System),
            ("/var/run/docker.sock", Asset::RuntimeSocket),
            ("/var/home/ann/.ssh", Asset::Credentials),
            ("/var/roothome/.ssh", Asset::Credentials),
            ("/proc/1/root/etc", Asset::System),
            ("/proc/self/task/7/root/proc/2/root/etc", Asset::System),
            ("/proc/thread-self/root", Asset::HostRoot),
            ("/proc/1/cwd", Asset::KernelFs),
            ("/proc/x1/root/etc", Asset::KernelFs),
        ] {
            assert_eq!(asset(path, Access::ReadWrite), Some(same), "{path}");
        }
    }

    #[test]
    fn storage_that_was_moved() {
        let host = Fake::rootful()
            .directory("/data/docker/volumes", 0, 0o710)
            .link("/var/lib/docker", "/data/docker");
        for path in ["/data/docker", "/data/docker/volumes/x", "/data"] {
            let found = look(&host, path, Access::ReadOnly).unwrap();
            assert_eq!(
                (found.asset, found.response),
                (Asset::EngineStorage, Response::Refuse),
                "{path}"
            );
        }
        assert_eq!(look(&host, "/data/docker2", Access::ReadOnly), None);
    }

    #[test]
    fn storage_that_was_configured_elsewhere() {
        let conf = "[storage]\ngraphroot = \"/data/graph\"\n";
        let host = Fake::rootful().file("/etc/containers/storage.conf", 0, 0o644, conf);
        for path in ["/data/graph/overlay", "/data"] {
            let found = look(&host, path, Access::ReadOnly).unwrap();
            assert_eq!(found.asset, Asset::EngineStorage, "{path}");
        }
        assert_eq!(look(&host, "/data/graphs", Access::ReadWrite), None);
    }

    #[test]
    fn a_service_user_without_a_home_of_its_own() {
        for home in ["/", "/nonexistent"] {
            let mut identity = Fake::rootless().identity();
            identity.home = Some(home.into());
            let host = Fake::rootless().with_identity(identity);
            assert_eq!(look(&host, "/srv/app", Access::ReadWrite), None, "{home}");
        }
    }

    #[test]
    fn a_home_of_a_directory_service_is_guarded_too() {
        let host = Fake::rootless().directory("/nfs/ann/.ssh", 1000, 0o700);
        let known = Places::of(&host).unwrap();
        let found =
            |places: &Places, path: &str| places.homes.contains(&canonical(Path::new(path)));
        assert!(!found(&known, "/nfs/ann"));
        let known = known.with_home(&host, Path::new("/nfs/ann"));
        assert!(found(&known, "/nfs/ann"));
        let homes = known.homes.len();
        let root = known.with_home(&host, Path::new("/"));
        assert_eq!(root.homes.len(), homes, "/ is no home");
    }
}
