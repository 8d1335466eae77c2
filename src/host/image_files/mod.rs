//! The files of an image, which no container has to be started for: read in the layers that hold them.

mod attributes;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::file::Links;
use super::ids::NamespaceIds;
use super::paths::{self, EntryKind, FileKind, Resolved, Tree, TreeEntry};
use super::{DeviceNode, Host};

pub(crate) use attributes::FileCapabilities;

/// As many names as a directory is listed with.
const MOST_NAMES: usize = 1_000;
/// As many files of layers as are looked at for one image: some tens of milliseconds. An image may have hundreds of layers
/// and links through thousands of directories.
const MOST_LOOKS: usize = 20_000;
/// As many names are walked along, the known ones too: as long again.
const MOST_STEPS: usize = 100_000;

/// Where the two drivers that a user may use keep an attribute that only root can set in the first.
const OPAQUE: [&str; 3] = [
    "trusted.overlay.opaque",
    "user.overlay.opaque",
    "user.fuseoverlayfs.opaque",
];
const OVERRIDDEN: [&str; 2] = [
    "user.containers.override_stat",
    "user.fuseoverlayfs.override_stat",
];
/// Of a directory whose lower part lies elsewhere, and of a file whose content does.
const REDIRECTED: [&str; 4] = [
    "trusted.overlay.redirect",
    "user.overlay.redirect",
    "trusted.overlay.metacopy",
    "user.overlay.metacopy",
];
const CAPABILITY: &str = "security.capability";
/// The whiteouts of a store whose file system has no device nodes, as OCI's layer.md spells them.
const MARKER: &str = ".wh.";
const OPAQUE_MARKER: &str = ".wh..wh..opq";
/// Beside a layer whose names are in a file system of its own, and whose directory holds nothing but contents.
const COMPOSEFS: &str = "composefs-data";

/// The files of an image, as the kernel's overlay shows them: links are followed inside the image, whiteouts and opaque
/// directories hide what lies below.
///
/// Whoever built the image chose them all, and may mean to lead astray: no link leaves the image, and the work is bounded.
pub trait ImageFiles {
    /// What an absolute path of the image leads to, and where in the image; `None` when there is nothing or it cannot be
    /// told. Owner and group are ids of this host.
    fn find(&self, path: &Path) -> Option<Resolved>;

    /// The names in a directory, sorted; empty when there is none, or more than 1,000.
    fn names(&self, directory: &Path) -> Vec<OsString>;

    /// The content of a regular file of at most `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>>;

    /// The capabilities of a program file.
    fn capabilities(&self, path: &Path) -> Option<FileCapabilities>;
}

/// A file system that holds layers.
pub(super) trait Disk: Host + Tree {
    /// The names of the extended attributes of what stands at `path`, whose parent contains no link.
    fn attribute_names(&self, path: &Path) -> Vec<String>;

    /// An extended attribute of what stands at `path`, whose parent contains no link; `None` when it has none of this name,
    /// or one of more than some hundred bytes.
    fn attribute(&self, path: &Path, name: &str) -> Option<Vec<u8>>;
}

/// The image whose files these directories hold, uppermost first.
pub(super) struct Layered<'a, D> {
    disk: &'a D,
    layers: &'a [PathBuf],
    seen: Rc<Seen>,
    looks: Cell<usize>,
    steps: Cell<usize>,
    engine: OnceCell<Option<NamespaceIds>>,
}

/// What was found so far at the paths of one image. Whoever asks about it later need not go through all layers again.
#[derive(Debug, Default)]
pub(super) struct Seen(RefCell<BTreeMap<PathBuf, Option<Node>>>);

/// What stands at a path of the image.
#[derive(Clone, Debug)]
struct Node {
    entry: TreeEntry,
    /// Where it lies, uppermost first; a directory may lie in several layers.
    places: Rc<[PathBuf]>,
}

impl<'a, D: Disk> Layered<'a, D> {
    pub(super) fn new(disk: &'a D, layers: &'a [PathBuf], seen: Rc<Seen>) -> Self {
        Self {
            disk,
            layers,
            seen,
            looks: Cell::new(0),
            steps: Cell::new(0),
            engine: OnceCell::new(),
        }
    }

    /// What `path` leads to, links followed.
    fn resolve(&self, path: &Path) -> Option<(Resolved, Node)> {
        let resolved = paths::walk(self, path).ok()?.resolved;
        let node = self.node(&resolved.path).ok()??;
        Some((resolved, node))
    }

    fn file(&self, path: &Path) -> Option<PathBuf> {
        let (resolved, node) = self.resolve(path)?;
        let place = node.places.first().cloned();
        place.filter(|_| resolved.kind == FileKind::File)
    }

    /// What stands at a path whose parent contains no link.
    fn node(&self, path: &Path) -> io::Result<Option<Node>> {
        self.step()?;
        if let Some(known) = self.seen.0.borrow().get(path) {
            return Ok(known.clone());
        }
        let found = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => match self.node(parent)? {
                Some(directory) => self.merged(&directory.places, name)?,
                None => None,
            },
            _ => self.root()?,
        };
        let mut seen = self.seen.0.borrow_mut();
        seen.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    /// All layers in one. With one of them missing nothing can be told: it might hide what lies below.
    fn root(&self) -> io::Result<Option<Node>> {
        let mut root = Merging::default();
        for layer in self.layers {
            let entry = self.look_at(layer)?.ok_or(io::ErrorKind::NotFound)?;
            if !is_directory(&entry) {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            if self.look_at(&layer.with_file_name(COMPOSEFS))?.is_some() {
                return Err(io::ErrorKind::Unsupported.into());
            }
            if root.take(entry, layer.clone()) == Below::Hidden || self.hides(layer)? {
                break;
            }
        }
        self.node_of(root)
    }

    /// What a name means in a directory that lies in these places.
    fn merged(&self, places: &[PathBuf], name: &OsStr) -> io::Result<Option<Node>> {
        let mut merging = Merging::default();
        for directory in places {
            let place = directory.join(name);
            let Some(entry) = self.look_at(&place)? else {
                if self.look_at(&marker_of(directory, name))?.is_some() {
                    break;
                }
                continue;
            };
            if self.is_whiteout(&entry, &place)
                || merging.take(entry, place.clone()) == Below::Hidden
                || self.hides(&place)?
            {
                break;
            }
        }
        self.node_of(merging)
    }

    fn node_of(&self, Merging(found): Merging) -> io::Result<Option<Node>> {
        let Some((mut entry, places)) = found else {
            return Ok(None);
        };
        let first = places.first().ok_or(io::ErrorKind::NotFound)?;
        let names = self.disk.attribute_names(first);
        let values = self.values(first, &names, &OVERRIDDEN);
        let mut overridden = values
            .iter()
            .filter_map(|value| attributes::overridden(value));
        if let Some((owner, group, mode)) = overridden.next() {
            // podman writes them as it numbers the ids itself.
            let engine = self.engine.get_or_init(|| self.disk.engine_ids()).as_ref();
            let engine = engine.ok_or(io::ErrorKind::Unsupported)?;
            let outside = |id: Option<u32>| id.ok_or(io::ErrorKind::Unsupported);
            entry.owner = outside(engine.uids.outside(owner))?;
            entry.group = outside(engine.gids.outside(group))?;
            entry.mode = mode;
        }
        let places = places.into();
        Ok(Some(Node { entry, places }))
    }

    /// Does a directory of one layer hide what others below have of the same name?
    fn hides(&self, directory: &Path) -> io::Result<bool> {
        let names = self.disk.attribute_names(directory);
        if has_any(&names, &REDIRECTED) {
            return Err(io::Error::other("a directory that was renamed"));
        }
        let opaque = self.values(directory, &names, &OPAQUE);
        Ok(opaque.iter().any(|value| value == b"y")
            || self.look_at(&directory.join(OPAQUE_MARKER))?.is_some())
    }

    /// The values of those of `wanted` that are among the attributes of a file.
    fn values(&self, place: &Path, names: &[String], wanted: &[&str]) -> Vec<Vec<u8>> {
        let wanted = wanted.iter().filter(|name| has_any(names, &[name]));
        let value = |name: &&str| self.disk.attribute(place, name);
        wanted.filter_map(value).collect()
    }

    fn is_whiteout(&self, entry: &TreeEntry, place: &Path) -> bool {
        matches!(entry.kind, EntryKind::Other(FileKind::CharDevice))
            && matches!(
                self.disk.device(place),
                Some(DeviceNode {
                    major: 0,
                    minor: 0,
                    ..
                })
            )
    }

    /// One file of a layer; links are the image's, and followed by the walk alone.
    fn look_at(&self, place: &Path) -> io::Result<Option<TreeEntry>> {
        self.spend(1)?;
        self.disk.look(place)
    }

    /// What is known already is no work for the disk, but a link may lead along it forty times a thousand names.
    fn step(&self) -> io::Result<()> {
        self.steps.set(self.steps.get().saturating_add(1));
        if self.steps.get() > MOST_STEPS {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        Ok(())
    }

    fn spend(&self, looks: usize) -> io::Result<()> {
        self.looks.set(self.looks.get().saturating_add(looks));
        if self.looks.get() > MOST_LOOKS {
            return Err(io::Error::other("an image of too many files"));
        }
        Ok(())
    }

    fn list(&self, directory: &Path) -> Option<BTreeSet<OsString>> {
        let (resolved, node) = self.resolve(directory)?;
        if resolved.kind != FileKind::Directory {
            return None;
        }
        let mut names = BTreeSet::new();
        for place in node.places.iter() {
            let here = self.disk.list(place).ok()?;
            self.spend(here.len()).ok()?;
            let here = here.iter().filter_map(|path| path.file_name());
            names.extend(here.map(OsStr::to_owned));
        }
        // What is hidden has a name in some layer and no node.
        let is_there = |name: &OsString| {
            !name.as_encoded_bytes().starts_with(MARKER.as_bytes())
                && matches!(self.node(&resolved.path.join(name)), Ok(Some(_)))
        };
        names.retain(is_there);
        (names.len() <= MOST_NAMES).then_some(names)
    }
}

impl<D: Disk> Tree for Layered<'_, D> {
    fn look(&self, path: &Path) -> io::Result<Option<TreeEntry>> {
        Ok(self.node(path)?.map(|node| node.entry))
    }
}

impl<D: Disk> ImageFiles for Layered<'_, D> {
    fn find(&self, path: &Path) -> Option<Resolved> {
        let (resolved, _) = self.resolve(path)?;
        (resolved.kind != FileKind::Missing).then_some(resolved)
    }

    fn names(&self, directory: &Path) -> Vec<OsString> {
        self.list(directory).into_iter().flatten().collect()
    }

    fn read(&self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        let place = self.file(path)?;
        if has_any(&self.disk.attribute_names(&place), &REDIRECTED) {
            return None;
        }
        let opened = self.disk.open_file(&place, limit, Links::Refuse);
        Some(opened.ok()?.bytes)
    }

    fn capabilities(&self, path: &Path) -> Option<FileCapabilities> {
        let attribute = self.disk.attribute(&self.file(path)?, CAPABILITY)?;
        FileCapabilities::parse(&attribute, self.disk.identity().euid)
    }
}

/// Does a layer hide those below it?
#[derive(PartialEq, Eq)]
enum Below {
    Shown,
    Hidden,
}

/// A path of the image while its layers are gone through, uppermost first.
#[derive(Default)]
struct Merging(Option<(TreeEntry, Vec<PathBuf>)>);

impl Merging {
    fn take(&mut self, entry: TreeEntry, place: PathBuf) -> Below {
        let is_directory = is_directory(&entry);
        match &mut self.0 {
            None => self.0 = Some((entry, vec![place])),
            Some((_, places)) if is_directory => places.push(place),
            // What is no directory ends the merge, and is hidden itself.
            Some(_) => {}
        }
        if is_directory {
            Below::Shown
        } else {
            Below::Hidden
        }
    }
}

fn is_directory(entry: &TreeEntry) -> bool {
    matches!(entry.kind, EntryKind::Other(FileKind::Directory))
}

fn has_any(names: &[String], wanted: &[&str]) -> bool {
    names.iter().any(|name| wanted.contains(&name.as_str()))
}

fn marker_of(directory: &Path, name: &OsStr) -> PathBuf {
    let mut marker = OsString::from(MARKER);
    marker.push(name);
    directory.join(marker)
}

#[cfg(test)]
mod tests;
