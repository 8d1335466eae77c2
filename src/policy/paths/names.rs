//! Paths as lists of names: how they are spelled alike, and how they fit a pattern.

use std::path::{Component, Path, PathBuf};

/// Where a path stands to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Same,
    Below,
    Above,
    Apart,
}

/// A path of the table.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pattern<'a> {
    /// Name by name: a home directory, or none, and what follows.
    At(&'a [String], &'a [&'static str]),
    /// The last name, wherever it is.
    Anywhere(&'a str),
}

impl<'a> Pattern<'a> {
    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        let (home, rest) = match self {
            Self::At(home, rest) => (home, rest),
            Self::Anywhere(_) => (&[][..], &[][..]),
        };
        home.iter().map(String::as_str).chain(rest.iter().copied())
    }

    /// How many names it is long: the longer, the more exact.
    pub(super) fn length(self) -> usize {
        match self {
            Self::At(home, rest) => home.len().saturating_add(rest.len()),
            Self::Anywhere(_) => 1,
        }
    }

    pub(super) fn relate(self, path: &[String]) -> Relation {
        if let Self::Anywhere(pattern) = self {
            return match path.last() {
                Some(name) if fits(pattern, name) => Relation::Same,
                _ => Relation::Apart,
            };
        }
        let mut names = self.names();
        for name in path {
            match names.next() {
                None => return Relation::Below,
                Some(pattern) if fits(pattern, name) => {}
                Some(_) => return Relation::Apart,
            }
        }
        match names.next() {
            None => Relation::Same,
            Some(_) => Relation::Above,
        }
    }
}

/// Does a name fit a pattern with at most one `*`?
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name
            .strip_prefix(head)
            .is_some_and(|rest| rest.ends_with(tail)),
    }
}

pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

/// Names that lead to the same place on one host or another: merged /usr (file-hierarchy(7)), /run, the homes of
/// image-based systems. On a host where they are links nothing is left to do here.
const ALIASES: &[(&str, &str)] = &[
    ("/bin", "/usr/bin"),
    ("/sbin", "/usr/sbin"),
    ("/lib", "/usr/lib"),
    ("/lib32", "/usr/lib32"),
    ("/lib64", "/usr/lib64"),
    ("/libx32", "/usr/libx32"),
    ("/var/run", "/run"),
    ("/var/lock", "/run/lock"),
    ("/var/home", "/home"),
    ("/var/roothome", "/root"),
    ("/var/usrlocal", "/usr/local"),
];

fn names_in(path: &Path) -> Vec<String> {
    let mut names_of = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names_of.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => {
                names_of.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    names_of
}

/// The names of a path as the table spells them.
pub(super) fn canonical(path: &Path) -> Vec<String> {
    let mut names_of = names_in(path);
    while let Some(rest) = below_process_root(&names_of) {
        names_of = rest.to_vec();
    }
    unaliased(names_of)
}

/// A path in its canonical place: `/usr/lib/x` for `/lib/x`, `/run/x` for `/var/run/x`.
pub(in crate::policy) fn folded(path: &Path) -> PathBuf {
    Path::new("/").join(PathBuf::from_iter(unaliased(names_in(path))))
}

fn unaliased(names_of: Vec<String>) -> Vec<String> {
    let alias = ALIASES.iter().find_map(|(from, to)| {
        let rest = strip(&names_of, from)?;
        Some(names(to).map(str::to_owned).chain(rest.to_vec()).collect())
    });
    alias.unwrap_or(names_of)
}

/// What follows `/proc/PID/root`: the same file by another name.
fn below_process_root(names: &[String]) -> Option<&[String]> {
    let (first, rest) = names.split_first()?;
    let (process, rest) = rest.split_first()?;
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    if first != "proc" || !(is_number(process) || process == "self" || process == "thread-self") {
        return None;
    }
    let rest = match rest {
        [task, number, rest @ ..] if task == "task" && is_number(number) => rest,
        rest => rest,
    };
    rest.split_first()
        .filter(|(name, _)| *name == "root")
        .map(|(_, rest)| rest)
}

fn strip<'a>(names_of: &'a [String], base: &str) -> Option<&'a [String]> {
    let (head, rest) = names_of.split_at_checked(names(base).count())?;
    names(base).eq(head).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(pattern: &[&'static str], path: &str) -> Relation {
        Pattern::At(&[], pattern).relate(&canonical(Path::new(path)))
    }

    #[test]
    fn a_path_stands_to_a_pattern() {
        let pattern = ["run", "user", "*", "bus"];
        for (path, expected) in [
            ("/run/user/1000/bus", Relation::Same),
            ("/run/user/1000/bus/x", Relation::Below),
            ("/run/user", Relation::Above),
            ("/", Relation::Above),
            ("/run/users/1000/bus", Relation::Apart),
            ("/run/user/1000/busy", Relation::Apart),
        ] {
            assert_eq!(relation(&pattern, path), expected, "{path}");
        }
    }

    #[test]
    fn a_star_is_any_text_within_a_name() {
        assert!(fits("ssh_host_*_key", "ssh_host_rsa_key") && fits("*.key", ".key"));
        assert!(!fits("ssh_host_*_key", "ssh_host_key") && !fits("*.key", "x.key.pub"));
    }

    #[test]
    fn one_spelling_for_one_place() {
        for (path, place) in [
            ("/lib/../bin/sh", "/usr/bin/sh"),
            ("/var/run", "/run"),
            ("/library", "/library"),
            ("/proc/1/root", "/proc/1/root"),
        ] {
            assert_eq!(folded(Path::new(path)), Path::new(place), "{path}");
        }
        assert_eq!(canonical(Path::new("/proc/1/root/lib")), ["usr", "lib"]);
    }
}
