//! The effective container: what podman will be told, every value typed and with its [`Origin`].
//!
//! A [`Spec`] is built from the flags of all layers ([`build`]), judged by the rules, which may rewrite a value, and then
//! written as one canonical command line ([`argv`]). Nothing else reaches podman.
//!
//! [`Origin`]: crate::origin::Origin

pub(crate) mod argv;
pub mod baseline;
pub mod build;
pub(crate) mod image_volumes;
mod layers;
pub(crate) mod level;
pub(crate) mod mount;
mod mounts;
mod run_directory;
mod run_label;
pub(crate) mod runner;
pub(crate) mod seccomp;
mod secrets;
mod submounts;
mod volumes;

use std::ffi::OsString;

use crate::caps::CapArg;
use crate::origin::Setting;
use crate::podman::args::FlagValue;
use crate::podman::flags::{Flag, NeededBy, Treatment};
use crate::podman::value::annotation::Annotation;
use crate::podman::value::cgroups::CgroupsMode;
use crate::podman::value::device::Device;
use crate::podman::value::env::EnvVar;
use crate::podman::value::idmap::IdMap;
use crate::podman::value::image::ImageRef;
use crate::podman::value::image_volume::ImageVolume;
use crate::podman::value::label_opt::LabelOpt;
use crate::podman::value::limit::{Cpus, MemoryLimit, PidsLimit, SwapLimit};
use crate::podman::value::log::{LogDriver, LogOpt};
use crate::podman::value::namespace::Namespace;
use crate::podman::value::network::Network;
use crate::podman::value::publish::Publish;
use crate::podman::value::restart::Restart;
use crate::podman::value::sdnotify::Sdnotify;
use crate::podman::value::secret::Secret;
use crate::podman::value::security_opt::{AppArmorArg, NoNewPrivileges, Unmask};
use crate::podman::value::sysctl::Sysctl;
use crate::podman::value::systemd::Systemd;
use crate::podman::value::ulimit::Ulimit;
use crate::podman::value::user::User;
use crate::podman::value::userns::Userns;
use crate::rule_id::RuleId;
use crate::seccomp::Arch;

pub(crate) use mount::{ExternalRootfs, Mount};
pub(crate) use runner::Runner;
pub(crate) use seccomp::Seccomp;

/// On or off, where podman has a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `=true`
    On,
    /// `=false`
    Off,
}

/// May the container write to its root file system?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootFs {
    /// `--read-only=true`
    ReadOnly,
    /// `--read-only=false`
    Writable,
}

/// Who chooses the seccomp profile (`--seccomp-policy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeccompPolicy {
    /// The caller: `--security-opt seccomp=` holds.
    Default,
    /// A label of the image, which overrides `--security-opt seccomp=`.
    Image,
}

/// The limit on CPU time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CpuLimit {
    /// `--cpus`
    Cpus(Cpus),
    /// `--cpu-quota` and `--cpu-period`, in microseconds; a quota of 0 or below is no limit.
    Quota {
        /// Time per period.
        quota: i64,
        /// The period; podman's 100 ms when absent.
        period: Option<u64>,
    },
}

/// The container as podman will be told to make it.
#[derive(Clone, Debug)]
pub struct Spec {
    /// What stands in the place of IMAGE.
    pub image: Setting<ImageRef>,
    /// The container's own arguments; never read, never changed.
    pub command: Vec<OsString>,

    /// `--user`
    pub user: Setting<User>,
    /// The same in numbers, and who that is on this host
    pub(crate) runner: Runner,
    /// `--userns`; absent when `--uidmap` or `--gidmap` says it.
    pub userns: Option<Setting<Userns>>,
    /// `--uidmap`
    pub uidmap: Vec<Setting<IdMap>>,
    /// `--gidmap`
    pub gidmap: Vec<Setting<IdMap>>,

    /// `--privileged`
    pub privileged: Setting<Switch>,
    /// `--security-opt no-new-privileges`
    pub new_privileges: Setting<NoNewPrivileges>,
    /// `--cap-add`, after all were dropped
    pub cap_add: Vec<Setting<CapArg>>,
    /// `--security-opt seccomp`
    pub seccomp: Setting<Seccomp>,
    /// A profile's `nesting`
    pub nesting: Setting<Switch>,
    /// The architecture of the programs, where the kernel's own is another one
    pub(crate) foreign: Option<Arch>,
    /// `--seccomp-policy`
    pub seccomp_policy: Setting<SeccompPolicy>,
    /// `--security-opt apparmor`
    pub apparmor: Option<Setting<AppArmorArg>>,
    /// `--security-opt label`
    pub label: Vec<Setting<LabelOpt>>,
    /// `--security-opt mask`
    pub mask: Vec<Setting<Vec<String>>>,
    /// `--security-opt unmask`, `systempaths=unconfined`
    pub unmask: Vec<Setting<Unmask>>,
    /// `--security-opt proc-opts`
    pub proc_opts: Option<Setting<String>>,

    /// `--read-only`
    pub root_fs: Setting<RootFs>,
    /// `--read-only-tmpfs`
    pub read_only_tmpfs: Setting<Switch>,
    /// `--rootfs`: a directory of the host stands in the place of the image, and [`Spec::image`] says nothing.
    pub external_rootfs: Option<Setting<ExternalRootfs>>,
    /// `--image-volume`
    pub image_volume: Setting<ImageVolume>,
    /// `--volume`, `--mount`, `--tmpfs`
    pub mounts: Vec<Setting<Mount>>,

    /// `--network`
    pub network: Vec<Setting<Network>>,
    /// `--publish`
    pub publish: Vec<Setting<Publish>>,
    /// `--publish-all`
    pub publish_all: Setting<Switch>,
    /// `--pid`
    pub pid: Setting<Namespace>,
    /// `--ipc`
    pub ipc: Setting<Namespace>,
    /// `--uts`
    pub uts: Setting<Namespace>,
    /// `--cgroupns`
    pub cgroupns: Setting<Namespace>,
    /// `--cgroups`
    pub cgroups: Setting<CgroupsMode>,

    /// `--memory`
    pub memory: Setting<MemoryLimit>,
    /// `--memory-swap`
    pub memory_swap: Setting<SwapLimit>,
    /// `--cpus`, or `--cpu-quota` and `--cpu-period`
    pub cpu: Setting<CpuLimit>,
    /// `--pids-limit`
    pub pids_limit: Setting<PidsLimit>,
    /// `--ulimit`
    pub ulimit: Vec<Setting<Ulimit>>,
    /// `--shm-size`
    pub shm_size: Setting<MemoryLimit>,
    /// `--oom-score-adj`
    pub oom_score_adj: Setting<i64>,
    /// `--restart`
    pub restart: Setting<Restart>,

    /// `--env`
    pub env: Vec<Setting<EnvVar>>,
    /// `--env-host`
    pub env_host: Setting<Switch>,
    /// `--http-proxy`
    pub http_proxy: Setting<Switch>,
    /// `--secret`
    pub secret: Vec<Setting<Secret>>,
    /// `--device`
    pub device: Vec<Setting<Device>>,
    /// `--sysctl`
    pub sysctl: Vec<Setting<Sysctl>>,
    /// `--annotation`
    pub annotation: Vec<Setting<Annotation>>,
    /// `--log-driver`
    pub log_driver: Setting<LogDriver>,
    /// `--log-opt`
    pub log_opt: Vec<Setting<LogOpt>>,
    /// `--systemd`
    pub systemd: Setting<Systemd>,
    /// `--sdnotify`
    pub sdnotify: Setting<Sdnotify>,

    /// Flags that are forwarded as given: harmless ones, and those a rule has looked at.
    pub passed: Vec<FlagValue>,
}

impl Spec {
    /// The values of a forwarded flag, in order.
    pub fn passed(&self, flag: &'static Flag) -> impl Iterator<Item = &FlagValue> + Clone {
        self.passed.iter().filter(move |given| given.flag == flag)
    }

    /// The forwarded flags that this rule is to judge, in order.
    pub fn judged_by(&self, rule: RuleId) -> impl Iterator<Item = &FlagValue> {
        let judged = Treatment::Judged(rule);
        self.passed
            .iter()
            .filter(move |given| given.flag.treatment == judged)
    }

    /// The forwarded flags that a question to podman needs, as arguments.
    pub fn arguments(&self, needed_by: NeededBy) -> Vec<OsString> {
        let asked = |given: &&FlagValue| given.flag.needed_by == needed_by;
        self.passed
            .iter()
            .filter(asked)
            .map(FlagValue::argument)
            .collect()
    }

    /// Where the output really goes: podman lets `--log-opt driver=` win over `--log-driver`.
    pub fn log_target(&self) -> Setting<LogDriver> {
        let options = self.log_opt.iter().rev();
        let drivers = options.filter(|option| option.value.key == "driver");
        let mut drivers = drivers.filter_map(|option| {
            let driver = option.value.value.parse().ok()?;
            Some(Setting::new(driver, option.origin.clone()))
        });
        drivers.next().unwrap_or_else(|| self.log_driver.clone())
    }

    /// Is a forwarded bool flag on?
    pub fn is_on(&self, flag: &'static Flag) -> bool {
        self.passed(flag)
            .last()
            .is_some_and(|given| given.value == "true")
    }
}
