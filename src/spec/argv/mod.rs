//! A [`Spec`] as podman's command line: one flag per value, `--flag=value`, in one order.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::mount::{Bind, NamedVolume};
use super::{CpuLimit, Mount, RootFs, Seccomp, SeccompPolicy, Spec, Switch};
use crate::caps::CapArg;
use crate::origin::{Origin, Setting};
use crate::podman::flags::{self, Flag};
use crate::podman::value::limit::{Limit, SwapLimit};
use crate::podman::value::mount::MountArg;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::security_opt::{NoNewPrivileges, SeccompArg, SecurityOpt};
use crate::podman::value::volume::{Volume, VolumeSource};

/// One flag of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The flag.
    pub flag: &'static Flag,
    /// Its value.
    pub value: String,
    /// Who asked for it.
    pub origin: Origin,
}

impl Line {
    /// The flag as podman gets it.
    pub(crate) fn argument(&self) -> OsString {
        format!("--{}={}", self.flag.long, self.value).into()
    }
}

/// The flags that the seal adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealing {
    /// The promise, as the value of `--annotation`.
    pub annotation: String,
    /// The directories of hooks, those that a person asked for among them.
    pub hooks_dirs: Vec<PathBuf>,
    /// Takes the place of every mounts.conf, unless a person named another file.
    pub mounts_file: &'static str,
}

/// The flags of the spec and of the seal in their one order: by name, a list in the order it was given, and
/// `no-new-privileges` last, because podman lets the last one win.
///
/// `filter` is the file that holds the seccomp filter; it is not used when there is to be none.
pub(crate) fn lines(spec: &Spec, filter: &Path, sealing: Option<Sealing>) -> Vec<Line> {
    // Taken apart in full, so that a field that is not written does not compile. The first three are for `argv`.
    #[rustfmt::skip]
    let Spec {
        image: _, command: _, external_rootfs: _,
        user, runner: _, userns, uidmap, gidmap,
        privileged, new_privileges, cap_add, seccomp, nesting: _, foreign: _, seccomp_policy, apparmor, label, mask, unmask, proc_opts,
        root_fs, read_only_tmpfs, image_volume, mounts,
        network, publish, publish_all, pid, ipc, uts, cgroupns, cgroups,
        memory, memory_swap, cpu, pids_limit, ulimit, shm_size, oom_score_adj, restart,
        env, env_host, http_proxy, secret, device, sysctl, annotation, log_driver, log_opt, systemd, sdnotify,
        passed,
    } = spec;
    let mut lines = Lines(Vec::new());
    lines.one(&flags::USER, user);
    lines.all(&flags::USERNS, userns.as_slice());
    lines.all(&flags::UIDMAP, uidmap);
    lines.all(&flags::GIDMAP, gidmap);
    lines.switch(&flags::PRIVILEGED, privileged);
    lines.capabilities(cap_add);
    lines.seccomp(seccomp, filter);
    lines.policy(seccomp_policy);
    lines.options(apparmor.as_slice(), SecurityOpt::Apparmor);
    lines.options(label, SecurityOpt::Label);
    lines.options(mask, SecurityOpt::Mask);
    lines.options(unmask, SecurityOpt::Unmask);
    lines.options(proc_opts.as_slice(), SecurityOpt::ProcOpts);
    lines.root_fs(root_fs);
    lines.switch(&flags::READ_ONLY_TMPFS, read_only_tmpfs);
    lines.one(&flags::IMAGE_VOLUME, image_volume);
    lines.mounts(mounts);
    lines.all(&flags::NETWORK, network);
    lines.all(&flags::PUBLISH, publish);
    lines.switch(&flags::PUBLISH_ALL, publish_all);
    lines.one(&flags::PID, pid);
    lines.one(&flags::IPC, ipc);
    lines.one(&flags::UTS, uts);
    lines.one(&flags::CGROUPNS, cgroupns);
    lines.one(&flags::CGROUPS, cgroups);
    lines.one(&flags::MEMORY, memory);
    if memory_swap.value != SwapLimit::Unset {
        lines.one(&flags::MEMORY_SWAP, memory_swap);
    }
    lines.cpu(cpu);
    lines.one(&flags::PIDS_LIMIT, pids_limit);
    lines.all(&flags::ULIMIT, ulimit);
    // podman refuses a size where there is no /dev/shm of the container's own.
    if !matches!(ipc.value, Namespace::None | Namespace::Host) {
        lines.one(&flags::SHM_SIZE, shm_size);
    }
    lines.one(&flags::OOM_SCORE_ADJ, oom_score_adj);
    lines.one(&flags::RESTART, restart);
    lines.all(&flags::ENV, env);
    lines.switch(&flags::ENV_HOST, env_host);
    lines.switch(&flags::HTTP_PROXY, http_proxy);
    lines.all(&flags::SECRET, secret);
    lines.all(&flags::DEVICE, device);
    lines.all(&flags::SYSCTL, sysctl);
    lines.all(&flags::ANNOTATION, annotation);
    lines.one(&flags::LOG_DRIVER, log_driver);
    lines.all(&flags::LOG_OPT, log_opt);
    lines.one(&flags::SYSTEMD, systemd);
    lines.one(&flags::SDNOTIFY, sdnotify);
    for given in passed {
        lines.push(given.flag, &given.value, &given.origin);
    }
    if let Some(sealing) = sealing {
        lines.seal(sealing);
    }
    lines.finish(new_privileges)
}

/// What follows `podman run`: the flags, `--`, the image and its arguments.
pub(crate) fn argv(lines: &[Line], spec: &Spec) -> Vec<OsString> {
    lines
        .iter()
        .map(Line::argument)
        .chain(image(spec))
        .collect()
}

/// What follows the flags.
pub(crate) fn image(spec: &Spec) -> impl Iterator<Item = OsString> {
    let image = match &spec.external_rootfs {
        Some(rootfs) => rootfs.value.to_string(),
        None => spec.image.value.to_string(),
    };
    let image = ["--".into(), image.into()];
    image.into_iter().chain(spec.command.iter().cloned())
}

/// The lines as they come together.
struct Lines(Vec<Line>);

impl Lines {
    fn push(&mut self, flag: &'static Flag, value: impl Display, origin: &Origin) {
        self.0.push(Line {
            flag,
            value: value.to_string(),
            origin: origin.clone(),
        });
    }

    fn one<T: Display>(&mut self, flag: &'static Flag, setting: &Setting<T>) {
        self.push(flag, &setting.value, &setting.origin);
    }

    fn all<T: Display>(&mut self, flag: &'static Flag, settings: &[Setting<T>]) {
        for setting in settings {
            self.one(flag, setting);
        }
    }

    fn switch(&mut self, flag: &'static Flag, setting: &Setting<Switch>) {
        self.push(flag, setting.value == Switch::On, &setting.origin);
    }

    fn capabilities(&mut self, added: &[Setting<CapArg>]) {
        // podman refuses to drop all and add all at once.
        if !added.iter().any(|cap| cap.value == CapArg::All) {
            self.push(&flags::CAP_DROP, "all", &Origin::Baseline);
        }
        self.all(&flags::CAP_ADD, added);
    }

    fn seccomp(&mut self, seccomp: &Setting<Seccomp>, filter: &Path) {
        let arg = match &seccomp.value {
            Seccomp::Unconfined => SeccompArg::Unconfined,
            Seccomp::Default
            | Seccomp::Engine
            | Seccomp::File(_)
            | Seccomp::Denying(_)
            | Seccomp::Allowing(_) => SeccompArg::File(filter.to_owned()),
        };
        self.push(
            &flags::SECURITY_OPT,
            SecurityOpt::Seccomp(arg),
            &seccomp.origin,
        );
    }

    fn policy(&mut self, policy: &Setting<SeccompPolicy>) {
        let word = match policy.value {
            SeccompPolicy::Default => "default",
            SeccompPolicy::Image => "image",
        };
        self.push(&flags::SECCOMP_POLICY, word, &policy.origin);
    }

    fn options<T: Clone>(&mut self, settings: &[Setting<T>], option: fn(T) -> SecurityOpt) {
        for Setting { value, origin } in settings {
            self.push(&flags::SECURITY_OPT, option(value.clone()), origin);
        }
    }

    fn root_fs(&mut self, root_fs: &Setting<RootFs>) {
        let read_only = root_fs.value == RootFs::ReadOnly;
        self.push(&flags::READ_ONLY, read_only, &root_fs.origin);
    }

    fn mounts(&mut self, mounts: &[Setting<Mount>]) {
        for Setting { value, origin } in mounts {
            match value {
                Mount::Bind(bind) => self.push(&flags::VOLUME, of_bind(bind), origin),
                Mount::Volume(volume) => self.volume(volume, origin),
                Mount::Tmpfs(tmpfs) => self.push(&flags::TMPFS, tmpfs, origin),
                Mount::Other(other) => self.push(&flags::MOUNT, other, origin),
            }
        }
    }

    /// `--mount` for a volume without a name: `--volume` would take the destination for a host path.
    fn volume(&mut self, volume: &NamedVolume, origin: &Origin) {
        let NamedVolume {
            name,
            destination,
            options,
            volume_opts,
            subpath,
            device: _,
        } = volume.clone();
        match name {
            Some(name) if volume_opts.is_empty() && subpath.is_none() => {
                let volume = Volume {
                    source: VolumeSource::Named(name),
                    destination,
                    options,
                };
                self.push(&flags::VOLUME, volume, origin);
            }
            name => {
                let volume = MountArg::Volume {
                    name,
                    destination,
                    options,
                    volume_opts,
                    subpath,
                };
                self.push(&flags::MOUNT, volume, origin);
            }
        }
    }

    fn cpu(&mut self, cpu: &Setting<CpuLimit>) {
        match &cpu.value {
            CpuLimit::Cpus(Limit::Unlimited) => {}
            CpuLimit::Cpus(cpus) => self.push(&flags::CPUS, cpus, &cpu.origin),
            CpuLimit::Quota { quota, period } => {
                self.push(&flags::CPU_QUOTA, quota, &cpu.origin);
                if let Some(period) = period {
                    self.push(&flags::CPU_PERIOD, period, &cpu.origin);
                }
            }
        }
    }

    /// A hooks directory that a person asked for is among those of the seal.
    fn seal(&mut self, sealing: Sealing) {
        let ours = &Origin::Baseline;
        let Self(lines) = self;
        lines.retain(|line| line.flag != &flags::HOOKS_DIR);
        for directory in sealing.hooks_dirs {
            self.push(&flags::HOOKS_DIR, directory.display(), ours);
        }
        self.push(&flags::ANNOTATION, sealing.annotation, ours);
        let mounts_file = &flags::DEFAULT_MOUNTS_FILE;
        if !self.0.iter().any(|line| line.flag == mounts_file) {
            self.push(mounts_file, sealing.mounts_file, ours);
        }
    }

    fn finish(mut self, new_privileges: &Setting<NoNewPrivileges>) -> Vec<Line> {
        self.0.sort_by_key(|line| line.flag.long);
        let word = match new_privileges.value {
            NoNewPrivileges::On => "no-new-privileges",
            NoNewPrivileges::Off => "no-new-privileges=false",
        };
        self.push(&flags::SECURITY_OPT, word, &new_privileges.origin);
        self.0
    }
}

fn of_bind(bind: &Bind) -> Volume {
    Volume {
        source: VolumeSource::Path(bind.path.clone()),
        destination: bind.destination.clone(),
        options: bind.options.clone(),
    }
}

#[cfg(test)]
mod tests;
