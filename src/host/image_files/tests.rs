#![allow(clippy::unwrap_used, reason = "tests")]
use std::fs;
use std::os::unix::fs::symlink;

use super::super::{Fake, System};
use super::*;

const TOP: &str = "/layers/2";
const BASE: &str = "/layers/1";

fn layers() -> Vec<PathBuf> {
    vec![TOP.into(), BASE.into()]
}

fn base() -> Fake {
    Fake::rootful()
        .directory(TOP, 0, 0o755)
        .directory("/layers/1/data", 999, 0o750)
        .file("/layers/1/data/old", 999, 0o600, "old")
        .file("/layers/1/etc/passwd", 0, 0o644, "base")
}

fn names(host: &Fake, directory: &str) -> Vec<String> {
    let layers = layers();
    let names = host.image_files(&layers).names(Path::new(directory));
    names
        .iter()
        .map(|name| name.display().to_string())
        .collect()
}

fn content(host: &Fake, path: &str) -> Option<String> {
    let layers = layers();
    let bytes = host.image_files(&layers).read(Path::new(path), 64)?;
    Some(String::from_utf8(bytes).unwrap())
}

#[test]
fn the_uppermost_layer_counts() {
    let host = base().file("/layers/2/etc/passwd", 7, 0o640, "top");
    assert_eq!(content(&host, "/etc/passwd").unwrap(), "top");
    let layers = layers();
    let files = host.image_files(&layers);
    let found = files.find(Path::new("/etc/../etc/passwd")).unwrap();
    assert_eq!(found.path, Path::new("/etc/passwd"));
    assert_eq!(
        (found.kind, found.owner, found.group),
        (FileKind::File, 7, 7)
    );
    let found = files.find(Path::new("/data")).unwrap();
    assert_eq!((found.owner, found.mode), (999, 0o750));
    assert_eq!(files.find(Path::new("/data/none")), None);
    assert_eq!(files.find(Path::new("data")), None);
    assert_eq!(files.read(Path::new("/etc/passwd"), 2), None, "too large");
    assert_eq!(files.read(Path::new("/etc"), 64), None);
}

#[test]
fn directories_are_merged_and_names_sorted() {
    let host =
        base()
            .file("/layers/2/data/new", 0, 0o644, "new")
            .file("/layers/2/data/a", 0, 0o644, "");
    assert_eq!(names(&host, "/data"), ["a", "new", "old"]);
    assert_eq!(names(&host, "/"), ["data", "etc"]);
    assert_eq!(names(&host, "/data/new"), [""; 0]);
    assert_eq!(names(&host, "/none"), [""; 0]);
    let many = (0..1_001).fold(base(), |host, number| {
        host.file(format!("/layers/1/many/{number}"), 0, 0o644, "")
    });
    assert_eq!(names(&many, "/many"), [""; 0]);
}

#[test]
fn what_a_layer_took_away_is_gone() {
    for host in [
        base().whiteout("/layers/2/data"),
        base().file("/layers/2/.wh.data", 0, 0o644, ""),
        base().file("/layers/2/data", 0, 0o644, ""),
    ] {
        let (layers, path) = (layers(), Path::new("/data/old"));
        assert_eq!(host.image_files(&layers).find(path), None);
        assert_eq!(names(&host, "/data"), [""; 0]);
    }
    let host = base().whiteout("/layers/2/data");
    assert_eq!(names(&host, "/"), ["etc"]);
    let host = base().node("/layers/2/data", FileKind::CharDevice, 0, 0o666);
    assert_eq!(names(&host, "/"), ["data", "etc"], "another device");
}

#[test]
fn an_opaque_directory_hides_the_old_one() {
    let fresh = || base().file("/layers/2/data/new", 0, 0o644, "");
    for host in [
        fresh().file("/layers/2/data/.wh..wh..opq", 0, 0o644, ""),
        fresh().with_attribute("/layers/2/data", "trusted.overlay.opaque", "y"),
        fresh().with_attribute("/layers/2/data", "user.overlay.opaque", "y"),
        fresh().with_attribute("/layers/2/data", "user.fuseoverlayfs.opaque", "y"),
    ] {
        assert_eq!(names(&host, "/data"), ["new"]);
        assert_eq!(content(&host, "/data/old"), None);
    }
    let host = fresh().with_attribute("/layers/2/data", "user.overlay.opaque", "n");
    assert_eq!(names(&host, "/data"), ["new", "old"]);
    let host = base().with_attribute(TOP, "user.overlay.opaque", "y");
    assert_eq!(names(&host, "/"), [""; 0]);
}

#[test]
fn a_link_stays_in_the_image() {
    let host = base()
        .file("/etc/shadow", 0, 0o600, "the host's")
        .file("/layers/shadow", 0, 0o600, "the store's")
        .link("/layers/2/absolute", "/etc/shadow")
        .link("/layers/2/up", "../../../layers/shadow")
        .link("/layers/2/more", "../../../../etc/passwd")
        .link("/layers/2/host", "/")
        .link("/layers/1/var/run", "../run")
        .file("/layers/2/run/secret", 0, 0o644, "ours")
        .link("/layers/1/loop", "loop");
    for nowhere in ["/absolute", "/up", "/host/layers/shadow", "/loop"] {
        assert_eq!(content(&host, nowhere), None, "{nowhere}");
    }
    assert_eq!(content(&host, "/more").unwrap(), "base");
    assert_eq!(content(&host, "/host/host/etc/passwd").unwrap(), "base");
    assert_eq!(content(&host, "/var/run/secret").unwrap(), "ours");
    assert_eq!(names(&host, "/host/data"), ["old"]);
}

#[test]
fn a_link_in_a_layer_is_followed_no_more_than_one_at_the_end() {
    // The kernel would go through /layers/2/etc to the host's /etc.
    let host = base()
        .link("/layers/2/etc", "/etc")
        .file("/etc/passwd", 0, 0o644, "the host's")
        .file("/layers/1/data/passwd", 0, 0o644, "base");
    assert_eq!(content(&host, "/etc/passwd"), None);
    let host = base().link("/layers/2/etc", "/data");
    assert_eq!(content(&host, "/etc/old").unwrap(), "old");
}

#[test]
fn without_all_layers_nothing_is_told() {
    let host = Fake::rootful().file("/layers/1/etc/passwd", 0, 0o644, "base");
    assert_eq!(content(&host, "/etc/passwd"), None);
    let none: [PathBuf; 0] = [];
    assert_eq!(host.image_files(&none).find(Path::new("/")), None);
    let renamed = base().with_attribute(BASE, "trusted.overlay.redirect", "/x");
    assert_eq!(content(&renamed, "/etc/passwd"), None);
    let nameless = base().file("/layers/composefs-data/blob", 0, 0o644, "");
    assert_eq!(content(&nameless, "/etc/passwd"), None);
    let path = "/layers/1/etc/passwd";
    let hollow = base().with_attribute(path, "user.overlay.metacopy", "");
    assert_eq!(content(&hollow, "/etc/passwd"), None);
}

#[test]
fn a_hostile_image_is_left_after_a_while() {
    let layers: Vec<PathBuf> = (0..500)
        .map(|layer| format!("/layers/{layer}").into())
        .collect();
    let host = layers.iter().fold(Fake::rootful(), |host, layer| {
        host.directory(
            layer.join("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t"),
            0,
            0o755,
        )
    });
    let files = host.image_files(&layers);
    assert!(files.find(Path::new("/a/b/c")).is_some());
    let deep = "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t";
    assert_eq!(files.find(Path::new(deep)), None);
    assert!(files.find(Path::new("/a/b/c")).is_some(), "known already");
}

#[test]
fn an_owner_that_the_store_keeps_apart_counts() {
    let host = base().with_attribute(
        "/layers/1/data",
        "user.containers.override_stat",
        "5:6:0711",
    );
    let layers = layers();
    let found = host.image_files(&layers).find(Path::new("/data")).unwrap();
    assert_eq!((found.owner, found.group, found.mode), (5, 6, 0o711));
}

#[test]
fn an_owner_that_a_user_s_podman_keeps_apart_is_turned_into_one_of_the_host() {
    let (name, layers) = ("user.containers.override_stat", [PathBuf::from(BASE)]);
    let host = Fake::rootless()
        .file("/etc/subuid", 0, 0o644, "ann:200000:1000")
        .file("/etc/subgid", 0, 0o644, "ann:300000:1000")
        .directory("/layers/1/root", 1000, 0o700)
        .with_attribute("/layers/1/root", name, "0:0:0700")
        .directory("/layers/1/data", 1000, 0o700)
        .with_attribute("/layers/1/data", name, "999:998:0755")
        .directory("/layers/1/none", 1000, 0o700)
        .with_attribute("/layers/1/none", name, "2000:0:0755");
    let files = host.image_files(&layers);
    let owner = |path| {
        let found = files.find(Path::new(path))?;
        Some((found.owner, found.group))
    };
    assert_eq!(owner("/root"), Some((1000, 1000)));
    assert_eq!(owner("/data"), Some((200_998, 300_997)));
    assert_eq!(owner("/none"), None);
}

#[test]
fn the_capabilities_of_a_program_are_those_of_the_file_it_leads_to() {
    let words: [u32; 5] = [0x0200_0001, 1 << 10, 0, 0, 0];
    let words: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let host = base()
        .file("/layers/1/usr/bin/caddy", 0, 0o755, "")
        .link("/layers/2/bin", "usr/bin")
        .with_attribute("/layers/1/usr/bin/caddy", "security.capability", words);
    let layers = layers();
    let files = host.image_files(&layers);
    let found = files.capabilities(Path::new("/bin/caddy")).unwrap();
    assert!(found.effective && found.permitted == 1 << 10);
    assert_eq!(files.capabilities(Path::new("/etc/passwd")), None);
}

#[test]
fn the_real_files_are_looked_at_the_same_way() {
    let dir = tempfile::tempdir().unwrap();
    let layers = ["2", "1"].map(|layer| dir.path().join(layer));
    let [top, base] = &layers;
    fs::create_dir_all(base.join("etc")).unwrap();
    fs::create_dir_all(top.join("srv")).unwrap();
    fs::write(base.join("etc/passwd"), "base").unwrap();
    symlink("/etc", top.join("srv/conf")).unwrap();
    symlink("/proc/self/root/etc", top.join("srv/host")).unwrap();
    let host = System::default();
    let files = host.image_files(&layers);
    let read = |path| files.read(Path::new(path), 64);
    assert_eq!(read("/srv/conf/passwd").unwrap(), b"base");
    assert_eq!(read("/srv/host/passwd"), None);
    assert_eq!(files.names(Path::new("/")), ["etc", "srv"]);
    let name = "user.overlay.opaque";
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::lsetxattr(top.join("srv"), name, b"y", flags).is_ok() {
        assert_eq!(host.attribute(&top.join("srv"), name).unwrap(), b"y");
        assert!(
            host.attribute_names(&top.join("srv"))
                .contains(&name.to_owned())
        );
    }
    assert_eq!(host.attribute(&top.join("srv"), "user.none"), None);
    assert_eq!(host.attribute_names(&top.join("none")), [""; 0]);
    // What was found once is known to whoever asks next.
    let passwd = Path::new("/etc/passwd");
    fs::remove_file(base.join("etc/passwd")).unwrap();
    assert!(host.image_files(&layers).find(passwd).is_some());
    assert!(
        System::default()
            .image_files(&layers)
            .find(passwd)
            .is_none()
    );
}
