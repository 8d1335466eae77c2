//! Paths of podman's own: its store, and the directories that it makes for one container.

use std::path::{Component, Path, PathBuf};

use super::promise::Promise;
use crate::host::Host;

/// Where a container is.
#[derive(Clone, Copy)]
pub(super) struct ContainerContext<'a> {
    /// This host.
    pub(super) host: &'a dyn Host,
    /// The container's id, as the runtime names it: 64 hexadecimal digits.
    pub(super) id: &'a str,
    /// The directory of its `config.json`: `STORE/DRIVER-containers/ID/userdata`.
    pub(super) bundle: &'a Path,
    /// Its root file system as the `config.json` names it; `/proc` does not show it.
    pub(super) root: Option<&'a Path>,
}

/// The names on the way to a path; none when one is `..` or no text.
pub(super) fn names(path: &Path) -> Option<Vec<&str>> {
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
pub(super) fn of_container(path: &Path) -> Option<(&str, PathBuf)> {
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
pub(super) fn own(path: &Path, context: &ContainerContext<'_>) -> Option<PathBuf> {
    let (id, name) = of_container(path)?;
    (id == context.id).then_some(name)
}

/// Does the path lie in such a directory?
pub(super) fn is_own(path: &Path, context: &ContainerContext<'_>) -> bool {
    own(path, context).is_some()
}

/// Where podman's store may be: above the bundle, and, with a transient store, above the root file system.
pub(super) fn stores(context: &ContainerContext<'_>) -> Vec<PathBuf> {
    let up = |path: &Path, steps: usize| path.ancestors().nth(steps).map(Path::to_owned);
    let bundle = Some(context.bundle).filter(|bundle| is_own(bundle, context));
    let root = context.root.filter(|root| is_layer(root));
    [bundle, root]
        .into_iter()
        .flatten()
        .filter_map(|path| up(path, 3))
        .collect()
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
    context: &ContainerContext<'_>,
) -> bool {
    // Since podman 5.4 a part of a volume is opened once and mounted at a place of the container's own.
    let is_part = |name: PathBuf| {
        let name = name.to_str().unwrap_or_default();
        name.starts_with("subpath") && !name.contains('/')
    };
    if part.is_some() && own(source, context).is_some_and(is_part) {
        return true;
    }
    volumes(promise, context)
        .iter()
        .any(|volumes| is_volume_of(source, volumes, name, part, context))
}

/// Where podman may keep volumes.
fn volumes(promise: &Promise, context: &ContainerContext<'_>) -> Vec<PathBuf> {
    match &promise.volume_path {
        Some(path) => vec![path.clone()],
        None => stores(context)
            .iter()
            .map(|store| store.join("volumes"))
            .collect(),
    }
}

/// The volume's name, of a path with `NAME/_data` in it.
pub(super) fn volume_of(path: &Path) -> Option<&str> {
    let names = names(path)?;
    let at = names.iter().rposition(|name| *name == "_data")?;
    names.split_at(at).0.last().copied()
}

/// Every directory of the host's that may be this part of this volume, followed to its end.
pub(super) fn volume_dirs(
    name: &str,
    part: Option<&Path>,
    promise: &Promise,
    context: &ContainerContext<'_>,
) -> Vec<PathBuf> {
    let of = |volumes: PathBuf| {
        let volumes = context.host.resolve(&volumes).ok()?.path;
        Some(volumes.join(name).join("_data").join(relative(part)))
    };
    volumes(promise, context)
        .into_iter()
        .filter_map(of)
        .collect()
}

/// A part of a volume, relative to it.
pub(super) fn relative(part: Option<&Path>) -> &Path {
    part.map_or(Path::new(""), |part| part.strip_prefix("/").unwrap_or(part))
}

/// Both followed to their ends: runc says where its bundle really is, podman how it got there.
fn is_volume_of(
    source: &Path,
    volumes: &Path,
    name: Option<&str>,
    part: Option<&Path>,
    context: &ContainerContext<'_>,
) -> bool {
    let resolved = (context.host.resolve(source), context.host.resolve(volumes));
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
    name.map_or_else(|| is_id(found), |name| name == *found) && relative(part) == below
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::host::Fake;

    const ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
    const STORE: &str = "/var/lib/containers/storage";

    #[test]
    fn an_id_is_64_hexadecimal_digits() {
        assert!(is_id(ID) && is_id(&"A".repeat(64)));
        for other in [
            "",
            &"a".repeat(63),
            &"a".repeat(65),
            &"g".repeat(64),
            &ID.replace('9', "x"),
        ] {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn below_is_strictly_and_by_components() {
        for (path, below) in [
            ("/a/b", true),
            ("/a/b/c", true),
            ("/a", false),
            ("/ab", false),
            ("/a/../b", false),
            ("/b/a", false),
        ] {
            assert_eq!(is_below(Path::new(path), Path::new("/a")), below, "{path}");
        }
    }

    #[test]
    fn files_of_a_container() {
        let of =
            |path: String| of_container(Path::new(&path)).map(|(id, file)| (id.to_owned(), file));
        let found = |file: &str| Some((ID.to_owned(), PathBuf::from(file)));
        assert_eq!(
            of(format!("{STORE}/overlay-containers/{ID}/userdata/hosts")),
            found("hosts")
        );
        assert_eq!(
            of(format!("/run/vfs-containers/{ID}/userdata/a/b")),
            found("a/b")
        );
        for other in [
            format!("{STORE}/containers/{ID}/userdata/hosts"),
            format!("{STORE}/overlay-containersx/{ID}/userdata/hosts"),
            format!("{STORE}/overlay-containers/{ID}0/userdata/hosts"),
            format!("{STORE}/overlay-containers/{ID}/other/hosts"),
            format!("{STORE}/overlay-containers/{ID}/userdata/../hosts"),
            format!("overlay-containers/{ID}/userdata/hosts"),
        ] {
            assert_eq!(of(other.clone()), None, "{other}");
        }
    }

    /// The stores that a bundle and a root file system tell, and whether the place is this part of the volume there.
    fn place(
        bundle: &str,
        root: Option<&str>,
        source: &str,
        name: Option<&str>,
        part: Option<&str>,
    ) -> (Vec<PathBuf>, bool) {
        let host = Fake::rootful();
        let context = ContainerContext {
            host: &host,
            id: ID,
            bundle: Path::new(bundle),
            root: root.map(Path::new),
        };
        let promise = serde_json::from_str(include_str!("fixtures/promise.json")).unwrap();
        let part = part.map(Path::new);
        let is_it = is_volume(Path::new(source), name, part, &promise, &context);
        (stores(&context), is_it)
    }

    #[test]
    fn a_store_is_known_by_what_lies_in_it() {
        let bundle = format!("{STORE}/overlay-containers/{ID}/userdata");
        let root = format!("/run/user/1/overlay/{ID}/merged");
        let of = |bundle: &str, root: &str| place(bundle, Some(root), "/x", None, None).0;
        let both = [STORE, "/run/user/1"].map(PathBuf::from);
        assert_eq!(of(&bundle, &root), both);
        assert_eq!(of(&bundle, "/srv/a/b/c"), both.get(..1).unwrap());
        assert_eq!(of("/srv/a/b/c", &root), both.get(1..).unwrap());
        assert_eq!(
            of(&bundle.replace("0a1b", "0a1c"), "/"),
            [""; 0].map(PathBuf::from)
        );
        for other in [
            format!("/s/vfs/{ID}/merged"),
            format!("/s/overlay/{ID}/diff"),
            "/s/overlay/x/merged".to_owned(),
        ] {
            assert!(!is_layer(Path::new(&other)), "{other}");
        }
    }

    #[test]
    fn a_part_of_a_volume() {
        let bundle = format!("{STORE}/overlay-containers/{ID}/userdata");
        let root = format!("/run/user/1/overlay/{ID}/merged");
        let is = |source: &str, name: Option<&str>, part: Option<&str>| {
            place(&bundle, Some(&root), source, name, part).1
        };
        let in_bundle = |name: &str| format!("{bundle}/{name}");
        for (source, name, part, expected) in [
            (format!("{STORE}/volumes/v/_data"), Some("v"), None, true),
            (
                "/run/user/1/volumes/v/_data".to_owned(),
                Some("v"),
                None,
                true,
            ),
            (
                format!("{STORE}/volumes/v/_data/a/b"),
                Some("v"),
                Some("/a/b"),
                true,
            ),
            (
                format!("{STORE}/volumes/v/_data/a/b"),
                Some("v"),
                Some("/a"),
                false,
            ),
            (format!("{STORE}/volumes/v/_data/a"), Some("v"), None, false),
            (format!("{STORE}/volumes/w/_data"), Some("v"), None, false),
            (format!("{STORE}/volumes/{ID}/_data"), None, None, true),
            (format!("{STORE}/volumes/v/_data"), None, None, false),
            ("/srv/volumes/v/_data".to_owned(), Some("v"), None, false),
            (in_bundle("subpath0"), Some("v"), Some("a"), true),
            (in_bundle("subpath0"), Some("v"), None, false),
            (in_bundle("subpath/0"), Some("v"), Some("a"), false),
            (in_bundle("x-subpath"), Some("v"), Some("a"), false),
            (
                in_bundle("subpath0").replace("0a1b", "0a1c"),
                Some("v"),
                Some("a"),
                false,
            ),
        ] {
            assert_eq!(
                is(&source, name, part),
                expected,
                "{source} {name:?} {part:?}"
            );
        }
        let path = PathBuf::from(format!("{STORE}/volumes/v/_data/a/b"));
        assert_eq!(volume_of(&path), Some("v"));
    }
}
