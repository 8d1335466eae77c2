//! Where containers-storage.conf(5) puts the engine's files, read as podman reads it.

use std::path::{Path, PathBuf};

use crate::host::{Host, Links};
use crate::podman::storage_conf::{FILES, SYSTEM, entries, expanded};
use crate::problem::Problem;

const KEYS: [&str; 4] = [
    "graphroot",
    "runroot",
    "rootless_storage_path",
    "imagestore",
];
/// More than any such file is long, in bytes.
const LIMIT: u64 = 1 << 16;

/// The directories that the files of the system and of a home name; without a file the usual places count, which are in the
/// table. Each file is read, since which of them counts depends on the engine's release.
///
/// # Errors
/// A file is there and cannot be read or is no TOML: then it is not known which directories are the engine's, and podman
/// does not start either.
pub(super) fn roots(host: &dyn Host, home: Option<&Path>) -> Result<Vec<PathBuf>, Problem> {
    let of_home = home.map(|home| home.join(".config/containers"));
    let directories = SYSTEM.iter().map(PathBuf::from).chain(of_home);
    let mut roots = Vec::new();
    for directory in directories {
        roots.extend(below(host, &directory)?);
    }
    Ok(roots)
}

/// Those that the files in one directory name, drop-ins among them.
///
/// # Errors
/// See [`roots`].
pub(super) fn below(host: &dyn Host, directory: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut roots = Vec::new();
    for name in FILES {
        let file = directory.join(name);
        let dropins = file.with_extension("conf.d");
        let of_user = dropins.join(host.identity().uid.to_string());
        let listed = [dropins, of_user];
        let listed = listed
            .iter()
            .flat_map(|directory| host.list(directory).unwrap_or_default());
        let listed = listed.filter(|path| path.extension().is_some_and(|end| end == "conf"));
        for file in std::iter::once(file).chain(listed) {
            roots.extend(in_file(host, &file)?);
        }
    }
    Ok(roots)
}

/// Those that one file names; none when it does not exist.
///
/// # Errors
/// See [`roots`].
pub(super) fn in_file(host: &dyn Host, path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let file = match host.open_file(path, LIMIT, Links::Follow) {
        Err(error) if error.is_missing() => return Ok(Vec::new()),
        file => file?,
    };
    let text = String::from_utf8(file.bytes);
    let text = text.map_err(|_| not_understood(path, "it is not UTF-8"))?;
    let entries = entries(&text).map_err(|error| not_understood(path, &error.what))?;
    let named = entries
        .iter()
        .filter(|entry| KEYS.contains(&entry.key.as_str()));
    let values = named.flat_map(|entry| &entry.values);
    Ok(values.flat_map(|text| places(text, host)).collect())
}

fn not_understood(path: &Path, why: &str) -> Problem {
    let path = path.display();
    Problem::new(format!("\"{path}\" is not understood: {why}"))
        .instead("correct it; podman would not take it either")
}

/// What a value may mean: podman has few variables when we start it, and those of a session when its user does.
fn places(text: &str, host: &dyn Host) -> Vec<PathBuf> {
    let identity = host.identity();
    let home = || Some(identity.home.as_ref()?.display().to_string());
    let few = |name: &str| match name {
        "HOME" => home(),
        "XDG_CACHE_HOME" => Some(format!("{}/.cache", home()?)),
        "XDG_CONFIG_HOME" => Some(format!("{}/.config", home()?)),
        "XDG_DATA_HOME" => Some(format!("{}/.local/share", home()?)),
        "XDG_RUNTIME_DIR" => Some(format!("/run/user/{}", identity.uid)),
        _ => None,
    };
    let session = |name: &str| match name {
        "UID" => Some(identity.uid.to_string()),
        "USER" | "LOGNAME" => identity.name.clone(),
        name => few(name),
    };
    let mut places = vec![
        expanded(text, identity.uid, few),
        expanded(text, identity.uid, session),
    ];
    places.dedup();
    let places = places.into_iter().map(PathBuf::from);
    places.filter(|path| path.is_absolute()).collect()
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
            "[[storage]]\ngraphroot = \"/x\"",
            "storage = [{graphroot = [\"/x\", 5]}]",
            "storage.graphroot = \"$NONE/x\"",
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
    fn drop_ins_of_newer_releases_count() {
        for file in [
            "/etc/containers/storage.conf.d/10-x.conf",
            "/usr/share/containers/storage.rootful.conf.d/x.conf",
            "/etc/containers/storage.rootless.conf",
            "/etc/containers/storage.rootless.conf.d/1000/x.conf",
            "/home/ann/.config/containers/storage.conf.d/x.conf",
        ] {
            let host = Fake::rootless().file(file, 0, 0o644, "storage.graphroot = \"/x\"");
            let found = roots(&host, Some(Path::new("/home/ann")));
            assert_eq!(found, Ok(vec![PathBuf::from("/x")]), "{file}");
        }
        let other = "/etc/containers/storage.conf.d/README";
        let host = Fake::rootless().file(other, 0, 0o644, "not TOML");
        assert_eq!(roots(&host, None), Ok(Vec::new()));
    }

    #[test]
    fn a_variable_may_be_set_or_not() {
        let found = of("storage.graphroot = \"/data/$USER/x\"");
        let expected = ["/data//x", "/data/ann/x"].map(PathBuf::from);
        assert_eq!(found, Ok(expected.to_vec()));
        let found = of("storage.graphroot = \"$XDG_DATA_HOME/x\"");
        assert_eq!(found, Ok(vec![PathBuf::from("/home/ann/.local/share/x")]));
    }

    #[test]
    fn no_file_no_directory() {
        assert_eq!(roots(&Fake::rootful(), None), Ok(Vec::new()));
    }
}
