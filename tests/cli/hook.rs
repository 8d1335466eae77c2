//! The hook as a runtime calls it: the state of a container on standard input, 0 or not 0, and a word for the log.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use nix::unistd::Uid;
use safe_podman::testing::{ANNOTATION, Promise};
use serde_json::{Value, json};

use crate::harness::{Skip, Tested, tests};

tests!(fn() -> Tested:
    a_state_that_is_none_stops_the_start,
    a_bundle_that_is_none_stops_the_start,
    a_container_without_a_promise_is_nobodys_business,
    a_promise_that_is_none_stops_the_start,
    arguments_are_for_nobody,
    the_log_names_the_person,
);

const BINARY: &str = env!("CARGO_BIN_EXE_safe-podman");
const CONFIG: &str = include_str!("../../src/seal/fixtures/config.json");
const PROMISE: &str = include_str!("../../src/seal/fixtures/promise.json");

fn call(command: &mut Command, state: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read anything.
    let _ = child.stdin.take().unwrap().write_all(state);
    child.wait_with_output().unwrap()
}

fn hook(state: &[u8]) -> Output {
    call(Command::new(BINARY).arg("seal"), state)
}

#[track_caller]
fn stopped(output: &Output, reason: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    assert!(
        said.starts_with("sealed: ") && said.contains(reason),
        "{reason}: {said}"
    );
}

fn state(bundle: &Path) -> Vec<u8> {
    let state = json!({"ociVersion": "1.0.2", "id": "x", "status": "creating", "bundle": bundle});
    state.to_string().into_bytes()
}

/// A bundle that others may read.
fn bundle(annotation: Option<&str>) -> tempfile::TempDir {
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut config: Value = serde_json::from_str(CONFIG).unwrap();
    let annotations = config["annotations"].as_object_mut().unwrap();
    annotations.remove(ANNOTATION);
    if let Some(text) = annotation {
        annotations.insert(ANNOTATION.to_owned(), text.into());
    }
    fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    dir
}

fn a_state_that_is_none_stops_the_start() -> Tested {
    let deep = "[".repeat(1 << 20);
    for bad in ["", "{", "null", "[]", "{\"id\": \"x\"}", "\0", &deep] {
        stopped(
            &hook(bad.as_bytes()),
            "the runtime's state is not understood",
        );
    }
    Ok(())
}

fn a_bundle_that_is_none_stops_the_start() -> Tested {
    stopped(&hook(&state(Path::new("/nonexistent"))), "config.json");
    let dir = bundle(None);
    let path = dir.path().join("config.json");
    for (text, reason) in [
        ("", "not understood"),
        ("{}", "not understood"),
        ("[]", "not understood"),
    ] {
        fs::write(&path, text).unwrap();
        stopped(&hook(&state(dir.path())), reason);
    }
    fs::write(&path, vec![b' '; 5 << 20]).unwrap();
    stopped(&hook(&state(dir.path())), "config.json");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    stopped(&hook(&state(dir.path())), "config.json");
    Ok(())
}

fn a_container_without_a_promise_is_nobodys_business() -> Tested {
    let output = hook(&state(bundle(None).path()));
    assert!(output.status.success(), "{output:?}");
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    Ok(())
}

fn a_promise_that_is_none_stops_the_start() -> Tested {
    for bad in ["", "x", "e30", "eyJ2ZXJzaW9uIjo5OX0", "\u{1b}[31m"] {
        let dir = bundle(Some(bad));
        let output = hook(&state(dir.path()));
        stopped(&output, "the promise is unreadable");
        assert!(!output.stderr.contains(&0x1b), "{output:?}");
    }
    Ok(())
}

fn arguments_are_for_nobody() -> Tested {
    let output = call(Command::new(BINARY).args(["seal", "x"]), b"{}");
    assert_eq!(output.status.code(), Some(125), "{output:?}");
    Ok(())
}

/// In the namespace of a user's podman everybody is root.
fn the_log_names_the_person() -> Tested {
    if !Uid::effective().is_root() {
        return Err(Skip::new("only root puts a journal of its own in place"));
    }
    let promise: Promise = serde_json::from_str(PROMISE).unwrap();
    let dir = bundle(Some(&promise.encode().unwrap()));
    let program = dir.path().join("safe-podman");
    crate::enter::install(Path::new(BINARY), &program);
    let journal = UnixDatagram::bind(dir.path().join("socket")).unwrap();
    let open = fs::Permissions::from_mode(0o666);
    fs::set_permissions(dir.path().join("socket"), open).unwrap();
    journal
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let inside = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && mount --bind \"$1\" /run/systemd/journal \
        && exec setpriv --reuid=65534 --regid=65534 --clear-groups unshare --user --map-root-user \"$1/safe-podman\" seal";
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation=private", "sh", "-c", inside, "sh"])
        .arg(dir.path());
    let output = call(&mut command, &state(dir.path()));
    if String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
        return Err(Skip::new("no user namespaces here"));
    }
    stopped(&output, "the seccomp profile that was promised is gone");
    let mut record = vec![0; 1 << 16];
    let length = journal.recv(&mut record).unwrap();
    let record = String::from_utf8_lossy(&record[..length]).into_owned();
    for field in [
        "MESSAGE=sealed: the seccomp profile",
        "SAFE_PODMAN_VERDICT=sealed\n",
        "SAFE_PODMAN_UID=65534\n",
    ] {
        assert!(record.contains(field), "{field}: {record}");
    }
    Ok(())
}
