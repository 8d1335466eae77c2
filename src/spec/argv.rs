//! A [`Spec`] as podman's command line: one flag per value, `--flag=value`, in one order.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::mount::{Bind, NamedVolume};
use super::{CpuLimit, Mount, RootFs, Seccomp, SeccompPolicy, Spec, Switch};
use crate::caps::CapArg;
use crate::origin::{Origin, Setting};
use crate::podman::value::limit::{Limit, SwapLimit};
use crate::podman::value::mount;
use crate::podman::value::namespace::Namespace;
use crate::podman::value::security_opt::{NoNewPrivileges, SeccompArg, SecurityOpt};
use crate::podman::value::volume::{Source, Volume};

/// One flag of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The flag's long name.
    pub flag: &'static str,
    /// Its value.
    pub value: String,
    /// Who asked for it.
    pub origin: Origin,
}

impl Line {
    /// The flag as podman gets it.
    pub fn argument(&self) -> OsString {
        format!("--{}={}", self.flag, self.value).into()
    }
}

/// The flags that the seal adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
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
pub fn lines(spec: &Spec, filter: &Path, sealing: Option<Sealing>) -> Vec<Line> {
    // Taken apart in full, so that a field that is not written does not compile. The first three are for `argv`.
    #[rustfmt::skip]
    let Spec {
        image: _, command: _, external_rootfs: _,
        user, userns, uidmap, gidmap,
        privileged, new_privileges, cap_add, seccomp, seccomp_policy, apparmor, label, mask, unmask, proc_opts,
        root_fs, read_only_tmpfs, image_volume, mounts,
        network, publish, publish_all, pid, ipc, uts, cgroupns, cgroups,
        memory, memory_swap, cpu, pids_limit, ulimit, shm_size, oom_score_adj, restart,
        env, env_host, http_proxy, secret, device, sysctl, annotation, log_driver, log_opt, systemd, sdnotify,
        passed,
    } = spec;
    let mut lines = Lines(Vec::new());
    lines.one("user", user);
    lines.all("userns", userns.as_slice());
    lines.all("uidmap", uidmap);
    lines.all("gidmap", gidmap);
    lines.switch("privileged", privileged);
    lines.capabilities(cap_add);
    lines.seccomp(seccomp, filter);
    lines.policy(seccomp_policy);
    lines.options(apparmor.as_slice(), SecurityOpt::Apparmor);
    lines.options(label, SecurityOpt::Label);
    lines.options(mask, SecurityOpt::Mask);
    lines.options(unmask, SecurityOpt::Unmask);
    lines.options(proc_opts.as_slice(), SecurityOpt::ProcOpts);
    lines.root_fs(root_fs);
    lines.switch("read-only-tmpfs", read_only_tmpfs);
    lines.one("image-volume", image_volume);
    lines.mounts(mounts);
    lines.all("network", network);
    lines.all("publish", publish);
    lines.switch("publish-all", publish_all);
    lines.one("pid", pid);
    lines.one("ipc", ipc);
    lines.one("uts", uts);
    lines.one("cgroupns", cgroupns);
    lines.one("cgroups", cgroups);
    lines.one("memory", memory);
    if memory_swap.value != SwapLimit::Unset {
        lines.one("memory-swap", memory_swap);
    }
    lines.cpu(cpu);
    lines.one("pids-limit", pids_limit);
    lines.all("ulimit", ulimit);
    // podman refuses a size where there is no /dev/shm of the container's own.
    if !matches!(ipc.value, Namespace::None | Namespace::Host) {
        lines.one("shm-size", shm_size);
    }
    lines.one("oom-score-adj", oom_score_adj);
    lines.one("restart", restart);
    lines.all("env", env);
    lines.switch("env-host", env_host);
    lines.switch("http-proxy", http_proxy);
    lines.all("secret", secret);
    lines.all("device", device);
    lines.all("sysctl", sysctl);
    lines.all("annotation", annotation);
    lines.one("log-driver", log_driver);
    lines.all("log-opt", log_opt);
    lines.one("systemd", systemd);
    lines.one("sdnotify", sdnotify);
    for given in passed {
        lines.push(given.flag.long, &given.value, &given.origin);
    }
    if let Some(sealing) = sealing {
        lines.seal(sealing);
    }
    lines.finish(new_privileges)
}

/// What follows `podman run`: the flags, `--`, the image and its arguments.
pub fn argv(lines: &[Line], spec: &Spec) -> Vec<OsString> {
    let image = match &spec.external_rootfs {
        Some(rootfs) => rootfs.value.to_string(),
        None => spec.image.value.to_string(),
    };
    let image = ["--".into(), image.into()];
    lines
        .iter()
        .map(Line::argument)
        .chain(image)
        .chain(spec.command.iter().cloned())
        .collect()
}

/// The lines as they come together.
struct Lines(Vec<Line>);

impl Lines {
    fn push(&mut self, flag: &'static str, value: impl Display, origin: &Origin) {
        self.0.push(Line {
            flag,
            value: value.to_string(),
            origin: origin.clone(),
        });
    }

    fn one<T: Display>(&mut self, flag: &'static str, setting: &Setting<T>) {
        self.push(flag, &setting.value, &setting.origin);
    }

    fn all<T: Display>(&mut self, flag: &'static str, settings: &[Setting<T>]) {
        for setting in settings {
            self.one(flag, setting);
        }
    }

    fn switch(&mut self, flag: &'static str, setting: &Setting<Switch>) {
        self.push(flag, setting.value == Switch::On, &setting.origin);
    }

    fn capabilities(&mut self, added: &[Setting<CapArg>]) {
        // podman refuses to drop all and add all at once.
        if !added.iter().any(|cap| cap.value == CapArg::All) {
            self.push("cap-drop", "all", &Origin::Baseline);
        }
        self.all("cap-add", added);
    }

    fn seccomp(&mut self, seccomp: &Setting<Seccomp>, filter: &Path) {
        let arg = match &seccomp.value {
            Seccomp::Unconfined => SeccompArg::Unconfined,
            Seccomp::Default | Seccomp::File(_) | Seccomp::Denying(_) | Seccomp::Allowing(_) => {
                SeccompArg::File(filter.to_owned())
            }
        };
        self.push("security-opt", SecurityOpt::Seccomp(arg), &seccomp.origin);
    }

    fn policy(&mut self, policy: &Setting<SeccompPolicy>) {
        let word = match policy.value {
            SeccompPolicy::Default => "default",
            SeccompPolicy::Image => "image",
        };
        self.push("seccomp-policy", word, &policy.origin);
    }

    fn options<T: Clone>(&mut self, settings: &[Setting<T>], option: fn(T) -> SecurityOpt) {
        for Setting { value, origin } in settings {
            self.push("security-opt", option(value.clone()), origin);
        }
    }

    fn root_fs(&mut self, root_fs: &Setting<RootFs>) {
        let read_only = root_fs.value == RootFs::ReadOnly;
        self.push("read-only", read_only, &root_fs.origin);
    }

    fn mounts(&mut self, mounts: &[Setting<Mount>]) {
        for Setting { value, origin } in mounts {
            match value {
                Mount::Bind(bind) => self.push("volume", of_bind(bind), origin),
                Mount::Volume(volume) => self.volume(volume, origin),
                Mount::Tmpfs(tmpfs) => self.push("tmpfs", tmpfs, origin),
                Mount::Other(other) => self.push("mount", other, origin),
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
                    source: Source::Named(name),
                    destination,
                    options,
                };
                self.push("volume", volume, origin);
            }
            name => {
                let volume = mount::Mount::Volume {
                    name,
                    destination,
                    options,
                    volume_opts,
                    subpath,
                };
                self.push("mount", volume, origin);
            }
        }
    }

    fn cpu(&mut self, cpu: &Setting<CpuLimit>) {
        match &cpu.value {
            CpuLimit::Cpus(Limit::Unlimited) => {}
            CpuLimit::Cpus(cpus) => self.push("cpus", cpus, &cpu.origin),
            CpuLimit::Quota { quota, period } => {
                self.push("cpu-quota", quota, &cpu.origin);
                if let Some(period) = period {
                    self.push("cpu-period", period, &cpu.origin);
                }
            }
        }
    }

    /// A hooks directory that a person asked for is among those of the seal.
    fn seal(&mut self, sealing: Sealing) {
        let ours = &Origin::Baseline;
        let Self(lines) = self;
        lines.retain(|line| line.flag != "hooks-dir");
        for directory in sealing.hooks_dirs {
            self.push("hooks-dir", directory.display(), ours);
        }
        self.push("annotation", sealing.annotation, ours);
        if !self.0.iter().any(|line| line.flag == "default-mounts-file") {
            self.push("default-mounts-file", sealing.mounts_file, ours);
        }
    }

    fn finish(mut self, new_privileges: &Setting<NoNewPrivileges>) -> Vec<Line> {
        self.0.sort_by_key(|line| line.flag);
        let word = match new_privileges.value {
            NoNewPrivileges::On => "no-new-privileges",
            NoNewPrivileges::Off => "no-new-privileges=false",
        };
        self.push("security-opt", word, &new_privileges.origin);
        self.0
    }
}

fn of_bind(bind: &Bind) -> Volume {
    Volume {
        source: Source::Path(bind.path.clone()),
        destination: bind.destination.clone(),
        options: bind.options.clone(),
    }
}
