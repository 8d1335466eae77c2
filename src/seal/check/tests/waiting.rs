//! What the runtime has mounted by the time of the hook, changed one thing at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use std::path::{Path, PathBuf};

use super::running::{kept, ours};
use super::{CONFIG, PROFILE, bundle, id, promised};
use crate::host::{Fake, KernelMount, Place};
use crate::seal::check::compare;
use crate::seal::observed::{Observed, Waiting};
use crate::seal::oci::OciConfig;
use crate::seal::promise::Promise;
use crate::seal::store::ContainerContext;
use crate::testing::Told;

/// The host's table, and below the container's root what the runtime has mounted; crun sets no option of a read-only mount
/// before the hooks.
fn mounted() -> Vec<KernelMount> {
    let root = OciConfig::parse(CONFIG.as_bytes()).unwrap().root.path;
    let inside = kept().mounts.into_iter().map(|mut mount| {
        if mount.has("ro") {
            mount.flags = vec!["rw".to_owned()];
        }
        let own = mount
            .root
            .to_str()
            .unwrap()
            .replace(&"0a".repeat(32), &id());
        let below = mount.point.strip_prefix("/").unwrap();
        let point = root.join(below);
        let root = PathBuf::from(own);
        KernelMount {
            point,
            root,
            ..mount
        }
    });
    let is_mask = |mount: &KernelMount| mount.point.ends_with("proc/kcore");
    ours()
        .mounts
        .into_iter()
        .chain(inside.filter(|mount| !is_mask(mount)))
        .collect()
}

type Change = fn(&mut Vec<KernelMount>);

fn found(promise: &Promise, mounted: &[KernelMount], ours: &[KernelMount]) -> Vec<String> {
    let host = Fake::rootful().with_process(1, kept());
    let config = OciConfig::parse(CONFIG.as_bytes()).unwrap();
    let context = ContainerContext {
        host: &host,
        id: &id(),
        bundle: &bundle(),
        root: Some(&config.root.path),
    };
    let waiting = Waiting {
        pid: 1,
        runtime: &[],
        tables: Some((mounted, ours)),
    };
    let program = Path::new("/usr/bin/safe-podman");
    let observed = Observed::from_config(context, &config, program, Some(PROFILE), Some(waiting));
    let comparison = compare(promise, &observed);
    let told = comparison.breaches.iter().map(ToString::to_string);
    told.chain(comparison.unanswered.iter().map(ToString::to_string))
        .collect()
}

fn at<'a>(mounted: &'a mut [KernelMount], point: &str) -> &'a mut KernelMount {
    let mut all = mounted.iter_mut();
    all.find(|mount| mount.point.ends_with(point)).unwrap()
}

#[test]
fn what_is_mounted_is_held_against_the_places_that_were_judged() {
    let ours = ours().mounts;
    assert_eq!(found(&promised(), &mounted(), &ours), [""; 0]);
    let changes: [(&str, Change); 6] = [
        ("a link that leads to /etc", |all| {
            at(all, "r").root = "/etc".into();
        }),
        ("a link to another disk", |all| {
            at(all, "r").device = "254:9".into();
        }),
        ("a volume that is another one", |all| {
            at(all, "named").root = "/etc".into();
        }),
        ("a mount that nobody asked for", |all| {
            let mut more = at(all, "r").clone();
            more.point.set_file_name("more");
            all.push(more);
        }),
        ("another container's file", |all| {
            let hosts = at(all, "etc/hosts");
            let other = hosts
                .root
                .to_str()
                .unwrap()
                .replace(&id(), &"0b".repeat(32));
            hosts.root = other.into();
        }),
        ("no root file system", |all| all.truncate(2)),
    ];
    let mut told = Told::default();
    for (title, change) in changes {
        let mut mounted = mounted();
        change(&mut mounted);
        let found = found(&promised(), &mounted, &ours);
        assert_eq!(found.len(), 1, "{title}: {found:?}");
        told.lines(title, &found);
    }
    insta::assert_snapshot!("waiting", told.text());
}

/// crun 1.8 with --userns=keep-id: "rw,relatime" where rw,nosuid,nodev,noexec was asked for.
#[test]
fn a_writable_mount_has_its_options_before_the_hooks() {
    for (point, is_said) in [("named", true), ("r", false)] {
        let mut mounted = mounted();
        at(&mut mounted, point).flags = vec!["rw".to_owned()];
        let found = found(&promised(), &mounted, &ours().mounts);
        assert_eq!(found.len(), usize::from(is_said), "{point}: {found:?}");
    }
}

#[test]
fn a_link_on_the_image_s_side_moves_a_mount() {
    let mut moved = mounted();
    at(&mut moved, "r").point.set_file_name("elsewhere");
    assert_eq!(found(&promised(), &moved, &ours().mounts), [""; 0]);
}

#[test]
fn a_name_that_means_another_place_by_now() {
    let place = |fs: &str, path: &str| {
        let mut promise = promised();
        promise.mounts.get_mut(Path::new("/r")).unwrap().place = Some(Place {
            fs: fs.to_owned(),
            path: path.into(),
        });
        promise
    };
    let ours = ours().mounts;
    assert_eq!(found(&place("/", "/srv/ro"), &mounted(), &ours), [""; 0]);
    let found = found(&place("vfat", "/ro"), &mounted(), &ours);
    assert_eq!(
        found,
        [
            "\"/srv/ro\" as it was when it was judged, \"/ro\" in a file system of type vfat, was promised, but it has the \
          ext4 mount \"/srv/ro\" at \"/r\""
        ]
    );
}

#[test]
fn the_directory_of_rootfs_is_a_place_too() {
    let rootfs = || OciConfig::parse(CONFIG.as_bytes()).unwrap().root.path;
    let mut promise = promised();
    promise.rootfs = Some(rootfs());
    let as_root = |place: &Path| {
        let mut mounted = mounted();
        let mut all = mounted.iter_mut();
        let root = all.find(|mount| mount.point == rootfs()).unwrap();
        root.device = "254:1".into();
        root.root = place.to_owned();
        found(&promise, &mounted, &ours().mounts)
    };
    assert_eq!(as_root(&rootfs()), [""; 0]);
    assert_eq!(as_root(Path::new("/")).len(), 1);
}
