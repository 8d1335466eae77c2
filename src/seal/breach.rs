//! A difference between promise and container that makes the container less confined.

use std::fmt;

use crate::podman::releases::Fact;
use crate::podman::releases::conf::{self, ConfKey};

/// A difference, and who is likely to have made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(super) kind: BreachKind,
    pub(super) culprit: Culprit,
}

/// In what a container is less confined. Each kind is one sentence, and its fields are the words that make it whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BreachKind {
    /// It has something that was not promised: a noun, and the flag that would have promised it, where there is one.
    Extra {
        found: String,
        flag: Option<&'static str>,
    },
    /// It lacks a protection that was promised: a noun, and the clause that tells what is the case.
    Missing { promised: String, found: String },
    /// Something of it is wider, or another, than promised.
    Wider {
        what: String,
        found: String,
        promised: String,
    },
}

/// Who is likely to have made a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Culprit {
    /// A key of containers.conf.
    Conf(ConfKey),
    /// One of its keys that mount something.
    ConfMounts,
    /// Something else, and what to do about it.
    Other {
        /// A noun.
        who: &'static str,
        /// An order.
        instead: &'static str,
    },
    /// Nobody known.
    Unknown,
}

impl Culprit {
    /// The image, which says what number the name of a user or group is.
    pub(super) const IMAGE_NAMES: Self = Self::Other {
        who: "the image's /etc/passwd or /etc/group",
        instead: "give --user and --group-add numbers",
    };
}

impl Culprit {
    /// Who it is, and what to do about it.
    fn tell(self, place: impl Fn(ConfKey) -> Option<String>) -> (String, Option<&'static str>) {
        let in_file = |key: ConfKey| Some(format!("\"{}\" in {}", key.name, place(key)?));
        let (found, names) = match self {
            Self::Conf(key) => (in_file(key), format!("\"{}\"", key.name)),
            Self::ConfMounts => {
                let [volumes, mounts] = [conf::VOLUMES.what, conf::MOUNTS.what];
                let names = format!("\"{}\" or \"{}\"", volumes.name, mounts.name);
                (in_file(volumes).or_else(|| in_file(mounts)), names)
            }
            Self::Other { who, instead } => return (who.to_owned(), Some(instead)),
            Self::Unknown => {
                let who = "a flag that podman got behind safe-podman, the image, or a newer podman";
                return (who.to_owned(), None);
            }
        };
        match found {
            Some(found) => (found, Some("take it out")),
            None => (
                format!(
                    "a flag that podman got behind safe-podman, or {names} of a containers.conf"
                ),
                None,
            ),
        }
    }
}

impl From<Fact<ConfKey>> for Culprit {
    fn from(key: Fact<ConfKey>) -> Self {
        Self::Conf(key.what)
    }
}

impl Breach {
    /// The container has `found`, which no `flag` asked for.
    pub(super) fn extra(found: impl Into<String>, flag: impl Into<Option<&'static str>>) -> Self {
        Self::of(BreachKind::Extra {
            found: found.into(),
            flag: flag.into(),
        })
    }

    /// `promised` was promised, but `found`.
    pub(super) fn missing(promised: impl Into<String>, found: impl Into<String>) -> Self {
        Self::of(BreachKind::Missing {
            promised: promised.into(),
            found: found.into(),
        })
    }

    /// `what` is `found`, but `promised` was promised.
    pub(super) fn wider(
        what: impl Into<String>,
        found: impl Into<String>,
        promised: impl Into<String>,
    ) -> Self {
        Self::of(BreachKind::Wider {
            what: what.into(),
            found: found.into(),
            promised: promised.into(),
        })
    }

    fn of(kind: BreachKind) -> Self {
        Self {
            kind,
            culprit: Culprit::Unknown,
        }
    }

    /// The same, with who is likely to have made it.
    pub(super) fn by(mut self, culprit: impl Into<Culprit>) -> Self {
        self.culprit = culprit.into();
        self
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            BreachKind::Extra { found, flag } => match flag {
                Some(flag) => write!(f, "it has {found}, which no {flag} asked for"),
                None => write!(f, "it has {found}, which nothing asked for"),
            },
            BreachKind::Missing { promised, found } => {
                write!(f, "{promised} was promised, but {found}")
            }
            BreachKind::Wider {
                what,
                found,
                promised,
            } => write!(f, "{what} is {found}, but {promised} was promised"),
        }
    }
}

/// How many differences are told at once.
const TOLD: usize = 5;

/// All differences in one line, each culprit named once. `place` finds where a key of containers.conf is set.
pub(super) fn tell(breaches: &[Breach], place: impl Fn(ConfKey) -> Option<String>) -> String {
    let mut told: Vec<&Breach> = Vec::new();
    for breach in breaches {
        if !told.contains(&breach) {
            told.push(breach);
        }
    }
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    let mut sentences: Vec<String> = Vec::new();
    while let Some(first) = told.first() {
        let culprit = first.culprit;
        let (same, others): (Vec<&Breach>, Vec<&Breach>) =
            told.iter().partition(|breach| breach.culprit == culprit);
        sentences.push(tell_group(&same, culprit, &place));
        told = others;
    }
    if more > 0 {
        sentences.push(format!("and {more} more"));
    }
    sentences.join("; ")
}

/// Differences with one culprit.
fn tell_group(
    breaches: &[&Breach],
    culprit: Culprit,
    place: impl Fn(ConfKey) -> Option<String>,
) -> String {
    let sentences: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    let flag = breaches.iter().find_map(|breach| match breach.kind {
        BreachKind::Extra { flag, .. } => flag,
        BreachKind::Missing { .. } | BreachKind::Wider { .. } => None,
    });
    let ask = flag.map(|flag| format!("ask for it with {flag}"));
    let (who, instead) = culprit.tell(place);
    let instead: Vec<String> = instead.map(str::to_owned).into_iter().chain(ask).collect();
    let all = if sentences.len() > 1 { "all " } else { "" };
    let instead = match instead.as_slice() {
        [] => String::new(),
        some => format!(": {}", some.join(", or ")),
    };
    format!("{} (probably {all}by {who}{instead})", sentences.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_culprit_is_named_once_and_five_differences_at_most() {
        let device =
            |path: &str| Breach::extra(format!("the device {path}"), "--device").by(conf::DEVICES);
        let breaches = [
            device("a"),
            Breach::missing("no-new-privileges", "it is not set"),
            device("b"),
            device("a"),
            Breach::wider("its uid", "0", "998").by(Culprit::IMAGE_NAMES),
            device("c"),
            device("d"),
            device("e"),
        ];
        let place = |key: ConfKey| Some(format!("FILE:{}", key.name.len()));
        assert_eq!(
            tell(&breaches, place),
            "it has the device a, which no --device asked for; it has the device b, which no --device asked for; \
             it has the device c, which no --device asked for (probably all by \"devices\" in FILE:7: take it out, or ask \
             for it with --device); no-new-privileges was promised, but it is not set (probably by a flag that podman got \
             behind safe-podman, the image, or a newer podman); its uid is 0, but 998 was promised (probably by the \
             image's /etc/passwd or /etc/group: give --user and --group-add numbers); and 2 more"
        );
        let told = tell(&breaches[..1], |_| None);
        assert!(
            told.contains("or \"devices\" of a containers.conf: ask for it"),
            "{told}"
        );
    }
}
