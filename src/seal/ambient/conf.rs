//! What a containers.conf says that no flag takes back, `containers.conf(5)`.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{ConfValue, KEYS, LastingKey};
use crate::podman::releases::Fact;
use crate::podman::releases::conf::{self, ConfKey};
use crate::problem::Problem;

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct ConfFindings {
    /// Each key that weakens a container, in the order of the lines.
    pub(super) weak: Vec<Weak>,
    /// Programs, and directories of programs, that podman would start.
    pub(super) programs: Vec<HostProgram>,
    pub(super) volume_path: Option<PathBuf>,
    pub(super) init_path: Option<PathBuf>,
    pub(super) hooks_dir: Option<Vec<PathBuf>>,
}

/// A key that weakens.
#[derive(Debug)]
pub(super) struct Weak {
    pub(super) line: usize,
    pub(super) key: &'static LastingKey,
}

/// Something of the host's that podman would start.
#[derive(Debug)]
pub(super) struct HostProgram {
    pub(super) line: usize,
    pub(super) key: &'static LastingKey,
    pub(super) path: PathBuf,
}

/// Reads a file.
///
/// # Errors
/// It is no TOML.
pub(super) fn read(path: &Path, text: &str) -> Result<ConfFindings, Problem> {
    let table = DeTable::parse(text).map_err(|error| {
        let (file, why) = (path.display(), error.message());
        Problem::new(format!("\"{file}\" is not understood: {why}"))
            .instead("correct it; podman would not take it either")
    })?;
    let table = table.get_ref();
    let mut found = ConfFindings::default();
    for key in &KEYS {
        let Some((name, value)) = get(table, key.key.what) else {
            continue;
        };
        let line = line_of(text, name);
        if matches!(key.value, ConfValue::Programs | ConfValue::Program) {
            let paths = strings(value);
            found
                .programs
                .extend(paths.into_iter().map(|path| HostProgram {
                    line,
                    key,
                    path: path.into(),
                }));
        } else if weakens(key.value, value) {
            found.weak.push(Weak { line, key });
        }
    }
    found.weak.sort_by_key(|weak| weak.line);
    let path = |key: Fact<ConfKey>| {
        let (_, value) = get(table, key.what)?;
        value
            .as_str()
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    };
    found.volume_path = path(conf::VOLUME_PATH);
    found.hooks_dir = get(table, conf::HOOKS_DIR.what)
        .map(|(_, value)| strings(value).into_iter().map(PathBuf::from).collect());
    // Of the two places the first wins.
    found.init_path = path(conf::INIT_PATH).or_else(|| path(conf::ENGINE_INIT_PATH));
    Ok(found)
}

/// The line on which a text sets a key, counted from 1; none when it does not, or is no TOML.
pub(super) fn line(text: &str, key: ConfKey) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let (name, _) = get(table.get_ref(), key)?;
    Some(line_of(text, name))
}

type Name<'i> = Spanned<std::borrow::Cow<'i, str>>;

fn get<'a, 'i>(table: &'a DeTable<'i>, key: ConfKey) -> Option<(&'a Name<'i>, &'a DeValue<'i>)> {
    let section = table.get(key.section)?.get_ref().as_table()?;
    let (name, value) = section
        .iter()
        .find(|(name, _)| name.get_ref() == key.name)?;
    Some((name, value.get_ref()))
}

fn line_of(text: &str, name: &Name<'_>) -> usize {
    let before = text.get(..name.span().start);
    before
        .map_or(0, |before| before.matches('\n').count())
        .saturating_add(1)
}

/// Whatever is not understood weakens.
fn weakens(key: ConfValue, value: &DeValue<'_>) -> bool {
    match (key, value) {
        (ConfValue::Switch(good), DeValue::Boolean(found)) => *found != good,
        (ConfValue::List { kept, .. }, DeValue::Array(entries)) => {
            !entries.iter().all(|entry| match entry.get_ref() {
                DeValue::String(text) => kept.iter().any(|kept| same_name(kept, text)),
                // {append=true} adds nothing by itself.
                DeValue::Table(_) => true,
                _ => false,
            })
        }
        (ConfValue::Words(harmless), DeValue::String(word)) => !harmless.contains(&word.as_ref()),
        (ConfValue::Network(is_closed), DeValue::Array(_)) => !is_closed(&strings(value)),
        (ConfValue::Empty, DeValue::Table(table)) => !table.is_empty(),
        (ConfValue::Programs | ConfValue::Program, _) => false,
        (_, _) => true,
    }
}

/// Every text in a value, at any depth.
fn strings(value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::String(text) => vec![text.clone().into_owned()],
        DeValue::Array(entries) => entries
            .iter()
            .flat_map(|entry| strings(entry.get_ref()))
            .collect(),
        DeValue::Table(table) => table
            .iter()
            .flat_map(|(_, entry)| strings(entry.get_ref()))
            .collect(),
        _ => Vec::new(),
    }
}

fn same_name(kept: &str, entry: &str) -> bool {
    let name = |text: &'_ str| text.split_once('=').map(|(name, _)| name.trim().to_owned());
    name(kept).is_some() && name(kept) == name(entry)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn found(text: &str) -> ConfFindings {
        read(Path::new("/x.conf"), text).unwrap()
    }

    #[test]
    fn what_adds_nothing_weakens_nothing() {
        for (text, weak) in [
            ("[containers]\nvolumes = []", 0),
            ("[containers]\nvolumes = [{append=true}]", 0),
            ("[containers]\nvolumes = [{append=true}, \"/x:/x\"]", 1),
            ("[containers]\nvolumes = [1]", 1),
            ("[containers]\nenv = [\"TERM = x\"]", 0),
            ("[containers]\nenv = [\"PATH=/bin=/x\"]", 0),
            ("[engine]\nruntimes_flags = {}", 0),
            ("[engine]\nruntimes_flags = {crun = [\"x\"]}", 1),
            ("[engine]\nruntime = 1", 0),
        ] {
            assert_eq!(found(text).weak.len(), weak, "{text}");
        }
    }

    #[test]
    fn lines_are_told_in_the_order_of_the_file() {
        let text = "[containers]\nvolumes = [\"/x:/x\"]\nannotations = [\"a=b\"]\n[engine]\nremote = true\n";
        let lines: Vec<usize> = found(text).weak.iter().map(|weak| weak.line).collect();
        assert_eq!(lines, [2, 3, 5]);
    }

    #[test]
    fn an_empty_path_is_none_and_the_first_place_of_two_wins() {
        let empty = found("[engine]\nvolume_path = \"\"\ninit_path = \"\"\n");
        assert_eq!((empty.volume_path, empty.init_path), (None, None));
        let engine = "[engine]\ninit_path = \"/b\"\nhooks_dir = [\"/h\"]\n";
        assert_eq!(found(engine).init_path, Some("/b".into()));
        assert_eq!(found(engine).hooks_dir, Some(vec!["/h".into()]));
        let both = format!("[containers]\ninit_path = \"/a\"\n{engine}");
        assert_eq!(found(&both).init_path, Some("/a".into()));
    }
}
