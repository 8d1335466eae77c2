//! What a rule may know besides the spec. Read before the rules run, so that they stay pure.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::os::fd::RawFd;
use std::path::Path;

use super::paths::{self, Match, Places};
use super::site::Site;
use crate::allow::Date;
use crate::host::{Host, Resolved};
use crate::podman::image_config::ImageConfig;
use crate::podman::value::mount_options::Access;
use crate::seccomp::{Arch, SeccompProfile, Syscall};
use crate::spec::Spec;
pub use crate::spec::mount::ExistingVolume;
use crate::spec::mount::NamedVolume;

/// A container whose namespaces are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinedContainer {
    /// Its first process; none when it does not run.
    pub pid: Option<u32>,
    /// How it was asked to get its namespaces, by the kernel's names.
    pub modes: BTreeMap<&'static str, String>,
    /// `--privileged`.
    pub is_privileged: bool,
    /// Was it started by this program?
    pub is_sealed: bool,
}

/// The filters that bear on a container.
pub(crate) struct SeccompFacts<'a> {
    /// The floor under it, on this host.
    pub floor: &'a SeccompProfile,
    /// The profile that the host's engines take by default, as read; none where there is none.
    pub engine: Option<&'a [u8]>,
    /// The profile that `--security-opt seccomp=FILE` names, as read.
    pub file: Option<&'a [u8]>,
}

impl SeccompFacts<'_> {
    /// What `{allow: […]}` comes to: these calls as far as the floor allows them, and one that the floor refuses altogether as
    /// far as the engines' default does.
    pub(crate) fn allowing(&self, spec: &Spec, names: &[Syscall]) -> SeccompProfile {
        let allowing = SeccompProfile::allowing(self.floor, names);
        let engine = self.engine.map(SeccompProfile::parse);
        let (Some(Ok(engine)), Some(arch)) = (engine, Arch::native()) else {
            return allowing;
        };
        let bounding = spec.bounding();
        let bounding: Vec<&str> = bounding.iter().map(String::as_str).collect();
        let open = self.floor.resolve(arch, &bounding);
        let refused = names.iter().filter(|name| !open.may_let(name));
        let refused: Vec<Syscall> = refused.cloned().collect();
        allowing.with(&refused, &engine)
    }
}

/// The facts.
pub struct Facts<'a> {
    /// This host.
    pub host: &'a dyn Host,
    /// The directory that podman is called from; relative paths of the command line start there.
    pub cwd: &'a Path,
    /// The image's config, when it was asked for.
    pub image: Option<&'a ImageConfig>,
    /// The named volumes of the spec that exist, by name.
    pub volumes: &'a BTreeMap<String, ExistingVolume>,
    /// The containers of the spec whose namespaces are joined and that exist, by the name that was asked for.
    pub containers: &'a BTreeMap<String, JoinedContainer>,
    /// The descriptors that podman would hand on by itself, `sd_listen_fds(3)`.
    pub listening: Range<RawFd>,
    /// Where the homes and the engines' storage of this host are.
    pub places: &'a Places,
    /// The system call filters.
    pub(crate) seccomp: SeccompFacts<'a>,
    /// The administrator's policy.
    pub site: &'a Site,
    /// The day on which overrides are judged.
    pub today: Date,
    /// What the paths of the spec are worth, each looked up once: a dozen rules ask about the same ones.
    pub(crate) worths: Worths,
}

/// What paths were found to be worth.
#[derive(Default)]
pub(crate) struct Worths(RefCell<Vec<(Resolved, Access, Option<Match>)>>);

impl<'a> Facts<'a> {
    /// The volume of this name that is there already.
    pub(super) fn existing(&self, volume: &NamedVolume) -> Option<&'a ExistingVolume> {
        self.volumes.get(volume.name.as_ref()?.as_str())
    }

    /// What a resolved path of this host is worth to an attacker; none when it is worth nothing.
    pub(super) fn worth(&self, found: &Resolved, access: Access) -> Option<Match> {
        let mut known = self.worths.0.borrow_mut();
        let same = |(path, to, _): &&(Resolved, Access, _)| path == found && *to == access;
        if let Some((_, _, worth)) = known.iter().find(same) {
            return worth.clone();
        }
        let worth = paths::judge(self.host, self.places, found, access);
        known.push((found.clone(), access, worth.clone()));
        worth
    }
}
