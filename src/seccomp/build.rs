//! New profiles from the default one: `seccomp: {deny: […]}` and `seccomp: {allow: […]}`.

use std::collections::BTreeSet;

use nix::errno::Errno;
use serde_json::{Map, Value, json};

use super::rule::EPERM;
use super::syscall::multiplexer;
use super::{
    Architectures, Condition, FilterAction, FilterFlag, FilterRule, Gate, Group, SeccompProfile,
    Syscall, floor,
};

impl SeccompProfile {
    /// `base` without these calls: each fails, whatever its arguments and the container's capabilities, with what the floor
    /// answers where that has a row for it and `EPERM` where not.
    ///
    /// The calls through which a 32-bit program could make them as well (`socketcall`, `ipc`) go with them. Others that do the
    /// same under another name do not, and a [list of them](super::siblings_left) is made for a note: who denies `mkdir` wants
    /// `mkdirat` denied too. `unshare` closes every way to a new namespace, in the floor itself.
    pub(crate) fn denying(base: &Self, names: &[Syscall]) -> Self {
        let denied: BTreeSet<&str> = names.iter().map(Syscall::as_str).collect();
        let mut profile = base.keeping(|name| !denied.contains(name));
        for name in &denied {
            let errno = floor::errno_of(name).unwrap_or(Errno::EPERM);
            profile.first(vec![(*name).to_owned()], FilterAction::of_errno(errno));
        }
        let closed = names.iter().filter_map(|name| multiplexer(name.as_str()));
        profile.close_multiplexers(&closed.collect());
        profile
    }

    /// Only these calls, each as far as `base` allows it and no further: its conditions on arguments, capabilities and
    /// architecture stay. Every other call gets `base`'s default action, or `EPERM` where that would let it through.
    ///
    /// What the runtime itself needs between loading the filter and starting the program must be among them, or the
    /// container does not start: for runc 1.1 with no-new-privileges at least `close`, `execve`, `fstatfs`, `futex`,
    /// `getcwd`, `getdents64` and `openat`.
    pub(crate) fn allowing(base: &Self, names: &[Syscall]) -> Self {
        let allowed: BTreeSet<&str> = names.iter().map(Syscall::as_str).collect();
        let mut profile = base.keeping(|name| allowed.contains(name));
        if base.default.passes() {
            profile.default = FilterAction::Errno(EPERM);
            // With a default that allows, the rules say what is refused. A call with none is allowed; one with a rule
            // would need the rule turned round, so it stays refused.
            let free = allowed.iter().filter(|name| !base.rules_on(name));
            profile.first(free.map(|name| (*name).to_owned()).collect(), base.default);
        }
        let closed = allowed.iter().filter_map(|name| multiplexer(name));
        profile.close_multiplexers(&closed.filter(|own| !allowed.contains(own)).collect());
        profile
    }

    /// With these calls as far as `other` allows them.
    #[must_use]
    pub(crate) fn with(&self, names: &[Syscall], other: &Self) -> Self {
        let is_one = |name: &str| names.iter().any(|one| one.as_str() == name);
        let mut profile = self.keeping(|name| !is_one(name));
        profile.groups.extend(other.keeping(is_one).groups);
        profile
    }

    /// Does a rule bear on the call, by name or, for `socketcall` and `ipc`, by the name of what they can do?
    fn rules_on(&self, name: &str) -> bool {
        let mut names = self.groups.iter().flat_map(|group| &group.rule.names);
        names.any(|other| other == name || multiplexer(other) == Some(name))
    }

    /// Refuses these of `socketcall` and `ipc`.
    ///
    /// The rule stands first and differs from the default, which the runtimes would leave out: libseccomp then drops what
    /// it would derive for `socketcall` from conditions on `socket`, and which it otherwise refuses as a contradiction.
    fn close_multiplexers(&mut self, closed: &BTreeSet<&str>) {
        *self = self.keeping(|name| !closed.contains(name));
        let refusal = match self.default {
            FilterAction::Errno(EPERM) => FilterAction::of_errno(Errno::ENOSYS),
            _ => FilterAction::Errno(EPERM),
        };
        self.first(
            closed.iter().map(|name| (*name).to_owned()).collect(),
            refusal,
        );
    }

    fn first(&mut self, names: Vec<String>, action: FilterAction) {
        if !names.is_empty() {
            let args = Vec::new();
            let rule = FilterRule {
                names,
                action,
                args,
            };
            self.groups.insert(0, Group::always(rule));
        }
    }

    fn keeping(&self, keep: impl Fn(&str) -> bool) -> Self {
        let group = |group: &Group| {
            let mut group = group.clone();
            group.rule.names.retain(|name| keep(name));
            (!group.rule.names.is_empty()).then_some(group)
        };
        Self {
            groups: self.groups.iter().filter_map(group).collect(),
            ..self.clone()
        }
    }

    /// The profile as a file for `--security-opt seccomp=FILE`: the same profile gives the same bytes, and
    /// [`SeccompProfile::parse`] reads them back as the same profile.
    pub(crate) fn to_json(&self) -> String {
        let mut top = Map::new();
        top.insert("defaultAction".to_owned(), self.default.oci().into());
        put(&mut top, "defaultErrnoRet", self.default.errno());
        match &self.architectures {
            Architectures::Native => {}
            Architectures::Listed(list) => {
                let names: Vec<_> = list.iter().map(|arch| arch.oci()).collect();
                put(&mut top, "architectures", Some(names));
            }
            Architectures::Mapped(map) => {
                let entry = |(arch, more): &(super::Arch, Vec<super::Arch>)| {
                    let more: Vec<_> = more.iter().map(|arch| arch.oci()).collect();
                    json!({"architecture": arch.oci(), "subArchitectures": more})
                };
                put(
                    &mut top,
                    "archMap",
                    Some(map.iter().map(entry).collect::<Value>()),
                );
            }
        }
        let flags: Vec<_> = self.flags.iter().copied().map(FilterFlag::oci).collect();
        put(&mut top, "flags", (!flags.is_empty()).then_some(flags));
        if let Some(listener) = &self.listener {
            put(&mut top, "listenerPath", Some(listener.path.as_str()));
            put(
                &mut top,
                "listenerMetadata",
                Some(listener.metadata.as_str()),
            );
        }
        // A rule a line: read by people, and by podman and the seal at each start.
        let head = Value::Object(top).to_string();
        let head = head.strip_suffix('}').unwrap_or(&head);
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|group| group.to_json().to_string())
            .collect();
        format!("{head},\"syscalls\":[\n{}\n]}}\n", groups.join(",\n"))
    }
}

impl Group {
    fn to_json(&self) -> Value {
        let mut group = Map::new();
        put(&mut group, "names", Some(self.rule.names.as_slice()));
        put(&mut group, "action", Some(self.rule.action.oci()));
        put(&mut group, "errnoRet", self.rule.action.errno());
        let args = self.rule.args.iter().copied().map(Condition::to_json);
        let args: Vec<Value> = args.collect();
        let comment = Some(self.comment.as_str());
        let gate = |gate: &Gate| (*gate != Gate::default()).then(|| gate.to_json());
        put(&mut group, "args", (!args.is_empty()).then_some(args));
        put(
            &mut group,
            "comment",
            comment.filter(|comment| !comment.is_empty()),
        );
        put(&mut group, "includes", gate(&self.includes));
        put(&mut group, "excludes", gate(&self.excludes));
        Value::Object(group)
    }
}

impl Condition {
    fn to_json(self) -> Value {
        json!({
            "index": self.index,
            "value": self.value,
            "valueTwo": self.value_two,
            "op": self.operator.oci(),
        })
    }
}

impl Gate {
    fn to_json(&self) -> Value {
        let mut gate = Map::new();
        let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
        put(&mut gate, "arches", some(&self.arches));
        put(&mut gate, "caps", some(&self.caps));
        put(&mut gate, "minKernel", self.min_kernel.as_deref());
        Value::Object(gate)
    }
}

fn put<T: serde::Serialize>(map: &mut Map<String, Value>, key: &str, value: Option<T>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), json!(value));
    }
}
