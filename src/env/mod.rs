//! The environment podman gets: the only reader of our own.
//!
//! podman, conmon, the runtime and its hooks inherit everything, and an image may import any of it into its container
//! (CVE-2026-57231), so the environment is written from a short list instead of being passed on. What one of them would
//! take as an order is in [`dropped::DROPPED_ON_PURPOSE`]; what is not known is dropped without a word.

#![expect(
    clippy::disallowed_methods,
    reason = "the room that reads what the process was handed"
)]

mod dropped;
mod keep;
mod places;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::host::Host;

use dropped::reason;

/// The words of the command line, without the program's own name.
pub(crate) fn arguments() -> Vec<OsString> {
    std::env::args_os().skip(1).collect()
}

/// An environment as it was handed to a process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Environment {
    variables: BTreeMap<OsString, OsString>,
    pid: u32,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn from_process() -> Self {
        Self::new(std::env::vars_os(), std::process::id())
    }

    /// An environment handed to process `pid`. Of a name that is given twice the first value counts, as for getenv(3).
    pub(crate) fn new<N: Into<OsString>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (N, V)>,
        pid: u32,
    ) -> Self {
        let mut first = BTreeMap::new();
        for (name, value) in variables {
            first.entry(name.into()).or_insert_with(|| value.into());
        }
        Self {
            variables: first,
            pid,
        }
    }

    /// The value of a variable; an empty one is a value.
    pub(crate) fn get(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.variables.get(name.as_ref()).map(OsString::as_os_str)
    }

    /// The variables whose name begins so.
    pub(crate) fn starting_with(&self, prefix: &str) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        let all = self.variables.iter();
        all.filter(move |(name, _)| name.as_bytes().starts_with(prefix.as_bytes()))
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// What podman gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scrubbed {
    /// The whole environment, sorted by name.
    pub variables: Vec<(OsString, OsString)>,
    /// The variables the caller has and podman does not get, or gets with another value, and why.
    pub dropped: Vec<(OsString, &'static str)>,
}

impl Scrubbed {
    /// The value podman gets under a name.
    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        let found = self.variables.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// One more variable for podman, or another value of one.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self.variables.sort();
    }

    /// The environment of a `podman pull`, which starts no container: with the proxies and the credentials file that
    /// a download may need.
    pub(crate) fn for_pull(&self, environment: &Environment) -> Vec<(OsString, OsString)> {
        let mut variables: BTreeMap<_, _> = self.variables.iter().cloned().collect();
        for name in dropped::PROXIES {
            if let Some(value) = environment.get(name) {
                variables.insert(name.into(), value.into());
            }
        }
        let credentials = "REGISTRY_AUTH_FILE";
        let value = environment.get(credentials);
        if let Some(value) = value.filter(|value| Path::new(value).is_absolute()) {
            variables.insert(credentials.into(), value.into());
        }
        variables.into_iter().collect()
    }
}

/// Writes the environment for podman; `host` says who we are and what the directories are that the variables name.
///
/// What the container is to get, `-e NAME`, is no part of it: whatever podman, its helpers or a library of theirs takes as
/// an order, now or in a later release, would be obeyed with podman's own rights. It reaches the container another way.
pub(crate) fn scrub(environment: &Environment, host: &dyn Host) -> Scrubbed {
    let keep::Kept {
        variables,
        mut dropped,
    } = keep::keep(environment, host);
    for (name, value) in &environment.variables {
        let known = dropped.iter().any(|(known, _)| known == name);
        if !known && variables.get(name) != Some(value) {
            dropped.extend(reason(name).map(|why| (name.clone(), why)));
        }
    }
    dropped.sort();
    Scrubbed {
        variables: variables.into_iter().collect(),
        dropped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    fn scrubbed(variables: &[(&str, &str)], host: &Fake) -> Scrubbed {
        scrub(&Environment::new(variables.iter().copied(), 77), host)
    }

    #[test]
    fn nothing_that_gives_orders_survives() {
        let hostile = [
            "CONTAINER_HOST",
            "CONTAINERS_CONF",
            "CONTAINERS_CONF_OVERRIDE",
            "CONTAINERS_STORAGE_CONF",
            "STORAGE_OPTS",
            "PODMAN_USERNS",
            "LD_PRELOAD",
            "LD_AUDIT",
            "GLIBC_TUNABLES",
            "GODEBUG",
            "GOCOVERDIR",
            "http_proxy",
            "HTTPS_PROXY",
            "_CONTAINERS_USERNS_CONFIGURED",
            "REGISTRIES_CONFIG_PATH",
            "DOCKER_CONFIG",
            "RUN_OCI_SECCOMP_RECEIVER",
            "_OCI_STARTPIPE",
            "_LIBCONTAINER_INITPIPE",
            "SSL_CERT_FILE",
            "MAINPID",
            "NETAVARK_FW",
            "BASH_ENV",
            "PODMAN_SYSTEMD_UNIT",
            "DBUS_SYSTEM_BUS_ADDRESS",
            "_PODMAN_PAUSE",
        ];
        let variables: Vec<_> = hostile.iter().map(|name| (*name, "x")).collect();
        for host in [Fake::rootful(), Fake::rootless()] {
            let result = scrubbed(&variables, &host);
            for name in &hostile {
                assert_eq!(result.get(name), None, "{name}");
                assert!(
                    result.dropped.iter().any(|(known, _)| known == name),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn what_nobody_knows_is_dropped_without_a_word() {
        let variables = [("AWS_SECRET", "s"), ("XTABLES_LIBDIR", "/evil")];
        let result = scrubbed(&variables, &Fake::rootful());
        assert_eq!(result.get("AWS_SECRET"), None);
        assert_eq!(result.dropped, []);
        let names: Vec<_> = result.variables.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HOME", "PATH"]);
    }

    #[test]
    fn a_name_given_twice_has_its_first_value() {
        let twice = Environment::new([("A", "1"), ("A", "2")], 1);
        assert_eq!(twice.get("A"), Some("1".as_ref()));
        assert_eq!(twice.get("a"), None);
    }

    #[test]
    fn a_prefix_finds_every_name_that_begins_so() {
        let environment = Environment::new([("AB", "1"), ("A", "2"), ("B", "3")], 1);
        let names = |prefix| environment.starting_with(prefix).map(|(name, _)| name);
        assert_eq!(names("A").collect::<Vec<_>>(), ["A", "AB"]);
        assert_eq!(names("").count(), 3);
        assert_eq!(names("C").count(), 0);
    }

    #[test]
    fn a_pull_may_use_a_proxy() {
        let variables = [
            ("https_proxy", "p"),
            ("REGISTRY_AUTH_FILE", "rel"),
            ("LD_PRELOAD", "x"),
        ];
        let environment = Environment::new(variables, 1);
        let pull = scrub(&environment, &Fake::rootful()).for_pull(&environment);
        let names: Vec<_> = pull.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HOME", "PATH", "https_proxy"]);
    }
}
