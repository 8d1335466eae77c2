//! Paths of podman's own: its store, and the directories that it makes for one container.

use std::path::{Component, Path, PathBuf};

use super::Facts;
use crate::seal::promise::Promise;

/// The names on the way to a path; none when one is `..` or no text.
pub(in crate::seal) fn names(path: &Path) -> Option<Vec<&str>> {
    let name = |part| match part {
        Component::Normal(name) => Some(name.to_str()),
        Component::RootDir => None,
        Component::ParentDir | Component::CurDir | Component::Prefix(_) => Some(None),
    };
    path.components().filter_map(name).collect()
}

/// The ids of containers, layers and volumes without a name.
pub(super) fn is_id(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Is `path` a place strictly below `base`, by components and without `..`?
pub(super) fn is_below(path: &Path, base: &Path) -> bool {
    names(path).is_some() && path != base && path.starts_with(base)
}

/// What follows `DRIVER-containers/ID/userdata` in the path of a file that podman made for a container, and that id.
pub(in crate::seal) fn of_container(path: &Path) -> Option<(&str, PathBuf)> {
    let names = path.is_absolute().then(|| names(path))??;
    let is_place = |window: &[&str]| match window {
        [driver, id, "userdata"] => driver.ends_with("-containers") && is_id(id),
        _ => false,
    };
    let at = names.windows(3).position(is_place)?;
    let id = names.get(at.saturating_add(1))?;
    Some((id, names.iter().skip(at.saturating_add(3)).collect()))
}

/// The same, of a directory that podman made for this container. Nobody knew the id before podman made it up.
pub(super) fn own(path: &Path, facts: &Facts<'_>) -> Option<PathBuf> {
    let (id, name) = of_container(path)?;
    (id == facts.id).then_some(name)
}

/// Does the path lie in such a directory?
pub(super) fn is_own(path: &Path, facts: &Facts<'_>) -> bool {
    own(path, facts).is_some()
}

/// Is it just this file of one?
pub(super) fn is_own_file(path: &Path, name: &Path, facts: &Facts<'_>) -> bool {
    own(path, facts).as_deref() == Some(name)
}

/// Where podman's store may be: above the bundle, and, with a transient store, above the root file system.
pub(super) fn stores(facts: &Facts<'_>) -> Vec<PathBuf> {
    let up = |path: &Path, steps: usize| path.ancestors().nth(steps).map(Path::to_owned);
    let bundle = is_own(facts.bundle, facts).then(|| up(facts.bundle, 3));
    let root = is_layer(facts.root).then(|| up(facts.root, 3));
    [bundle, root].into_iter().flatten().flatten().collect()
}

/// `STORE/overlay/ID/merged`: where podman mounts the layers of a container.
pub(super) fn is_layer(path: &Path) -> bool {
    let names = names(path).unwrap_or_default();
    matches!(names.as_slice(), [.., "overlay", id, "merged"] if is_id(id))
}

/// Is it, or will it be, the directory of this volume?
pub(super) fn is_volume(
    source: &Path,
    name: Option<&str>,
    part: Option<&Path>,
    promise: &Promise,
    facts: &Facts<'_>,
) -> bool {
    // Since podman 5.4 a part of a volume is opened once and mounted at a place of the container's own.
    let is_part = |name: PathBuf| {
        let name = name.to_str().unwrap_or_default();
        name.starts_with("subpath") && !name.contains('/')
    };
    if part.is_some() && own(source, facts).is_some_and(is_part) {
        return true;
    }
    let volumes: Vec<PathBuf> = match &promise.volume_path {
        Some(path) => vec![path.clone()],
        None => stores(facts)
            .iter()
            .map(|store| store.join("volumes"))
            .collect(),
    };
    volumes
        .iter()
        .any(|volumes| is_volume_of(source, volumes, name, part, facts))
}

/// Both followed to their ends: runc says where its bundle really is, podman how it got there.
fn is_volume_of(
    source: &Path,
    volumes: &Path,
    name: Option<&str>,
    part: Option<&Path>,
    facts: &Facts<'_>,
) -> bool {
    let resolved = (facts.host.resolve(source), facts.host.resolve(volumes));
    let (Ok(source), Ok(volumes)) = resolved else {
        return false;
    };
    let Some(rest) = source.path.strip_prefix(&volumes.path).ok().and_then(names) else {
        return false;
    };
    let [found, "_data", below @ ..] = rest.as_slice() else {
        return false;
    };
    let below: PathBuf = below.iter().collect();
    let part = part.map(|part| part.strip_prefix("/").unwrap_or(part));
    name.map_or_else(|| is_id(found), |name| name == *found)
        && part.unwrap_or(Path::new("")) == below
}
