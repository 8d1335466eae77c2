//! Which files podman loads, in its order.

use std::path::{Path, PathBuf};

use super::conf;
use crate::env::Scrubbed;
use crate::host::{Host, Identity, Links, Mode};
use crate::podman::releases::conf::ConfKey;
use crate::podman::releases::files as facts;
use crate::podman::version::Version;
use crate::problem::Problem;

/// The largest containers.conf that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Where podman looks for the person's own files.
pub(crate) fn config_home(host: &dyn Host, scrubbed: &Scrubbed) -> Option<PathBuf> {
    if let Some(config) = scrubbed.get("XDG_CONFIG_HOME") {
        return Some(PathBuf::from(config));
    }
    let home = scrubbed.get("HOME").map(PathBuf::from);
    let home = home.or_else(|| host.identity().home)?;
    Some(home.join(".config"))
}

/// Every containers.conf that may exist, weakest first.
pub(super) fn all(host: &dyn Host, version: Version, scrubbed: &Scrubbed) -> Vec<PathBuf> {
    let identity = host.identity();
    let own = identity.mode == Mode::Rootless || facts::ROOTS_HOME.holds_in(version);
    of_mode(host, &identity, config_home(host, scrubbed).filter(|_| own))
}

/// More than one release reads: podman 6 takes fewer main files, and looks for drop-ins in more places.
fn of_mode(host: &dyn Host, identity: &Identity, config: Option<PathBuf>) -> Vec<PathBuf> {
    let uid = Some(identity.owner.uid).filter(|uid| *uid != 0);
    let by_mode = facts::BY_MODE.iter().map(|fact| match (fact.what, uid) {
        ((rootful, _), None) => rootful,
        ((_, rootless), Some(_)) => rootless,
    });
    let mut files = Vec::new();
    for system in facts::SYSTEM.iter().map(|fact| Path::new(fact.what)) {
        files.extend(of(host, system));
        for mode in by_mode.clone() {
            let drop_in = system.join(format!("containers.{mode}.conf.d"));
            files.push(system.join(format!("containers.{mode}.conf")));
            files.extend(drop_ins(host, &drop_in));
            let own = uid.iter().map(|uid| drop_in.join(uid.to_string()));
            files.extend(own.flat_map(|own| drop_ins(host, &own)));
        }
    }
    if let Some(config) = config {
        files.extend(of(host, &config.join("containers")));
    }
    files
}

/// The text of a file; none when it does not exist.
pub(super) fn read(host: &dyn Host, path: &Path) -> Result<Option<String>, Problem> {
    if host.stamp(path).is_none() {
        return Ok(None);
    }
    let file = host.open_file(path, MAX_BYTES, Links::Follow)?;
    let text = String::from_utf8(file.bytes);
    text.map(Some)
        .map_err(|_| Problem::new(format!("\"{}\" is not UTF-8", path.display())))
}

/// The file of a directory and its drop-ins.
fn of(host: &dyn Host, directory: &Path) -> Vec<PathBuf> {
    let mut files = vec![directory.join("containers.conf")];
    files.extend(drop_ins(host, &directory.join("containers.conf.d")));
    files
}

fn drop_ins(host: &dyn Host, directory: &Path) -> Vec<PathBuf> {
    let mut files = host.list(directory).unwrap_or_default();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "conf")
    });
    files
}

/// Where a key is set last: `FILE:LINE`, as the hook of a container sees it. In a user's namespace the files are those of
/// its owner; `config` is where they keep them when that is not below their home.
pub(crate) fn find(host: &dyn Host, key: ConfKey, config: Option<&Path>) -> Option<String> {
    let identity = host.identity();
    let config = match config {
        Some(config) => Some(config.to_owned()),
        None => identity
            .owner
            .home
            .as_ref()
            .map(|home| home.join(".config")),
    };
    let place = |path: PathBuf| {
        let text = read(host, &path).ok()??;
        let line = conf::line(&text, key)?;
        Some(format!("{}:{line}", path.display()))
    };
    of_mode(host, &identity, config)
        .into_iter()
        .rev()
        .find_map(place)
}
