#![allow(clippy::unwrap_used, reason = "tests")]
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::super::FileKind;
use super::*;

#[test]
fn the_magic_links_of_proc_lead_where_the_kernel_goes() {
    let etc = System::default().resolve(Path::new("/etc")).unwrap();
    let pid = std::process::id();
    let cwd = std::env::current_dir().unwrap().canonicalize().unwrap();
    let thread = format!("/proc/{pid}/task/{pid}/root/etc");
    for path in ["/proc/self/root/etc", "/proc/thread-self/root/etc", &thread] {
        assert_eq!(
            System::default().resolve(Path::new(path)).unwrap(),
            etc,
            "{path}"
        );
    }
    let twice = "/proc/self/root/proc/self/root/usr/../etc";
    assert_eq!(System::default().resolve(Path::new(twice)).unwrap(), etc);
    let found = System::default()
        .resolve(Path::new("/proc/self/cwd/"))
        .unwrap();
    assert_eq!(found.path, cwd);
}

#[test]
fn an_open_file_leads_to_its_name_or_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap().join("f");
    let file = File::create(&path).unwrap();
    let magic = format!("/proc/self/fd/{}", file.as_raw_fd());
    assert_eq!(
        System::default().resolve(Path::new(&magic)).unwrap().path,
        path
    );
    fs::remove_file(&path).unwrap();
    assert!(
        System::default().resolve(Path::new(&magic)).is_err(),
        "deleted"
    );
    fs::write(format!("{} (deleted)", path.display()), "").unwrap();
    let error = System::default().resolve(Path::new(&magic)).unwrap_err();
    assert!(error.to_string().contains("no name"), "{error}");

    let (reader, _writer) = io::pipe().unwrap();
    let magic = format!("/proc/self/fd/{}", reader.as_raw_fd());
    assert!(
        System::default().resolve(Path::new(&magic)).is_err(),
        "a pipe"
    );
    assert!(
        System::default()
            .resolve(Path::new("/proc/self/ns/net"))
            .is_err()
    );
}

#[test]
fn the_real_tree_is_followed_as_the_kernel_does() {
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().canonicalize().unwrap();
    fs::create_dir_all(base.join("a/b")).unwrap();
    symlink("a/b", base.join("l")).unwrap();
    symlink(base.join("l"), base.join("m")).unwrap();
    symlink("nowhere", base.join("dangling")).unwrap();
    let _socket = UnixListener::bind(base.join("a/s")).unwrap();
    for path in ["l", "m", "m/../b", "l/.././b", "a//b/"] {
        let path = base.join(path);
        let found = System::default().resolve(&path).unwrap();
        assert_eq!(found.path, path.canonicalize().unwrap());
    }
    let found = System::default().resolve(&base.join("m/../s")).unwrap();
    assert_eq!(found.kind, FileKind::Socket);
    let found = System::default().resolve(&base.join("dangling/x")).unwrap();
    assert_eq!(found.path, base.join("nowhere/x"));
    assert_eq!(found.kind, FileKind::Missing);
}

#[test]
fn a_fact_is_read_once() {
    let host = System::default();
    assert!(std::ptr::eq(host.identity(), host.identity()));
    assert!(std::ptr::eq(host.limits(), host.limits()));
    let (first, second) = (host.mounts().unwrap(), host.mounts().unwrap());
    assert!(Rc::ptr_eq(&first, &second));
}
