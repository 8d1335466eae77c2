//! The state of podman's image store, read off the one file that every change of an image rewrites.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::host::{FileKind, Host, Identity, Links, Mode, Stamp};
use crate::podman::storage_conf::{Entry, FILES, entries};

/// Larger than this is no storage.conf that anybody wrote.
const LARGEST_CONF: u64 = 1 << 20;
const ROOT_STORE: &str = "/var/lib/containers/storage";
/// A second store that Fedora's configuration names and that is usually not there.
const SHARED_STORE: &str = "/usr/lib/containers/storage";
const DRIVERS: [&str; 4] = ["overlay", "vfs", "btrfs", "zfs"];

/// A text that changes when any image of the user's store does; `None` where that cannot be told for sure: a
/// configuration moves the store, two storage drivers were used in it, or there is none yet.
pub(super) fn state(
    host: &dyn Host,
    identity: &Identity,
    variables: &[(OsString, OsString)],
) -> Option<String> {
    let places = StoreFiles::of(identity, variables)?;
    let index = |driver: &'static str| {
        let path = places.store.join(format!("{driver}-images/images.json"));
        Some((driver, host.stamp(&path)?))
    };
    let mut indexes = DRIVERS.into_iter().filter_map(index);
    let (driver, index) = indexes.next().filter(|_| indexes.next().is_none())?;
    let moved = |path: &PathBuf| is_moved(host, path, driver) || has_dropins(host, path);
    if places.configurations.iter().any(moved) {
        return None;
    }
    let own = text(Some(&index));
    let shared = Path::new(SHARED_STORE).join("overlay-images/images.json");
    let shared = text(host.stamp(&shared).as_ref());
    Some(format!("{} {own} {shared}", places.store.display()))
}

/// A stamp as one word for a key.
pub(super) fn text(stamp: Option<&Stamp>) -> String {
    stamp.map_or_else(
        || "none".to_owned(),
        |stamp| {
            format!(
                "{}:{}:{}:{}",
                stamp.device, stamp.inode, stamp.size, stamp.mtime_ns
            )
        },
    )
}

struct StoreFiles {
    store: PathBuf,
    configurations: Vec<PathBuf>,
}

impl StoreFiles {
    fn of(identity: &Identity, variables: &[(OsString, OsString)]) -> Option<Self> {
        let system = ["/etc", "/usr/share"].map(PathBuf::from);
        let (store, directories) = match identity.mode {
            Mode::Rootful => (PathBuf::from(ROOT_STORE), system.to_vec()),
            Mode::Rootless => {
                let get = |name: &str| -> Option<&OsStr> {
                    let found = variables.iter().find(|(known, _)| known == name)?;
                    Some(&found.1)
                };
                let home = Path::new(get("HOME")?);
                let or =
                    |name: &str, default: &str| get(name).map_or(home.join(default), PathBuf::from);
                let mut directories = system.to_vec();
                directories.push(or("XDG_CONFIG_HOME", ".config"));
                let data = or("XDG_DATA_HOME", ".local/share");
                (data.join("containers/storage"), directories)
            }
        };
        let file = |directory: PathBuf| directory.join("containers/storage.conf");
        Some(Self {
            store,
            configurations: directories.into_iter().map(file).collect(),
        })
    }
}

/// Is there a file that only newer releases read, beside a storage.conf? What it says is not looked at.
fn has_dropins(host: &dyn Host, path: &Path) -> bool {
    FILES
        .iter()
        .map(|name| path.with_file_name(name))
        .any(|file| {
            let more = host.list(&file.with_extension("conf.d"));
            let is_other = file != path && host.stamp(&file).is_some();
            is_other || more.map_or(true, |more| !more.is_empty())
        })
}

/// Does a storage.conf(5) say anything that could put images elsewhere than in the one standard store? Only what is
/// certainly harmless is passed over.
fn is_moved(host: &dyn Host, path: &Path, driver: &str) -> bool {
    match host.resolve(path) {
        Ok(found) if found.kind == FileKind::Missing => return false,
        Ok(_) => {}
        Err(_) => return true,
    }
    let Ok(conf) = host.open_file(path, LARGEST_CONF, Links::Follow) else {
        return true;
    };
    let entries = String::from_utf8(conf.bytes).map(|text| entries(&text));
    let Ok(Ok(entries)) = entries else {
        return true;
    };
    !entries.iter().all(|entry| is_harmless(entry, driver))
}

fn is_harmless(Entry { key, values }: &Entry, driver: &str) -> bool {
    let is_all = |word: &str| values.iter().all(|value| value == word);
    match key.as_str() {
        "driver" => is_all(driver),
        "graphroot" => is_all(ROOT_STORE),
        "additionalimagestores" => is_all(SHARED_STORE),
        // Options of the driver, which change how an image is mounted but not what it says, and pull options.
        "runroot"
        | "size"
        | "mountopt"
        | "mount_program"
        | "force_mask"
        | "ignore_chown_errors"
        | "skip_mount_home"
        | "inodes"
        | "use_composefs"
        | "enable_partial_images"
        | "use_hard_links"
        | "ostree_repos"
        | "convert_images" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::host::Fake;

    const INDEX: &str = "/var/lib/containers/storage/overlay-images/images.json";

    fn rootful() -> Fake {
        Fake::rootful().file(INDEX, 0, 0o600, "[]")
    }

    fn state_of(host: &Fake) -> Option<String> {
        let home = [("HOME".into(), "/home/ann".into())];
        state(host, host.identity(), &home)
    }

    #[test]
    fn the_index_tells_one_state_from_the_next() {
        assert_eq!(state_of(&Fake::rootful()), None, "no store yet");
        let before = state_of(&rootful()).unwrap();
        assert_eq!(state_of(&rootful()).unwrap(), before);
        let after = rootful().file(INDEX, 0, 0o600, "[{}]");
        assert_ne!(state_of(&after).unwrap(), before);
        let shared = "/usr/lib/containers/storage/overlay-images/images.json";
        let shared = rootful().file(shared, 0, 0o644, "[]");
        assert_ne!(state_of(&shared).unwrap(), before);
    }

    #[test]
    fn a_user_has_a_store_of_their_own() {
        let index = "/home/ann/.local/share/containers/storage/overlay-images/images.json";
        let host = Fake::rootless().file(index, 1000, 0o600, "[]");
        assert!(state_of(&host).is_some());
        let conf = "/home/ann/.config/containers/storage.conf";
        let moved = host
            .clone()
            .file(conf, 1000, 0o644, "[storage]\ngraphroot=\"/data\"");
        assert_eq!(state_of(&moved), None);
        let data = [
            ("HOME".into(), "/home/ann".into()),
            ("XDG_DATA_HOME".into(), "/data".into()),
        ];
        assert_eq!(state(&host, host.identity(), &data), None);
        assert_eq!(state(&host, host.identity(), &[]), None, "no home");
    }

    #[test]
    fn what_a_distribution_ships_is_harmless() {
        let conf = "# storage\n[storage]\n\ndriver = \"overlay\"\nrunroot = \"/run/containers/storage\"\n\
            graphroot = '/var/lib/containers/storage'\n# graphroot = \"/x\"\n[storage.options]\n\
            additionalimagestores = [\n\"/usr/lib/containers/storage\",\n]\npull_options = {use_hard_links = \"false\"}\n\
            [storage.options.overlay]\nmountopt = \"nodev,metacopy=on\"\n";
        let host = rootful().file("/usr/share/containers/storage.conf", 0, 0o644, conf);
        assert!(state_of(&host).is_some());
    }

    #[test]
    fn whatever_may_move_the_store_ends_the_certainty() {
        for line in [
            "graphroot = \"/data\"",
            "storage.graphroot = \"/data\"",
            "\"graphroot\" = \"/data\"",
            "driver = \"vfs\"",
            "driver = \"\"",
            "imagestore = \"/data\"",
            "rootless_storage_path = \"$HOME/x\"",
            "transient_store = true",
            "additionalimagestores = [ \"/data\" ]",
            "\"/data\",",
            "size = \"\"\"",
            "[storage.options.vfs]\nunknown = \"x\"",
            "storage = {",
            "storage = {graphroot = \"/data\"}",
            "[[storage]]\nGraphRoot = \"/data\"",
        ] {
            let host = rootful().file("/etc/containers/storage.conf", 0, 0o644, line);
            assert_eq!(state_of(&host), None, "{line}");
        }
        let conf = "/etc/containers/storage.conf";
        assert_eq!(state_of(&rootful().directory(conf, 0, 0o755)), None);
        assert_eq!(
            state_of(&rootful().file(conf, 0, 0o644, b"\xff".to_vec())),
            None
        );
        let dropin = "/etc/containers/storage.conf.d/x.conf";
        assert_eq!(state_of(&rootful().file(dropin, 0, 0o644, "")), None);
        let vfs = "/var/lib/containers/storage/vfs-images/images.json";
        assert_eq!(state_of(&rootful().file(vfs, 0, 0o600, "[]")), None);
        let only_vfs = Fake::rootful().file(vfs, 0, 0o600, "[]");
        assert!(state_of(&only_vfs).is_some());
        let overlay = only_vfs.file(conf, 0, 0o644, "driver = \"overlay\"");
        assert_eq!(state_of(&overlay), None);
    }
}
