//! The words of a filter: actions, argument conditions and rules.

use std::collections::BTreeSet;
use std::str::FromStr;

use nix::errno::Errno;

use crate::nearest::nearest;
use crate::problem::Invalid;

/// `EPERM`, what an action without a number answers (runc and crun alike); the same on every architecture.
pub(super) const EPERM: u16 = 1;

/// What the kernel does with a system call (seccomp(2), “the seccomp filter's return value”).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FilterAction {
    /// End the whole process.
    KillProcess,
    /// End the thread; `SCMP_ACT_KILL` is another name for it.
    KillThread,
    /// Send the thread SIGSYS instead of running the call.
    Trap,
    /// Return this error number, 0 to 4095, instead of running the call.
    Errno(u16),
    /// Ask a tracer, which may let the call run.
    Trace(u16),
    /// Run the call and log it.
    Log,
    /// Ask the process behind the listener, which may let the call run.
    Notify,
    /// Run the call.
    Allow,
}

impl FilterAction {
    /// The action of this name; `errno` is the number beside it, which only `SCMP_ACT_ERRNO` and `SCMP_ACT_TRACE` take
    /// (crun refuses it elsewhere, runc ignores it).
    pub(super) fn parse(name: &str, errno: Option<u16>) -> Result<Self, Invalid> {
        let number = errno.unwrap_or(EPERM);
        let table = [
            ("SCMP_ACT_ALLOW", Self::Allow),
            ("SCMP_ACT_ERRNO", Self::Errno(number)),
            ("SCMP_ACT_KILL", Self::KillThread),
            ("SCMP_ACT_KILL_PROCESS", Self::KillProcess),
            ("SCMP_ACT_KILL_THREAD", Self::KillThread),
            ("SCMP_ACT_LOG", Self::Log),
            ("SCMP_ACT_NOTIFY", Self::Notify),
            ("SCMP_ACT_TRACE", Self::Trace(number)),
            ("SCMP_ACT_TRAP", Self::Trap),
        ];
        let action = find(name, "a seccomp action", &table)?;
        if errno.is_some() && action.errno().is_none() {
            let what = "an action that takes no error number";
            return Err(Invalid::new(name, what, "remove its errnoRet and errno"));
        }
        Ok(action)
    }

    /// The name in a profile and in an OCI `config.json`.
    pub(crate) fn oci(self) -> &'static str {
        match self {
            Self::KillProcess => "SCMP_ACT_KILL_PROCESS",
            Self::KillThread => "SCMP_ACT_KILL_THREAD",
            Self::Trap => "SCMP_ACT_TRAP",
            Self::Errno(_) => "SCMP_ACT_ERRNO",
            Self::Trace(_) => "SCMP_ACT_TRACE",
            Self::Log => "SCMP_ACT_LOG",
            Self::Notify => "SCMP_ACT_NOTIFY",
            Self::Allow => "SCMP_ACT_ALLOW",
        }
    }

    /// Answers this error.
    pub(crate) fn of_errno(errno: Errno) -> Self {
        Self::Errno(u16::try_from(errno as i32).unwrap_or(EPERM))
    }

    /// The number of [`Self::Errno`] or [`Self::Trace`].
    pub(crate) fn errno(self) -> Option<u16> {
        match self {
            Self::Errno(number) | Self::Trace(number) => Some(number),
            _ => None,
        }
    }

    /// Can the call run? `Trace` and `Notify` count: somebody outside the filter decides.
    pub(crate) fn passes(self) -> bool {
        matches!(
            self,
            Self::Allow | Self::Log | Self::Trace(_) | Self::Notify
        )
    }
}

/// How an argument is compared, unsigned and 64 bits wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::missing_docs_in_private_items, reason = "the names say it")]
pub(crate) enum Operator {
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    /// `argument & value == value_two`.
    MaskedEqual,
}

impl Operator {
    const NAMES: [(&str, Self); 7] = [
        ("SCMP_CMP_NE", Self::NotEqual),
        ("SCMP_CMP_LT", Self::Less),
        ("SCMP_CMP_LE", Self::LessOrEqual),
        ("SCMP_CMP_EQ", Self::Equal),
        ("SCMP_CMP_GE", Self::GreaterOrEqual),
        ("SCMP_CMP_GT", Self::Greater),
        ("SCMP_CMP_MASKED_EQ", Self::MaskedEqual),
    ];

    /// The name in a profile and in an OCI `config.json`.
    pub(crate) fn oci(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, operator)| *operator == self);
        named.map_or("", |(name, _)| name)
    }
}

impl FromStr for Operator {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        find(text, "a seccomp comparison", &Self::NAMES)
    }
}

/// A condition on one argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Condition {
    pub(super) index: u8,
    pub(super) operator: Operator,
    pub(super) value: u64,
    pub(super) value_two: u64,
}

impl Condition {
    /// `index` counts from 0 and is at most 5; `value_two` matters to [`Operator::MaskedEqual`] only.
    pub(crate) fn new(
        index: u64,
        operator: Operator,
        value: u64,
        value_two: u64,
    ) -> Result<Self, Invalid> {
        match u8::try_from(index) {
            Ok(index @ 0..=5) => Ok(Self {
                index,
                operator,
                value,
                value_two,
            }),
            _ => Err(Invalid::new(
                index.to_string(),
                "not the index of an argument",
                "a system call has the arguments 0 to 5",
            )),
        }
    }
}

impl Condition {
    /// The argument is exactly this, in all its 64 bits.
    pub(super) const fn equal(index: u8, value: u64) -> Self {
        Self {
            index,
            operator: Operator::Equal,
            value,
            value_two: 0,
        }
    }

    /// Of the bits that `mask` has, exactly these are set.
    pub(super) const fn masked(index: u8, mask: u64, bits: u64) -> Self {
        Self {
            index,
            operator: Operator::MaskedEqual,
            value: mask,
            value_two: bits,
        }
    }
}

impl Condition {
    /// One condition that holds only where both do; none where there is no such value, or no single comparison says it.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let exact = |one: Self, other: Self| {
            let value = one.some_value()?;
            (one.holds(value) && other.holds(value)).then(|| Self::equal(one.index, value))
        };
        match (self.operator, other.operator) {
            _ if self == other => Some(self),
            (Operator::MaskedEqual, Operator::MaskedEqual) => {
                let agree = (self.value_two ^ other.value_two) & self.value & other.value == 0;
                let (mask, bits) = (self.value | other.value, self.value_two | other.value_two);
                agree.then(|| Self::masked(self.index, mask, bits))
            }
            (Operator::Equal, _) => exact(self, other),
            (_, Operator::Equal) => exact(other, self),
            (Operator::MaskedEqual, _) => exact(self, other),
            (_, Operator::MaskedEqual) => exact(other, self),
            _ => None,
        }
    }

    /// Does it hold wherever the other does? No where that cannot be seen.
    pub(super) fn follows_from(self, other: Self) -> bool {
        self.index == other.index
            && match (other.operator, self.operator) {
                _ if self == other => true,
                (Operator::Equal, _) => self.holds(other.value),
                (Operator::MaskedEqual, Operator::NotEqual) => !other.holds(self.value),
                (Operator::MaskedEqual, Operator::MaskedEqual) => {
                    self.value & !other.value == 0 && other.value_two & self.value == self.value_two
                }
                _ => false,
            }
    }

    /// Is there no value of which both hold? No where that cannot be seen.
    pub(super) fn excludes(self, other: Self) -> bool {
        self.index == other.index
            && match (self.operator, other.operator) {
                (Operator::Equal, _) => !other.holds(self.value),
                (_, Operator::Equal) => !self.holds(other.value),
                (Operator::MaskedEqual, Operator::MaskedEqual) => {
                    (self.value_two ^ other.value_two) & self.value & other.value != 0
                }
                _ => false,
            }
    }

    /// The only value of which it holds, or the smallest of those that have the same low half.
    fn some_value(self) -> Option<u64> {
        match self.operator {
            Operator::Equal => Some(self.value),
            Operator::MaskedEqual if self.value & LOW == LOW => Some(self.value_two),
            _ => None,
        }
    }

    fn holds(self, argument: u64) -> bool {
        match self.operator {
            Operator::NotEqual => argument != self.value,
            Operator::Less => argument < self.value,
            Operator::LessOrEqual => argument <= self.value,
            Operator::Equal => argument == self.value,
            Operator::GreaterOrEqual => argument >= self.value,
            Operator::Greater => argument > self.value,
            Operator::MaskedEqual => argument & self.value == self.value_two,
        }
    }
}

/// The half of an argument that an int of the kernel's takes.
const LOW: u64 = 0xFFFF_FFFF;

impl FilterRule {
    /// A rule for these calls.
    pub(super) fn new(names: &[&str], action: FilterAction, args: Vec<Condition>) -> Self {
        Self {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            action,
            args,
        }
    }

    /// The rule for this one of its calls.
    pub(super) fn alone(&self, name: &str) -> Self {
        // Not `..self.clone()`: that would copy the names of all the others, for each of them.
        Self {
            names: vec![name.to_owned()],
            action: self.action,
            args: self.args.clone(),
        }
    }

    /// The sets of conditions of which any suffices.
    pub(super) fn alternatives(&self) -> Vec<&[Condition]> {
        let indices: BTreeSet<u8> = self.args.iter().map(|condition| condition.index).collect();
        if indices.len() == self.args.len() {
            vec![&self.args]
        } else {
            self.args.iter().map(std::slice::from_ref).collect()
        }
    }
}

/// One rule: these calls, when these conditions hold, get this action.
///
/// All conditions must hold, except when two of them are about the same argument: then runc and crun make every condition
/// a rule of its own, so that *any* of them suffices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilterRule {
    /// System call names as written; a name that libseccomp does not know is skipped by the runtimes.
    pub names: Vec<String>,
    /// What happens.
    pub action: FilterAction,
    /// At most six; none means always.
    pub args: Vec<Condition>,
}

/// What the table has for `text`, or the error for a word it lacks.
pub(super) fn find<T: Copy>(text: &str, what: &str, table: &[(&str, T)]) -> Result<T, Invalid> {
    let found = table.iter().find(|(name, _)| *name == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names = || table.iter().map(|(name, _)| *name);
        let instead = match nearest(text, names()) {
            Some(name) => format!("did you mean {name}?"),
            None => format!("write one of {}", names().collect::<Vec<_>>().join(", ")),
        };
        Invalid::new(text, format!("not {what}"), instead)
    })
}
