//! What of the host is inside the container: binds, volumes, secrets.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::said;

tests!(fn(&Engine) -> Tested:
    a_bind_is_read_only_unless_asked,
    what_can_be_written_runs_nothing,
    what_is_mounted_below_a_source_stays_outside,
    the_source_is_where_its_name_leads,
    a_source_that_is_missing_starts_nothing,
    a_profile_s_relative_source_starts_from_the_profile,
    a_named_volume_keeps_what_is_written,
    an_anonymous_volume_is_hardened_too,
    secrets_are_readable_under_a_read_only_root,
    a_secret_in_the_environment_has_its_name,
);

/// A directory with a file, writable by everybody.
fn source(engine: &Engine, name: &str) -> PathBuf {
    let dir = engine.dir(name);
    fs::write(dir.join("file"), name).unwrap();
    open(&dir, 0o777);
    dir
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn bound(source: &Path, rest: &str) -> String {
    format!("--volume={}:/mnt{rest}", source.display())
}

/// A shell in the container, without network.
fn shell<'a>(flag: &'a str, script: &'a str) -> [&'a str; 6] {
    [flag, "--network=none", IMAGE, "sh", "-c", script]
}

fn a_bind_is_read_only_unless_asked(engine: &Engine) -> Tested {
    let dir = source(engine, "bind");
    let flag = bound(&dir, "");
    engine.plain(shell(&flag, "touch /mnt/plain")).ok();
    assert!(dir.join("plain").exists());
    let mount = format!("--mount=type=bind,src={},dst=/mnt", dir.display());
    for flag in [flag.as_str(), &bound(&dir, ":ro"), &mount] {
        let safe = engine.safe(shell(flag, "cat /mnt/file; touch /mnt/safe"));
        assert_eq!(safe.stdout, "bind", "{flag}");
        assert!(safe.stderr.contains("Read-only file system"), "{safe:#?}");
        assert!(!dir.join("safe").exists());
        let probe = engine.probe_safe(&[flag]);
        for option in ["ro", "nosuid", "nodev"] {
            assert!(probe.mount_has("/mnt", option), "{flag} {option}");
        }
    }
    Ok(())
}

fn what_can_be_written_runs_nothing(engine: &Engine) -> Tested {
    let dir = source(engine, "noexec");
    let script =
        "printf '#!/bin/sh\\necho ran\\n' >/mnt/x && chmod 755 /mnt/x && /mnt/x; rm /mnt/x";
    let flag = bound(&dir, "");
    assert_eq!(engine.plain(shell(&flag, script)).ok(), "ran\n");
    let flag = bound(&dir, ":rw");
    let safe = engine.safe(shell(&flag, script));
    assert!(
        safe.stdout.is_empty() && safe.stderr.contains("Permission denied"),
        "{safe:#?}"
    );
    let probe = engine.probe_safe(&[&flag]);
    for option in ["rw", "nosuid", "nodev", "noexec"] {
        assert!(probe.mount_has("/mnt", option), "{option}");
    }
    let flag = bound(&dir, ":rw,exec");
    assert_eq!(engine.safe(shell(&flag, script)).ok(), "ran\n");
    Ok(())
}

/// A read-only bind does not make the mounts below it read-only.
fn what_is_mounted_below_a_source_stays_outside(engine: &Engine) -> Tested {
    if !engine.is_rootful() {
        return Err(Skip::new("mounting something below the source needs root"));
    }
    let dir = source(engine, "below");
    let below = dir.join("sub");
    fs::create_dir(&below).unwrap();
    let mount = |target: &Path| {
        let flags = nix::mount::MsFlags::empty();
        nix::mount::mount(Some("none"), target, Some("tmpfs"), flags, Some("size=64k"))
    };
    if let Err(error) = mount(&below) {
        return Err(Skip(format!("a tmpfs cannot be mounted here: {error}")));
    }
    fs::write(below.join("secret"), "").unwrap();
    let flag = bound(&dir, ":ro");
    let plain = engine.plain(shell(&flag, "ls /mnt/sub"));
    let safe = engine.safe(shell(&bound(&dir, ""), "ls /mnt/sub; touch /mnt/sub/x"));
    nix::mount::umount2(&below, nix::mount::MntFlags::MNT_DETACH).unwrap();
    assert_eq!(plain.ok(), "secret\n");
    assert_eq!(safe.stdout, "");
    assert!(safe.stderr.contains("Read-only file system"), "{safe:#?}");
    Ok(())
}

fn the_source_is_where_its_name_leads(engine: &Engine) -> Tested {
    let dir = source(engine, "leads");
    let link = dir.join("link");
    symlink(&dir, &link).unwrap();
    fs::create_dir(dir.join("sub")).unwrap();
    for name in [
        link.display().to_string(),
        format!("{}/sub/..", dir.display()),
        format!("//{}//.//link/", dir.display()),
        "./leads".into(),
        "./leads/sub/../link/.".into(),
        "../work/leads".into(),
    ] {
        let flag = format!("--volume={name}:/mnt");
        let mut command = engine.safe_command("run");
        command.args(["--dry-run", &flag, IMAGE]);
        let shown = said(&mut command, &[]).ok();
        let resolved = format!("--volume={}:/mnt:", dir.display());
        assert!(shown.contains(&resolved), "{name}: {shown}");
    }
    let flag = format!("--volume={}:/mnt", link.display());
    assert_eq!(engine.safe(shell(&flag, "cat /mnt/file")).ok(), "leads");
    Ok(())
}

fn a_source_that_is_missing_starts_nothing(engine: &Engine) -> Tested {
    let missing = engine.work_dir().join("missing");
    let safe = engine.safe(shell(&bound(&missing, ":rw"), "true"));
    assert_eq!(safe.code, 125, "{safe:#?}");
    assert!(safe.stderr.contains("missing"), "{safe:#?}");
    assert!(!missing.exists());
    Ok(())
}

fn a_profile_s_relative_source_starts_from_the_profile(engine: &Engine) -> Tested {
    let dir = engine.dir("relative");
    source(engine, "relative/data");
    let profile = dir.join("p.yaml");
    fs::write(&profile, "volumes: [\"./data:/mnt\", \"data:/named:rw\"]\n").unwrap();
    open(&profile, 0o644);
    let flag = format!("--profile={}", profile.display());
    let safe = engine.safe(shell(
        &flag,
        "cat /mnt/file; touch /mnt/x; touch /named/x && echo named",
    ));
    assert_eq!(safe.stdout, "relative/datanamed\n", "{safe:#?}");
    assert!(safe.stderr.contains("Read-only file system"), "{safe:#?}");
    engine.podman(["volume", "rm", "--force", "data"]).ok();
    Ok(())
}

fn a_named_volume_keeps_what_is_written(engine: &Engine) -> Tested {
    let name = format!("kept-{}", engine.is_rootful());
    let flag = format!("--volume={name}:/mnt");
    engine.safe(shell(&flag, "echo kept >/mnt/x")).ok();
    assert_eq!(engine.safe(shell(&flag, "cat /mnt/x")).ok(), "kept\n");
    let probe = engine.probe_safe(&[&flag]);
    for option in ["rw", "nosuid", "nodev", "noexec"] {
        assert!(probe.mount_has("/mnt", option), "{option}");
    }
    engine.podman(["volume", "rm", &name]).ok();
    Ok(())
}

/// podman's --volume has no place for its options.
fn an_anonymous_volume_is_hardened_too(engine: &Engine) -> Tested {
    assert!(
        !engine
            .probe_plain(&["--volume=/mnt"])
            .mount_has("/mnt", "noexec")
    );
    for flag in ["--volume=/mnt", "--mount=type=volume,dst=/mnt"] {
        let probe = engine.probe_safe(&[flag]);
        for option in ["rw", "nosuid", "nodev", "noexec"] {
            assert!(probe.mount_has("/mnt", option), "{flag} {option}");
        }
    }
    Ok(())
}

fn secret(engine: &Engine, name: &str) {
    let file = engine.work_dir().join(name);
    fs::write(&file, "hunter2").unwrap();
    open(&file, 0o644);
    engine
        .podman(["secret", "create", name, file.to_str().unwrap()])
        .ok();
}

/// podman makes the file's place itself, which a read-only root does not let it; with crun it does.
fn secrets_are_readable_under_a_read_only_root(engine: &Engine) -> Tested {
    secret(engine, "file-secret");
    let read = "cat /run/secrets/*; touch /run/secrets/x";
    let plain = engine.plain([
        "--read-only",
        "--read-only-tmpfs=false",
        "--secret=file-secret",
        "--network=none",
        IMAGE,
        "true",
    ]);
    assert_eq!(plain.code == 0, Engine::is_crun(), "{plain:#?}");
    for flag in [
        "--secret=file-secret",
        "--secret=file-secret,target=other,uid=65532,mode=0400",
        "--secret=file-secret,target=other,mode=0400",
    ] {
        let safe = engine.safe(shell(flag, read));
        assert_eq!(safe.stdout, "hunter2", "{safe:#?}");
        assert!(safe.stderr.contains("Permission denied"), "{safe:#?}");
    }
    let below = [
        "--tmpfs=/run",
        "--secret=file-secret",
        "--network=none",
        IMAGE,
        "cat",
        "/run/secrets/file-secret",
    ];
    assert_eq!(engine.safe(below).ok(), "hunter2");
    let profile = engine.profile("secret", "secrets: [file-secret]\n");
    assert_eq!(
        engine
            .safe(shell(&profile, "cat /run/secrets/file-secret"))
            .ok(),
        "hunter2"
    );
    Ok(())
}

fn a_secret_in_the_environment_has_its_name(engine: &Engine) -> Tested {
    secret(engine, "env-secret");
    let safe = engine.safe(shell(
        "--secret=env-secret,type=env,target=KEY",
        "echo $KEY",
    ));
    assert_eq!(safe.ok(), "hunter2\n");
    Ok(())
}
