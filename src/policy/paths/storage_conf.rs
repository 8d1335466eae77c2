//! Where containers-storage.conf(5) puts the engine's files, read as podman reads it.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::host::{Host, Links};
use crate::problem::Problem;

/// The files that may say so; each is read, since which of them counts depends on the engine's release.
const FILES: [&str; 3] = [
    "/usr/share/containers/storage.conf",
    "/etc/containers/storage.conf",
    "~/.config/containers/storage.conf",
];
const KEYS: [&str; 4] = [
    "graphroot",
    "runroot",
    "rootless_storage_path",
    "imagestore",
];
/// More than any such file is long, in bytes.
const LIMIT: u64 = 1 << 16;

/// The directories that the files name; without a file the usual places count, which are in the table.
///
/// # Errors
/// A file is there and cannot be read or is no TOML: then it is not known which directories are the engine's, and podman
/// does not start either.
pub(super) fn roots(host: &dyn Host, home: Option<&Path>) -> Result<Vec<PathBuf>, Problem> {
    let mut roots = Vec::new();
    for file in FILES {
        let path = match (file.strip_prefix("~/"), home) {
            (None, _) => PathBuf::from(file),
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_), None) => continue,
        };
        let Some(text) = text(host, &path)? else {
            continue;
        };
        let table =
            DeTable::parse(&text).map_err(|error| not_understood(&path, error.message()))?;
        let mut values = Vec::new();
        named(table.get_ref(), &mut values);
        roots.extend(values.iter().filter_map(|text| directory(text, host, home)));
    }
    Ok(roots)
}

/// The text of a file; none when it does not exist.
fn text(host: &dyn Host, path: &Path) -> Result<Option<String>, Problem> {
    let file = match host.open_file(path, LIMIT, Links::Follow) {
        Err(error) if error.is_missing() => return Ok(None),
        file => file?,
    };
    let text = String::from_utf8(file.bytes);
    text.map(Some)
        .map_err(|_| not_understood(path, "it is not UTF-8"))
}

fn not_understood(path: &Path, why: &str) -> Problem {
    let path = path.display();
    Problem::new(format!("\"{path}\" is not understood: {why}"))
        .instead("correct it; podman would not take it either")
}

/// The values of [`KEYS`], in whichever table they stand.
fn named<'t>(table: &'t DeTable<'_>, values: &mut Vec<&'t str>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(inner) => named(inner, values),
            DeValue::String(text) if is_named(key.get_ref()) => values.push(text),
            _ => {}
        }
    }
}

/// Go's TOML reader takes a key in any case, by Unicode's simple folding: `GraphRoot`, and even a long s for an s.
fn is_named(key: &str) -> bool {
    KEYS.contains(&key.to_uppercase().to_lowercase().as_str())
}

/// A value with `$HOME`, `$UID` and `$USER` filled in, as podman does.
fn directory(text: &str, host: &dyn Host, home: Option<&Path>) -> Option<PathBuf> {
    let identity = host.identity();
    let home = home.map_or("$".into(), Path::to_string_lossy);
    let user = identity.name.as_deref().unwrap_or_default();
    let path = text
        .replace("$UID", &identity.uid.to_string())
        .replace("${HOME}", &home)
        .replace("$HOME", &home)
        .replace("${USER}", user)
        .replace("$USER", user);
    let is_whole = !path.contains('$');
    let path = PathBuf::from(path);
    (path.is_absolute() && is_whole).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    const CONF: &str = "/etc/containers/storage.conf";

    fn of(text: impl Into<Vec<u8>>) -> Result<Vec<PathBuf>, Problem> {
        let host = Fake::rootless().file(CONF, 0, 0o644, text);
        roots(&host, Some(Path::new("/home/ann")))
    }

    #[test]
    fn reads_the_keys_that_are_set() {
        let text = "[storage]\n# graphroot = \"/no\"\n graphroot=\"/data/graph\" # why\nrunroot = '/data/run'\n\
            rootless_storage_path = \"$HOME/store/$UID\"\ndriver = \"overlay\"\nimagestore = \"relative\"\n";
        let mut roots = of(text).unwrap();
        roots.sort();
        let expected = ["/data/graph", "/data/run", "/home/ann/store/1000"];
        assert_eq!(roots, expected.map(PathBuf::from));
    }

    #[test]
    fn every_spelling_that_podman_takes_is_understood() {
        // Each was given to podman 4.3.1, whose `info` named the directory.
        for text in [
            "[storage]\ngraphroot = \"/x\"",
            "storage.graphroot = \"/x\"",
            "[storage]\n\"graphroot\" = \"/x\"",
            "[storage]\n'graphroot' = '''/x'''",
            "[storage]\ngraphroot = \"/\\u0078\"",
            "storage = {graphroot = \"/x\"}",
            "[Storage]\nGraphRoot = \"/x\"",
            "[\"\\u017Ftorage\"]\n\"gra\\u0070hroot\" = \"/x\"",
            "[storage]\ngraphroot = \"\"\"\n/x\"\"\"",
        ] {
            assert_eq!(of(text), Ok(vec![PathBuf::from("/x")]), "{text}");
        }
        let braces = of("storage.graphroot = \"${HOME}/x\"");
        assert_eq!(braces, Ok(vec![PathBuf::from("/home/ann/x")]));
    }

    #[test]
    fn what_is_not_understood_stops() {
        for text in [
            &b"[storage]\ngraphroot = /x"[..],
            b"[storage]\ngraphroot = \"/x\"\nbroken",
            b"[storage]\ngraphroot = \"/x\"\ngraphroot = \"/y\"",
            b"[storage]\ngraphroot = \"/\xff\"",
        ] {
            assert!(of(text).is_err(), "{text:?}");
        }
        assert!(of("\n".repeat(1 << 17)).is_err());
        let directory = Fake::rootful().directory(CONF, 0, 0o755);
        assert!(roots(&directory, None).is_err());
    }

    #[test]
    fn no_file_no_directory() {
        assert_eq!(roots(&Fake::rootful(), None), Ok(Vec::new()));
    }
}
