//! What a path of this host is worth to an attacker: one [table](table), matched by components on resolved paths.
//!
//! A path that does not exist is judged like one that does: it may exist when the container starts.

mod table;

use std::path::{Component, Path, PathBuf};

use super::rule::Severity;
use crate::host::{FileKind, Host, Resolved};
use crate::podman::value::mount_options::Access;
use table::{BENIGN, HARMLESS_DEVICES, ROWS, Row};

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

/// Looks a resolved path up.
pub(super) fn judge(host: &dyn Host, found: &Resolved, access: Access) -> Option<Match> {
    Lookup::new(host, found, access).best()
}

struct Lookup<'a> {
    host: &'a dyn Host,
    path: Vec<String>,
    kind: FileKind,
    access: Access,
    homes: Vec<Vec<String>>,
}

impl<'a> Lookup<'a> {
    fn new(host: &'a dyn Host, found: &Resolved, access: Access) -> Self {
        Self {
            host,
            path: canonical(&found.path),
            kind: found.kind,
            access,
            homes: homes(host),
        }
    }

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
            worst => worse(worst, self.exposed(Exposure::IfThere), self.access),
        }
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
        let relation = Pattern::At(&[], path).relate(&self.path);
        matches!(relation, Relation::Same | Relation::Below)
    }

    /// Every pattern of the table, one for each home directory where it says `~`.
    fn patterns(&self) -> impl Iterator<Item = (&'static Row, Pattern<'_>)> {
        let paths = ROWS
            .iter()
            .flat_map(|row| row.paths.iter().map(move |path| (row, *path)));
        paths.flat_map(move |(row, path)| {
            let (single, below_home) = match path.split_once('/').unwrap_or((path, "")) {
                ("**", name) => (Some(Pattern::Anywhere(name)), None),
                ("~", rest) => (None, Some(rest)),
                (_, rest) => (Some(Pattern::At(&[], rest)), None),
            };
            let of_homes = below_home.into_iter().flat_map(|rest| {
                let homes = self.homes.iter();
                homes.map(move |home| Pattern::At(home, rest))
            });
            single
                .into_iter()
                .chain(of_homes)
                .map(move |pattern| (row, pattern))
        })
    }
}

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

/// Where a path stands to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Same,
    Below,
    Above,
    Apart,
}

/// A path of the table.
#[derive(Clone, Copy, Debug)]
enum Pattern<'a> {
    /// Name by name: a home directory, or none, and what follows.
    At(&'a [String], &'a str),
    /// The last name, wherever it is.
    Anywhere(&'a str),
}

impl<'a> Pattern<'a> {
    fn names(self) -> impl Iterator<Item = &'a str> {
        let (home, rest) = match self {
            Self::At(home, rest) => (home, rest),
            Self::Anywhere(name) => (&[][..], name),
        };
        home.iter().map(String::as_str).chain(names(rest))
    }

    /// How many names it is long: the longer, the more exact.
    fn length(self) -> usize {
        self.names().count()
    }

    fn relate(self, path: &[String]) -> Relation {
        if let Self::Anywhere(pattern) = self {
            return match path.last() {
                Some(name) if fits(pattern, name) => Relation::Same,
                _ => Relation::Apart,
            };
        }
        let mut names = self.names();
        for name in path {
            match names.next() {
                None => return Relation::Below,
                Some(pattern) if fits(pattern, name) => {}
                Some(_) => return Relation::Apart,
            }
        }
        match names.next() {
            None => Relation::Same,
            Some(_) => Relation::Above,
        }
    }
}

/// Does a name fit a pattern with at most one `*`?
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name
            .strip_prefix(head)
            .is_some_and(|rest| rest.ends_with(tail)),
    }
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
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

/// Names that lead to the same place on one host or another: merged /usr (file-hierarchy(7)), /run, the homes of
/// image-based systems. On a host where they are links nothing is left to do here.
const ALIASES: &[(&str, &str)] = &[
    ("/bin", "/usr/bin"),
    ("/sbin", "/usr/sbin"),
    ("/lib", "/usr/lib"),
    ("/lib32", "/usr/lib32"),
    ("/lib64", "/usr/lib64"),
    ("/libx32", "/usr/libx32"),
    ("/var/run", "/run"),
    ("/var/lock", "/run/lock"),
    ("/var/home", "/home"),
    ("/var/roothome", "/root"),
    ("/var/usrlocal", "/usr/local"),
];

fn names_in(path: &Path) -> Vec<String> {
    let mut names_of = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names_of.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => {
                names_of.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    names_of
}

/// The names of a path as the table spells them.
fn canonical(path: &Path) -> Vec<String> {
    let mut names_of = names_in(path);
    while let Some(rest) = below_process_root(&names_of) {
        names_of = rest.to_vec();
    }
    unaliased(names_of)
}

/// A path in its canonical place: `/usr/lib/x` for `/lib/x`, `/run/x` for `/var/run/x`.
pub(super) fn folded(path: &Path) -> PathBuf {
    Path::new("/").join(PathBuf::from_iter(unaliased(names_in(path))))
}

fn unaliased(names_of: Vec<String>) -> Vec<String> {
    let alias = ALIASES.iter().find_map(|(from, to)| {
        let from: Vec<&str> = names(from).collect();
        let rest = strip(&names_of, &from)?;
        Some(names(to).map(str::to_owned).chain(rest.to_vec()).collect())
    });
    alias.unwrap_or(names_of)
}

/// What follows `/proc/PID/root`: the same file by another name.
fn below_process_root(names: &[String]) -> Option<&[String]> {
    let (first, rest) = names.split_first()?;
    let (process, rest) = rest.split_first()?;
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    if first != "proc" || !(is_number(process) || process == "self" || process == "thread-self") {
        return None;
    }
    let rest = match rest {
        [task, number, rest @ ..] if task == "task" && is_number(number) => rest,
        rest => rest,
    };
    rest.split_first()
        .filter(|(name, _)| *name == "root")
        .map(|(_, rest)| rest)
}

fn strip<'a>(names: &'a [String], base: &[&str]) -> Option<&'a [String]> {
    let (head, rest) = names.split_at_checked(base.len())?;
    (head == base).then_some(rest)
}

/// Every home directory: root's, those in their usual place, and the caller's own wherever it is.
fn homes(host: &dyn Host) -> Vec<Vec<String>> {
    let own = host.identity().home;
    let resolved = own
        .as_deref()
        .and_then(|home| host.resolve(home).ok())
        .map(|home| home.path);
    let mut homes: Vec<Vec<String>> = [Some("/root".into()), Some("/home/*".into()), own, resolved]
        .iter()
        .flatten()
        .map(|home| canonical(home))
        .filter(|home| !home.is_empty())
        .collect();
    homes.sort();
    homes.dedup();
    homes
}
