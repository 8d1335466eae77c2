//! What a mount is, and the questions about one, where a whole container does not tell them apart.
#![allow(clippy::unwrap_used, reason = "tests")]
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::mounts::{MountSource, MountView, ObservedMount, ObservedMounts, Stage, table};
use crate::host::{Fake, KernelMount};
use crate::seal::oci::OciMount;
use crate::seal::promise::{Owners, Promise};
use crate::seal::store::ContainerContext;

const ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
const STORE: &str = "/var/lib/containers/storage";

/// As a `config.json` has it.
fn told(mount: Value) -> ObservedMount {
    let mount: OciMount = serde_json::from_value(mount).unwrap();
    (&mount).into()
}

/// The table of a running container, and ours.
fn kernel(ours: &[KernelMount]) -> MountView<'_> {
    MountView::Kernel {
        ours,
        stage: Stage::Running,
    }
}

/// As the kernel has it.
fn shown(point: &str, kind: &str, (device, root): (&str, &str), options: &[&str]) -> KernelMount {
    KernelMount {
        point: point.into(),
        device: device.to_owned(),
        root: root.into(),
        flags: Vec::new(),
        kind: kind.to_owned(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
    }
}

/// A part of a file system of this kind.
fn place(kind: &str, device: &str, root: &str) -> ObservedMount {
    (&shown("/x", kind, (device, root), &[])).into()
}

/// Asks about the mounts of a container with a store for its bundle and, perhaps, another one for its root.
fn asked<T>(view: MountView<'_>, ask: impl FnOnce(&ObservedMounts<'_>) -> T) -> T {
    asked_in(None, view, ask)
}

fn asked_in<T>(
    root: Option<ObservedMount>,
    view: MountView<'_>,
    ask: impl FnOnce(&ObservedMounts<'_>) -> T,
) -> T {
    let host = Fake::rootful();
    let bundle = PathBuf::from(format!("{STORE}/overlay-containers/{ID}/userdata"));
    let merged = PathBuf::from(format!("/tmp/store/overlay/{ID}/merged"));
    let context = ContainerContext {
        host: &host,
        id: ID,
        bundle: &bundle,
        root: Some(&merged),
    };
    ask(&ObservedMounts {
        all: Vec::new(),
        root,
        context,
        view,
    })
}

#[test]
fn a_bind_is_one_by_its_type_or_by_an_option() {
    for (kind, options, is_bind) in [
        ("bind", json!([]), true),
        ("bind", json!(["ro"]), true),
        ("none", json!(["bind"]), true),
        ("proc", json!(["rbind"]), true),
        ("proc", json!(["nosuid"]), false),
    ] {
        let mount =
            json!({"destination": "/x", "type": kind, "source": "/etc", "options": options});
        let found = told(mount);
        let source = Path::new("/etc");
        let found = matches!(&found.source, MountSource::Bind(found) if found == source);
        assert_eq!(found, is_bind, "{kind} {options}");
    }
}

#[test]
fn owners_are_mapped_by_either_option_or_a_mapping() {
    for (key, value, owners) in [
        ("options", json!(["idmap"]), Owners::Mapped),
        ("options", json!(["ridmap"]), Owners::Mapped),
        ("options", json!(["rbind"]), Owners::Kept),
        ("uidMappings", json!([{}]), Owners::Mapped),
        ("gidMappings", json!([{}]), Owners::Mapped),
        ("gidMappings", json!([]), Owners::Kept),
    ] {
        let mut mount = json!({"destination": "/x", "type": "bind", "source": "/etc"});
        mount[key] = value.clone();
        assert!(told(mount).owners == owners, "{key} {value}");
    }
}

#[test]
fn a_size_may_be_a_page_more_but_one_byte() {
    let size = |size: u64| {
        let size = format!("size={size}");
        ObservedMount::from(&shown("/x", "tmpfs", ("0:1", "/"), &[&size])).size
    };
    assert_eq!(size((1 << 20) + (64 << 10) - 1), Some(1 << 20));
    assert_eq!(size((1 << 20) + (64 << 10)), Some((1 << 20) + 1));
}

#[test]
fn a_container_s_mounts_are_those_below_its_root() {
    let at = |point: &str, root: &str| shown(point, "ext4", ("8:1", root), &[]);
    let mounts = [
        at("/", "/"),
        at("/m", "/r"),
        at("/m/x", "/a"),
        at("/mm", "/b"),
        at("/y", "/c"),
    ];
    let told = |root: &str| {
        let (root, all) = table(&mounts, Path::new(root), 7);
        let tell = |mount: ObservedMount| (mount.described, mount.seen_at);
        (
            root.map(tell),
            all.into_iter().map(tell).collect::<Vec<_>>(),
        )
    };
    let mount = |it: &str, seen: &str| {
        let seen = PathBuf::from(format!("/proc/7/root{seen}"));
        (format!("the ext4 mount {it}"), seen)
    };
    let (root, all) = told("/m");
    assert_eq!(root, Some(mount("\"/r\" at \"/\"", "/m")));
    assert_eq!(all, [mount("\"/a\" at \"/x\"", "/m/x")]);
    assert_eq!(told("/").1.len(), 4);
    assert_eq!(told("/z"), (None, Vec::new()));
}

/// The kernel writes `\072` for a colon in a path, which would otherwise stand between two.
#[test]
fn an_overlay_with_an_escaped_path_is_not_read() {
    let dirs = |kind: &str, options: &[&str]| {
        let found = ObservedMount::from(&shown("/x", kind, ("0:1", "/"), options));
        found
            .overlay
            .map(|dirs| (dirs.lower, dirs.upper, dirs.work))
    };
    let plain = ["lowerdir=/a", "upperdir=/u", "workdir=/w"];
    let read = Some(("/a".into(), Some("/u".into()), Some("/w".into())));
    assert_eq!(dirs("overlay", &plain), read);
    assert_eq!(dirs("fuse.fuse-overlayfs", &plain), None);
    let escaped = [r"lowerdir=/a\072b", r"upperdir=/u\054x", r"workdir=/w\040x"];
    for at in 0..plain.len() {
        let mut options = plain;
        options[at] = escaped[at];
        assert_eq!(dirs("overlay", &options), None, "{options:?}");
        assert_eq!(dirs("ext4", &options), None, "{options:?}");
    }
}

#[test]
fn a_place_is_that_of_a_path_when_the_host_s_table_says_so() {
    let ours = [shown("/", "btrfs", ("0:30", "/@"), &[])];
    let is = |ours: &[KernelMount], device: &str, root: &str, path: &str| {
        let view = kernel(ours);
        let found = place("btrfs", device, root);
        asked(view, |mounts| mounts.is_path(&found, Path::new(path)))
    };
    assert!(is(&ours, "0:30", "/@/srv", "/srv"));
    assert!(!is(&ours, "0:30", "/@/etc/srv", "/srv"));
    assert!(!is(&ours, "0:31", "/@/srv", "/srv"));
    assert!(!is(&ours, "0:30", "/@/srv", "/"));
    assert!(!is(&[], "0:30", "/@/srv", "/srv"));
}

#[test]
fn what_lies_in_the_root_of_the_container() {
    let of_device = |root: Option<&str>| {
        let root = root.map(|device| place("overlay", device, "/"));
        let found = place("overlay", "0:50", "/etc");
        asked_in(root, kernel(&[]), |mounts| mounts.is_in_root(&found))
    };
    assert!(of_device(Some("0:50")));
    assert!(!of_device(Some("0:51")) && !of_device(None));
    let of_path = |kind: &str, source: &str| {
        let root = Path::new("/merged");
        let found = told(json!({"destination": "/x", "type": kind, "source": source}));
        asked(MountView::Config { root }, |mounts| {
            mounts.is_in_root(&found)
        })
    };
    assert!(of_path("bind", "/merged/etc"));
    assert!(!of_path("bind", "/etc") && !of_path("tmpfs", "/merged/etc"));
}

#[test]
fn the_names_of_a_place_are_those_of_its_file_system() {
    let ours = [
        shown("/", "ext4", ("8:1", "/"), &[]),
        shown("/data", "ext4", ("8:2", "/"), &[]),
        shown("/again", "ext4", ("8:1", "/srv"), &[]),
        shown("/var", "ext4", ("8:1", "/var"), &[]),
    ];
    let view = kernel(&ours);
    let found = place("ext4", "8:1", "/srv/x");
    let names = asked(view, |mounts| mounts.names_of(&found));
    assert_eq!(names, ["/srv/x", "/srv/x", "/again/x"].map(PathBuf::from));
}

#[test]
fn a_place_is_a_volume_by_its_name_and_its_part() {
    let promise: Promise = serde_json::from_str(include_str!("../fixtures/promise.json")).unwrap();
    let ours = [shown("/", "btrfs", ("0:30", "/@"), &[])];
    let is = |root: &str, name: Option<&str>, part: Option<&str>| {
        let view = kernel(&ours);
        let found = place("btrfs", "0:30", &format!("/@{root}"));
        asked(view, |mounts| {
            mounts.is_volume(&found, name, part.map(Path::new), &promise)
        })
    };
    let volumes = format!("{STORE}/volumes");
    let v = Some("v");
    for (root, name, part, expected) in [
        (format!("{volumes}/v/_data"), v, None, true),
        // One of two stores is enough.
        ("/tmp/store/volumes/v/_data".to_owned(), v, None, true),
        ("/srv/volumes/v/_data".to_owned(), v, None, false),
        (format!("{volumes}/w/_data"), v, None, false),
        (format!("{volumes}/v"), v, None, false),
        (format!("{volumes}/{ID}/_data"), None, None, true),
        (format!("{volumes}/v/_data"), None, None, false),
        (format!("{volumes}/v/_data/a"), v, Some("/a"), true),
        (format!("{volumes}/v/_data/b/a"), v, Some("a"), false),
        (format!("{volumes}/v/_data/a"), v, None, false),
        (format!("/x{volumes}/v/_data"), v, None, false),
    ] {
        let found = is(&root, name, part);
        assert_eq!(found, expected, "{root} {name:?} {part:?}");
    }
}
