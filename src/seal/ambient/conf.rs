//! The keys of containers.conf that no flag takes back, `containers.conf(5)`.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::podman::version::Version;
use crate::problem::Problem;

/// A key.
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    pub(super) since: Version,
    pub(super) value: Value,
}

/// What a key may say.
#[derive(Clone, Copy)]
pub(super) enum Value {
    /// A list, of which these entries are podman's own defaults. A name counts for every value of it.
    List(&'static [&'static str]),
    /// A switch that must be off.
    Off,
}

const fn list(name: &'static str, since: Version, kept: &'static [&'static str]) -> Key {
    Key {
        section: "containers",
        name,
        since,
        value: Value::List(kept),
    }
}

const fn engine(name: &'static str, since: Version, value: Value) -> Key {
    Key {
        section: "engine",
        name,
        since,
        value,
    }
}

/// The oldest podman: before it nobody looks.
const ALWAYS: Version = Version(4, 0, 0);

/// The keys, by section.
pub(super) static KEYS: [Key; 11] = [
    list("annotations", ALWAYS, &[]),
    list("cgroup_conf", Version(4, 5, 0), &[]),
    list(
        "default_sysctls",
        ALWAYS,
        &["net.ipv4.ping_group_range=0 0"],
    ),
    list("default_ulimits", ALWAYS, &[]),
    list("devices", ALWAYS, &[]),
    list(
        "env",
        ALWAYS,
        &[
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TERM=xterm",
        ],
    ),
    list("mounts", Version(4, 7, 0), &[]),
    list("volumes", ALWAYS, &[]),
    engine("env", ALWAYS, Value::List(&[])),
    engine("no_pivot_root", ALWAYS, Value::Off),
    engine("remote", ALWAYS, Value::Off),
];

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// `FILE:LINE: key = value` of each key that adds something.
    pub(super) additions: Vec<String>,
    pub(super) volume_path: Option<PathBuf>,
}

/// Reads a file.
///
/// # Errors
/// It is no TOML.
pub(super) fn read(path: &Path, text: &str) -> Result<Found, Problem> {
    let table = DeTable::parse(text).map_err(|error| {
        Problem::new(format!(
            "\"{}\" is not understood: {}",
            path.display(),
            error.message()
        ))
    })?;
    let table = table.get_ref();
    let mut found = Found::default();
    for key in &KEYS {
        let Some((name, value)) = get(table, key.section, key.name) else {
            continue;
        };
        // Since podman 4.4 --ulimit replaces the list of the file, or is merged into it, name by name: the seal sees to that.
        if key.name != "default_ulimits" && adds(key.value, value) {
            let line = text
                .get(..name.span().start)
                .map_or(0, |before| before.matches('\n').count());
            let (line, file) = (line.saturating_add(1), path.display());
            found.additions.push(format!("{file}:{line}: {}", key.name));
        }
    }
    if let Some((_, value)) = get(table, "engine", "volume_path") {
        found.volume_path = value.as_str().map(PathBuf::from);
    }
    Ok(found)
}

type Entry<'a, 'i> = (&'a Spanned<std::borrow::Cow<'i, str>>, &'a DeValue<'i>);

fn get<'a, 'i>(table: &'a DeTable<'i>, section: &str, name: &str) -> Option<Entry<'a, 'i>> {
    let section = table.get(section)?.get_ref().as_table()?;
    let (key, value) = section.iter().find(|(key, _)| key.get_ref() == name)?;
    Some((key, value.get_ref()))
}

/// Does the value add something? Whatever is not understood does.
fn adds(key: Value, value: &DeValue<'_>) -> bool {
    match (key, value) {
        (Value::Off, DeValue::Boolean(on)) => *on,
        (Value::List(kept), DeValue::Array(entries)) => {
            !entries.iter().all(|entry| match entry.get_ref() {
                DeValue::String(text) => kept.iter().any(|kept| same_name(kept, text)),
                // {append=true} adds nothing by itself.
                DeValue::Table(_) => true,
                _ => false,
            })
        }
        (Value::Off | Value::List(_), _) => true,
    }
}

fn same_name(kept: &str, entry: &str) -> bool {
    let name = |text: &'_ str| text.split_once('=').map(|(name, _)| name.trim().to_owned());
    name(kept).is_some() && name(kept) == name(entry)
}
