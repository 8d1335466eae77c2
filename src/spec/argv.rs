//! A [`Spec`] as podman's command line: one flag per value, `--flag=value`, in one order.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::Path;

use super::mount::{Bind, NamedVolume};
use super::{CpuLimit, Mount, RootFs, Seccomp, SeccompPolicy, Spec, Switch};
use crate::caps::CapArg;
use crate::origin::{Origin, Setting};
use crate::podman::value::limit::{Limit, SwapLimit};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::security_opt::{AppArmorArg, NoNewPrivileges, SeccompArg, SecurityOpt};
use crate::podman::value::volume::{Source, Volume};
use crate::podman::value::{mount, ulimit};

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
    fn new(flag: &'static str, value: impl Display, origin: &Origin) -> Self {
        Self {
            flag,
            value: value.to_string(),
            origin: origin.clone(),
        }
    }

    /// The flag as podman gets it.
    pub fn argument(&self) -> OsString {
        format!("--{}={}", self.flag, self.value).into()
    }
}

/// The flags of the spec in their one order: by name, a list in the order it was given, and `no-new-privileges` last,
/// because podman lets the last one win.
///
/// `seccomp` is the file that holds the filter; it is not used when there is to be none.
pub fn lines(spec: &Spec, seccomp: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    identity(spec, &mut lines);
    privileges(spec, seccomp, &mut lines);
    namespaces(spec, &mut lines);
    files(spec, &mut lines);
    limits(spec, &mut lines);
    rest(spec, &mut lines);
    for given in &spec.passed {
        lines.push(Line::new(given.flag.long, &given.value, &given.origin));
    }
    lines.sort_by_key(|line| line.flag);
    let nnp = match spec.new_privileges.value {
        NoNewPrivileges::On => "no-new-privileges",
        NoNewPrivileges::Off => "no-new-privileges=false",
    };
    lines.push(Line::new("security-opt", nnp, &spec.new_privileges.origin));
    lines
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

fn one<T: Display>(lines: &mut Vec<Line>, flag: &'static str, setting: &Setting<T>) {
    lines.push(Line::new(flag, &setting.value, &setting.origin));
}

fn all<T: Display>(lines: &mut Vec<Line>, flag: &'static str, settings: &[Setting<T>]) {
    lines.extend(
        settings
            .iter()
            .map(|setting| Line::new(flag, &setting.value, &setting.origin)),
    );
}

fn switch(lines: &mut Vec<Line>, flag: &'static str, setting: &Setting<Switch>) {
    lines.push(Line::new(
        flag,
        setting.value == Switch::On,
        &setting.origin,
    ));
}

fn identity(spec: &Spec, lines: &mut Vec<Line>) {
    one(lines, "user", &spec.user);
    all(lines, "userns", spec.userns.as_slice());
    all(lines, "uidmap", &spec.uidmap);
    all(lines, "gidmap", &spec.gidmap);
}

fn privileges(spec: &Spec, seccomp: &Path, lines: &mut Vec<Line>) {
    switch(lines, "privileged", &spec.privileged);
    // podman refuses to drop all and add all at once.
    if !spec.cap_add.iter().any(|cap| cap.value == CapArg::All) {
        lines.push(Line::new("cap-drop", "all", &Origin::Baseline));
    }
    all(lines, "cap-add", &spec.cap_add);
    let filter = match &spec.seccomp.value {
        Seccomp::Unconfined => SeccompArg::Unconfined,
        Seccomp::Default | Seccomp::File(_) | Seccomp::Denying(_) | Seccomp::Allowing(_) => {
            SeccompArg::File(seccomp.to_owned())
        }
    };
    let mut option = |option: SecurityOpt, origin: &Origin| {
        lines.push(Line::new("security-opt", option, origin));
    };
    option(SecurityOpt::Seccomp(filter), &spec.seccomp.origin);
    if let Some(setting) = &spec.apparmor {
        let profile: &AppArmorArg = &setting.value;
        option(SecurityOpt::Apparmor(profile.clone()), &setting.origin);
    }
    for setting in &spec.label {
        option(SecurityOpt::Label(setting.value.clone()), &setting.origin);
    }
    for setting in &spec.mask {
        option(SecurityOpt::Mask(setting.value.clone()), &setting.origin);
    }
    for setting in &spec.unmask {
        option(SecurityOpt::Unmask(setting.value.clone()), &setting.origin);
    }
    if let Some(setting) = &spec.proc_opts {
        option(
            SecurityOpt::ProcOpts(setting.value.clone()),
            &setting.origin,
        );
    }
    let policy = match spec.seccomp_policy.value {
        SeccompPolicy::Default => "default",
        SeccompPolicy::Image => "image",
    };
    lines.push(Line::new(
        "seccomp-policy",
        policy,
        &spec.seccomp_policy.origin,
    ));
}

fn namespaces(spec: &Spec, lines: &mut Vec<Line>) {
    all(lines, "network", &spec.network);
    all(lines, "publish", &spec.publish);
    switch(lines, "publish-all", &spec.publish_all);
    one(lines, "pid", &spec.pid);
    one(lines, "ipc", &spec.ipc);
    one(lines, "uts", &spec.uts);
    one(lines, "cgroupns", &spec.cgroupns);
    one(lines, "cgroups", &spec.cgroups);
}

fn files(spec: &Spec, lines: &mut Vec<Line>) {
    let read_only = spec.root_fs.value == RootFs::ReadOnly;
    lines.push(Line::new("read-only", read_only, &spec.root_fs.origin));
    switch(lines, "read-only-tmpfs", &spec.read_only_tmpfs);
    one(lines, "image-volume", &spec.image_volume);
    for Setting { value, origin } in &spec.mounts {
        lines.push(match value {
            Mount::Bind(mount) => bind(mount, origin),
            Mount::Volume(volume) => named(volume, origin),
            Mount::Tmpfs(tmpfs) => Line::new("tmpfs", tmpfs, origin),
            Mount::Other(other) => Line::new("mount", other, origin),
        });
    }
}

fn bind(bind: &Bind, origin: &Origin) -> Line {
    let source = Source::Path(bind.path.clone());
    let volume = Volume {
        source,
        destination: bind.destination.clone(),
        options: bind.options.clone(),
    };
    Line::new("volume", volume, origin)
}

/// `--mount` for a volume without a name: `--volume` would take the destination for a host path.
fn named(volume: &NamedVolume, origin: &Origin) -> Line {
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
            let source = Source::Named(name);
            Line::new(
                "volume",
                Volume {
                    source,
                    destination,
                    options,
                },
                origin,
            )
        }
        name => {
            let volume = mount::Mount::Volume {
                name,
                destination,
                options,
                volume_opts,
                subpath,
            };
            Line::new("mount", volume, origin)
        }
    }
}

fn limits(spec: &Spec, lines: &mut Vec<Line>) {
    one(lines, "memory", &spec.memory);
    if spec.memory_swap.value != SwapLimit::Unset {
        one(lines, "memory-swap", &spec.memory_swap);
    }
    let origin = &spec.cpu.origin;
    match &spec.cpu.value {
        CpuLimit::Cpus(Limit::Unlimited) => {}
        CpuLimit::Cpus(cpus) => lines.push(Line::new("cpus", cpus, origin)),
        CpuLimit::Quota { quota, period } => {
            lines.push(Line::new("cpu-quota", quota, origin));
            lines.extend(period.map(|period| Line::new("cpu-period", period, origin)));
        }
    }
    one(lines, "pids-limit", &spec.pids_limit);
    all::<ulimit::Ulimit>(lines, "ulimit", &spec.ulimit);
    // podman refuses a size where there is no /dev/shm of the container's own.
    if !matches!(spec.ipc.value, Namespace::None | Namespace::Host) {
        one(lines, "shm-size", &spec.shm_size);
    }
    one(lines, "oom-score-adj", &spec.oom_score_adj);
    one(lines, "restart", &spec.restart);
}

fn rest(spec: &Spec, lines: &mut Vec<Line>) {
    all(lines, "env", &spec.env);
    switch(lines, "env-host", &spec.env_host);
    switch(lines, "http-proxy", &spec.http_proxy);
    all(lines, "secret", &spec.secret);
    all(lines, "device", &spec.device);
    all(lines, "sysctl", &spec.sysctl);
    all(lines, "annotation", &spec.annotation);
    one(lines, "log-driver", &spec.log_driver);
    all(lines, "log-opt", &spec.log_opt);
    one(lines, "systemd", &spec.systemd);
    one(lines, "sdnotify", &spec.sdnotify);
}
