//! The mounts of the spec as the runtime will see them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::promise::{Depth, Lower, MountKind, Owners, PromisedMount};
use crate::podman::image_config::ImageConfig;
use crate::podman::value::image_volume::ImageVolume;
use crate::podman::value::label_opt::LabelOpt;
use crate::podman::value::mount;
use crate::podman::value::mount_options::{
    Access, Dev, Exec, MountOptions, Overlay, Propagation, Recursion, Suid,
};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::systemd::Systemd;
use crate::podman::value::tmpfs::Tmpfs;
use crate::problem::Problem;
use crate::spec::mount::{Bind, NamedVolume};
use crate::spec::{Mount, RootFs, Spec, Switch};

/// Where podman mounts a tmpfs for an init.
const SYSTEMD_TMPFS: [&str; 4] = ["/run", "/run/lock", "/tmp", "/var/log/journal"];

/// Where `--read-only-tmpfs` leaves a container something to write to.
const READ_ONLY_TMPFS: [&str; 3] = ["/run", "/tmp", "/var/tmp"];

/// The part of the hierarchy, version 1, that podman lets an init write to.
const SYSTEMD_CGROUP: &str = "/sys/fs/cgroup/systemd";

pub(super) fn mounts(
    spec: &Spec,
    image: Option<&ImageConfig>,
) -> Result<BTreeMap<PathBuf, PromisedMount>, Problem> {
    let mut all = BTreeMap::new();
    if spec.systemd.value != Systemd::False {
        let tmpfs = |at: &str| (PathBuf::from(at), of_type("tmpfs", ["nosuid", "nodev"]));
        all.extend(SYSTEMD_TMPFS.map(tmpfs));
        all.insert("/sys/fs/cgroup".into(), systemd_cgroup(spec));
        let own = PromisedMount {
            kind: MountKind::Bind(SYSTEMD_CGROUP.into()),
            depth: Depth::Open,
            ..of_type("", [])
        };
        all.insert(SYSTEMD_CGROUP.into(), own);
    }
    if spec.root_fs.value == RootFs::ReadOnly && spec.read_only_tmpfs.value == Switch::On {
        let tmpfs = |at: &str| (PathBuf::from(at), of_type("tmpfs", ["nosuid", "nodev"]));
        all.extend(READ_ONLY_TMPFS.map(tmpfs));
    }
    if spec.image_volume.value == ImageVolume::Anonymous {
        let anonymous = PromisedMount {
            kind: MountKind::Volume(None, None),
            depth: Depth::Open,
            ..of_type("", [])
        };
        let volumes = image.iter().flat_map(|image| &image.volumes);
        all.extend(volumes.map(|at| (PathBuf::from(at), anonymous.clone())));
    }
    if spec
        .label
        .iter()
        .any(|label| label.value == LabelOpt::Nested)
    {
        let at = PathBuf::from("/sys/fs/selinux");
        let own = PromisedMount {
            kind: MountKind::Bind(at.clone()),
            depth: Depth::Open,
            ..of_type("", [])
        };
        all.insert(at, own);
    }
    if spec.proc_opts.is_some() {
        // They replace podman's own options.
        all.insert("/proc".into(), of_type("proc", []));
    }
    for mount in &spec.mounts {
        let promised = one(&mount.value).map_err(|problem| problem.at(&mount.origin))?;
        if let Some(at) = mount.value.destination() {
            all.insert(PathBuf::from(at.as_str()), promised);
        }
    }
    Ok(all)
}

/// podman gives an init the whole of its own hierarchy, without any other option.
fn systemd_cgroup(spec: &Spec) -> PromisedMount {
    let kind = match spec.cgroupns.value {
        Namespace::Host => MountKind::Bind("/sys/fs/cgroup".into()),
        _ => MountKind::Type("cgroup".into()),
    };
    PromisedMount {
        kind,
        depth: Depth::Open,
        ..of_type("", [])
    }
}

/// The directory of `--rootfs`; with `:O` podman puts a layer of its own above it, which is of the store.
pub(super) fn rootfs(spec: &Spec) -> Option<PathBuf> {
    let rootfs = &spec.external_rootfs.as_ref()?.value;
    (!rootfs.is_overlay()).then(|| rootfs.source.path.clone())
}

fn one(mount: &Mount) -> Result<PromisedMount, Problem> {
    match mount {
        Mount::Bind(bind) => Ok(of_bind(bind)),
        Mount::Volume(volume) => Ok(of_volume(volume)),
        Mount::Tmpfs(tmpfs) => Ok(of_tmpfs(tmpfs)),
        Mount::Other(other) => match other {
            mount::Mount::Devpts { .. } => Ok(of_type("devpts", [])),
            mount::Mount::Ramfs { options, .. } => Ok(PromisedMount {
                flags: flags(options),
                ..of_type("ramfs", [])
            }),
            mount::Mount::Image { access, .. } => Ok(PromisedMount {
                flags: match access {
                    Some(Access::ReadWrite) => BTreeSet::new(),
                    Some(Access::ReadOnly) | None => ["ro".to_owned()].into(),
                },
                kind: MountKind::Image,
                ..of_type("", [])
            }),
            mount::Mount::Glob { .. } | mount::Mount::Artifact { .. } => Err(Problem::new(
                "which files a mount of this type brings cannot be promised",
            )
            .instead("name each file with --volume")),
            mount::Mount::Bind { .. } | mount::Mount::Volume { .. } | mount::Mount::Tmpfs(_) => {
                Err(Problem::new("a mount that was not resolved"))
            }
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
    }
}

fn of_bind(bind: &Bind) -> PromisedMount {
    let source = bind.path.as_path().to_owned();
    let kind = match &bind.options.overlay {
        None => MountKind::Bind(source),
        Some(overlay) => layer(Lower::Path(source), overlay),
    };
    PromisedMount {
        kind,
        ..of_options(&bind.options)
    }
}

fn of_volume(volume: &NamedVolume) -> PromisedMount {
    let name = volume.name.as_ref().map(|name| name.as_str().to_owned());
    let part = volume.subpath.as_ref().map(PathBuf::from);
    let kind = match &volume.options.overlay {
        None => MountKind::Volume(name, part),
        Some(overlay) => layer(Lower::Volume(name, part), overlay),
    };
    PromisedMount {
        kind,
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
        owners: match options.idmap {
            Some(_) => Owners::Mapped,
            None => Owners::Kept,
        },
        propagation: propagation.map(|propagation| propagation.as_str().to_owned()),
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
    }
}

fn words(set: [bool; 4]) -> BTreeSet<String> {
    let names = ["ro", "nosuid", "nodev", "noexec"];
    let set = names.into_iter().zip(set).filter(|(_, set)| *set);
    set.map(|(name, _)| name.to_owned()).collect()
}
