//! From the final spec to the promise.

mod devices;
mod env;
mod inputs;
mod limits;
mod mounts;
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::promise::PromisedId;
use super::promise::{
    Descriptors, EngineMode, Init, NewPrivileges, Privilege, Promise, PromisedAccess,
    PromisedCgroups, PromisedLimits, Unmasked, VERSION,
};
use crate::host::Mode;
use crate::origin::Setting;
use crate::podman::flags::{self, Flag, Unpromised};
use crate::podman::value::annotation::Annotation;
use crate::podman::value::label_opt::LabelOpt;
use crate::podman::value::secret::Secret;
use crate::podman::value::security_opt;
use crate::problem::Problem;
use crate::spec::{RootFs, Runner, Spec, Switch};

pub(crate) use inputs::{LimitsHere, PromiseInputs};

/// Makes the promise.
///
/// # Errors
/// What could not be checked afterwards: a glob mount, an artifact, a CDI device, the mounts of another container, a file of
/// variables that cannot be read.
#[expect(
    clippy::too_many_lines,
    reason = "a line for each field of the spec, and one for each of the promise"
)]
pub(crate) fn promise(spec: &Spec, inputs: &PromiseInputs<'_>) -> Result<Promise, Problem> {
    for given in &spec.passed {
        if let Some(Unpromised { brings, instead }) = given.flag.unpromised {
            return Err(Problem::new(format!("{brings} cannot be promised"))
                .at(&given.origin)
                .instead(instead));
        }
    }
    // Taken apart whole, so that a new field does not compile until it is promised, or said here why it need not be.
    let Spec {
        // Which program runs is no part of what the container may do.
        image: _,
        command: _,
        user,
        runner,
        userns,
        // A mapping that was asked for is any: `host_root`.
        uidmap: _,
        gidmap: _,
        privileged,
        new_privileges,
        cap_add,
        // Judged and kept before: `PromiseInputs::seccomp`. Whoever else chose a filter, it may not be wider.
        seccomp: _,
        nesting: _,
        foreign: _,
        seccomp_policy: _,
        apparmor,
        label,
        mask,
        unmask,
        proc_opts,
        root_fs,
        read_only_tmpfs,
        external_rootfs,
        // Each VOLUME is a mount of its own.
        image_volume: _,
        mounts: asked_mounts,
        network,
        // podman and its network program publish ports; the runtime is not told of them.
        publish: _,
        publish_all: _,
        pid,
        ipc,
        uts,
        cgroupns,
        cgroups,
        memory,
        memory_swap,
        cpu,
        pids_limit,
        ulimit,
        // The size of a tmpfs that podman mounts before the runtime is started.
        shm_size: _,
        oom_score_adj,
        // What podman does when the container has ended, and where the output goes: not the runtime's.
        restart: _,
        log_driver: _,
        log_opt: _,
        env: asked_env,
        env_host,
        http_proxy,
        secret,
        device,
        sysctl,
        annotation,
        systemd,
        sdnotify,
        // Looked up by name below.
        passed: _,
    } = spec;
    let caller = inputs.host.identity();
    let places = mounts::PlacesHere(inputs.host.mounts()?);
    let userns = userns.as_ref().map(|userns| &userns.value);
    let nested = label.iter().any(|label| label.value == LabelOpt::Nested);
    let cgroups = limits::cgroups(cgroups.value);
    let limits_asked = limits::limits(
        &memory.value,
        &memory_swap.value,
        &cpu.value,
        pids_limit.value,
        spec.is_on(&flags::OOM_KILL_DISABLE),
    );
    Ok(Promise {
        version: VERSION,
        engine: match caller.mode {
            Mode::Rootful => EngineMode::Rootful,
            Mode::Rootless => EngineMode::Rootless,
        },
        privilege: match privileged.value {
            Switch::On => Privilege::Privileged,
            Switch::Off => Privilege::Confined,
        },
        uid: kept(runner, runner.uid, process::id(Some(&user.value.user))),
        gid: kept(runner, runner.gid, process::gid(&user.value)),
        groups: process::groups(&user.value, userns, spec.passed(&flags::GROUP_ADD), caller),
        capabilities: process::capabilities(privileged.value, cap_add),
        new_privileges: match new_privileges.value {
            security_opt::NoNewPrivileges::On => NewPrivileges::Denied,
            security_opt::NoNewPrivileges::Off => NewPrivileges::Allowed,
        },
        seccomp: inputs.seccomp.clone(),
        apparmor: process::apparmor(privileged.value, apparmor.as_ref(), caller.mode),
        selinux: process::selinux(privileged.value, label, &pid.value, &ipc.value),
        selinux_level: process::selinux_level(label),
        file_type: process::file_type(label),
        personality: last(spec, &flags::PERSONALITY).cloned(),
        root: match root_fs.value {
            RootFs::ReadOnly => PromisedAccess::ReadOnly,
            RootFs::Writable => PromisedAccess::ReadWrite,
        },
        rootfs: external_rootfs.as_ref().and_then(mounts::rootfs),
        rootfs_place: external_rootfs
            .as_ref()
            .and_then(mounts::rootfs)
            .and_then(|path| places.of(&path)),
        mounts: mounts::mounts(
            &mounts::ImpliedMounts {
                systemd: &systemd.value,
                cgroupns: &cgroupns.value,
                root_fs: root_fs.value,
                read_only_tmpfs: read_only_tmpfs.value,
                nested,
                proc_opts: proc_opts.as_ref().map(|options| options.value.as_str()),
            },
            asked_mounts,
            &places,
        )?,
        secrets: secret.iter().filter_map(file_of).collect(),
        chroot_dirs: spec
            .passed(&flags::CHROOTDIRS)
            .flat_map(|given| given.value.split(',').map(PathBuf::from))
            .collect(),
        rdt_class: last(spec, &flags::RDT_CLASS).cloned(),
        init: init(spec, inputs),
        volume_path: last(spec, &flags::VOLUMEPATH)
            .map(PathBuf::from)
            .or_else(|| inputs.volume_path.clone()),
        devices: devices::devices(device, inputs.host)?,
        device_rules: devices::device_rules(spec.passed(&flags::DEVICE_CGROUP_RULE))?,
        namespaces: limits::namespaces(
            &[
                ("pid", &pid.value),
                ("ipc", &ipc.value),
                ("uts", &uts.value),
                ("cgroup", &cgroupns.value),
            ],
            network.last().map(|network| &network.value),
            userns,
        ),
        hosts_joined: inputs.hosts_joined.clone(),
        host_root: limits::host_root(userns),
        cgroups,
        limits: match (cgroups, inputs.limits) {
            (PromisedCgroups::None, _) => PromisedLimits::default(),
            (PromisedCgroups::Own, LimitsHere::Held) => limits_asked,
            (PromisedCgroups::Own, LimitsHere::Waived) => {
                limits::effective(&limits_asked, inputs.host.limits())
            }
        },
        unified: keys(spec, &flags::CGROUP_CONF).collect(),
        masked: mask.iter().flat_map(|mask| mask.value.clone()).collect(),
        unmasked: unmasked(privileged.value, unmask, nested),
        rlimits: limits::rlimits(ulimit),
        sysctl: pairs(sysctl.iter().map(|s| (&s.value.key, &s.value.value))),
        oom_score_adj: oom_score_adj.value,
        descriptors: if [&flags::PRESERVE_FD, &flags::PRESERVE_FDS]
            .into_iter()
            .any(|flag| spec.passed(flag).next().is_some())
        {
            Descriptors::Passed
        } else {
            inputs.sockets
        },
        env: env::env(
            &env::ImpliedVariables {
                image: inputs.image,
                host: env_host.value,
                proxies: http_proxy.value,
                sockets: inputs.sockets,
                systemd: &systemd.value,
                sdnotify: sdnotify.value,
            },
            asked_env,
            secret,
            keys(spec, &flags::ENV_MERGE),
            env::of_files(spec.passed(&flags::ENV_FILE), inputs.host)?,
        ),
        hooks: inputs.hooks.clone(),
        annotations: annotations(annotation, nested),
        image_annotations: inputs
            .image
            .iter()
            .flat_map(|image| image.annotations.keys().cloned())
            .collect(),
    })
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> BTreeMap<String, String> {
    pairs
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Where the caller stands behind one id, it has to be that id that runs, however the image's files spell it.
fn kept(runner: &Runner, id: Option<u32>, asked: PromisedId) -> PromisedId {
    match (&runner.is_caller_for, id) {
        (Some(_), Some(id)) => PromisedId::Exactly(id),
        (Some(_) | None, _) => asked,
    }
}

/// The value of a forwarded flag; the last one wins.
fn last<'a>(spec: &'a Spec, flag: &'static Flag) -> Option<&'a String> {
    spec.passed(flag).last().map(|given| &given.value)
}

/// The part before `=` of each value of a forwarded flag.
fn keys(spec: &Spec, flag: &'static Flag) -> impl Iterator<Item = String> {
    let key = |value: &str| {
        value
            .split_once('=')
            .map_or(value, |(key, _)| key)
            .to_owned()
    };
    spec.passed(flag).map(move |given| key(&given.value))
}

/// Where a secret is mounted, and its name; none for one that is a variable.
fn file_of(secret: &Setting<Secret>) -> Option<(PathBuf, String)> {
    let at = secret.value.destination()?;
    Some((PathBuf::from(at.as_str()), secret.value.name.clone()))
}

fn init(spec: &Spec, inputs: &PromiseInputs<'_>) -> Init {
    match (spec.is_on(&flags::INIT), last(spec, &flags::INIT_PATH)) {
        (false, _) => Init::None,
        (true, None) => inputs.init_path.clone().map_or(Init::Engine, Init::Path),
        (true, Some(path)) => Init::Path(path.into()),
    }
}

fn annotations(asked: &[Setting<Annotation>], nested: bool) -> BTreeMap<String, String> {
    let mut all = pairs(asked.iter().map(|a| (&a.value.key, &a.value.value)));
    if nested {
        all.insert("run.oci.mount_context_type".into(), "rootcontext".into());
    }
    all
}

fn unmasked(privileged: Switch, asked: &[Setting<security_opt::Unmask>], nested: bool) -> Unmasked {
    let mut paths = BTreeSet::new();
    if nested {
        paths.insert("/sys/fs/selinux".to_owned());
    }
    if privileged == Switch::On {
        return Unmasked::All;
    }
    for unmask in asked {
        match &unmask.value {
            security_opt::Unmask::All => return Unmasked::All,
            security_opt::Unmask::Paths(more) => paths.extend(more.iter().cloned()),
        }
    }
    Unmasked::Paths(paths)
}

#[cfg(test)]
mod tests;
