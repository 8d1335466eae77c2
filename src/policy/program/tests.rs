use super::*;
use crate::host::Fake;
use crate::policy::engine::Finding;
use crate::testing::TestRun;

fn host() -> Fake {
    Fake::rootful()
        .directory("/layers/1", 0, 0o755)
        .file("/layers/1/usr/bin/sh", 0, 0o755, "\x7fELF")
        .link("/layers/1/bin", "usr/bin")
        .file("/layers/1/usr/bin/tini", 0, 0o755, "\x7fELF")
        .file("/layers/1/start", 0, 0o755, "#!/bin/sh\nexec \"$@\"\n")
        .file("/srv/app/server", 1000, 0o755, "\x7fELF")
        .file(
            "/srv/app/run.sh",
            1000,
            0o755,
            "#!/bin/sh -e\nexec ./server\n",
        )
        .file("/srv/app/notes", 1000, 0o644, "")
        .link("/srv/app/outside", "/usr/bin/podman")
        .file("/usr/bin/podman", 0, 0o755, "")
}

fn image() -> ImageConfig {
    ImageConfig {
        layers: vec!["/layers/1".into()],
        ..ImageConfig::default()
    }
}

/// What noexec-program says of `run ARGS localhost/test COMMAND`, which sees every program of the chain in a mount.
fn found(host: &Fake, image: ImageConfig, args: &[&str], command: &[&str]) -> Vec<Finding> {
    let run = TestRun {
        image: Some(image),
        ..TestRun::on(host)
    };
    let words = args.iter().chain(["localhost/test"].iter()).chain(command);
    let words: Vec<&str> = words.copied().collect();
    let findings = run.judge_words(&words).judgement.findings.into_iter();
    let is_it = |finding: &Finding| finding.rule.id.name() == "noexec-program";
    findings.filter(is_it).collect()
}

const APP: [&str; 2] = ["-v", "/srv/app:/app:rw"];

/// The program that noexec-program refuses or notes.
fn starts(image: ImageConfig, args: &[&str], command: &[&str]) -> Option<String> {
    let args = [&APP, args].concat();
    let found = found(&host(), image, &args, command).pop()?;
    Some(found.what.split('"').nth(1)?.to_owned())
}

#[test]
fn whoever_says_the_program() {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let entrypoint = || ImageConfig {
        entrypoint: words(&["/app/server"]),
        cmd: words(&["sh"]),
        ..image()
    };
    let cmd = || ImageConfig {
        cmd: words(&["/app/server", "-v"]),
        ..image()
    };
    for (image, args, command, is_started) in [
        (image(), &[][..], &["/app/server"][..], true),
        (image(), &[], &["sh", "/app/server"], false),
        (image(), &[], &["tini", "--", "/app/server"], true),
        (image(), &[], &["/start", "/app/server"], true),
        (
            image(),
            &[],
            &["/start", "sh", "-c", "/app/notes -x"],
            false,
        ),
        (cmd(), &[], &[], true),
        (cmd(), &[], &["sh"], false),
        (cmd(), &["--entrypoint=sh"], &[], false),
        (entrypoint(), &[], &["sh"], true),
        (entrypoint(), &["--entrypoint="], &["sh"], false),
        (entrypoint(), &["--entrypoint="], &[], false),
        (entrypoint(), &["--entrypoint=sh"], &["/app/server"], false),
        (image(), &["--entrypoint=/app/server"], &["sh"], true),
        (
            image(),
            &["--entrypoint=[\"/app/server\", \"-v\"]"],
            &[],
            true,
        ),
        (
            image(),
            &["--entrypoint=[\"sh\", \"/app/server\"]"],
            &[],
            false,
        ),
        (image(), &["--entrypoint=/app/server -v"], &[], false),
    ] {
        let expected = is_started.then(|| "/app/server".to_owned());
        let seen = starts(image, args, command);
        assert_eq!(seen, expected, "{args:?} {command:?}");
    }
}

#[test]
fn wherever_it_lies() {
    let env = |path: &str| ImageConfig {
        env: vec![format!("PATH={path}")],
        ..image()
    };
    let app = || env("/nowhere:/app:/bin");
    let workdir = || ImageConfig {
        workdir: "/app".to_owned(),
        ..image()
    };
    for (image, args, word, is_started) in [
        (image(), &[][..], "server", false),
        (app(), &[], "server", true),
        (app(), &[], "notes", false),
        (app(), &[], "sh", false),
        (image(), &["-e", "PATH=/app"], "server", true),
        (app(), &["-e", "PATH=/bin"], "server", false),
        (workdir(), &[], "./server", true),
        (workdir(), &["-w", "/"], "./server", false),
        (image(), &["-w", "app"], "./server", true),
        (image(), &[], "/app/./server", true),
        (image(), &[], "/app/none", false),
        (image(), &[], "/app/outside", false),
        (image(), &[], "/bin/sh", false),
    ] {
        let seen = starts(image, args, &[word]);
        assert_eq!(seen.is_some(), is_started, "{args:?} {word}: {seen:?}");
    }
}

#[test]
fn an_interpreter_is_a_program_too() {
    let host = host()
        .file("/layers/1/run.sh", 0, 0o755, "#! /opt/node -x\n")
        .file("/layers/1/env.sh", 0, 0o755, "#!/usr/bin/env node\n")
        .file(
            "/layers/1/split.sh",
            0,
            0o755,
            "#!/usr/bin/env -S node -x\n",
        )
        .file("/layers/1/binary", 0, 0o755, "\x7fELF#!/opt/node")
        .file("/layers/1/loop", 0, 0o755, "#!/loop\n")
        .file("/srv/node/node", 0, 0o755, "");
    let node = ["-v", "/srv/node:/opt:rw", "-e", "PATH=/opt:/bin"];
    for (program, is_started) in [
        ("/run.sh", true),
        ("/env.sh", true),
        ("/split.sh", false),
        ("/binary", false),
        ("/loop", false),
    ] {
        let found = found(&host, image(), &node, &[program]);
        assert_eq!(found.len(), usize::from(is_started), "{program}");
    }
}

#[test]
fn a_mount_below_another_and_a_link_into_one() {
    let host = host()
        .link("/layers/1/usr/local/server", "/app/server")
        .file("/layers/1/app/server", 0, 0o755, "\x7fELF")
        .directory("/srv/safe", 0, 0o755)
        .file("/srv/safe/server", 0, 0o755, "\x7fELF");
    for (args, word, is_started) in [
        (&["-v", "/srv/app:/app:rw"][..], "/usr/local/server", true),
        (&["-v", "/srv/app:/app:ro"], "/app/server", false),
        (
            &["-v", "/srv:/app:rw", "-v", "/srv/safe:/app/bin:ro"],
            "/app/bin/server",
            false,
        ),
        (
            &["-v", "/srv:/app:ro", "-v", "/srv/safe:/app/bin:rw"],
            "/app/bin/server",
            true,
        ),
        (&["-v", "data:/app"], "/app/server", true),
        (&["-v", "data:/app"], "/app/none", false),
        (&["--tmpfs", "/app"], "/app/server", true),
        (&["--tmpfs", "/app:notmpcopyup"], "/app/server", false),
        (&["--tmpfs", "/app:exec"], "/app/server", false),
    ] {
        let found = found(&host, image(), args, &[word]);
        assert_eq!(found.len(), usize::from(is_started), "{args:?} {word}");
    }
}
