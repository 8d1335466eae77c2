#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
use std::fs;

use tempfile::TempDir;

use super::*;
use crate::env::{Environment, scrub};
use crate::host::Fake;
use crate::testing::Told;

const INDEX: &str = "/var/lib/containers/storage/overlay-images/images.json";
const IMAGE: &str = r#"[{"Id": "ID", "Config": {"User": "998", "Env": ["A=1", "SECRET"], "Volumes": {"/v": {}},
    "ExposedPorts": {"80/tcp": {}}, "Labels": {"l": "1"}, "WorkingDir": "/w", "Cmd": ["x"]},
    "Annotations": {"run.oci.handler": "krun"}, "Labels": null, "User": ""}]"#;

/// A podman that notes each call, on a made-up host that believes root installed it.
struct Stage {
    directory: TempDir,
    path: PathBuf,
}

impl Stage {
    fn new(version: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap().join("podman");
        let image = IMAGE.replace("ID", &"0a".repeat(32));
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> {0}.calls\ncase \"$*\" in\n--version) echo '{version}';;\n\
            'image inspect -- localhost/x'|'image inspect -- x') echo '{image}';;\n\
            'image exists -- missing') exit 1;;\n'image inspect -- odd') echo '[]';;\n\
            'pull -- good') exit 0;;\n*) echo broken >&2; exit 125;;\nesac\n",
            path.display()
        );
        // Written by another process: a copy of our descriptor in a child of another test would make it busy.
        let script_writer = "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
        let args = words(&["-c", script_writer, path.to_str().unwrap(), &script]);
        let wrote = exec::ask(Path::new("/bin/sh"), &args, &[]).unwrap();
        assert_eq!(wrote.code, Some(0));
        Self { directory, path }
    }

    fn host(&self, version: &str) -> Fake {
        let host = Fake::rootful().file(&self.path, 0, 0o755, version);
        host.file(INDEX, 0, 0o600, "[]")
    }

    fn find(&self, host: &Fake) -> Result<Podman, Problem> {
        let env = scrub(&Environment::default(), host);
        Podman::find(host, Some(&self.path), &env)
    }

    /// What is told, without the name of the directory, which is another one each time.
    fn hidden(&self, problem: &Problem) -> Problem {
        let directory = self.path.parent().unwrap().to_str().unwrap();
        let hide = |text: &str| text.replace(directory, "/DIRECTORY");
        Problem {
            what: hide(&problem.what),
            instead: problem.instead.as_deref().map(hide),
            ..problem.clone()
        }
    }

    fn calls(&self) -> usize {
        let calls = fs::read_to_string(self.directory.path().join("podman.calls"));
        calls.unwrap_or_default().lines().count()
    }
}

#[test]
fn the_version_is_asked_once_for_each_state_of_the_file() {
    let stage = Stage::new("podman version 4.3.1");
    let host = stage.host("one");
    for _ in 0..3 {
        let engine = stage.find(&host).unwrap();
        assert_eq!(engine.version(), Version(4, 3, 1));
        assert_eq!(engine.path(), stage.path);
    }
    assert_eq!(stage.calls(), 1);
    let upgraded = host.file(&stage.path, 0, 0o755, "another size");
    stage.find(&upgraded).unwrap();
    assert_eq!(stage.calls(), 2);
    upgraded.remember(Path::new("/run/safe-podman"), VERSION_FILE, b"{\"of\":1");
    stage.find(&upgraded).unwrap();
    assert_eq!(stage.calls(), 3, "a broken cache is asked again");
}

#[test]
fn what_is_no_podman_is_refused() {
    let mut told = Told::default();
    for (says, what) in [
        ("podman version 4.2.9", "is too old"),
        (
            "Docker version 20.10.24, build 297e128",
            "not a podman version",
        ),
        ("", "not a podman version"),
    ] {
        let stage = Stage::new(says);
        let problem = stage.find(&stage.host("x")).unwrap_err();
        assert!(problem.what.contains(what), "{problem}");
        told.problem(says, &stage.hidden(&problem));
    }
    insta::assert_snapshot!("no_podman", told.text());
}

#[test]
fn a_podman_that_others_can_change_is_not_even_started() {
    let mut told = Told::default();
    let stage = Stage::new("podman version 5.4.2");
    for (owner, mode) in [(1000, 0o755), (0, 0o775), (0, 0o757)] {
        let host = stage.host("x").file(&stage.path, owner, mode, "x");
        let problem = stage.find(&host).unwrap_err();
        assert!(problem.what.contains("by others than root"), "{problem}");
        told.problem(format!("uid {owner}, {mode:o}"), &stage.hidden(&problem));
    }
    insta::assert_snapshot!("of_others", told.text());
    assert_eq!(stage.calls(), 0);
}

#[test]
fn a_missing_podman_names_the_package() {
    let host = Fake::rootful().file("/home/ann/bin/podman", 0, 0o755, "");
    let env = scrub(&Environment::new([("PATH", "/home/ann/bin")], 1), &host);
    let mut told = Told::default();
    let problem = Podman::find(&host, None, &env).unwrap_err();
    told.problem("none", &problem);
    assert!(problem.what.contains("not installed"), "{problem}");
    assert!(problem.instead.unwrap().contains("apt install podman"));
    for (path, what) in [
        ("podman", "not an absolute path"),
        ("/home", "not a program"),
    ] {
        let problem = Podman::find(&host, Some(Path::new(path)), &env).unwrap_err();
        assert!(problem.what.contains(what), "{problem}");
        told.problem(path, &problem);
    }
    insta::assert_snapshot!("missing", told.text());
}

#[test]
fn an_image_is_inspected_once_for_each_state_of_the_store() {
    let stage = Stage::new("podman version 4.3.1");
    let host = stage.host("x");
    let engine = stage.find(&host).unwrap();
    let started = stage.calls();
    let found = engine.image(&host, "localhost/x").unwrap().unwrap();
    assert_eq!((found.user.as_str(), found.workdir.as_str()), ("998", "/w"));
    assert_eq!(found.env, ["A=1", "SECRET"]);
    assert_eq!(
        (found.volumes.concat(), found.exposed_ports.concat()),
        ("/v".into(), "80/tcp".into())
    );
    assert!(found.annotations.contains_key("run.oci.handler") && found.labels.contains_key("l"));
    assert!(found.entrypoint.is_empty() && found.cmd == ["x"]);
    assert_eq!(engine.image(&host, "localhost/x").unwrap().unwrap(), found);
    assert_eq!(stage.calls(), started + 1);

    engine.image(&host, "x").unwrap().unwrap();
    engine.image(&host, "x").unwrap().unwrap();
    assert_eq!(
        stage.calls(),
        started + 3,
        "a short name is asked each time"
    );

    let changed = host.file(INDEX, 0, 0o600, "[{}]");
    engine.image(&changed, "localhost/x").unwrap().unwrap();
    assert_eq!(stage.calls(), started + 4);
}

#[test]
fn an_image_that_is_not_there_is_none_and_a_failure_is_one() {
    let stage = Stage::new("podman version 4.3.1");
    let host = stage.host("x");
    let engine = stage.find(&host).unwrap();
    assert_eq!(engine.image(&host, "missing"), Ok(None));
    let mut told = Told::default();
    let problem = engine.image(&host, "broken").unwrap_err();
    told.problem("an image that cannot be read", &problem);
    assert!(
        problem.what.ends_with("image \"broken\": broken"),
        "{problem}"
    );
    let problem = engine.image(&host, "odd").unwrap_err();
    told.problem("an answer of another kind", &problem);
    assert!(problem.what.contains("not understood"), "{problem}");
    assert_eq!(engine.pull("good", &[], &[]), Ok(()));
    let problem = engine.pull("bad", &[], &[]).unwrap_err();
    told.problem("an image that cannot be pulled", &problem);
    insta::assert_snapshot!("images", told.text());
}
