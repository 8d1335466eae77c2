//! The flags of all layers become a [`Spec`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::layers::{Layers, same_layer, setting};
use super::level::Level;
use super::mount::ExistingVolume;
use super::runner::{self, Asked, Surroundings, Who};
use super::seccomp::foreign;
use super::{
    CpuLimit, RootFs, Seccomp, SeccompPolicy, Spec, Switch, image_volumes, mounts, run_label,
    secrets, volumes,
};
use crate::caps::CapArg;
use crate::host::{self, Host, Resource};
use crate::origin::{Origin, Setting};
use crate::podman::args::FlagValue;
use crate::podman::flags::{self, Flag};
use crate::podman::image_config::ImageConfig;
use crate::podman::value::annotation::Annotation;
use crate::podman::value::device::{Device, DevicePermissions};
use crate::podman::value::env::EnvVar;
use crate::podman::value::label_opt::LabelOpt;
use crate::podman::value::limit::{Limit, MemoryLimit, SwapLimit};
use crate::podman::value::log::LogOpt;
use crate::podman::value::namespace::{Namespace, NamespaceKind};
use crate::podman::value::network::Network;
use crate::podman::value::path::HostPath;
use crate::podman::value::restart::Restart;
use crate::podman::value::security_opt::{NoNewPrivileges, SecurityOpt};
use crate::podman::value::sysctl::Sysctl;
use crate::podman::value::ulimit::{Ulimit, UlimitName, UlimitValue};
use crate::podman::value::userns::Userns;
use crate::podman::value::{number, security_opt};
use crate::problem::Invalid;
use crate::problem::Problem;

/// As many mounts as a container may have.
const MOST_MOUNTS: usize = 1_000;
/// As many flags as a command line and its profile may have.
const MOST_VALUES: usize = 5_000;

/// Stands for the image where `--rootfs` leaves none; never given to podman.
const NO_IMAGE: &str = "localhost/none:0";

/// All that a [`Spec`] is made of.
pub struct Inputs<'a> {
    /// The flags of all layers, weakest first, the baseline's among them.
    pub given: &'a [FlagValue],
    /// What stands in the place of IMAGE.
    pub image: &'a str,
    /// Where IMAGE stands.
    pub image_origin: Origin,
    /// What follows it.
    pub command: &'a [OsString],
    /// Answers about paths and limits.
    pub host: &'a dyn Host,
    /// The image's config, when it is known.
    pub image_config: Option<&'a ImageConfig>,
    /// The named volumes that exist, by name, when podman was asked.
    pub volumes: &'a BTreeMap<String, ExistingVolume>,
    /// How strictly the container is judged: at a higher level less of it is made to fit by itself.
    pub level: Level,
}

/// Builds the spec.
///
/// # Errors
/// A value that podman would refuse or misread, two values that contradict each other, a path that cannot be resolved.
pub fn build(inputs: &Inputs<'_>) -> Result<Spec, Problem> {
    bounded(inputs.given)?;
    from_layers(inputs, &Layers::new(inputs.given))
}

/// Each mount is held against each other one and against the table of paths, each value against those of its flag: without a
/// bound a long command line takes minutes.
fn bounded(given: &[FlagValue]) -> Result<(), Problem> {
    let is_mount =
        |given: &&FlagValue| [&flags::VOLUME, &flags::MOUNT, &flags::TMPFS].contains(&given.flag);
    if let Some(one) = given.iter().filter(is_mount).nth(MOST_MOUNTS) {
        let what = format!("there are more than {MOST_MOUNTS} mounts");
        let instead = "mount a directory that holds them: -v /srv/app:/app";
        return Err(Problem::new(what).at(&one.origin).instead(instead));
    }
    if let Some(one) = given.get(MOST_VALUES) {
        let what = format!("there are more than {MOST_VALUES} flags");
        let instead = "put variables into a file, --env-file, and labels too, --label-file";
        return Err(Problem::new(what).at(&one.origin).instead(instead));
    }
    Ok(())
}

fn from_layers(inputs: &Inputs<'_>, layers: &Layers<'_>) -> Result<Spec, Problem> {
    let options = SecurityOptions::collect(layers)?;
    let memory = memory(layers)?;
    let cap_add = capabilities(layers)?;
    let image_volume = image_volumes::mode(layers, inputs.level)?;
    let mode = image_volume.value;
    let mut mounts = mounts::collect(layers, inputs.host, mode, inputs.image_config)?;
    let network = networks(layers)?;
    let asked = asked_ids(layers, &network)?;
    let [uidmap, gidmap] = [asked.uidmap.clone(), asked.gidmap.clone()];
    let Who {
        user,
        userns,
        runner,
    } = runner::resolve(layers, asked, &Surroundings::new(inputs, &mounts))?;
    mounts::finish(&mut mounts, &runner, inputs.host);
    volumes::give(&mut mounts, &runner, inputs);
    let secret = secrets::owned(layers, &runner)?;
    let mut shm_size = layers.scalar(&flags::SHM_SIZE)?;
    run_label::enlarge(
        &mut mounts,
        &mut shm_size,
        &memory.value,
        inputs.image_config,
    );
    let external_rootfs = mounts::external_rootfs(layers, inputs.image, inputs.host)?;
    let image = match &external_rootfs {
        Some(_) => NO_IMAGE,
        None => inputs.image,
    };
    let spec = Spec {
        image: Setting::new(
            image
                .parse()
                .map_err(|error: Invalid| Problem::from(error).at(&inputs.image_origin))?,
            inputs.image_origin.clone(),
        ),
        command: inputs.command.to_vec(),
        user,
        runner,
        userns,
        uidmap,
        gidmap,
        privileged: layers.switch(&flags::PRIVILEGED)?,
        new_privileges: options.new_privileges,
        cap_add,
        seccomp: seccomp(layers, options.seccomp, inputs.host)?,
        nesting: layers.off_or(&flags::NESTING)?,
        foreign: foreign(inputs.image_config, asked_architecture(layers)),
        seccomp_policy: layers.scalar_with(&flags::SECCOMP_POLICY, |text| match text {
            "default" | "" => Ok(SeccompPolicy::Default),
            "image" => Ok(SeccompPolicy::Image),
            other => Err(format!("\"{other}\" is no seccomp policy: write default")),
        })?,
        apparmor: options.apparmor,
        label: options.label,
        mask: options.mask,
        unmask: options.unmask,
        proc_opts: options.proc_opts,
        root_fs: layers
            .switch(&flags::READ_ONLY)?
            .map(|switch| match switch {
                Switch::On => RootFs::ReadOnly,
                Switch::Off => RootFs::Writable,
            }),
        read_only_tmpfs: layers.switch(&flags::READ_ONLY_TMPFS)?,
        external_rootfs,
        image_volume: image_volumes::said(image_volume),
        mounts,
        sysctl: sysctls(layers, &network)?,
        network,
        publish: layers.list(&flags::PUBLISH, |new, old| new == old)?,
        publish_all: layers.switch(&flags::PUBLISH_ALL)?,
        pid: namespace(layers, &flags::PID, NamespaceKind::Pid)?,
        ipc: namespace(layers, &flags::IPC, NamespaceKind::Ipc)?,
        uts: namespace(layers, &flags::UTS, NamespaceKind::Uts)?,
        cgroupns: namespace(layers, &flags::CGROUPNS, NamespaceKind::Cgroup)?,
        cgroups: layers.scalar(&flags::CGROUPS)?,
        memory_swap: swap(layers, &memory)?,
        memory,
        cpu: cpu(layers)?,
        pids_limit: layers.scalar(&flags::PIDS_LIMIT)?,
        ulimit: ulimits(layers, inputs.host)?,
        shm_size,
        oom_score_adj: layers.scalar_with(&flags::OOM_SCORE_ADJ, number::int)?,
        restart: restart(layers)?,
        env: layers.list(&flags::ENV, same_variable)?,
        env_host: layers.switch(&flags::ENV_HOST)?,
        http_proxy: layers.switch(&flags::HTTP_PROXY)?,
        secret,
        device: devices(layers, inputs.host)?,
        annotation: layers.list(&flags::ANNOTATION, |new: &Annotation, old| {
            new.key == old.key
        })?,
        log_driver: layers.scalar(&flags::LOG_DRIVER)?,
        log_opt: layers.list(&flags::LOG_OPT, |new: &LogOpt, old| new.key == old.key)?,
        systemd: layers.scalar(&flags::SYSTEMD)?,
        sdnotify: layers.scalar(&flags::SDNOTIFY)?,
        passed: layers.passed()?,
    };
    Ok(spec)
}

/// Those of the strongest layer that names any.
fn networks(layers: &Layers<'_>) -> Result<Vec<Setting<Network>>, Problem> {
    let given = layers.strongest(&flags::NETWORK);
    given.map(|given| setting(given, str::parse)).collect()
}

/// The baseline's own reach no network but the container's: podman refuses the host's, and another container's or a pod's
/// would change for everybody in it.
fn sysctls(
    layers: &Layers<'_>,
    network: &[Setting<Network>],
) -> Result<Vec<Setting<Sysctl>>, Problem> {
    let mut sysctls = layers.list(&flags::SYSCTL, |new: &Sysctl, old| new.key == old.key)?;
    let mut joins_pod = [&flags::POD, &flags::POD_ID_FILE].into_iter();
    let is_own = network.iter().all(|network| network.value.is_own())
        && !joins_pod.any(|flag| layers.peek(flag).is_some());
    sysctls.retain(|sysctl| is_own || sysctl.origin != Origin::Baseline);
    Ok(sysctls)
}

/// Devices without permissions get `rw`, where podman would add the right to make more nodes of them. A link is replaced
/// by what it leads to, so that what was judged is what podman opens; the container sees the name that was asked for.
fn devices(layers: &Layers<'_>, host: &dyn Host) -> Result<Vec<Setting<Device>>, Problem> {
    let mut devices = layers.list(&flags::DEVICE, |new, old| new == old)?;
    for device in &mut devices {
        if let Device::Node {
            host: node,
            container,
            permissions,
        } = &mut device.value
        {
            permissions.get_or_insert(DevicePermissions::USE);
            // What cannot be followed stays as it is: the rules refuse it.
            if let Ok(found) = host.resolve(node.as_path()) {
                let resolved = HostPath::from_path(&found.path)?;
                if container.is_none() && resolved != *node {
                    *container = Some(node.as_str().parse()?);
                }
                *node = resolved;
            }
        }
    }
    Ok(devices)
}

/// What is said about ids. `--uidmap` and its kin stand in the place of a `--userns` that nobody asked for.
fn asked_ids(layers: &Layers<'_>, network: &[Setting<Network>]) -> Result<Asked, Problem> {
    let userns = layers.scalar(&flags::USERNS)?;
    let mut maps = layers.any_of([
        &flags::UIDMAP,
        &flags::GIDMAP,
        &flags::SUBUIDNAME,
        &flags::SUBGIDNAME,
    ]);
    let is_mapped = maps.next().is_some();
    let joins = |network: &Setting<Network>| {
        matches!(
            network.value,
            Network::Path(_) | Network::Container(_) | Network::Pod
        )
    };
    let mut joined = false;
    for (flag, kind) in [
        (&flags::PID, NamespaceKind::Pid),
        (&flags::IPC, NamespaceKind::Ipc),
        (&flags::UTS, NamespaceKind::Uts),
        (&flags::CGROUPNS, NamespaceKind::Cgroup),
    ] {
        let namespace = namespace(layers, flag, kind)?.value;
        joined |= matches!(
            namespace,
            Namespace::Path(_) | Namespace::Container(_) | Namespace::Pod
        );
    }
    let mut pods = [&flags::POD, &flags::POD_ID_FILE].into_iter();
    Ok(Asked {
        userns: Some(userns)
            .filter(|userns: &Setting<Userns>| !is_mapped || userns.origin.is_asked()),
        uidmap: layers.list(&flags::UIDMAP, |_, _| false)?,
        gidmap: layers.list(&flags::GIDMAP, |_, _| false)?,
        is_joining: joined
            || network.iter().any(joins)
            || pods.any(|flag| layers.peek(flag).is_some()),
    })
}

fn namespace(
    layers: &Layers<'_>,
    flag: &'static Flag,
    kind: NamespaceKind,
) -> Result<Setting<Namespace>, Problem> {
    layers.scalar_with(flag, |text| Namespace::parse(kind, text))
}

/// The settings that share `--security-opt`.
struct SecurityOptions {
    new_privileges: Setting<NoNewPrivileges>,
    seccomp: Option<Setting<security_opt::SeccompArg>>,
    apparmor: Option<Setting<security_opt::AppArmorArg>>,
    label: Vec<Setting<LabelOpt>>,
    mask: Vec<Setting<Vec<String>>>,
    unmask: Vec<Setting<security_opt::Unmask>>,
    proc_opts: Option<Setting<String>>,
}

impl SecurityOptions {
    fn collect(layers: &Layers<'_>) -> Result<Self, Problem> {
        let mut all = Self {
            new_privileges: Setting::baseline(NoNewPrivileges::On),
            seccomp: None,
            apparmor: None,
            label: Vec::new(),
            mask: Vec::new(),
            unmask: Vec::new(),
            proc_opts: None,
        };
        for given in layers.all(&flags::SECURITY_OPT) {
            let Setting { value, origin } = setting(given, str::parse)?;
            match value {
                SecurityOpt::NoNewPrivileges(value) => {
                    all.new_privileges = Setting::new(value, origin);
                }
                SecurityOpt::Seccomp(value) => all.seccomp = Some(Setting::new(value, origin)),
                SecurityOpt::Apparmor(value) => all.apparmor = Some(Setting::new(value, origin)),
                SecurityOpt::Label(value) => all.label.push(Setting::new(value, origin)),
                SecurityOpt::Mask(value) => all.mask.push(Setting::new(value, origin)),
                SecurityOpt::Unmask(value) => all.unmask.push(Setting::new(value, origin)),
                SecurityOpt::ProcOpts(value) => all.proc_opts = Some(Setting::new(value, origin)),
            }
        }
        Ok(all)
    }
}

/// The architecture of `--arch`, or in `--platform`.
fn asked_architecture<'a>(layers: &Layers<'a>) -> Option<&'a str> {
    let given = layers.any_of([&flags::ARCH, &flags::PLATFORM]).last()?;
    if given.flag == &flags::ARCH {
        return Some(&given.value);
    }
    given.value.split('/').nth(1)
}

/// The seccomp filter: a profile's `seccomp:`, unless the command line or a stronger profile names another.
fn seccomp(
    layers: &Layers<'_>,
    option: Option<Setting<security_opt::SeccompArg>>,
    host: &dyn Host,
) -> Result<Setting<Seccomp>, Problem> {
    let key = layers.all(&flags::SECCOMP).last();
    let file = |base: &Path, path: &Path| -> Result<PathBuf, Invalid> {
        Ok(host.resolve(&base.join(path))?.path)
    };
    match (option, key) {
        (Some(option), key) if key.is_none_or(|key| !same_layer(&key.origin, &option.origin)) => {
            let given = layers
                .all(&flags::SECURITY_OPT)
                .find(|given| given.origin == option.origin);
            let base = given.map_or(Path::new("/"), |given| &*given.base);
            let value = Seccomp::from_arg(&option.value, |path| file(base, path))
                .map_err(|error| Problem::from(error).at(&option.origin))?;
            Ok(Setting::new(value, option.origin))
        }
        (Some(option), _) => Err(Problem::new(
            "seccomp is given twice: as a key and in security_opt",
        )
        .at(&option.origin)
        .instead("leave one of them out")),
        (None, Some(key)) => setting(key, |text| {
            Seccomp::from_profile(text, |path| file(&key.base, path))
        }),
        (None, None) => Ok(Setting::baseline(Seccomp::Default)),
    }
}

/// Adds minus the drops of a stronger layer. Within one layer an add wins over a drop, as podman has it.
fn capabilities(layers: &Layers<'_>) -> Result<Vec<Setting<CapArg>>, Problem> {
    let mut caps: Vec<Setting<CapArg>> = Vec::new();
    for given in layers.any_of([&flags::CAP_ADD, &flags::CAP_DROP]) {
        let cap: Setting<CapArg> = setting(given, str::parse)?;
        if given.flag == &flags::CAP_ADD {
            caps.retain(|old| old.value != cap.value);
            caps.push(cap);
        } else {
            caps.retain(|old| {
                same_layer(&old.origin, &cap.origin)
                    || (cap.value != CapArg::All && old.value != cap.value)
            });
        }
    }
    Ok(caps)
}

/// `--memory`. A reservation above the baseline's own limit raises it: podman refuses one that is above the limit, and
/// whoever asks for so much as a soft limit did not ask for less as a hard one.
fn memory(layers: &Layers<'_>) -> Result<Setting<MemoryLimit>, Problem> {
    let limit: Setting<MemoryLimit> = layers.scalar(&flags::MEMORY)?;
    let reserved = layers.peek(&flags::MEMORY_RESERVATION);
    let Some(reserved) = reserved.filter(|_| limit.origin == Origin::Baseline) else {
        return Ok(limit);
    };
    let reserved: Setting<MemoryLimit> = setting(reserved, str::parse)?;
    Ok(match (reserved.value, limit.value) {
        (Limit::Max(soft), Limit::Max(hard)) if soft > hard => reserved,
        _ => limit,
    })
}

/// As much memory and swap together as memory alone, unless a person says otherwise: no swap.
fn swap(layers: &Layers<'_>, memory: &Setting<MemoryLimit>) -> Result<Setting<SwapLimit>, Problem> {
    let asked = layers.optional_with(&flags::MEMORY_SWAP, str::parse::<SwapLimit>)?;
    match (
        asked.filter(|swap| swap.value != SwapLimit::Unset),
        &memory.value,
    ) {
        (Some(asked), _) => Ok(asked),
        (None, Limit::Max(bytes)) => {
            Ok(Setting::new(SwapLimit::Max(*bytes), memory.origin.clone()))
        }
        (None, Limit::Unlimited) => Ok(Setting::new(SwapLimit::Unset, memory.origin.clone())),
    }
}

/// `--rm` and a restart exclude each other in podman. The stronger layer wins; in one layer they contradict each other.
fn restart(layers: &Layers<'_>) -> Result<Setting<Restart>, Problem> {
    let restart: Setting<Restart> = layers.scalar(&flags::RESTART)?;
    let rm = layers
        .peek(&flags::RM)
        .filter(|rm| rm.value == "true" && restart.value != Restart::No);
    match rm {
        None => Ok(restart),
        Some(rm) if layers.is_stronger(rm, &restart.origin) => {
            Ok(Setting::new(Restart::No, rm.origin.clone()))
        }
        Some(rm) => Err(Problem::new(format!(
            "--rm removes the container when it ends, so --restart={} cannot restart it",
            restart.value
        ))
        .at(&rm.origin)
        .instead("leave out --rm, or --restart=no")),
    }
}

/// `--cpus`, or the quota and the period that say the same: the stronger layer wins; in one layer they contradict each
/// other.
fn cpu(layers: &Layers<'_>) -> Result<Setting<CpuLimit>, Problem> {
    let cpus = layers.scalar(&flags::CPUS)?;
    let raw = layers
        .any_of([&flags::CPU_QUOTA, &flags::CPU_PERIOD])
        .last();
    match raw {
        Some(raw) if same_layer(&raw.origin, &cpus.origin) => {
            return Err(Problem::new(
                "--cpus and --cpu-quota or --cpu-period say the same thing twice",
            )
            .at(&cpus.origin)
            .instead("leave --cpu-quota and --cpu-period out"));
        }
        Some(raw) if layers.is_stronger(raw, &cpus.origin) => {}
        _ => return Ok(cpus.map(CpuLimit::Cpus)),
    }
    let quota = layers.optional_with(&flags::CPU_QUOTA, number::int)?;
    let period = layers.optional_with(&flags::CPU_PERIOD, number::uint)?;
    match (quota, period) {
        (Some(quota), period) => Ok(Setting::new(
            CpuLimit::Quota {
                quota: quota.value,
                period: period.map(|period| period.value),
            },
            quota.origin,
        )),
        (None, Some(period)) => Err(Problem::new(
            "--cpu-period limits nothing without --cpu-quota",
        )
        .at(&period.origin)
        .instead("--cpus=0.5")),
        (None, None) => Ok(cpus.map(CpuLimit::Cpus)),
    }
}

/// The limits of a process. Those of the baseline are lowered to this process's own hard limits, which the engine
/// cannot exceed; those that were asked for are refused above them.
fn ulimits(layers: &Layers<'_>, host: &dyn Host) -> Result<Vec<Setting<Ulimit>>, Problem> {
    let mut limits = layers.list(&flags::ULIMIT, same_limit)?;
    for limit in &mut limits {
        let Ulimit::Limit { name, soft, hard } = &mut limit.value else {
            continue;
        };
        let resource = match name {
            UlimitName::Nofile => Resource::Nofile,
            UlimitName::Nproc => Resource::Nproc,
            _ => continue,
        };
        let host::HardLimit::At(own) = host.hard_limit(resource) else {
            continue;
        };
        let own = UlimitValue::Max(own);
        if *hard <= own {
            continue;
        }
        if limit.origin.is_asked() {
            return Err(Problem::new(format!(
                "{name}={soft}:{hard} is more than this process's own hard limit, {own}"
            ))
            .at(&limit.origin)
            .instead(format!("{name}={}:{own}", (*soft).min(own))));
        }
        (*soft, *hard) = ((*soft).min(own), own);
    }
    Ok(limits)
}

fn same_variable(a: &EnvVar, b: &EnvVar) -> bool {
    use EnvVar::{Import, ImportPrefix, Value};
    match (a, b) {
        (ImportPrefix(a), ImportPrefix(b))
        | (Value { name: a, .. } | Import(a), Value { name: b, .. } | Import(b)) => a == b,
        (ImportPrefix(_), _) | (_, ImportPrefix(_)) => false,
    }
}

fn same_limit(a: &Ulimit, b: &Ulimit) -> bool {
    match (a, b) {
        (Ulimit::Limit { name: a, .. }, Ulimit::Limit { name: b, .. }) => a == b,
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;
    use crate::spec::baseline;

    #[test]
    fn every_flag_that_has_a_place_in_the_spec_is_read() {
        let given = baseline::layer().unwrap();
        let layers = Layers::new(&given);
        let inputs = Inputs {
            given: &given,
            image: "localhost/test",
            image_origin: Origin::Baseline,
            command: &[],
            host: &Fake::rootful(),
            image_config: None,
            volumes: &BTreeMap::new(),
            level: Level::Baseline,
        };
        from_layers(&inputs, &layers).unwrap();
        assert_eq!(layers.unread(), [""; 0]);
    }
}
