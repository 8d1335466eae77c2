//! The mounts of a container, from either source, and the questions that the checks ask about one.
//!
//! A `config.json` says what is to be mounted where, by its path; the kernel's table says what is mounted, by its place: a
//! file system and a path in it. What one of them cannot tell:
//!
//! - The kernel's table does not have the words that a mount was asked for with (a bind that reaches the mounts below its
//!   source, a propagation, an option of crun's). It has their outcome, which is judged mount by mount.
//! - It does not name the layers of a file system in user space (fuse-overlayfs), nor say where those of an image lie, nor
//!   whether a file system that only shows the kernel's state (`sysfs`, `cgroup`) is a bind mount.
//! - Of NFS it shows each part as the whole.
//! - Before the container's process exists it does not have all options yet: crun sets those of a read-only mount last.
//!   Nor does it have the masks.
//! - A `config.json` does not have what the runtime mounts by itself: masks, and nodes below `/dev`.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::host::{KernelMount, Place, place_of, source_of};
use crate::podman::value::tmpfs::TmpfsSize;
use crate::seal::oci::OciMount;
use crate::seal::promise::{Owners, Promise};
use crate::seal::store;
use crate::seal::store::ContainerContext;

/// The flags that a mount can be promised to have, and what undoes them.
const FLAGS: [(&str, &str); 4] = [
    ("ro", "rw"),
    ("nosuid", "suid"),
    ("nodev", "dev"),
    ("noexec", "exec"),
];

/// The largest page of any kernel, in bytes: a tmpfs has whole pages, so the kernel shows a little more than was asked for.
const PAGE: u64 = 64 << 10;

/// The mounts of a container but its root.
pub(in crate::seal) struct ObservedMounts<'a> {
    /// In the order they are mounted in.
    pub(in crate::seal) all: Vec<ObservedMount>,
    /// The container's root file system, where the kernel's table is read.
    pub(in crate::seal) root: Option<ObservedMount>,
    pub(in crate::seal) context: ContainerContext<'a>,
    pub(super) view: MountView<'a>,
}

/// Where the mounts were read.
pub(super) enum MountView<'a> {
    /// In a `config.json` with this root file system.
    Config { root: &'a Path },
    /// In the kernel's table.
    Kernel {
        /// The host's own table.
        ours: &'a [KernelMount],
        stage: Stage,
    },
}

/// How far a container has come whose mounts are read in the kernel's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::seal) enum Stage {
    /// The runtime has mounted what it was told to and calls the hooks.
    Waiting,
    /// It runs.
    Running,
}

/// A mount.
pub(in crate::seal) struct ObservedMount {
    /// Where it appears, without `.` and `..`.
    pub(in crate::seal) at: PathBuf,
    /// The type of file system: as the runtime is told, or as the kernel has it.
    pub(in crate::seal) kind: String,
    pub(in crate::seal) source: MountSource,
    /// Those of `ro`, `nosuid`, `nodev`, `noexec` that hold.
    pub(in crate::seal) flags: BTreeSet<&'static str>,
    pub(in crate::seal) owners: Owners,
    /// The most that a tmpfs holds, in bytes.
    pub(in crate::seal) size: Option<u64>,
    /// The directories of an overlay, where they are shown.
    pub(in crate::seal) overlay: Option<OverlayDirs>,
    /// For people.
    pub(in crate::seal) described: String,
    /// Where this process can look at it; nowhere, where there is only a document.
    pub(in crate::seal) seen_at: PathBuf,
}

/// What is mounted.
pub(in crate::seal) enum MountSource {
    /// This path of the host.
    Bind(PathBuf),
    /// A file system made for the container.
    New,
    /// A path of a file system, which may be of the host's.
    Place { device: String, root: PathBuf },
}

/// The directories of an overlay.
pub(in crate::seal) struct OverlayDirs {
    pub(in crate::seal) lower: PathBuf,
    pub(in crate::seal) upper: Option<PathBuf>,
    pub(in crate::seal) work: Option<PathBuf>,
}

impl From<&OciMount> for ObservedMount {
    fn from(found: &OciMount) -> Self {
        let has = |option: &str| found.options.iter().any(|other| other == option);
        let is_bind = found.kind == "bind" || has("bind") || has("rbind");
        let mapped = !found.uid_mappings.is_empty() || !found.gid_mappings.is_empty();
        // The last of a pair wins, and a missing one is the weaker.
        let holds = |(flag, opposite): &(&str, &str)| {
            let mut options = found.options.iter().rev();
            options.find(|option| option == flag || option == opposite) == Some(&(*flag).to_owned())
        };
        let held = FLAGS.iter().filter(|pair| holds(pair));
        Self {
            at: clean(&found.destination),
            kind: found.kind.clone(),
            source: if is_bind {
                MountSource::Bind(found.source.clone())
            } else {
                MountSource::New
            },
            flags: held.map(|(flag, _)| *flag).collect(),
            owners: if mapped || has("idmap") || has("ridmap") {
                Owners::Mapped
            } else {
                Owners::Kept
            },
            size: size(&found.options),
            overlay: OverlayDirs::of(&found.kind, &found.options),
            described: format!(
                "the {} mount \"{}\" at \"{}\" ({})",
                found.kind,
                found.source.display(),
                found.destination.display(),
                found.options.join(",")
            ),
            seen_at: PathBuf::new(),
        }
    }
}

impl From<&KernelMount> for ObservedMount {
    fn from(found: &KernelMount) -> Self {
        let held = FLAGS.iter().filter(|(flag, _)| found.has(flag));
        // A file that was replaced since is called deleted.
        let shown = found.root.to_string_lossy();
        let root = shown
            .strip_suffix("//deleted")
            .map_or_else(|| found.root.clone(), PathBuf::from);
        Self {
            at: found.point.clone(),
            kind: found.kind.clone(),
            flags: held.map(|(flag, _)| *flag).collect(),
            owners: if found.has("idmapped") {
                Owners::Mapped
            } else {
                Owners::Kept
            },
            size: size(&found.options).map(|size| size.saturating_sub(PAGE - 1)),
            overlay: OverlayDirs::of(&found.kind, &found.options),
            described: format!(
                "the {} mount \"{}\" at \"{}\"",
                found.kind,
                root.display(),
                found.point.display()
            ),
            seen_at: PathBuf::new(),
            source: MountSource::Place {
                device: found.device.clone(),
                root,
            },
        }
    }
}

/// A container's mounts in force in the table of its process `pid`: its root, which is at `root` as long as the process has
/// not moved there, and what is mounted below it.
pub(super) fn table(
    mounts: &[KernelMount],
    root: &Path,
    pid: u32,
) -> (Option<ObservedMount>, Vec<ObservedMount>) {
    let inside = |mount: &KernelMount| {
        let below = mount.point.strip_prefix(root).ok()?;
        let seen_at = format!("/proc/{pid}/root");
        let seen_at = Path::new(&seen_at).join(mount.point.strip_prefix("/").ok()?);
        let moved = KernelMount {
            point: Path::new("/").join(below),
            ..mount.clone()
        };
        Some(ObservedMount {
            seen_at,
            ..ObservedMount::from(&moved)
        })
    };
    let (mut roots, others): (Vec<_>, Vec<_>) = mounts
        .iter()
        .filter_map(inside)
        .partition(|mount| mount.at == Path::new("/"));
    (roots.pop(), others)
}

impl OverlayDirs {
    /// None where they are not shown, or cannot be read: the kernel escapes what is special in a path. With `bind` among
    /// its options the runtime mounts its source, and the directories say nothing.
    fn of(kind: &str, options: &[String]) -> Option<Self> {
        let dir = |key: &str| {
            let value = |option: &String| Some(option.strip_prefix(key)?.strip_prefix('=')?.into());
            options.iter().rev().find_map(value)
        };
        let lower: PathBuf = dir("lowerdir")?;
        let escaped = options.iter().any(|option| option.contains('\\'));
        let bound = options
            .iter()
            .any(|option| option == "bind" || option == "rbind");
        (kind == "overlay" && !escaped && !bound).then(|| Self {
            lower,
            upper: dir("upperdir"),
            work: dir("workdir"),
        })
    }
}

/// `size=64m` in bytes; the last one wins.
fn size(options: &[String]) -> Option<u64> {
    let mut sizes = options
        .iter()
        .filter_map(|option| option.strip_prefix("size="));
    let size: TmpfsSize = sizes.next_back()?.parse().ok()?;
    size.bytes()
}

/// podman writes `/run/../etc` as it was given; two spellings are one place.
pub(in crate::seal) fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => drop(clean.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    clean
}

impl ObservedMounts<'_> {
    /// Is it this path of the host's?
    pub(in crate::seal) fn is_path(&self, found: &ObservedMount, path: &Path) -> bool {
        match (&found.source, &self.view) {
            (MountSource::Bind(source), _) => source == path,
            (MountSource::Place { device, root }, MountView::Kernel { ours, .. }) => {
                let Some((of_device, of_root)) = source_of(ours, path) else {
                    return false;
                };
                of_device == *device && (of_root == *root || self.is_same_file(found, path))
            }
            (MountSource::New, _) | (MountSource::Place { .. }, MountView::Config { .. }) => false,
        }
    }

    /// Does the place that was judged still have this name? A name is only a string to look up in the table, so that a
    /// link which stands there by now leads nowhere.
    pub(in crate::seal) fn is_still(&self, path: &Path, judged: &Place) -> bool {
        match &self.view {
            MountView::Config { .. } => true,
            MountView::Kernel { ours, .. } => {
                // A file system that is mounted when it is used may not be there at the moment.
                place_of(ours, path).is_none_or(|place| place == *judged)
            }
        }
    }

    /// Of NFS the table does not tell which part is mounted: are both the same file?
    fn is_same_file(&self, found: &ObservedMount, path: &Path) -> bool {
        let host = self.context.host;
        let is_plain = || host.resolve(path).is_ok_and(|plain| plain.path == path);
        found.kind.starts_with("nfs") && is_plain() && host.is_same(&found.seen_at, path)
    }

    /// Are the options those that the container will have?
    pub(in crate::seal) fn are_set_up(&self) -> bool {
        match self.view {
            MountView::Config { .. } => true,
            MountView::Kernel { stage, .. } => stage == Stage::Running,
        }
    }

    /// Is it a file system made for the container, and no part of the host's?
    pub(in crate::seal) fn is_new(&self, found: &ObservedMount) -> bool {
        match (&found.source, &self.view) {
            (MountSource::New, _) => true,
            (MountSource::Place { device, .. }, MountView::Kernel { ours, .. }) => {
                let has_content = ["tmpfs", "devpts"].contains(&found.kind.as_str());
                !(has_content && ours.iter().any(|mount| mount.device == *device))
            }
            (MountSource::Bind(_), _) | (MountSource::Place { .. }, MountView::Config { .. }) => {
                false
            }
        }
    }

    /// Does it lie in the container's own root file system?
    pub(in crate::seal) fn is_in_root(&self, found: &ObservedMount) -> bool {
        match (&found.source, &self.view) {
            (MountSource::Bind(source), MountView::Config { root }) => {
                store::is_below(source, root)
            }
            (MountSource::Place { device, .. }, MountView::Kernel { .. }) => {
                let root = self.root.as_ref().map(|root| &root.source);
                matches!(root, Some(MountSource::Place { device: of_root, .. }) if of_root == device)
            }
            (MountSource::New, _)
            | (MountSource::Bind(_), MountView::Kernel { .. })
            | (MountSource::Place { .. }, MountView::Config { .. }) => false,
        }
    }

    /// The paths that tell which file it is: the path itself, or that in its file system and those the host has for it.
    pub(in crate::seal) fn names_of(&self, found: &ObservedMount) -> Vec<PathBuf> {
        match (&found.source, &self.view) {
            (MountSource::Bind(source), _) => vec![source.clone()],
            (MountSource::Place { device, root }, MountView::Kernel { ours, .. }) => {
                let same = ours.iter().filter(|mount| mount.device == *device);
                let on_host = same.filter_map(|mount| {
                    let below = root.strip_prefix(&mount.root).ok()?;
                    Some(mount.point.join(below))
                });
                std::iter::once(root.clone()).chain(on_host).collect()
            }
            (MountSource::New, _) | (MountSource::Place { .. }, MountView::Config { .. }) => {
                Vec::new()
            }
        }
    }

    /// The files that podman made for containers that it is one of: the container's id, and the file's name.
    pub(in crate::seal) fn container_files(&self, found: &ObservedMount) -> Vec<(String, PathBuf)> {
        let names = self.names_of(found);
        let files = names.iter().filter_map(|path| store::of_container(path));
        files.map(|(id, file)| (id.to_owned(), file)).collect()
    }

    /// The same, of this very container. Nobody knew its id before podman made it up.
    pub(in crate::seal) fn own_files(&self, found: &ObservedMount) -> Vec<PathBuf> {
        let files = self.container_files(found).into_iter();
        files
            .filter(|(id, _)| id == self.context.id)
            .map(|(_, file)| file)
            .collect()
    }

    /// Is it the directory of this volume, or this part of it?
    pub(in crate::seal) fn is_volume(
        &self,
        found: &ObservedMount,
        name: Option<&str>,
        part: Option<&Path>,
        promise: &Promise,
    ) -> bool {
        match &found.source {
            MountSource::Bind(source) => {
                store::is_volume(source, name, part, promise, &self.context)
            }
            MountSource::New => false,
            MountSource::Place { .. } => {
                // A volume without a name has an id, by which the host knows it.
                let names = self.names_of(found);
                let of_place = names.iter().filter_map(|path| store::volume_of(path));
                let ids = of_place.filter(|name| store::is_id(name));
                let mut known = name
                    .map_or_else(|| ids.collect(), |name| vec![name])
                    .into_iter();
                known.any(|name| {
                    let dirs = store::volume_dirs(name, part, promise, &self.context);
                    dirs.iter().any(|dir| self.is_path(found, dir))
                })
            }
        }
    }

    /// Are they read from the kernel's table?
    pub(in crate::seal) fn are_kernels(&self) -> bool {
        match self.view {
            MountView::Config { .. } => false,
            MountView::Kernel { .. } => true,
        }
    }
}
