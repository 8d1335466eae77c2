//! The flag table: one row per flag of `podman run`, the union of podman 4.3 to 5.8.
//!
//! The parser ([`super::args`]), the canonical argv, help, man pages, completions and the keys of a profile all come
//! from [`all`]; what else has to be known about a flag stands in its row, too ([`Flag`]). A flag without a row does not
//! exist: it is refused, whatever podman makes of it.
//!
//! A row is a static, so the rest of the program names a flag by [`CIDFILE`], never by a text. The rows hold what
//! `podman-run(1)` and podman's sources say; a new one is a row in the file of its topic, in the order of the alphabet.

mod container;
mod engine;
mod files;
mod image;
mod limits;
mod network;
mod process;
mod row;
mod user;

use std::sync::LazyLock;

pub(crate) use self::container::*;
pub(crate) use self::engine::*;
pub(crate) use self::files::*;
pub(crate) use self::image::*;
pub(crate) use self::limits::*;
pub(crate) use self::network::*;
pub(crate) use self::process::*;
pub(crate) use self::row::flag;
pub(crate) use self::user::*;
pub use row::{Flag, Kind, NeededBy, PathUse, Shape, Topic, Treatment, Unpromised};

/// `seccomp:`, the one setting that podman has only as a part of another flag; a profile gives it, no command line, so it
/// is not in the table. Its value is `default`, `engine`, the path of a profile, `deny:NAME,…` (the default without these system
/// calls) or `allow:NAME,…` (these and no others).
pub(crate) static SECCOMP: Flag = flag(
    "seccomp",
    Kind::Text,
    Treatment::Own,
    "default|engine|FILE|deny:NAME,…|allow:NAME,…",
    "system calls the container may make",
);

/// `nesting:`, which podman has no flag for; a profile gives it, no command line.
pub(crate) static NESTING: Flag = flag(
    "nesting",
    Kind::Bool,
    Treatment::Own,
    "",
    "containers and sandboxes of the program's own",
);

impl Flag {
    /// As a person writes it: `--memory`, or the key of a profile that is no flag.
    pub(crate) fn said(&self) -> String {
        if [&SECCOMP, &NESTING].contains(&self) {
            self.long.to_owned()
        } else {
            format!("--{}", self.long)
        }
    }
}

/// The rows by topic.
static LISTS: [&[&Flag]; 11] = [
    PROCESS,
    ENVIRONMENT,
    CONTAINER,
    HEALTH,
    IMAGE,
    PRIVILEGES,
    NAMESPACES,
    FILES,
    NETWORKING,
    LIMITS,
    ENGINE,
];

static TABLE: LazyLock<Vec<&Flag>> = LazyLock::new(|| {
    let mut all = LISTS.concat();
    all.sort_by_key(|flag| (flag.topic == Topic::Engine, flag.long));
    all
});

/// The table, in the order of the alphabet; the global flags of podman stand last.
pub fn all() -> impl Iterator<Item = &'static Flag> + Clone {
    TABLE.iter().copied()
}

/// The rows of a topic.
pub fn about(topic: Topic) -> impl Iterator<Item = &'static Flag> {
    all().filter(move |flag| flag.topic == topic)
}

/// The row of a flag, by its long name or an alias.
pub fn by_name(name: &str) -> Option<&'static Flag> {
    all().find(|flag| flag.long == name || flag.aliases.contains(&name))
}

/// The row of a flag, by its letter.
pub fn by_letter(letter: char) -> Option<&'static Flag> {
    all().find(|flag| flag.short == Some(letter))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::podman::version::Version;

    #[test]
    fn names_and_letters_are_unique() {
        let mut names = BTreeSet::new();
        let mut letters = BTreeSet::new();
        for flag in all() {
            for name in flag.names() {
                assert!(names.insert(name), "--{name} stands twice");
                assert!(
                    name.bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                    "{name}"
                );
            }
            if let Some(letter) = flag.short {
                assert!(letters.insert(letter), "-{letter} stands twice");
            }
        }
    }

    #[test]
    fn help_is_a_phrase() {
        for flag in all() {
            assert_eq!(
                flag.value.is_empty(),
                flag.kind == Kind::Bool,
                "--{}: value name",
                flag.long
            );
            assert!(
                !flag.help.is_empty() && !flag.help.ends_with('.'),
                "--{}: help",
                flag.long
            );
        }
    }

    #[test]
    fn a_flag_knows_its_releases() {
        let conmon = by_name("hosts-file").unwrap();
        assert!(!conmon.is_in(Version(5, 3, 9)) && conmon.is_in(Version(5, 4, 0)));
        assert!(!by_name("network-cmd-path").unwrap().is_in(Version(6, 0, 0)));
    }

    #[test]
    fn rows_stand_in_the_order_of_the_alphabet() {
        for topic in LISTS {
            assert!(topic.is_sorted_by_key(|flag| flag.long), "{topic:?}");
        }
    }

    #[test]
    fn every_flag_stands_under_one_heading() {
        let shown = Topic::OF_PODMAN.into_iter().flat_map(about);
        assert_eq!(shown.count(), all().count());
    }
}
