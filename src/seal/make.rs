//! From the final spec to the promise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::promise::{
    Descriptors, EngineMode, Init, NewPrivileges, Privilege, Promise, PromisedAccess,
    PromisedCgroups, PromisedLimits, PromisedSeccomp, Unmasked, VERSION,
};
use super::{make_devices, make_env, make_limits, make_mounts, make_process};
use crate::host::{Host, Mode};
use crate::podman::image_config::ImageConfig;
use crate::podman::value::label_opt::LabelOpt;
use crate::podman::value::security_opt;
use crate::problem::Problem;
use crate::spec::{RootFs, Spec, Switch};

/// What a promise depends on besides the spec.
pub struct PromiseInputs<'a> {
    /// This host: device numbers and files of variables.
    pub host: &'a dyn Host,
    /// The image's config, where podman knows it.
    pub image: Option<&'a ImageConfig>,
    /// The seccomp profile that was judged, as kept.
    pub seccomp: PromisedSeccomp,
    /// Do the limits hold here?
    pub limits: LimitsHere,
    /// The hooks that may run beside ours, by [`super::register::mark`].
    pub hooks: BTreeSet<String>,
    /// Does podman get sockets to hand on (`LISTEN_FDS`)?
    pub sockets: Descriptors,
    /// `volume_path` of the containers.conf that apply.
    pub volume_path: Option<PathBuf>,
    /// Their `init_path`, which was seen to be root's.
    pub init_path: Option<PathBuf>,
}

/// Flags whose effect does not stand on the command line.
const UNPROMISED: [(&str, &str, &str); 2] = [
    (
        "volumes-from",
        "which mounts another container brings",
        "name the volume that both need: -v shared:/data in both",
    ),
    (
        "gpus",
        "what a description of graphics processors adds to a container",
        "name the nodes that are needed: --device /dev/dri/…",
    ),
];

/// Do the limits of the control group hold on this host?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitsHere {
    /// They must.
    Held,
    /// Somebody overrode that they do not.
    Waived,
}

/// Makes the promise.
///
/// # Errors
/// What nobody could check afterwards: a glob mount, an artifact, a CDI device, the mounts of another container, a file of
/// variables that cannot be read.
pub fn promise(spec: &Spec, inputs: &PromiseInputs<'_>) -> Result<Promise, Problem> {
    for (flag, brings, instead) in UNPROMISED {
        if let Some(given) = spec.passed(flag).next() {
            return Err(Problem::new(format!("{brings} cannot be promised"))
                .at(&given.origin)
                .instead(instead));
        }
    }
    let privileged = spec.privileged.value == Switch::On;
    let mode = inputs.host.identity().mode;
    let (apparmor, selinux) = make_process::modules(spec, mode);
    Ok(Promise {
        version: VERSION,
        engine: match mode {
            Mode::Rootful => EngineMode::Rootful,
            Mode::Rootless => EngineMode::Rootless,
        },
        privilege: if privileged {
            Privilege::Privileged
        } else {
            Privilege::Confined
        },
        uid: make_process::id(Some(&spec.user.value.user)),
        gid: make_process::gid(spec),
        groups: make_process::groups(spec, &inputs.host.identity()),
        capabilities: make_process::capabilities(spec),
        new_privileges: match spec.new_privileges.value {
            security_opt::NoNewPrivileges::On => NewPrivileges::Denied,
            security_opt::NoNewPrivileges::Off => NewPrivileges::Allowed,
        },
        seccomp: inputs.seccomp.clone(),
        apparmor,
        selinux,
        selinux_level: make_process::selinux_level(spec),
        root: match spec.root_fs.value {
            RootFs::ReadOnly => PromisedAccess::ReadOnly,
            RootFs::Writable => PromisedAccess::ReadWrite,
        },
        rootfs: make_mounts::rootfs(spec),
        mounts: make_mounts::mounts(spec, inputs.image)?,
        secrets: spec
            .secret
            .iter()
            .filter_map(|secret| {
                let at = secret.value.destination()?;
                Some((PathBuf::from(at.as_str()), secret.value.name.clone()))
            })
            .collect(),
        chroot_dirs: spec
            .passed("chrootdirs")
            .flat_map(|given| given.value.split(',').map(PathBuf::from))
            .collect(),
        rdt_class: spec
            .passed("rdt-class")
            .last()
            .map(|given| given.value.clone()),
        init: init(spec, inputs),
        volume_path: spec
            .passed("volumepath")
            .last()
            .map(|given| PathBuf::from(&given.value))
            .or_else(|| inputs.volume_path.clone()),
        devices: make_devices::devices(spec, inputs.host)?,
        device_rules: make_devices::device_rules(spec)?,
        namespaces: make_limits::namespaces(spec),
        host_root: make_limits::host_root(spec),
        cgroups: make_limits::cgroups(spec),
        limits: match inputs.limits {
            _ if make_limits::cgroups(spec) == PromisedCgroups::None => PromisedLimits::default(),
            LimitsHere::Held => make_limits::limits(spec),
            LimitsHere::Waived => {
                make_limits::effective(&make_limits::limits(spec), &inputs.host.limits())
            }
        },
        unified: keys(spec, "cgroup-conf").collect(),
        masked: spec
            .mask
            .iter()
            .flat_map(|mask| mask.value.clone())
            .collect(),
        unmasked: unmasked(spec),
        rlimits: make_limits::rlimits(spec),
        sysctl: pairs(spec.sysctl.iter().map(|s| (&s.value.key, &s.value.value))),
        oom_score_adj: spec.oom_score_adj.value,
        descriptors: match ["preserve-fd", "preserve-fds"]
            .iter()
            .find_map(|flag| spec.passed(flag).next())
        {
            Some(_) => Descriptors::Passed,
            None => inputs.sockets,
        },
        env: make_env::env(spec, inputs)?,
        hooks: inputs.hooks.clone(),
        annotations: annotations(spec),
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

/// The part before `=` of each value of a forwarded flag.
pub(super) fn keys<'a>(spec: &'a Spec, flag: &'a str) -> impl Iterator<Item = String> {
    let key = |value: &'a str| {
        value
            .split_once('=')
            .map_or(value, |(key, _)| key)
            .to_owned()
    };
    spec.passed(flag).map(move |given| key(&given.value))
}

fn init(spec: &Spec, inputs: &PromiseInputs<'_>) -> Init {
    let path = spec
        .passed("init-path")
        .last()
        .map(|given| PathBuf::from(&given.value));
    match (spec.is_on("init"), path) {
        (false, _) => Init::None,
        (true, None) => inputs.init_path.clone().map_or(Init::Engine, Init::Path),
        (true, Some(path)) => Init::Path(path),
    }
}

fn is_nested(spec: &Spec) -> bool {
    spec.label
        .iter()
        .any(|label| label.value == LabelOpt::Nested)
}

fn annotations(spec: &Spec) -> BTreeMap<String, String> {
    let asked = spec.annotation.iter();
    let mut all = pairs(asked.map(|asked| (&asked.value.key, &asked.value.value)));
    if is_nested(spec) {
        all.insert("run.oci.mount_context_type".into(), "rootcontext".into());
    }
    all
}

fn unmasked(spec: &Spec) -> Unmasked {
    let mut paths = BTreeSet::new();
    if is_nested(spec) {
        paths.insert("/sys/fs/selinux".to_owned());
    }
    if spec.privileged.value == Switch::On {
        return Unmasked::All;
    }
    for unmask in &spec.unmask {
        match &unmask.value {
            security_opt::Unmask::All => return Unmasked::All,
            security_opt::Unmask::Paths(more) => paths.extend(more.iter().cloned()),
        }
    }
    Unmasked::Paths(paths)
}
