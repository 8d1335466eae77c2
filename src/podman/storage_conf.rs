//! containers-storage.conf(5): which files there are, and what stands in one, in every spelling that TOML has.

use toml::de::{DeTable, DeValue};

use crate::problem::Problem;

/// The directories of the system's files; a user's are below the configuration home.
pub(crate) const SYSTEM: [&str; 2] = ["/usr/share/containers", "/etc/containers"];
/// The files of each directory. Newer releases read those of one mode beside the first, and of each `NAME.d/*.conf`,
/// which of them depends on the release.
pub(crate) const FILES: [&str; 3] = [
    "storage.conf",
    "storage.rootful.conf",
    "storage.rootless.conf",
];

/// A value that stands in such a file: its key, in small letters, and each of its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The last part of the key: Go's TOML reader takes it in any case.
    pub key: String,
    /// The text, those of a list, or the word itself for what is no text.
    pub values: Vec<String>,
}

/// Everything that stands in a file, in whichever table. podman goes on with what it understood before a value of a wrong
/// type, so none is left out for its type or its table.
///
/// # Errors
/// It is no TOML.
pub(crate) fn entries(text: &str) -> Result<Vec<Entry>, Problem> {
    let table = DeTable::parse(text).map_err(|error| Problem::new(error.message()))?;
    let mut entries = Vec::new();
    walk(table.get_ref(), &mut entries);
    Ok(entries)
}

fn walk(table: &DeTable<'_>, entries: &mut Vec<Entry>) {
    for (key, value) in table {
        let mut values = Vec::new();
        texts(value.get_ref(), &mut values, entries);
        // By Unicode's simple folding: even a long s is an s.
        let key = key.get_ref().to_uppercase().to_lowercase();
        if !matches!(value.get_ref(), DeValue::Table(_)) {
            entries.push(Entry { key, values });
        }
    }
}

fn texts(value: &DeValue<'_>, values: &mut Vec<String>, entries: &mut Vec<Entry>) {
    match value {
        DeValue::Table(inner) => walk(inner, entries),
        DeValue::Array(items) => {
            for item in items {
                texts(item.get_ref(), values, entries);
            }
        }
        DeValue::String(text) => values.push(text.to_string()),
        DeValue::Boolean(is) => values.push(is.to_string()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
            values.push("a number".to_owned());
        }
    }
}

/// A path with its variables filled in, as podman does with Go's `os.ExpandEnv`: one that is not set is nothing.
pub(crate) fn expanded(path: &str, uid: u32, variable: impl Fn(&str) -> Option<String>) -> String {
    let path = path.replace("$UID", &uid.to_string());
    let mut out = String::new();
    let mut rest = path.as_str();
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'));
        let (name, behind) = braced.unwrap_or_else(|| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()))
        });
        match (name, braced) {
            ("", None) => out.push('$'),
            _ => out.push_str(&variable(name).unwrap_or_default()),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_is_left_out_for_its_type() {
        let found = |text: &str| {
            let entries = entries(text).unwrap().into_iter();
            entries
                .map(|entry| format!("{}={}", entry.key, entry.values.join("+")))
                .collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("storage.graphroot = \"/x\"", "graphroot=/x"),
            ("[[storage]]\ngraphroot = ['/x']", "graphroot=/x"),
            ("storage = [{\"GraphRoot\" = '/x'}]", "graphroot=/x"),
            ("a = 5", "a=a number"),
            ("a = true", "a=true"),
        ] {
            assert!(
                found(text).contains(&expected.to_owned()),
                "{text}: {:?}",
                found(text)
            );
        }
        assert!(entries("graphroot = /x").is_err());
    }

    #[test]
    fn variables_are_filled_in() {
        let known = |name: &str| (name == "HOME").then(|| "/home/ann".to_owned());
        for (path, expected) in [
            ("$HOME/x/$UID", "/home/ann/x/1000"),
            ("${HOME}x", "/home/annx"),
            ("$NONE/x", "/x"),
            ("/a${NONE}b$", "/ab$"),
            ("$HOMER/x", "/x"),
        ] {
            assert_eq!(expanded(path, 1000, known), expected, "{path}");
        }
    }
}
