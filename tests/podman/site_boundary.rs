//! A user who owns nothing but their home and may run nothing but `sudo safe-podman`, where the site's policy forbids
//! every rule: not one file of root's is read, written or made.
//!
//! Whatever is typed here is typed by uid 0, as sudo(8) leaves it, in the user's own directory.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested: nothing_of_root_s_is_touched);

/// The user's uid; whether the host has a name for it is nothing to anybody.
const MALLORY: u32 = 4242;
/// What stands in the files of root's.
const SECRET: &str = "hunter2";

/// What the user tries: a shell script of their own, which prepares the home, and what they give to `sudo safe-podman`.
/// `@R` is a directory of root's, `@H` the home, `@I` an image and a command that would tell what it sees.
const TRIES: &[(&str, &str)] = &[
    ("", "run -v @R:/x:ro @I"),
    ("", "run -v @R:/x:rw --user=0 @I"),
    ("ln -s @R link", "run -v ./link:/x:ro @I"),
    (
        "ln -s @R link",
        "run -v ./link:/x:rw --cap-add=DAC_OVERRIDE @I",
    ),
    ("ln -s @R/secret link", "run -v ./link:/x/secret:ro @I"),
    ("ln -s / link", "run -v ./link:/h:ro @I"),
    ("", "run --mount=type=bind,src=@R,dst=/x @I"),
    ("", "run --mount=type=glob,src=@R/*,dst=/x @I"),
    (
        "",
        "run -v made:/x --mount=type=volume,dst=/y,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=@R @I",
    ),
    ("", "run --rootfs @R true"),
    ("ln -s @R rootfs", "run --rootfs ./rootfs true"),
    ("", "run --env-file=@R/env @I"),
    ("ln -s @R/env env", "run --env-file=./env @I"),
    ("ln -s @R d", "run --env-file=./d/env @I"),
    ("mkfifo env", "run --env-file=./env @I"),
    ("", "run --label-file=@R/env @I"),
    ("", "run --secret=@R/secret @I"),
    ("", "run --profile=@R/env @I"),
    ("ln -s @R/shadow p.yaml", "run --profile=./p.yaml @I"),
    ("ln -s @R/env p.yaml", "run --profile=./p.yaml @I"),
    (
        "echo 'extends: @R/shadow' >p.yaml",
        "run --profile=./p.yaml @I",
    ),
    (
        "echo 'extends: ./s.yaml' >p.yaml; ln -s @R/shadow s.yaml",
        "run --profile=./p.yaml @I",
    ),
    (
        "echo 'env_file: [@R/env]' >p.yaml",
        "run --profile=./p.yaml @I",
    ),
    (
        "echo 'volumes: [@R:/x]' >p.yaml",
        "run --profile=./p.yaml @I",
    ),
    (
        "echo 'allow: [{rule: system-dir-writable, reason: mine}]' >p.yaml",
        "run --profile=./p.yaml -v /etc:/x:rw @I",
    ),
    ("", "check --commands @R/env"),
    ("ln -s @R/shadow c", "check --commands ./c"),
    ("", "check --profile @R/shadow"),
    ("ln -s @R/env p.yaml", "check --profile ./p.yaml"),
    ("ln -s @R/env p.yaml", "profile check ./p.yaml"),
    ("ln -s @R/env p.yaml", "profile show ./p.yaml"),
    ("", "profile show @R/env"),
    ("ln -s @R/shadow p.yaml", "profile check ./p.yaml"),
    ("", "run --security-opt=seccomp=@R/env @I"),
    (
        "ln -s @R/env s.json",
        "run --security-opt=seccomp=./s.json @I",
    ),
    ("", "run --cidfile=@R/cid @I"),
    ("ln -s @R/secret cid", "run --cidfile=./cid @I"),
    ("ln -s @R/new cid", "run --cidfile=./cid @I"),
    ("ln -s @R d", "run --cidfile=./d/cid @I"),
    ("ln -s @R/secret pid", "run --pidfile=./pid @I"),
    ("ln -s @R/secret pid", "run --conmon-pidfile=./pid @I"),
    (
        "ln -s @R/secret log",
        "run --log-driver=k8s-file --log-opt=path=@H/log @I",
    ),
    (
        "ln -s @R/secret log.tmp",
        "run --log-driver=k8s-file --log-opt=path=@H/log --log-opt=max-size=1k @I",
    ),
    ("", "run --cidfile=/run/nologin @I"),
    ("", "run --pidfile=/run/sshd.pid @I"),
    (
        "mkdir hooks; echo '{\"version\":\"1.0.0\",\"hook\":{\"path\":\"@H/evil\"},\"when\":{\"always\":true},\"stages\":[\"precreate\"]}' >hooks/a.json",
        "run --hooks-dir=@H/hooks @I",
    ),
    ("", "run --runtime=@H/evil @I"),
    ("", "run --conmon=@H/evil @I"),
    ("", "run --init --init-path=@H/evil @I"),
    ("", "run --init --init-path=@R/secret @I"),
    ("", "run --network-cmd-path=@H/evil @I"),
    ("", "run --module=@H/containers.conf @I"),
    ("", "run --root=@H/store --runroot=@H/run @I"),
    ("", "verify --root=@H/store --runroot=@H/run"),
    ("", "run --storage-opt=overlay.mount_program=@H/evil @I"),
    ("", "run --authfile=@R/secret --pull=always @I"),
    ("", "run --cert-dir=@R --pull=always @I"),
    ("", "run --decryption-key=@R/secret @I"),
    ("", "run --signature-policy=@R/secret @I"),
    ("", "run --device=@R/secret:/x/secret @I"),
    ("", "run --volume=@H:/x:rw,U @I"),
    (
        "mkdir d; ln -s @R d/sub",
        "run -v ./d/sub:/x:rw,U --user=4242 @I",
    ),
    (
        "mkdir up work; ln -s @R low",
        "run -v ./low:/x:O,upperdir=@H/up,workdir=@H/work @I",
    ),
    (
        "ln -s @R up; mkdir work low",
        "run -v ./low:/x:O,upperdir=@H/up,workdir=@H/work @I",
    ),
    ("", "run --privileged @I"),
    ("", "run --pid=host @I"),
    ("", "run --network=ns:/proc/1/ns/net @I"),
    ("", "run --cap-add=SYS_ADMIN @I"),
    ("", "run --user=0 --cap-add=ALL -v @H:/x:rw @I"),
    ("", "run -w /proc/self/fd/7 @I"),
    (
        "",
        "run --env=LD_PRELOAD=@H/evil.so --env=XTABLES_LIBDIR=@H @I",
    ),
    ("mkdir -p b; ln -s @R b/config.json", "seal"),
    (
        "mkdir -p x-containers/i; ln -s @R x-containers/i/userdata; mkdir b; echo '{\"mounts\":[{\"source\":\"@H/x-containers/i/userdata/f\"}],\"annotations\":{\"safe-podman.promise\":\"x\"}}' >b/config.json",
        "seal",
    ),
];

/// A host with root's directory, the user's home, a policy that forbids everything and a store of podman's own.
struct Site<'e> {
    engine: &'e Engine,
    dir: TempDir,
}

impl<'e> Site<'e> {
    fn new(engine: &'e Engine) -> Self {
        let dir = tempfile::tempdir_in(engine.work_dir()).unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let site = Self { engine, dir };
        for name in ["lib", "run", "srv", "srv/app", "home", "home/mallory"] {
            fs::create_dir(site.at(name)).unwrap();
        }
        for (name, text) in [
            ("secret", SECRET.to_owned()),
            ("env", format!("SECRET={SECRET}\n")),
            ("shadow", format!("root:$y${SECRET}:20000::::::\n")),
            ("oci-log", SECRET.to_owned()),
        ] {
            let file = site.at("srv/app").join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let mut copy = Command::new("cp");
        copy.args(["-a", "/etc/."]).arg(site.at("etc"));
        assert!(copy.status().unwrap().success());
        let rules: Vec<&str> = include_str!("../rules.txt").lines().collect();
        let policy = format!("forbid: [{}]\n", rules.join(", "));
        fs::create_dir_all(site.at("etc/safe-podman")).unwrap();
        fs::write(site.at("etc/safe-podman/policy.yaml"), policy).unwrap();
        let save = site.at("image.tar");
        let save = save.to_str().unwrap();
        engine
            .podman(["save", "--quiet", "--output", save, IMAGE])
            .ok();
        let mut load = engine.command("podman");
        site.on(load.args(["load", "--quiet", "--input", save]))
            .ok();
        site
    }

    fn home(&self) -> PathBuf {
        self.at("home/mallory")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The command on this host, by root.
    fn on(&self, inner: &Command) -> Said {
        let mut command = self.engine.patient("unshare");
        command
            .args(["--mount", "--propagation=private", "sh", "-c"])
            .arg(
                "mkdir -p /var/lib/containers && cd \"$1\" && mount --bind etc /etc && \
                 mount --bind lib /var/lib/containers && mount --bind run /run && mount --bind srv /srv && \
                 mount --bind home /home && cd /home/mallory && shift && exec \"$@\"",
            )
            .arg("sh")
            .arg(self.dir.path())
            .arg(inner.get_program())
            .args(inner.get_args())
            .env("SUDO_UID", MALLORY.to_string())
            .env("SUDO_USER", "mallory");
        said(&mut command, &[])
    }

    /// `sudo safe-podman WORD…` of the user, whose script was run before.
    fn sudo(&self, script: &str, words: &str) -> Said {
        let _ = fs::remove_dir_all(self.home());
        fs::create_dir(self.home()).unwrap();
        chown(self.home(), Some(MALLORY), Some(MALLORY)).unwrap();
        let id = MALLORY.to_string();
        let mut prepare = Command::new("setpriv");
        prepare
            .args(["--clear-groups", "--reuid", &id, "--regid", &id])
            .args(["sh", "-c", &filled(script)])
            .current_dir(self.home());
        assert!(prepare.status().unwrap().success(), "{script}");
        let mut command = Command::new("sh");
        let runtime = Engine::plain_flags()
            .into_iter()
            .find(|flag| flag.starts_with("--runtime"));
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        let flags = match verb {
            "run" => format!("{} --rm --network=none", runtime.unwrap_or_default()),
            _ => String::new(),
        };
        let state = r#"{"ociVersion":"1.0.2","id":"i","status":"creating","bundle":"/home/mallory/b","pid":1}"#;
        let image = format!("{IMAGE} sh -c 'env; cat /x/* /h/srv/app/secret; touch /x/made'");
        command.arg("-c").arg(format!(
            "echo '{state}' | {} {verb} {flags} {}",
            self.engine.program().display(),
            filled(rest).replace("@I", &image)
        ));
        self.on(&command)
    }

    /// Every file of root's that may be touched, with what would change.
    fn state(&self) -> BTreeSet<String> {
        let mut find = Command::new("find");
        find.args([self.at("srv"), self.at("etc")])
            .args(["-printf", "%p %y %s %m %U:%G %i %C@\n"]);
        let text = said(&mut find, &[]).ok();
        let others = ["nologin", "sshd.pid"].map(|name| {
            let found = fs::metadata(self.at("run").join(name)).map(|found| found.len());
            format!("{name} {:?}", found.ok())
        });
        text.lines().map(str::to_owned).chain(others).collect()
    }
}

fn filled(text: &str) -> String {
    text.replace("@R", "/srv/app")
        .replace("@H", "/home/mallory")
}

fn nothing_of_root_s_is_touched(engine: &Engine) -> Tested {
    if !engine.is_rootful() {
        return Err(Skip::new("sudo leads to root's podman"));
    }
    let site = Site::new(engine);
    let mut before = site.state();
    // That it is refused for this and not because nothing runs here.
    let twin = site.sudo(
        "mkdir d; echo mine >d/f",
        &format!("run -v ./d:/x:ro {IMAGE} cat /x/f"),
    );
    assert_eq!(
        (twin.code, twin.stdout.as_str()),
        (0, "mine\n"),
        "{twin:#?}"
    );
    let mut failures = Vec::new();
    for (script, words) in TRIES {
        let tried = site.sudo(script, words);
        if [&tried.stdout, &tried.stderr]
            .iter()
            .any(|text| text.contains(SECRET))
        {
            failures.push(format!("{script}; {words}: it was read: {tried:#?}"));
        }
        let after = site.state();
        if after != before {
            let new: Vec<&String> = after.symmetric_difference(&before).collect();
            failures.push(format!("{script}; {words}: it was written: {new:#?}"));
            before = after;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}
