//! `--volume`, `--mount` and `--tmpfs` of all layers, resolved and hardened.
//!
//! A host path is replaced by where it leads, read-only unless asked, always `nosuid,nodev`; what can be written cannot
//! be executed unless asked. A mount of a stronger layer replaces one at the same destination.

use std::path::Path;

use super::image_volumes;
use super::layers::{Layers, same_layer, setting};
use super::mount::{Bind, ExternalRootfs, Mount, NamedVolume};
use super::run_directory;
use super::runner::Runner;
use super::submounts;
use crate::host::{FileKind, Host, Resolved, Selinux};
use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::image_volume::ImageVolume;
use crate::podman::value::limit::{Limit, MemoryLimit};
use crate::podman::value::mount::MountArg;
use crate::podman::value::mount_options::{
    Access, Dev, Exec, MountOptions, Overlay, Ownership, Propagation, Recursion, Relabel, Suid,
};
use crate::podman::value::namespace::{Namespace, NamespaceKind};
use crate::podman::value::path::{ContainerPath, HostPath};
use crate::podman::value::secret::Secret;
use crate::podman::value::tmpfs::Tmpfs;
use crate::podman::value::volume::{Volume, VolumeName, VolumeSource};
use crate::problem::Invalid;
use crate::problem::Problem;

/// Size of a tmpfs that names none.
pub(super) const TMPFS_SIZE: &str = "64m";
/// Where programs share memory.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";
/// Where podman puts the files of secrets.
const SECRETS: &str = "/run/secrets";

/// All mounts, in the order they were given.
pub(super) fn collect(
    layers: &Layers<'_>,
    host: &dyn Host,
    mode: ImageVolume,
    image: Option<&ImageConfig>,
) -> Result<Vec<Setting<Mount>>, Problem> {
    let mut mounts: Vec<Setting<Mount>> = Vec::new();
    for given in layers.any_of([&flags::VOLUME, &flags::MOUNT, &flags::TMPFS]) {
        let new = read(given, host)?;
        if let Some(at) = new.value.destination() {
            let twin = |old: &Setting<Mount>| old.value.destination() == Some(at);
            if let Some(old) = mounts
                .iter()
                .find(|old| twin(old) && same_layer(&old.origin, &new.origin))
            {
                return Err(Problem::new(format!(
                    "two mounts at \"{at}\": {} and {}",
                    old.origin, new.origin
                ))
                .at(&new.origin)
                .instead("leave one of them out"));
            }
            mounts.retain(|old| !twin(old));
        }
        mounts.push(new);
    }
    let mut below = Vec::new();
    for Setting { value, origin } in &mounts {
        if let Mount::Bind(bind) = value {
            for mount in submounts::covers(bind, host)? {
                below.push(Setting::new(Mount::Bind(mount), origin.clone()));
            }
        }
    }
    // A mount that was asked for there covers it.
    let is_covered = |below: &Setting<Mount>| {
        let mut asked = mounts.iter();
        asked.any(|mount| mount.value.destination() == below.value.destination())
    };
    below.retain(|below| !is_covered(below));
    mounts.extend(below);
    mounts.extend(image_volumes::mounts(mode, &mounts, image)?);
    mounts.extend(secrets(layers, &mounts)?);
    mounts.extend(shared_memory(layers, &mounts)?);
    mounts.extend(run_directory::mounts(layers, &mounts, host, image)?);
    Ok(mounts)
}

/// What depends on the container's user.
pub(super) fn finish(mounts: &mut [Setting<Mount>], runner: &Runner, host: &dyn Host) {
    if host.lsm().selinux == Selinux::Enforcing {
        for mount in mounts {
            relabel(&mut mount.value, runner);
        }
    }
}

/// Shared memory that can be written: with `--read-only-tmpfs=false` podman 5 mounts its own read-only, and then nothing
/// that needs it runs; podman 4 does not. Its size is that of `--shm-size`, which podman forgets beside a mount there.
fn shared_memory(
    layers: &Layers<'_>,
    mounts: &[Setting<Mount>],
) -> Result<Option<Setting<Mount>>, Problem> {
    let size: Setting<MemoryLimit> = layers.scalar(&flags::SHM_SIZE)?;
    let ipc = layers.scalar_with(&flags::IPC, |text| {
        Namespace::parse(NamespaceKind::Ipc, text)
    })?;
    let at: ContainerPath = SHARED_MEMORY.parse()?;
    let covered = mounts
        .iter()
        .any(|mount| mount.value.destination() == Some(&at));
    match (size.value, ipc.value) {
        (Limit::Max(bytes), Namespace::Private | Namespace::Shareable) if !covered => {
            let options = format!("rw,nosuid,nodev,noexec,size={},mode=1777", bytes.0);
            let tmpfs = format!("{at}:{options}").parse()?;
            Ok(Some(Setting::new(Mount::Tmpfs(tmpfs), size.origin)))
        }
        _ => Ok(None),
    }
}

/// `Z` for a directory that belongs to the container's own user: without it an enforcing `SELinux` denies every access,
/// and people answer that by switching `SELinux` off. What belongs to anybody else keeps its label.
fn relabel(mount: &mut Mount, runner: &Runner) {
    let (Mount::Bind(bind), Some((owner, _))) = (mount, runner.outside()) else {
        return;
    };
    let is_own = bind.source.kind == FileKind::Directory && bind.source.owner == owner;
    if is_own && runner.uid != Some(0) && bind.options.overlay.is_none() {
        bind.options.relabel.get_or_insert(Relabel::Private);
    }
}

/// The directory that `--rootfs` takes for an image; `word` stands in the place of IMAGE.
pub(super) fn external_rootfs(
    layers: &Layers<'_>,
    word: &str,
    host: &dyn Host,
) -> Result<Option<Setting<ExternalRootfs>>, Problem> {
    let Some(given) = layers
        .last(&flags::ROOTFS)
        .filter(|given| given.value == "true")
    else {
        return Ok(None);
    };
    let (path, suffix) = match word.rsplit_once(':') {
        Some((path, suffix)) if suffix == "O" || suffix.starts_with("idmap") => {
            (path, Some(suffix.to_owned()))
        }
        _ => (word, None),
    };
    let resolve = || {
        let source = host.resolve(&given.base.join(path))?;
        let path = HostPath::from_path(&source.path)?;
        Ok(ExternalRootfs {
            source,
            path,
            suffix,
        })
    };
    resolve()
        .map(|rootfs| Some(Setting::new(rootfs, given.origin.clone())))
        .map_err(|error: Invalid| Problem::from(error).at(&given.origin))
}

/// A tmpfs for the files of secrets, which podman cannot make on a read-only root file system; for a secret with another
/// place it would mount a directory of its own there. It belongs to root, so that the container's user cannot add to it. One at `/run` is no help: it is mounted after the secrets.
fn secrets(
    layers: &Layers<'_>,
    mounts: &[Setting<Mount>],
) -> Result<Option<Setting<Mount>>, Problem> {
    let directory: ContainerPath = SECRETS.parse()?;
    let covered = mounts
        .iter()
        .filter_map(|mount| mount.value.destination())
        .any(|at| *at == directory);
    if covered {
        return Ok(None);
    }
    for given in layers.all(&flags::SECRET) {
        let secret: Setting<Secret> = setting(given, str::parse)?;
        let at = secret.value.destination();
        if at.is_some() {
            let tmpfs = format!("{SECRETS}:rw,nosuid,nodev,noexec,size=64k,mode=755");
            let tmpfs = Mount::Tmpfs(tmpfs.parse()?);
            return Ok(Some(Setting::new(tmpfs, secret.origin)));
        }
    }
    Ok(None)
}

fn read(given: &FlagValue, host: &dyn Host) -> Result<Setting<Mount>, Problem> {
    let mount = if given.flag == &flags::VOLUME {
        from_volume(setting::<Volume, _>(given, str::parse)?.value, given, host)
    } else if given.flag == &flags::TMPFS {
        harden_tmpfs(setting::<Tmpfs, _>(given, str::parse)?.value).map(Mount::Tmpfs)
    } else {
        let mount = setting::<MountArg, _>(given, str::parse)?.value;
        from_mount(mount, given, host)
    };
    match mount {
        Ok(mount) => Ok(Setting::new(mount, given.origin.clone())),
        Err(problem) => Err(problem.at(&given.origin)),
    }
}

fn from_volume(volume: Volume, given: &FlagValue, host: &dyn Host) -> Result<Mount, Problem> {
    let Volume {
        source,
        destination,
        options,
    } = volume;
    match source {
        VolumeSource::Path(path) => bind(path, destination, options, given, host),
        VolumeSource::Named(name) => Ok(named(Some(name), destination, options)),
        VolumeSource::Anonymous => Ok(named(None, destination, options)),
    }
}

fn from_mount(mount: MountArg, given: &FlagValue, host: &dyn Host) -> Result<Mount, Problem> {
    match mount {
        MountArg::Bind {
            source,
            destination,
            options,
        } => {
            let source = match source {
                Some(source) => source,
                None => destination.as_str().parse()?,
            };
            bind(source, destination, options, given, host)
        }
        MountArg::Volume {
            name,
            destination,
            options,
            volume_opts,
            subpath,
        } => {
            let device = volume_opts
                .iter()
                .find(|(key, _)| key == "device")
                .map(|(_, path)| Path::new(path));
            let device = device
                .filter(|path| path.is_absolute())
                .map(|path| host.resolve(path))
                .transpose()?;
            match named(name, destination, options) {
                Mount::Volume(volume) => Ok(Mount::Volume(NamedVolume {
                    volume_opts,
                    subpath,
                    device,
                    ..volume
                })),
                other => Ok(other),
            }
        }
        MountArg::Tmpfs(tmpfs) => harden_tmpfs(tmpfs).map(Mount::Tmpfs),
        MountArg::Other(other) => Ok(Mount::Other(other)),
    }
}

fn bind(
    asked: HostPath,
    destination: ContainerPath,
    options: MountOptions,
    given: &FlagValue,
    host: &dyn Host,
) -> Result<Mount, Problem> {
    let source = host.resolve(&given.base.join(asked.as_path()))?;
    let below = host.submounts(&source.path)?;
    let asked_access = options.access;
    let asked_options = options.clone();
    let mut options = harden(options, Access::ReadOnly);
    let overlay_dirs = resolve_overlay(&mut options, given, host)?;
    if options.overlay.is_none() {
        let closed = submounts::recursion(options.access, &below, host);
        let recursion = *options.recursion.get_or_insert(closed);
        let propagation = options.propagation.get_or_insert(Propagation::RPrivate);
        // crun takes an r in the propagation for rbind: a closed bind would carry the mounts below along, writable.
        if recursion == Recursion::Bind && *propagation == Propagation::RPrivate {
            *propagation = Propagation::Private;
        }
    }
    let path = HostPath::from_path(&source.path)?;
    let (submounts, covered) = if submounts::are_covered(&asked_options, options.access, host) {
        (Vec::new(), below)
    } else {
        (below, Vec::new())
    };
    Ok(Mount::Bind(Bind {
        asked,
        source,
        path,
        destination,
        asked_access,
        options,
        overlay_dirs,
        submounts,
        covered,
    }))
}

/// Replaces the directories that an overlay writes to by where they lead.
fn resolve_overlay(
    options: &mut MountOptions,
    given: &FlagValue,
    host: &dyn Host,
) -> Result<Vec<Resolved>, Problem> {
    let Some(Overlay::Persistent { upperdir, workdir }) = &mut options.overlay else {
        return Ok(Vec::new());
    };
    let mut dirs = Vec::new();
    for dir in [upperdir, workdir] {
        let resolved = host.resolve(&given.base.join(dir.as_path()))?;
        *dir = HostPath::from_path(&resolved.path)?;
        dirs.push(resolved);
    }
    Ok(dirs)
}

fn named(name: Option<VolumeName>, destination: ContainerPath, options: MountOptions) -> Mount {
    let options = harden(options, Access::ReadWrite);
    Mount::Volume(NamedVolume {
        name,
        destination,
        options,
        volume_opts: Vec::new(),
        subpath: None,
        device: None,
    })
}

/// `nosuid,nodev` unless asked, and `noexec` where it can be written.
fn harden(mut options: MountOptions, access: Access) -> MountOptions {
    if options.overlay.is_none() {
        let access = *options.access.get_or_insert(access);
        if access == Access::ReadWrite {
            options.exec.get_or_insert(Exec::NoExec);
        }
        options.suid.get_or_insert(Suid::NoSuid);
        options.dev.get_or_insert(Dev::NoDev);
    }
    options
}

/// Bounded, nothing in it can be run, and the container's user may write to it: runc 1.1 gives a tmpfs the mode of the
/// image's directory, whatever `mode=` says, so only ownership helps.
pub(super) fn harden_tmpfs(mut tmpfs: Tmpfs) -> Result<Tmpfs, Problem> {
    tmpfs.access.get_or_insert(Access::ReadWrite);
    tmpfs.suid.get_or_insert(Suid::NoSuid);
    tmpfs.dev.get_or_insert(Dev::NoDev);
    tmpfs.exec.get_or_insert(Exec::NoExec);
    tmpfs.mode.get_or_insert(0o1777);
    tmpfs.ownership.get_or_insert(Ownership::Chown);
    if tmpfs.size.is_none() {
        tmpfs.size = Some(TMPFS_SIZE.parse().map_err(Problem::from)?);
    }
    Ok(tmpfs)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::{Apparmor, Fake, Lsm};
    use crate::policy::level::Level;
    use crate::testing::judged_on;

    fn mounts(host: &Fake, args: &[&str]) -> Vec<String> {
        let judged = judged_on(host, args, Level::Baseline);
        let words = judged
            .argv
            .iter()
            .map(|word| word.to_str().unwrap().to_owned());
        words
            .filter(|word| {
                ["--volume", "--mount", "--tmpfs"]
                    .iter()
                    .any(|flag| word.starts_with(flag))
            })
            .collect()
    }

    fn tree() -> Fake {
        Fake::rootful()
            .directory("/home/user/project", 1000, 0o755)
            .directory("/srv/app", 1000, 0o755)
            .directory("/srv/others", 7, 0o755)
            .link("/srv/link", "app")
    }

    #[test]
    fn a_bind_is_closed_unless_asked() {
        let ro = "--volume=/srv/app:/a:ro,nosuid,nodev,private,bind";
        let rw = "--volume=/srv/app:/a:rw,nosuid,nodev,noexec,private,bind";
        for (args, expected) in [
            (["-v", "/srv/app:/a"], ro),
            (["-v", "/srv//./link/../app:/a"], ro),
            (["-v", "/srv/link:/a/"], ro),
            (["-v", "../../../srv/app:/a:ro"], ro),
            (["--mount", "type=bind,src=/srv/app,dst=/a"], ro),
            (["-v", "/srv/app:/a:rw"], rw),
            (["--mount", "type=bind,src=/srv/app,dst=/a,ro=false"], rw),
        ] {
            let found = mounts(&tree(), &args);
            let found: Vec<_> = found.iter().map(|word| sorted(word)).collect();
            assert!(found.contains(&sorted(expected)), "{args:?}: {found:?}");
        }
    }

    /// The options in any order.
    fn sorted(word: &str) -> (String, Vec<String>) {
        let (place, options) = word.rsplit_once(':').unwrap();
        let mut options: Vec<_> = options.split(',').map(str::to_owned).collect();
        options.sort();
        (place.to_owned(), options)
    }

    #[test]
    fn what_is_mounted_below_becomes_a_mount_of_its_own() {
        let disks = |host: Fake| {
            host.directory("/srv/app/disk", 0, 0o755)
                .mount("/srv/app/disk")
                .directory("/srv/app/disk/deep", 0, 0o755)
                .mount_of("/srv/app/disk/deep", "0:50", "/", "tmpfs")
        };
        let (root, user) = (disks(tree()), disks(Fake::rootless()));
        let [closed, open] = ["private,bind", "rprivate,rbind"];
        for (host, words, own, access) in [
            (&root, "rw", Some(closed), "rw"),
            (&root, "rw,rbind", Some(open), "rw"),
            (&root, "rw,bind", None, "rw"),
            (&root, "ro", None, "ro"),
            (&user, "rw", Some(open), "rw"),
            (&user, "ro", Some(open), "ro"),
            (&user, "rw,bind", None, "rw"),
        ] {
            let found = mounts(host, &["-v", &format!("/srv/app:/a:{words}")]);
            let found: Vec<_> = found.iter().filter(|word| word.contains("/srv")).collect();
            let exec = if access == "rw" { ",noexec" } else { "" };
            let below = ["/disk", "/disk/deep"].map(|below| {
                let words = format!("{access},nosuid,nodev{exec},{}", own.unwrap_or_default());
                sorted(&format!("--volume=/srv/app{below}:/a{below}:{words}"))
            });
            let found: Vec<_> = found.iter().skip(1).map(|word| sorted(word)).collect();
            let expected = below.get(..if own.is_some() { 2 } else { 0 }).unwrap();
            assert_eq!(found, expected, "{words}");
        }
        let asked = ["-v", "/srv/app:/a:rw", "-v", "/srv/others:/a/disk:ro"];
        let found = mounts(&root, &asked);
        let at_disk = found.iter().filter(|word| word.contains(":/a/disk:"));
        assert_eq!(at_disk.count(), 1, "{found:?}");
    }

    #[test]
    fn an_enforcing_selinux_gets_a_label_for_the_containers_own_directory_only() {
        let lsm = Lsm {
            selinux: Selinux::Enforcing,
            apparmor: Apparmor::Disabled,
        };
        let host = tree().with_lsm(lsm);
        let labels = |path: &str| {
            let found = mounts(&host, &["-u", "1000", "-v", &format!("{path}:/a:rw")]);
            found
                .iter()
                .any(|word| word.ends_with(",Z") || word.contains(",Z,"))
        };
        assert!(labels("/srv/app") && !labels("/srv/others") && !labels("/srv"));
        let user = Fake::rootless()
            .with_lsm(lsm)
            .directory("/home/ann/d", 1000, 0o755);
        let labelled = |words: &str| {
            let found = mounts(&user, &["-v", &format!("/home/ann/d:/a:{words}")]);
            found.iter().any(|word| word.contains(",Z"))
        };
        // Written as the caller; read by somebody else.
        assert!(labelled("rw") && !labelled("ro"));
        assert!(
            !mounts(&tree(), &["-u", "1000", "-v", "/srv/app:/a:rw"])
                .iter()
                .any(|word| word.contains('Z'))
        );
    }

    #[test]
    fn two_mounts_at_one_place_contradict_each_other() {
        let host = tree();
        let base: std::sync::Arc<Path> = Path::new("/").into();
        let words = ["-v", "/srv/app:/a", "--tmpfs", "/a/"].map(Into::into);
        let said = crate::podman::args::parse(&words, &[], &base).unwrap();
        let layers = Layers::new(&said.given);
        assert!(collect(&layers, &host, ImageVolume::Ignore, None).is_err());
    }

    #[test]
    fn a_volume_without_a_name_is_never_a_path() {
        let found = mounts(&tree(), &["-v", "/data"]);
        let expected = "--mount=type=volume,dst=/data,rw,nosuid,nodev,noexec";
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}
