//! From a profile to the filter of one container, as podman does it.

use std::collections::BTreeSet;

use super::{
    Arch, Architectures, FilterAction, FilterFlag, FilterRule, Gate, Listener, SeccompProfile,
    Syscall,
};

/// A filter without conditions on the host: `linux.seccomp` of an OCI `config.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    /// What calls get that no rule names.
    pub default: FilterAction,
    /// Beside the native one, which libseccomp always adds.
    pub arches: Vec<Arch>,
    /// In the order in which the runtime adds them.
    pub rules: Vec<FilterRule>,
    /// Empty: the runtime's choice (crun takes [`FilterFlag::SpecAllow`], runc none).
    pub flags: BTreeSet<FilterFlag>,
    /// Who answers [`FilterAction::Notify`].
    pub listener: Option<Listener>,
}

impl Filter {
    /// Is there a rule that lets this call through, be it for some arguments?
    pub(crate) fn may_let(&self, call: &Syscall) -> bool {
        let name = call.as_str();
        let mut rules = self.rules.iter();
        rules.any(|rule| rule.action.passes() && rule.names.iter().any(|other| other == name))
    }
}

impl SeccompProfile {
    /// What podman will make of it on `arch` for a container whose *bounding* set is `bounding` (`CAP_SYS_ADMIN` …).
    ///
    /// It follows containers/common `pkg/seccomp`, `setupSeccomp`, unchanged from podman 4 to 5.6: `minKernel` is not
    /// read, so a rule that has it counts on every kernel; `archMap` is read on some architectures only. Flags and
    /// listener are kept, although podman before 5 drops them.
    pub(crate) fn resolve(&self, arch: Arch, bounding: &[&str]) -> Filter {
        let counts = |includes: &Gate, excludes: &Gate| {
            let granted = |cap: &String| bounding.contains(&cap.as_str());
            let here = |name: &String| name == arch.engine();
            !excludes.arches.iter().any(here)
                && !excludes.caps.iter().any(granted)
                && (includes.arches.is_empty() || includes.arches.iter().any(here))
                && includes.caps.iter().all(granted)
        };
        let groups = self.groups.iter();
        Filter {
            default: self.default,
            arches: self.architectures.on(arch),
            rules: groups
                .filter(|group| counts(&group.includes, &group.excludes))
                .filter(|group| !group.rule.names.is_empty())
                .map(|group| group.rule.clone())
                .collect(),
            flags: self.flags.clone(),
            listener: self.listener.clone(),
        }
    }
}

impl Architectures {
    fn on(&self, host: Arch) -> Vec<Arch> {
        match self {
            Self::Native => Vec::new(),
            Self::Listed(list) => list.clone(),
            Self::Mapped(_) if !host.reads_arch_map() => Vec::new(),
            Self::Mapped(map) => {
                let entry = map.iter().find(|(arch, _)| *arch == host);
                let entry =
                    entry.map(|(arch, more)| std::iter::once(*arch).chain(more.iter().copied()));
                entry.into_iter().flatten().collect()
            }
        }
    }
}
