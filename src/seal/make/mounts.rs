//! The mounts of the spec as the runtime will see them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::host::{KernelMount, Place, place_of};
use crate::origin::Setting;
use crate::podman::value::mount::OtherMount;
use crate::podman::value::mount_options::{
    Access, Dev, Exec, MountOptions, Overlay, Ownership, Propagation, Recursion, Suid,
};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::systemd::Systemd;
use crate::podman::value::tmpfs::Tmpfs;
use crate::problem::Problem;
use crate::seal::promise::{Depth, Lower, MountKind, Owners, PromisedMount};
use crate::spec::mount::{Bind, NamedVolume};
use crate::spec::{ExternalRootfs, Mount, RootFs, Switch};

/// Where podman mounts a tmpfs for an init.
const SYSTEMD_TMPFS: [&str; 4] = ["/run", "/run/lock", "/tmp", "/var/log/journal"];

/// Where `--read-only-tmpfs` leaves a container something to write to.
const READ_ONLY_TMPFS: [&str; 3] = ["/run", "/tmp", "/var/tmp"];

/// The part of the hierarchy, version 1, that podman lets an init write to.
const SYSTEMD_CGROUP: &str = "/sys/fs/cgroup/systemd";

/// What gives a container mounts that were not asked for one by one.
pub(super) struct ImpliedMounts<'a> {
    pub(super) systemd: &'a Systemd,
    pub(super) cgroupns: &'a Namespace,
    pub(super) root_fs: RootFs,
    pub(super) read_only_tmpfs: Switch,
    /// `--security-opt label=nested`
    pub(super) nested: bool,
    /// `--security-opt proc-opts`
    pub(super) proc_opts: Option<&'a str>,
}

/// This host's mount table, for the places of the paths that are promised.
pub(super) struct PlacesHere(pub(super) Rc<[KernelMount]>);

impl PlacesHere {
    pub(super) fn of(&self, path: &Path) -> Option<Place> {
        place_of(&self.0, path)
    }
}

pub(super) fn mounts(
    implied: &ImpliedMounts<'_>,
    asked: &[Setting<Mount>],
    places: &PlacesHere,
) -> Result<BTreeMap<PathBuf, PromisedMount>, Problem> {
    let mut all = implied_mounts(implied);
    for mount in asked {
        let promised = one(&mount.value, places).map_err(|problem| problem.at(&mount.origin))?;
        if let Some(at) = mount.value.destination() {
            all.insert(PathBuf::from(at.as_str()), promised);
        }
    }
    Ok(all)
}

/// Those that were not asked for one by one.
fn implied_mounts(implied: &ImpliedMounts<'_>) -> BTreeMap<PathBuf, PromisedMount> {
    let ImpliedMounts {
        systemd,
        cgroupns,
        root_fs,
        read_only_tmpfs,
        nested,
        proc_opts,
    } = implied;
    let mut all = BTreeMap::new();
    let open = |kind| PromisedMount {
        kind,
        depth: Depth::Open,
        ..of_type("", [])
    };
    let tmpfs = |at: &str| (PathBuf::from(at), of_type("tmpfs", ["nosuid", "nodev"]));
    if **systemd != Systemd::False {
        all.extend(SYSTEMD_TMPFS.map(tmpfs));
        // podman gives an init its whole cgroup hierarchy, without any other option.
        let whole = match cgroupns {
            Namespace::Host => MountKind::Bind("/sys/fs/cgroup".into()),
            Namespace::Default
            | Namespace::Private
            | Namespace::Shareable
            | Namespace::None
            | Namespace::Path(_)
            | Namespace::Container(_)
            | Namespace::Pod => MountKind::Type("cgroup".into()),
        };
        all.insert("/sys/fs/cgroup".into(), open(whole));
        let own = MountKind::Bind(SYSTEMD_CGROUP.into());
        all.insert(SYSTEMD_CGROUP.into(), open(own));
    }
    if *root_fs == RootFs::ReadOnly && *read_only_tmpfs == Switch::On {
        all.extend(READ_ONLY_TMPFS.map(tmpfs));
    }
    if *nested {
        let at = PathBuf::from("/sys/fs/selinux");
        all.insert(at.clone(), open(MountKind::Bind(at)));
    }
    if let Some(options) = proc_opts {
        // They replace podman's own options.
        let own = ["nosuid", "noexec", "nodev", "ro"];
        let kept = options.split(',').filter(|option| own.contains(option));
        let proc = PromisedMount {
            flags: kept.map(str::to_owned).collect(),
            ..of_type("proc", [])
        };
        all.insert("/proc".into(), proc);
    }
    all
}

/// The directory of `--rootfs`; with `:O` podman mounts a layer above it that lies in its store.
pub(super) fn rootfs(asked: &Setting<ExternalRootfs>) -> Option<PathBuf> {
    (!asked.value.is_overlay()).then(|| asked.value.source.path.clone())
}

fn one(mount: &Mount, places: &PlacesHere) -> Result<PromisedMount, Problem> {
    match mount {
        Mount::Bind(bind) => Ok(of_bind(bind, places)),
        Mount::Volume(volume) => Ok(of_volume(volume, places)),
        Mount::Tmpfs(tmpfs) => Ok(of_tmpfs(tmpfs)),
        Mount::Other(other) => match other {
            OtherMount::Devpts { .. } => Ok(of_type("devpts", [])),
            OtherMount::Ramfs { options, .. } => Ok(PromisedMount {
                flags: flags(options),
                ..of_type("ramfs", [])
            }),
            OtherMount::Image { access, .. } => Ok(PromisedMount {
                flags: match access {
                    Some(Access::ReadWrite) => BTreeSet::new(),
                    Some(Access::ReadOnly) | None => ["ro".to_owned()].into(),
                },
                kind: MountKind::Image,
                ..of_type("", [])
            }),
            OtherMount::Glob { .. } | OtherMount::Artifact { .. } => Err(Problem::new(
                "which files a mount of this type brings cannot be promised",
            )
            .instead("name each file with --volume")),
        },
    }
}

fn of_type<const N: usize>(name: &str, flags: [&str; N]) -> PromisedMount {
    PromisedMount {
        kind: MountKind::Type(name.to_owned()),
        flags: flags.map(str::to_owned).into(),
        depth: Depth::Closed,
        owners: Owners::Kept,
        propagation: None,
        place: None,
    }
}

fn of_bind(bind: &Bind, places: &PlacesHere) -> PromisedMount {
    let source = bind.path.as_path().to_owned();
    // A layer does not show what it lies on.
    let is_shown = bind.options.overlay.is_none();
    let place = places.of(&source).filter(|_| is_shown);
    let kind = match &bind.options.overlay {
        None => MountKind::Bind(source),
        Some(overlay) => layer(Lower::Path(source), overlay),
    };
    PromisedMount {
        kind,
        place,
        ..of_options(&bind.options)
    }
}

fn of_volume(volume: &NamedVolume, places: &PlacesHere) -> PromisedMount {
    let name = volume.name.as_ref().map(|name| name.as_str().to_owned());
    let part = volume.subpath.as_ref().map(PathBuf::from);
    // Another file system than a bind shows its own places, not that of its device.
    let mut words = volume.volume_opts.iter().filter(|(key, _)| key == "o");
    let is_bind = words.any(|(_, words)| words.split(',').any(|word| word.ends_with("bind")));
    let is_shown = is_bind && volume.options.overlay.is_none() && part.is_none();
    let device = volume.device.as_ref().filter(|_| is_shown);
    let place = device.and_then(|device| places.of(&device.path));
    let kind = match &volume.options.overlay {
        None => MountKind::Volume(name, part),
        Some(overlay) => layer(Lower::Volume(name, part), overlay),
    };
    PromisedMount {
        kind,
        place,
        ..of_options(&volume.options)
    }
}

fn layer(lower: Lower, overlay: &Overlay) -> MountKind {
    let upper = match overlay {
        Overlay::Temporary => None,
        Overlay::Persistent { upperdir, workdir } => {
            Some((upperdir.as_path().to_owned(), workdir.as_path().to_owned()))
        }
    };
    MountKind::Overlay(lower, upper)
}

fn of_options(options: &MountOptions) -> PromisedMount {
    let propagation = options.propagation.filter(|propagation| {
        !matches!(
            propagation,
            Propagation::Private
                | Propagation::RPrivate
                | Propagation::Unbindable
                | Propagation::RUnbindable
        )
    });
    PromisedMount {
        kind: MountKind::Type(String::new()),
        flags: flags(options),
        depth: match options.recursion {
            Some(Recursion::Bind) => Depth::Closed,
            Some(Recursion::Rbind) | None => Depth::Open,
        },
        owners: match (&options.idmap, options.ownership) {
            (Some(_), _) => Owners::Mapped,
            (None, Some(Ownership::Chown)) => Owners::Given,
            (None, None) => Owners::Kept,
        },
        propagation: propagation.map(|propagation| propagation.as_str().to_owned()),
        place: None,
    }
}

fn flags(options: &MountOptions) -> BTreeSet<String> {
    words([
        options.access == Some(Access::ReadOnly),
        options.suid == Some(Suid::NoSuid),
        options.dev == Some(Dev::NoDev),
        options.exec == Some(Exec::NoExec),
    ])
}

fn of_tmpfs(tmpfs: &Tmpfs) -> PromisedMount {
    PromisedMount {
        kind: MountKind::Tmpfs(
            tmpfs
                .size
                .and_then(crate::podman::value::tmpfs::TmpfsSize::bytes),
        ),
        flags: words([
            tmpfs.access == Some(Access::ReadOnly),
            tmpfs.suid == Some(Suid::NoSuid),
            tmpfs.dev == Some(Dev::NoDev),
            tmpfs.exec == Some(Exec::NoExec),
        ]),
        depth: Depth::Closed,
        owners: Owners::Kept,
        propagation: None,
        place: None,
    }
}

fn words(set: [bool; 4]) -> BTreeSet<String> {
    let names = ["ro", "nosuid", "nodev", "noexec"];
    let set = names.into_iter().zip(set).filter(|(_, set)| *set);
    set.map(|(name, _)| name.to_owned()).collect()
}
