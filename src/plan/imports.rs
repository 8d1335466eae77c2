//! The caller's variables that the container gets: `-e NAME`, `-e PREFIX*`, `--env-host`, and the same in an env file.
//!
//! podman looks them up among its own, so it would have to be given them, and it obeys some, as do its helpers and their
//! libraries: `-e XTABLES_LIBDIR` once loaded a library as root. So podman keeps to its short environment and reads them as
//! the last env file, from a [descriptor](crate::exec::replace) that is empty afterwards. What such a file cannot say,
//! a value of several lines, stands on the command line.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use super::context::Context;
use crate::exec::MOST_HANDED;
use crate::host::Links;
use crate::podman::flags;
use crate::podman::releases::env::SHELL_LIKE_FILE;
use crate::podman::value::env::EnvVar;
use crate::podman::version::Version;
use crate::problem::Problem;
use crate::spec::{Spec, Switch};

/// The largest env file that is read.
const ENV_FILE_BYTES: u64 = 1 << 20;
/// Go's line reader, which podman reads env files with, takes no longer lines.
const LONGEST_LINE: usize = (64 << 10) - 1;

/// The caller's variables that the container gets.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Env files for podman, each short enough to be handed over.
    pub(super) files: Vec<Vec<u8>>,
    /// What stands on podman's command line, where others see it.
    pub(super) shown: Vec<(OsString, OsString)>,
}

impl Imports {
    /// Looks them up. Of a name that is said twice podman's own order decides: `--env` before the last env file, that one
    /// before the ones in front of it, and those before `--env-host`.
    ///
    /// # Errors
    /// An env file cannot be read.
    pub(super) fn find(
        spec: &Spec,
        version: Version,
        context: &Context<'_>,
    ) -> Result<Self, Problem> {
        let mut found = Found {
            context,
            values: BTreeMap::new(),
        };
        if spec.env_host.value == Switch::On {
            found.add(&EnvVar::ImportPrefix(String::new()));
        }
        for given in spec.passed(&flags::ENV_FILE) {
            let path = given.base.join(&given.value);
            let file = context.host.open_file(&path, ENV_FILE_BYTES, Links::Follow);
            let file = file.map_err(|error| Problem::from(error).at(&given.origin))?;
            let text = String::from_utf8_lossy(&file.bytes);
            EnvVar::in_file(&text).for_each(|variable| found.add(&variable));
        }
        for variable in &spec.env {
            found.add(&variable.value);
        }
        let mut imports = Self::default();
        for (name, value) in found.values {
            if let Some(value) = value {
                imports.put(name, value, version);
            }
        }
        Ok(imports)
    }

    fn put(&mut self, name: OsString, value: OsString, version: Version) {
        // podman drops the blank, and it would be another variable.
        if name.as_bytes().starts_with(b" ") || name.as_bytes().starts_with(b"\t") {
            return;
        }
        if !is_sayable(&name, &value, version) {
            self.shown.push((name, value));
            return;
        }
        let line = [name.as_bytes(), b"=", value.as_bytes(), b"\n"].concat();
        match self.files.last_mut() {
            Some(file) if file.len().saturating_add(line.len()) <= MOST_HANDED => file.extend(line),
            _ => self.files.push(line),
        }
    }
}

/// Each name, with the caller's value where that is the one that counts.
struct Found<'c> {
    context: &'c Context<'c>,
    values: BTreeMap<OsString, Option<OsString>>,
}

impl Found<'_> {
    fn add(&mut self, variable: &EnvVar) {
        let environment = &self.context.environment;
        let mut import = |name: &OsStr, value: &OsStr| {
            self.values.insert(name.to_owned(), Some(value.to_owned()));
        };
        match variable {
            EnvVar::Value { name, .. } => drop(self.values.insert(name.into(), None)),
            EnvVar::Import(name) => {
                if let Some(value) = environment.get(name) {
                    import(name.as_ref(), value);
                }
            }
            EnvVar::ImportPrefix(prefix) => {
                let all = environment.starting_with(prefix);
                all.for_each(|(name, value)| import(name, value));
            }
        }
    }
}

/// Would podman read this line as it is meant?
fn is_sayable(name: &OsStr, value: &OsStr, version: Version) -> bool {
    let (name, value) = (name.as_bytes(), value.as_bytes());
    if SHELL_LIKE_FILE.holds_in(version) {
        let is_word = |text: &[u8], more: &[u8]| {
            !text.is_empty()
                && text
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || more.contains(byte))
        };
        return is_word(name, b"_") && is_word(value, b"_./@%+-");
    }
    let length = name.len().saturating_add(value.len()).saturating_add(2);
    let is_comment = name.starts_with(b"#");
    let breaks = [name, value]
        .concat()
        .iter()
        .any(|byte| b"\n\r".contains(byte));
    !is_comment && !breaks && length <= LONGEST_LINE
}
