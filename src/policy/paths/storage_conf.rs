//! Where containers-storage.conf(5) puts the engine's files.

use std::path::{Path, PathBuf};

use crate::host::{Host, Links};

/// The files that may say so; each is read, since which of them counts depends on the engine's release.
const FILES: &[&str] = &[
    "/usr/share/containers/storage.conf",
    "/etc/containers/storage.conf",
    "~/.config/containers/storage.conf",
];
const KEYS: &[&str] = &[
    "graphroot",
    "runroot",
    "rootless_storage_path",
    "imagestore",
];
/// More than any such file is long, in bytes.
const LIMIT: u64 = 1 << 16;

/// The directories that the files name. What cannot be read names none: then the usual places count, which are in the
/// table.
pub(super) fn roots(host: &dyn Host, home: Option<&Path>) -> Vec<PathBuf> {
    let paths = FILES
        .iter()
        .filter_map(|path| match path.strip_prefix("~/") {
            Some(rest) => home.map(|home| home.join(rest)),
            None => Some(PathBuf::from(path)),
        });
    paths
        .filter_map(|path| host.open_file(&path, LIMIT, Links::Follow).ok())
        .flat_map(|file| {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            text.lines()
                .filter_map(|line| directory(line, host, home))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The directory of a line `graphroot = "…"`, with `$HOME`, `$UID` and `$USER` filled in.
fn directory(line: &str, host: &dyn Host, home: Option<&Path>) -> Option<PathBuf> {
    let (key, value) = line.split_once('=')?;
    if !KEYS.contains(&key.trim()) {
        return None;
    }
    let value = value.split('#').next()?.trim();
    let text = value.trim_matches(['"', '\'']);
    let identity = host.identity();
    let path = text
        .replace("$HOME", &home.map_or("$".into(), Path::to_string_lossy))
        .replace("$UID", &identity.uid.to_string())
        .replace("$USER", &identity.name.unwrap_or_default());
    let path = PathBuf::from(path);
    let is_whole = !path.to_string_lossy().contains('$');
    (path.is_absolute() && is_whole).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    #[test]
    fn reads_the_keys_that_are_set() {
        let text = "[storage]\n# graphroot = \"/no\"\n graphroot=\"/data/graph\" # why\nrunroot = '/data/run'\n\
            rootless_storage_path = \"$HOME/store/$UID\"\ndriver = \"overlay\"\ngraphroot = \"relative\"\n";
        let host = Fake::rootless().file("/etc/containers/storage.conf", 0, 0o644, text);
        let roots = roots(&host, Some(Path::new("/home/ann")));
        let expected = ["/data/graph", "/data/run", "/home/ann/store/1000"];
        assert_eq!(roots, expected.map(PathBuf::from));
    }

    #[test]
    fn no_file_no_directory() {
        assert_eq!(roots(&Fake::rootful(), None), Vec::<PathBuf>::new());
    }
}
