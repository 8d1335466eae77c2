//! The keys of a profile: our own, and the long options of `podman run` in snake case.
//!
//! Nothing is listed twice: what podman's flag table has, a profile has, under the same name unless the flag's row says
//! another.

use crate::nearest::nearest;
use crate::podman::flags::{self, Flag, Topic, Treatment};

/// A key that a profile may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// As it is written.
    pub name: String,
    /// What it says.
    pub means: Means,
}

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// `extends`: the profile that this one is layered upon.
    Extends,
    /// `description`: one line for a person.
    Description,
    /// `images`: the images it is chosen for.
    Images,
    /// `allow`: overrides.
    Allow,
    /// `seccomp`: the system calls.
    Seccomp,
    /// `nesting`: may the program make sandboxes?
    Nesting,
    /// A flag of `podman run`.
    Flag(&'static Flag),
}

const OWN: &[(&str, Means)] = &[
    ("extends", Means::Extends),
    ("description", Means::Description),
    ("images", Means::Images),
    ("allow", Means::Allow),
    ("seccomp", Means::Seccomp),
    ("nesting", Means::Nesting),
];

/// Every key there is: our own first, then podman's in the order of the flag table.
pub fn all() -> impl Iterator<Item = Key> {
    let own = OWN.iter().map(|(name, means)| Key {
        name: (*name).to_owned(),
        means: *means,
    });
    own.chain(flags::all().filter_map(of_flag))
}

/// The key of a flag; `None` when a profile cannot give it.
pub fn of_flag(flag: &'static Flag) -> Option<Key> {
    if !is_key(flag) {
        return None;
    }
    let name = flag.key.map_or_else(|| snake(flag.long), str::to_owned);
    Some(Key {
        name,
        means: Means::Flag(flag),
    })
}

/// May a profile give it?
fn is_key(flag: &Flag) -> bool {
    let is_setting = match flag.treatment {
        Treatment::Spec | Treatment::Pass | Treatment::Judged(_) => true,
        Treatment::NoOp | Treatment::Help | Treatment::Own => false,
    };
    flag.topic != Topic::Engine && is_setting
}

/// Is its key written so? Every key of every profile is looked up, so that the names are not made for it.
fn is_called(flag: &Flag, name: &str) -> bool {
    if let Some(key) = flag.key {
        key == name
    } else {
        let long = flag.long.bytes();
        let long = long.map(|byte| if byte == b'-' { b'_' } else { byte });
        long.eq(name.bytes())
    }
}

/// The key of this name.
///
/// # Errors
/// There is none; the key that was perhaps meant.
pub fn find(name: &str) -> Result<Means, Option<String>> {
    if let Some((_, means)) = OWN.iter().find(|(own, _)| *own == name) {
        return Ok(*means);
    }
    if let Some(flag) = flags::all().find(|flag| is_key(flag) && is_called(flag, name)) {
        return Ok(Means::Flag(flag));
    }
    let flag = flags::by_name(&name.replace('_', "-"));
    if let Some(key) = flag.and_then(of_flag) {
        return Err(Some(key.name));
    }
    let names: Vec<String> = all().map(|key| key.name).collect();
    Err(nearest(name, names.iter().map(String::as_str)).map(str::to_owned))
}

fn snake(long: &str) -> String {
    long.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_snake_case() {
        let mut seen = BTreeSet::new();
        for Key { name, .. } in all() {
            let is_snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            assert!(name.bytes().all(is_snake), "{name}");
            assert!(find(&name).is_ok(), "{name}");
            assert!(seen.insert(name.clone()), "{name} stands twice");
        }
    }

    #[test]
    fn one_flag_has_one_key() {
        for (word, key) in [
            ("publish", "ports"),
            ("volume", "volumes"),
            ("secret", "secrets"),
            ("device", "devices"),
            ("label", "labels"),
            ("ulimit", "ulimits"),
            ("sysctl", "sysctls"),
            ("annotation", "annotations"),
            ("net", "network"),
            ("dns_opt", "dns_option"),
            ("read-only", "read_only"),
            ("cap-add", "cap_add"),
        ] {
            assert_eq!(find(word), Err(Some(key.to_owned())), "{word}");
        }
    }

    #[test]
    fn what_steers_podman_itself_is_no_key() {
        for word in [
            "root",
            "hooks_dir",
            "runtime",
            "help",
            "kernel_memory",
            "profile",
            "",
        ] {
            assert!(find(word).is_err(), "{word}");
        }
        for flag in flags::about(Topic::Engine) {
            assert_eq!(of_flag(flag), None, "{}", flag.long);
        }
    }
}
