//! A sealed container stays sealed when podman starts it later, where the hook is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::engine::{Engine, IMAGE};
use crate::harness::{Tested, tests};
use crate::host::Host;
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    a_created_container_is_sealed_when_it_is_started,
    a_stopped_container_is_sealed_when_it_is_started_again,
    a_restart_is_sealed,
    a_source_that_became_a_link_is_not_mounted_at_a_restart,
    what_mounts_conf_brings_later,
    a_filter_that_is_gone,
    a_release_that_nobody_knows,
);

/// What podman does not ask the command line about when it starts a container.
const HOSTILE: &str = "[containers]\nkeyring = false\n";

/// Puts what `make install` installs where this engine finds it, for those inside of the host.
fn install(engine: &Engine, host: &Host<'_>) {
    let template = include_str!("../../src/seal/safe-podman.json.in");
    let mut copy = Command::new("install");
    copy.args(["-m", "755"])
        .arg(engine.program())
        .arg(host.etc());
    assert!(copy.status().unwrap().success());
    let place = host.seen_at();
    let place = place.to_str().unwrap();
    host.write(
        "oci/hooks.d/safe-podman.json",
        &template.replace("@BINDIR@", place),
    );
    let conf = include_str!("../../src/seal/safe-podman.conf");
    let conf = conf.replace("/etc/containers", place);
    host.write("containers.conf.d/50-safe-podman.conf", &conf);
}

/// A container that is gone with this value.
struct Container<'a> {
    engine: &'a Engine,
    host: Host<'a>,
    name: &'static str,
}

impl<'a> Container<'a> {
    fn new(engine: &'a Engine, name: &'static str) -> Self {
        let host = Host::new(engine);
        install(engine, &host);
        Self { engine, host, name }
    }

    fn safe(&self, verb: &str, flags: &[&str], command: &[&str]) {
        let mut safe = self.engine.safe_command(verb);
        safe.args(["--network=none", "--name", self.name])
            .args(flags);
        said(&mut self.host.inside(safe.arg(IMAGE).args(command)), &[]).ok();
    }

    /// `podman ARG… NAME`, where the hook is installed.
    fn podman(&self, args: &[&str]) -> Said {
        let mut podman = self.engine.patient("podman");
        podman
            .args(self.engine.store_flags())
            .args(args)
            .arg(self.name);
        said(&mut self.host.inside(&podman), &[])
    }

    /// Waits for the end of the container, and for conmon, which cleans up behind it when it likes: a start in between
    /// finds half a root file system.
    fn ended(&self) {
        let begin = Instant::now();
        let status = || {
            self.podman(&["inspect", "--format={{.State.Status}}"])
                .stdout
        };
        while status() != "exited\n" && begin.elapsed() < Duration::from_secs(20) {
            sleep(Duration::from_millis(100));
        }
        assert_eq!(status(), "exited\n");
        self.podman(&["container", "cleanup"]);
    }

    fn is_sealed(said: &Said, reason: &str) {
        assert!(said.code != 0, "{said:#?}");
        for part in ["sealed: ", reason] {
            assert!(said.stderr.contains(part), "{part}: {said:#?}");
        }
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        self.engine.podman(["rm", "--force", "--time=0", self.name]);
    }
}

/// Plain podman obeys the line: the runtime is told to leave the session keyring alone. Nothing inside shows it.
fn a_created_container_is_sealed_when_it_is_started(engine: &Engine) -> Tested {
    let made = Container::new(engine, "start-created");
    made.safe("create", &[], &["true"]);
    made.podman(&["start", "--attach"]).ok();
    made.host.write("containers.conf", HOSTILE);
    let started = made.podman(&["start", "--attach"]);
    Container::is_sealed(&started, "session keyring");
    // An installed hook is told of no other home than the passwd file's.
    let is_placed = started.stderr.contains("containers.conf:2: take it out");
    assert!(is_placed || !engine.is_rootful(), "{started:#?}");
    let mut plain = engine.patient("podman");
    plain
        .args(engine.store_flags())
        .args(["run", "--rm"])
        .args(Engine::plain_flags());
    said(
        &mut made
            .host
            .inside(plain.args(["--network=none", IMAGE, "true"])),
        &[],
    )
    .ok();
    Ok(())
}

fn a_stopped_container_is_sealed_when_it_is_started_again(engine: &Engine) -> Tested {
    let made = Container::new(engine, "start-again");
    made.safe("run", &["--detach"], &["true"]);
    for _ in 0..2 {
        made.ended();
        made.podman(&["start", "--attach"]).ok();
    }
    made.ended();
    made.host
        .write("containers.conf", "[engine]\nno_pivot_root = true\n");
    Container::is_sealed(&made.podman(&["start", "--attach"]), "--no-pivot");
    Ok(())
}

/// Waits until a file has so many lines.
fn lines(path: &Path, wanted: usize) -> usize {
    let begin = Instant::now();
    loop {
        let found = fs::read_to_string(path).unwrap_or_default().lines().count();
        if found >= wanted || begin.elapsed() > Duration::from_secs(20) {
            return found;
        }
        sleep(Duration::from_millis(100));
    }
}

/// Starts, notes it, and fails as soon as it may.
fn failing(made: &Container<'_>, dir: &Path) {
    let volume = format!("--volume={}:/data:rw", dir.display());
    let script = "echo started >>/data/starts; until [ -e /data/fail ]; do sleep 0.1; done; exit 1";
    let flags = [
        "--detach",
        "--restart=on-failure:2",
        &volume,
        "--allow=writable-bind=a test",
    ];
    made.safe("run", &flags, &["sh", "-c", script]);
}

fn writable(engine: &Engine, name: &str) -> PathBuf {
    let dir = engine.dir(name);
    let mut open = Command::new("chmod");
    assert!(open.arg("1777").arg(&dir).status().unwrap().success());
    dir
}

fn a_restart_is_sealed(engine: &Engine) -> Tested {
    let dir = writable(engine, "restart-kept");
    let made = Container::new(engine, "start-kept");
    failing(&made, &dir);
    fs::write(dir.join("fail"), "").unwrap();
    assert_eq!(
        lines(&dir.join("starts"), 3),
        3,
        "{:#?}",
        made.podman(&["logs"])
    );

    let dir = writable(engine, "restart-broken");
    let made = Container::new(engine, "start-broken");
    failing(&made, &dir);
    assert_eq!(lines(&dir.join("starts"), 1), 1);
    made.host.write("containers.conf", HOSTILE);
    fs::write(dir.join("fail"), "").unwrap();
    // What conmon starts again gets podman's own last containers.conf, where that exists.
    let expected = if engine.version() < (4, 5) { 1 } else { 3 };
    assert_eq!(lines(&dir.join("starts"), expected), expected);
    sleep(Duration::from_secs(1));
    assert_eq!(lines(&dir.join("starts"), expected), expected);
    Ok(())
}

/// No race at all: the container's own restart mounts what the name leads to by then.
fn a_source_that_became_a_link_is_not_mounted_at_a_restart(engine: &Engine) -> Tested {
    let dir = writable(engine, "restart-link");
    let other = writable(engine, "restart-link-other");
    let made = Container::new(engine, "start-link");
    failing(&made, &dir);
    assert_eq!(lines(&dir.join("starts"), 1), 1);
    let old = dir.with_extension("old");
    fs::rename(&dir, &old).unwrap();
    std::os::unix::fs::symlink(&other, &dir).unwrap();
    fs::write(old.join("fail"), "").unwrap();
    sleep(Duration::from_secs(3));
    assert_eq!(lines(&other.join("starts"), 0), 0);
    assert!(!other.join("starts").exists());
    let started = made.podman(&["start", "--attach"]);
    Container::is_sealed(&started, "came in its place after it was judged");
    // Another directory at the same place is that place.
    fs::remove_file(&dir).unwrap();
    fs::rename(&other, &dir).unwrap();
    fs::write(dir.join("fail"), "").unwrap();
    made.podman(&["start"]).ok();
    assert_eq!(lines(&dir.join("starts"), 1), 1);
    Ok(())
}

/// The flag that keeps mounts.conf out is forgotten by the time of the second start.
fn what_mounts_conf_brings_later(engine: &Engine) -> Tested {
    let made = Container::new(engine, "start-mounts");
    made.safe("create", &[], &["true"]);
    made.host.mount_by_default("/run/mine");
    Container::is_sealed(&made.podman(&["start", "--attach"]), "/run/mine");
    Ok(())
}

fn a_filter_that_is_gone(engine: &Engine) -> Tested {
    let made = Container::new(engine, "start-filter");
    // A text that no other test's filter has.
    let text = crate::seal::floor(engine);
    let path = engine.work_dir().join("start-filter.json");
    fs::write(&path, format!("{text}\n\n\n")).unwrap();
    made.safe(
        "create",
        &[&format!("--security-opt=seccomp={}", path.display())],
        &["true"],
    );
    let kept = made
        .podman(&["inspect", "--format={{json .HostConfig.SecurityOpt}}"])
        .ok();
    let kept = kept
        .split("seccomp=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let open = r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#;
    fs::write(kept, open).unwrap();
    let started = made.podman(&["start", "--attach"]);
    fs::remove_file(kept).unwrap();
    Container::is_sealed(&started, "is not the seccomp profile that was promised");
    Ok(())
}

/// A promise that this program cannot read is none that it can keep.
fn a_release_that_nobody_knows(engine: &Engine) -> Tested {
    let made = Container::new(engine, "start-unknown");
    let mut create = engine.patient("podman");
    create
        .args(engine.store_flags())
        .arg("create")
        .args(Engine::plain_flags());
    // `{"version":99}`
    let promise = "--annotation=safe-podman.promise=eyJ2ZXJzaW9uIjo5OX0";
    create.args([
        "--network=none",
        "--name",
        made.name,
        promise,
        IMAGE,
        "true",
    ]);
    said(&mut create, &[]).ok();
    Container::is_sealed(&made.podman(&["start", "--attach"]), "version 99 is not");
    Ok(())
}
