//! What a row of the floor is, and the rules of a profile that it becomes.

use nix::errno::Errno;

use super::rows::{AF_NETLINK, INTERNET};
use crate::seccomp::{Condition, FilterAction, FilterRule, Gate, Group};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The calls.
    pub(crate) calls: &'static [&'static str],
    /// When they are denied.
    pub(crate) denies: Denies,
    /// What they answer then.
    pub(crate) errno: Errno,
    /// Any of these takes the row away.
    pub(crate) opened_by: &'static [Opener],
    /// Why it is there, as a phrase.
    pub(crate) why: &'static str,
    /// Where to read about it.
    pub(crate) reference: &'static str,
}

/// When a row denies its calls.
#[derive(Debug)]
pub(crate) enum Denies {
    /// Whatever the arguments are.
    Always,
    /// When any of these bits is set in the low half of an argument: the kernel reads no more of it.
    AnyBit {
        /// The argument, from 0.
        arg: u8,
        /// The argument on s390 and s390x, where clone(2) has two of them the other way round.
        on_s390: u8,
        /// The bits.
        bits: u32,
    },
    /// When the argument has another value than these.
    OtherThan {
        /// The argument, from 0.
        arg: u8,
        /// The values.
        values: &'static [u64],
    },
    /// Sockets of these families, `AF_…`.
    Families(&'static [u32]),
    /// Internet sockets of these types, `SOCK_…`.
    Types(&'static [u32]),
    /// Internet sockets of these types and protocols.
    Protocols(&'static [(u32, u32)]),
    /// Sockets of `AF_NETLINK` with these protocols, `NETLINK_…`.
    Netlink(&'static [u32]),
}

/// What takes a row away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opener {
    /// A capability in the container's bounding set, as `CAP_SYS_ADMIN`.
    Cap(&'static str),
    /// A profile's `nesting: true`.
    Nesting,
}

/// The architectures of [`Denies::AnyBit::on_s390`], in podman's words.
const S390: [&str; 2] = ["s390", "s390x"];

/// Conditions that hold together, and where they are meant.
struct Case {
    args: Vec<Condition>,
    on: On,
}

#[derive(Clone, Copy)]
enum On {
    Every,
    S390,
    OtherThanS390,
}

impl Case {
    const fn every(args: Vec<Condition>) -> Self {
        let on = On::Every;
        Self { args, on }
    }
}

impl Row {
    /// The capabilities that open it.
    pub(super) fn caps(&self) -> impl Iterator<Item = &'static str> {
        self.opened_by.iter().filter_map(|opener| match opener {
            Opener::Cap(cap) => Some(*cap),
            Opener::Nesting => None,
        })
    }

    /// The rules of a profile: refused without these capabilities, allowed with any of them.
    pub(super) fn groups(&self, caps: &[&str]) -> Vec<Group> {
        let errno = FilterAction::of_errno(self.errno);
        let refused = self.refused().into_iter();
        let refused = refused.map(|case| self.group(errno, case, &[], caps));
        let opened = caps.iter().flat_map(|cap| {
            let opened = self.opened().into_iter();
            opened.map(move |case| self.group(FilterAction::Allow, case, &[cap], &[]))
        });
        let left = self.left().into_iter();
        let left = left.map(|case| self.group(FilterAction::Allow, case, &[], &[]));
        let mut groups: Vec<Group> = refused.chain(opened).chain(left).collect();
        if let Some(first) = groups.first_mut() {
            first.comment = format!("{} ({})", self.why, self.reference);
        }
        groups
    }

    /// The rules when it is taken away.
    pub(super) fn open(&self) -> Vec<Group> {
        let opened = self.opened().into_iter();
        opened
            .map(|case| self.group(FilterAction::Allow, case, &[], &[]))
            .collect()
    }

    /// The cases that it refuses; what is neither refused nor left gets the profile's default, which refuses too.
    fn refused(&self) -> Vec<Case> {
        match self.denies {
            Denies::Always => vec![Case::every(Vec::new())],
            Denies::AnyBit { arg, on_s390, bits } => (0..u32::BITS)
                .map(|bit| 1 << bit)
                .filter(|bit| bits & bit != 0)
                .flat_map(|bit| either(arg, on_s390, |arg| masked(arg, bit, bit)))
                .collect(),
            // No rule can say “other than these”.
            Denies::OtherThan { .. } => Vec::new(),
            Denies::Families(families) => every(families, |family| vec![vec![of_family(*family)]]),
            Denies::Types(types) => every(types, |kind| internet(*kind, None)),
            Denies::Protocols(pairs) => {
                every(pairs, |(kind, protocol)| internet(*kind, Some(*protocol)))
            }
            Denies::Netlink(protocols) => every(protocols, |protocol| vec![netlink(*protocol)]),
        }
    }

    /// The cases that are allowed once it is taken away.
    fn opened(&self) -> Vec<Case> {
        match self.denies {
            Denies::Always | Denies::AnyBit { .. } | Denies::OtherThan { .. } => {
                vec![Case::every(Vec::new())]
            }
            Denies::Families(_) | Denies::Types(_) | Denies::Protocols(_) | Denies::Netlink(_) => {
                self.refused()
            }
        }
    }

    /// The cases that it leaves. Those of sockets are no row's, but the table's.
    fn left(&self) -> Vec<Case> {
        match self.denies {
            Denies::Always
            | Denies::Families(_)
            | Denies::Types(_)
            | Denies::Protocols(_)
            | Denies::Netlink(_) => Vec::new(),
            Denies::AnyBit { arg, on_s390, bits } => {
                either(arg, on_s390, |arg| masked(arg, bits, 0))
            }
            Denies::OtherThan { arg, values } => values
                .iter()
                .map(|value| Case::every(vec![Condition::equal(arg, *value)]))
                .collect(),
        }
    }

    fn group(&self, action: FilterAction, case: Case, with: &[&str], without: &[&str]) -> Group {
        let caps = |caps: &[&str]| caps.iter().map(|cap| (*cap).to_owned()).collect();
        Group {
            rule: FilterRule::new(self.calls, action, case.args),
            comment: String::new(),
            includes: Gate {
                arches: s390(matches!(case.on, On::S390)),
                caps: caps(with),
                min_kernel: None,
            },
            excludes: Gate {
                arches: s390(matches!(case.on, On::OtherThanS390)),
                caps: caps(without),
                min_kernel: None,
            },
        }
    }
}

fn s390(meant: bool) -> Vec<String> {
    let all = S390.map(str::to_owned).to_vec();
    if meant { all } else { Vec::new() }
}

/// The condition on this argument, which is another one on s390.
fn either(arg: u8, on_s390: u8, condition: impl Fn(u8) -> Condition) -> Vec<Case> {
    if arg == on_s390 {
        return vec![Case::every(vec![condition(arg)])];
    }
    let case = |arg, on| Case {
        args: vec![condition(arg)],
        on,
    };
    vec![case(arg, On::OtherThanS390), case(on_s390, On::S390)]
}

/// The bits of the argument that `mask` has are these. The high half is not looked at: the kernel's own argument is an int,
/// and a comparison of all 64 bits is passed by setting one that the kernel ignores (CVE-2026-123876).
fn masked(arg: u8, mask: u32, bits: u32) -> Condition {
    Condition::masked(arg, mask.into(), bits.into())
}

/// The cases of each.
fn every<T>(list: &[T], conditions: impl Fn(&T) -> Vec<Vec<Condition>>) -> Vec<Case> {
    list.iter().flat_map(conditions).map(Case::every).collect()
}

/// Internet sockets of this type, and perhaps of this protocol. The upper bits of a type are flags, as `SOCK_CLOEXEC`.
pub(super) fn internet(kind: u32, protocol: Option<u32>) -> Vec<Vec<Condition>> {
    let family = |family| {
        let protocol = protocol.map(|protocol| masked(2, u32::MAX, protocol));
        [of_family(family), masked(1, 0xF, kind)]
            .into_iter()
            .chain(protocol)
            .collect()
    };
    INTERNET.map(family).to_vec()
}

/// A socket of this family.
pub(super) fn of_family(family: u32) -> Condition {
    masked(0, u32::MAX, family)
}

/// A socket of `AF_NETLINK` with this protocol.
pub(super) fn netlink(protocol: u32) -> Vec<Condition> {
    vec![of_family(AF_NETLINK), masked(2, u32::MAX, protocol)]
}
