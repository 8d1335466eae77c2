//! What each podman release does by itself, that is without having been told: a row a fact, with the releases it holds in
//! and the file of podman's or of containers/common's sources it was read from.
//!
//! `seal` reads it. When a release comes out, `make release-diff` starts a container of it and prints what its `config.json`
//! has that no row knows; the row is then written here, from the sources.

pub(crate) mod annotations;
pub(crate) mod conf;
pub(crate) mod env;
pub(crate) mod files;
pub(crate) mod hooks;
pub(crate) mod mounts;
pub(crate) mod paths;

use super::version::Version;

/// Something that holds in some releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact<T> {
    /// What holds.
    pub what: T,
    /// The first release it holds in, when that is later than [`super::version::OLDEST`].
    pub since: Option<Version>,
    /// The first release it no longer holds in.
    pub until: Option<Version>,
    /// Where that was read: a file of podman, or of containers/common below `common/`.
    pub source: &'static str,
}

impl<T> Fact<T> {
    /// One that holds in every release.
    const fn new(what: T, source: &'static str) -> Self {
        Self {
            what,
            since: None,
            until: None,
            source,
        }
    }

    /// The same from this release on.
    const fn since(mut self, version: Version) -> Self {
        self.since = Some(version);
        self
    }

    /// The same before this release.
    const fn until(mut self, version: Version) -> Self {
        self.until = Some(version);
        self
    }

    /// Does it hold in this release?
    pub(crate) fn holds_in(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.until.is_none_or(|until| version < until)
    }

    /// Does it hold in all of them? The hook knows no release: only that can be demanded of a `config.json`.
    pub(crate) fn holds_always(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_begins_with_a_release_and_ends_before_one() {
        let fact = Fact::new("x", "y");
        assert!(fact.holds_always() && fact.holds_in(Version(4, 3, 0)));
        let fact = fact.since(Version(4, 8, 0)).until(Version(5, 4, 0));
        let holds = [(4, 7), (4, 8), (5, 3), (5, 4)].map(|(a, b)| fact.holds_in(Version(a, b, 0)));
        assert!(holds == [false, true, true, false] && !fact.holds_always());
    }

    /// Of rows about one thing, each must say where it was read, and end after it began.
    fn is_sound<T>(facts: &[Fact<T>]) -> bool {
        facts.iter().all(|fact| {
            let ordered = fact.since.is_none() || fact.until.is_none() || fact.since < fact.until;
            !fact.source.is_empty() && ordered
        })
    }

    #[test]
    fn every_row_is_sound() {
        assert!(is_sound(&annotations::ANNOTATIONS) && is_sound(&conf::all()));
        assert!(is_sound(&env::VARIABLES) && is_sound(&hooks::DIRECTORIES));
        assert!(is_sound(&paths::MASKED) && is_sound(&paths::READ_ONLY));
        assert!(is_sound(&mounts::KERNEL) && is_sound(&mounts::FILES));
        assert!(is_sound(&mounts::FIPS) && is_sound(&mounts::INITS));
        assert!(is_sound(&files::SYSTEM) && is_sound(&files::BY_MODE));
    }
}
