//! A path held against the table.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::names::{Pattern, Relation, fits, names};
use super::places::Places;
use super::table::{BENIGN, HARMLESS_DEVICES, PathRow, ROWS};
use super::{Asset, Exposure, Extent, Match, Response};
use crate::host::{FileKind, Host};
use crate::podman::value::mount_options::Access;

/// A directory made for a socket holds little else.
const FEW_ENTRIES: usize = 16;

pub(super) struct Lookup<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) places: &'a Places,
    pub(super) path: Vec<String>,
    pub(super) kind: FileKind,
    pub(super) access: Access,
}

impl Lookup<'_> {
    pub(super) fn best(&self) -> Option<Match> {
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
                let moved = worse(there, self.moved(), self.access);
                match moved {
                    Some(found) if found.response == Response::Refuse => Some(found),
                    moved => worse(moved, self.asked(), self.access),
                }
            }
        }
    }

    /// A socket by another name than the known ones, or a small directory of such, is asked what it is, by `check` as
    /// well. Whoever asks starts what systemd keeps ready behind a socket, so none is asked that the table refuses already.
    fn asked(&self) -> Option<Match> {
        let here = PathBuf::from(format!("/{}", self.path.join("/")));
        let engine = ROWS.iter().find(|row| row.asset == Asset::RuntimeSocket)?;
        match self.kind {
            FileKind::Socket if self.host.is_engine(&here) => {
                Some(engine.matched(self.access, None))
            }
            FileKind::Socket => Some(Match {
                asset: Asset::IpcSocket,
                response: Response::Warn,
                holds: "a socket on which a program of this host listens",
                fine_read_only: false,
                exposes: None,
                by: None,
            }),
            FileKind::Directory => {
                let inside = self.host.list(&here).unwrap_or_default();
                let is_engine = |path: &&PathBuf| {
                    let found = self.host.resolve(path);
                    found.is_ok_and(|found| {
                        found.kind == FileKind::Socket && self.host.is_engine(&found.path)
                    })
                };
                let inside = Some(inside).filter(|inside| inside.len() <= FEW_ENTRIES)?;
                let path = inside.iter().find(is_engine)?.display().to_string();
                Some(engine.matched(self.access, Some(path)))
            }
            _ => None,
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
                Relation::Below => row.reach == Extent::Tree,
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
                    by: None,
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
    fn patterns(&self) -> impl Iterator<Item = (&'static PathRow, Pattern<'_>)> {
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

static COMPILED: LazyLock<Vec<(&'static PathRow, TablePath)>> = LazyLock::new(|| {
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

impl PathRow {
    pub(super) fn response(&self, access: Access) -> Response {
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
            by: None,
        }
    }
}

/// The worse of two; the first where they are alike.
pub(super) fn worse(first: Option<Match>, second: Option<Match>, access: Access) -> Option<Match> {
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
