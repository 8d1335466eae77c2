//! What the caller's environment would change: plain podman obeys it, ours is not told of it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::host::Host;
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    another_podman_service,
    another_containers_conf,
    options_of_the_store,
    hooks_of_somebody_else,
    open_descriptors,
    open_descriptors_that_are_not_ours,
    another_user_namespace,
);

/// A shell in the container of both programs, which have one more variable.
struct Told<'a> {
    engine: &'a Engine,
    name: &'a str,
    value: &'a OsStr,
}

impl Told<'_> {
    fn plain(&self, script: &str) -> Said {
        let mut command = self.engine.patient("podman");
        command
            .args(self.engine.store_flags())
            .args(["run", "--rm"]);
        command.args(Engine::plain_flags());
        self.shell(command, script)
    }

    fn safe(&self, script: &str) -> Said {
        let mut command = self.engine.safe_command("run");
        command.arg("--rm");
        self.shell(command, script)
    }

    fn shell(&self, mut command: Command, script: &str) -> Said {
        command.env(self.name, self.value);
        said(
            command.args(["--network=none", IMAGE, "sh", "-c", script]),
            &[],
        )
    }
}

fn another_podman_service(engine: &Engine) -> Tested {
    let told = Told {
        engine,
        name: "CONTAINER_HOST",
        value: OsStr::new("unix:///nonexistent/podman.sock"),
    };
    let plain = told.plain("echo here");
    assert!(plain.code != 0 && plain.stdout.is_empty(), "{plain:#?}");
    let safe = told.safe("echo here");
    assert_eq!(safe.ok(), "here\n");
    Ok(())
}

fn another_containers_conf(engine: &Engine) -> Tested {
    let conf = engine.work_dir().join("hostile.conf");
    fs::write(
        &conf,
        "[containers]\nvolumes = [\"/etc:/x\"]\nenv = [\"FOO=bar\"]\n",
    )
    .unwrap();
    fs::set_permissions(&conf, fs::Permissions::from_mode(0o644)).unwrap();
    let script = "echo $FOO; ls -d /x";
    let told = Told {
        engine,
        name: "CONTAINERS_CONF",
        value: conf.as_os_str(),
    };
    assert_eq!(told.plain(script).ok(), "bar\n/x\n");
    assert_eq!(told.safe(script).stdout, "\n");
    Ok(())
}

/// The store's options name a program that mounts for podman, as podman's user.
fn options_of_the_store(engine: &Engine) -> Tested {
    let mark = engine.work_dir().join("mounted");
    let program = engine.work_dir().join("mount-program");
    script(
        &program,
        &format!("echo taken >>{}; exit 1", mark.display()),
    );
    // podman reads them only when a file, not flags, says where the store is.
    let host = Host::of_root(engine)?;
    let flags = engine.store_flags();
    let value = |flag: &OsString| flag.to_str().unwrap().split_once('=').unwrap().1.to_owned();
    let [root, run, driver] = [0, 1, 2].map(|at| value(&flags[at]));
    if driver != "overlay" {
        return Err(Skip(format!(
            "the store is of the kind {driver}, which no program mounts"
        )));
    }
    let conf =
        format!("[storage]\ndriver = \"{driver}\"\ngraphroot = \"{root}\"\nrunroot = \"{run}\"\n");
    host.write("storage.conf", &conf);
    let options = format!("overlay.mount_program={}", program.display());
    let told = |mut command: Command| {
        command
            .args(["run", "--rm"])
            .args(Engine::plain_flags())
            .args(["--network=none", IMAGE, "echo", "here"]);
        said(host.inside(&command).env("STORAGE_OPTS", &options), &[])
    };
    let plain = told(engine.patient("podman"));
    assert!(plain.code != 0 && mark.exists(), "{plain:#?}");
    fs::remove_file(&mark).unwrap();
    assert_eq!(told(engine.patient(engine.program())).ok(), "here\n");
    assert!(!mark.exists());
    Ok(())
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// podman runs what any file in these directories names, whoever wrote it.
fn hooks_of_somebody_else(engine: &Engine) -> Tested {
    let mark = engine.work_dir().join("hooked");
    let program = engine.work_dir().join("hook");
    script(&program, &format!("echo taken >>{}", mark.display()));
    let host = Host::of_root(engine)?;
    let hooks = host.etc().join("oci/hooks.d");
    fs::create_dir_all(&hooks).unwrap();
    let file = hooks.join("theirs.json");
    let hook = serde_json::json!({
        "version": "1.0.0",
        "hook": {"path": program},
        "when": {"always": true},
        "stages": ["prestart"],
    });
    fs::write(&file, hook.to_string()).unwrap();
    for path in [&program, &file, &hooks] {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    let flag = "--hooks-dir=/etc/containers/oci/hooks.d";
    let mut plain = engine.patient("podman");
    plain
        .args(engine.store_flags())
        .args([flag, "run", "--rm"])
        .args(Engine::plain_flags());
    said(
        &mut host.inside(plain.args(["--network=none", IMAGE, "true"])),
        &[],
    )
    .ok();
    fs::remove_file(&mark).unwrap();
    let run = |flags: &[&str]| {
        let mut safe = engine.safe_command("run");
        safe.args(flags)
            .args(["--rm", "--network=none", IMAGE, "true"]);
        said(&mut host.inside(&safe), &[])
    };
    let theirs = run(&[]);
    assert!(!mark.exists(), "{theirs:#?}");
    let asked = run(&[flag]);
    assert!(
        asked.code == 125 && asked.stderr.contains("hooks-dir"),
        "{asked:#?}"
    );
    assert!(!mark.exists());
    assert!(theirs.code == 0, "{theirs:#?}");
    // The same file in a directory of root's own.
    chown(&hooks, Some(0), Some(0)).unwrap();
    let planted = run(&[]);
    assert!(!mark.exists(), "{planted:#?}");
    assert!(
        planted.code == 125 && planted.stderr.contains("theirs.json"),
        "{planted:#?}"
    );
    Ok(())
}

/// The command, which finds a file open at descriptor 3 and is told so.
fn activated(engine: &Engine, inner: &Command, pid: &str) -> Said {
    let secret = engine.work_dir().join("descriptor");
    fs::write(&secret, "hunter2\n").unwrap();
    let mut command = engine.command("sh");
    command
        .args([
            "-c",
            &format!("exec 3<\"$1\"; shift; export LISTEN_FDS=1 LISTEN_PID={pid}; exec \"$@\""),
            "sh",
        ])
        .arg(&secret)
        .arg(inner.get_program())
        .args(inner.get_args());
    said(&mut command, &[])
}

const DESCRIPTOR: [&str; 5] = ["--network=none", IMAGE, "sh", "-c", "cat <&3"];

/// A socket that a unit file passes to this very process is meant for the container, and the seal knows of it.
fn open_descriptors(engine: &Engine) -> Tested {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut inner = engine.impatient_command("run");
    inner.arg("--rm").args(DESCRIPTOR);
    let open = "exec 3<>/dev/tcp/127.0.0.1/$0; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$@\"";
    let mut command = engine.command("bash");
    command.args(["-c", open, &port]).arg(inner.get_program());
    command.args(inner.get_args());
    let safe = std::thread::scope(|scope| {
        scope.spawn(|| listener.accept().unwrap().0.write_all(b"hunter2\n"));
        said(&mut command, &[])
    });
    assert_eq!(safe.ok(), "hunter2\n");
    // A file is none.
    let mut command = engine.impatient_command("run");
    let safe = activated(engine, command.arg("--rm").args(DESCRIPTOR), "$$");
    assert!(safe.stderr.contains("[inherited-fds]"), "{safe:#?}");
    Ok(())
}

fn open_descriptors_that_are_not_ours(engine: &Engine) -> Tested {
    let mut plain = engine.command("podman");
    plain
        .args(engine.store_flags())
        .args(["run", "--rm"])
        .args(Engine::plain_flags())
        .args(DESCRIPTOR);
    let plain = activated(engine, &plain, "1");
    assert_eq!(plain.stdout, "hunter2\n", "{plain:#?}");
    let safe = activated(
        engine,
        engine.impatient_command("run").arg("--rm").args(DESCRIPTOR),
        "1",
    );
    assert!(safe.code != 0 && safe.stdout.is_empty(), "{safe:#?}");
    Ok(())
}

fn another_user_namespace(engine: &Engine) -> Tested {
    let told = Told {
        engine,
        name: "PODMAN_USERNS",
        value: OsStr::new("keep-id"),
    };
    let script = "cat /proc/self/uid_map";
    let usual = engine
        .plain(["--network=none", IMAGE, "sh", "-c", script])
        .ok();
    let plain = told.plain(script);
    // Only a rootless podman has this one. The other one shows by its refusal that it was told.
    if plain.stdout == usual {
        return Err(Skip::new("root's keep-id is the identity in this podman"));
    }
    let safe = told.safe(script).ok();
    assert_eq!(
        safe,
        engine
            .safe(["--network=none", IMAGE, "sh", "-c", script])
            .ok()
    );
    Ok(())
}
