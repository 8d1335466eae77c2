//! What a seccomp profile says, before podman has made a filter of it.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::rule::find;
use super::{Arch, FilterAction, FilterRule};
use crate::problem::Invalid;

/// `includes` or `excludes` of a profile's rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    /// Architectures in podman's words ([`Arch::engine`]).
    pub arches: Vec<String>,
    /// Capabilities as `CAP_SYS_ADMIN`, compared literally.
    pub caps: Vec<String>,
    /// Docker's `minKernel`, carried along; podman does not read it (containers/common `pkg/seccomp`, up to podman 5.6).
    pub min_kernel: Option<String>,
}

/// A rule and when it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// The rule.
    pub rule: FilterRule,
    /// The author's comment.
    pub comment: String,
    /// The rule counts only where the architecture is one of these and *all* these capabilities are in the bounding set.
    pub includes: Gate,
    /// The rule does not count where the architecture is one of these or *any* of these capabilities is in the bounding set.
    pub excludes: Gate,
}

impl Group {
    /// A rule that counts everywhere.
    pub(super) fn always(rule: FilterRule) -> Self {
        Self {
            rule,
            comment: String::new(),
            includes: Gate::default(),
            excludes: Gate::default(),
        }
    }
}

/// Which architectures beside the native one a profile asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Architectures {
    /// None.
    Native,
    /// `architectures`: these, on every host.
    Listed(Vec<Arch>),
    /// `archMap`: the first entry whose architecture is the host's, with its sub-architectures.
    Mapped(Vec<(Arch, Vec<Arch>)>),
}

/// A flag of seccomp(2)'s `SECCOMP_SET_MODE_FILTER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FilterFlag {
    /// Filter every thread; the runtimes have one anyway.
    Tsync,
    /// Log what is not allowed.
    Log,
    /// Leave the Speculative Store Bypass mitigation off.
    SpecAllow,
    /// A supervised call waits so that only a fatal signal interrupts it.
    WaitKillableRecv,
}

impl FilterFlag {
    const NAMES: [(&str, Self); 4] = [
        ("SECCOMP_FILTER_FLAG_TSYNC", Self::Tsync),
        ("SECCOMP_FILTER_FLAG_LOG", Self::Log),
        ("SECCOMP_FILTER_FLAG_SPEC_ALLOW", Self::SpecAllow),
        (
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
            Self::WaitKillableRecv,
        ),
    ];

    /// The name in a profile and in an OCI `config.json`.
    pub(crate) fn oci(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, flag)| *flag == self);
        named.map_or("", |(name, _)| name)
    }
}

impl FromStr for FilterFlag {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        find(text, "a seccomp filter flag", &Self::NAMES)
    }
}

/// The process that is asked about calls with [`FilterAction::Notify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Path of its socket.
    pub path: String,
    /// What the runtime sends it first.
    pub metadata: String,
}

/// A profile as containers' tools write it (containers/common `pkg/seccomp`, seccomp.json(5)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeccompProfile {
    /// What calls get that no rule names.
    pub default: FilterAction,
    /// Beside the native one.
    pub architectures: Architectures,
    /// In the order of the file.
    pub groups: Vec<Group>,
    /// Empty: the runtime's choice (crun takes [`FilterFlag::SpecAllow`], runc none).
    pub flags: BTreeSet<FilterFlag>,
    /// Who answers [`FilterAction::Notify`].
    pub listener: Option<Listener>,
}
