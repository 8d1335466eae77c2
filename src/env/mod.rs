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

pub(crate) use dropped::reason;

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
}

/// How `-e NAME`, podman's "copy it from my environment", is to be written for podman.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Import {
    /// As it is: podman finds the caller's value under this name.
    Inherited,
    /// As `-e NAME=VALUE`: podman itself would obey the variable, or gets another value under this name. The value
    /// becomes readable in podman's command line.
    Literal(OsString),
    /// Not at all: the caller has no such variable, so podman would set none. A name with `*` or `=` is no name.
    Unset,
}

/// What podman gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scrubbed {
    /// The whole environment, sorted by name.
    pub variables: Vec<(OsString, OsString)>,
    /// The variables the caller has and podman does not get, or gets with another value, and why.
    pub dropped: Vec<(OsString, &'static str)>,
    /// One for each name asked for, in the order asked.
    pub imports: Vec<(OsString, Import)>,
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

/// Writes the environment for podman. `imports` are the names of each `-e NAME`; `host` says who we are and what the
/// directories are that the variables name.
pub(crate) fn scrub(environment: &Environment, imports: &[OsString], host: &dyn Host) -> Scrubbed {
    let keep::Kept {
        mut variables,
        mut dropped,
    } = keep::keep(environment, host);
    for (name, value) in &environment.variables {
        let known = dropped.iter().any(|(known, _)| known == name);
        if !known && variables.get(name) != Some(value) {
            dropped.extend(reason(name).map(|why| (name.clone(), why)));
        }
    }
    let imports: Vec<_> = imports
        .iter()
        .map(|name| (name.clone(), import(environment, name, &variables)))
        .collect();
    for (name, import) in &imports {
        if let (Import::Inherited, Some(value)) = (import, environment.get(name)) {
            variables.insert(name.clone(), value.to_owned());
        }
    }
    dropped.sort();
    Scrubbed {
        variables: variables.into_iter().collect(),
        dropped,
        imports,
    }
}

fn import(environment: &Environment, name: &OsStr, kept: &BTreeMap<OsString, OsString>) -> Import {
    let is_name = !name.is_empty() && !name.as_bytes().iter().any(|byte| b"*=\0".contains(byte));
    match environment.get(name) {
        Some(value) if is_name => match kept.get(name) {
            Some(same) if same == value => Import::Inherited,
            None if reason(name).is_none() => Import::Inherited,
            _ => Import::Literal(value.to_owned()),
        },
        _ => Import::Unset,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::host::Fake;

    fn scrubbed(variables: &[(&str, &str)], imports: &[&str], host: &Fake) -> Scrubbed {
        let environment = Environment::new(variables.iter().copied(), 77);
        let imports: Vec<_> = imports.iter().map(OsString::from).collect();
        scrub(&environment, &imports, host)
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
            let result = scrubbed(&variables, &hostile, &host);
            for (at, name) in hostile.iter().enumerate() {
                assert_eq!(result.get(name), None, "{name}");
                assert!(
                    result.dropped.iter().any(|(known, _)| known == name),
                    "{name}"
                );
                assert_eq!(result.imports[at].1, Import::Literal("x".into()), "{name}");
            }
        }
    }

    #[test]
    fn what_nobody_knows_is_dropped_without_a_word() {
        let result = scrubbed(
            &[("AWS_SECRET", "s"), ("EDITOR", "vi")],
            &[],
            &Fake::rootful(),
        );
        assert_eq!(result.get("AWS_SECRET"), None);
        assert_eq!(result.dropped, []);
        let names: Vec<_> = result.variables.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HOME", "PATH"]);
    }

    #[test]
    fn an_import_reaches_the_container_as_the_caller_has_it() {
        let variables = [
            ("TOKEN", "t"),
            ("PATH", "/evil"),
            ("HOME", "/root"),
            ("EMPTY", ""),
        ];
        let asked = [
            "TOKEN",
            "PATH",
            "HOME",
            "EMPTY",
            "NONE",
            "XDG_RUNTIME_DIR",
            "T*",
            "TOKEN=x",
            "",
        ];
        let result = scrubbed(&variables, &asked, &Fake::rootful());
        let of = |name: &str| {
            let found = result.imports.iter().find(|(known, _)| known == name);
            found.map(|(_, import)| import.clone())
        };
        assert_eq!(of("TOKEN"), Some(Import::Inherited));
        assert_eq!(result.get("TOKEN"), Some("t".as_ref()));
        assert_eq!(of("PATH"), Some(Import::Literal("/evil".into())));
        assert_eq!(result.get("PATH"), Some(keep::PATH.as_ref()));
        assert_eq!(of("HOME"), Some(Import::Inherited), "the same value");
        assert_eq!(of("EMPTY"), Some(Import::Inherited));
        for unset in ["NONE", "XDG_RUNTIME_DIR", "T*", "TOKEN=x", ""] {
            assert_eq!(of(unset), Some(Import::Unset), "{unset}");
        }
    }

    #[test]
    fn what_is_supplied_is_not_imported() {
        let result = scrubbed(&[], &["HOME", "XDG_RUNTIME_DIR"], &Fake::rootless());
        assert_eq!(
            result.get("XDG_RUNTIME_DIR"),
            Some("/run/user/1000".as_ref())
        );
        assert!(
            result
                .imports
                .iter()
                .all(|(_, import)| *import == Import::Unset)
        );
    }

    #[test]
    fn a_name_given_twice_has_its_first_value() {
        let twice = Environment::new([("A", "1"), ("A", "2")], 1);
        assert_eq!(twice.get("A"), Some("1".as_ref()));
        assert_eq!(twice.get("a"), None);
    }

    #[test]
    fn a_pull_may_use_a_proxy() {
        let variables = [
            ("https_proxy", "p"),
            ("REGISTRY_AUTH_FILE", "rel"),
            ("LD_PRELOAD", "x"),
        ];
        let environment = Environment::new(variables, 1);
        let pull = scrub(&environment, &[], &Fake::rootful()).for_pull(&environment);
        let names: Vec<_> = pull.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["HOME", "PATH", "https_proxy"]);
    }
}
