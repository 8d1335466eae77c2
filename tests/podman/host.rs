//! A host whose configuration of containers is a test's own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::engine::{Engine, IMAGE};
use crate::harness::Skip;
use crate::process::{Said, said};

/// A configuration that only the commands started [`inside`](Host::inside) see: for root an `/etc/containers` in a mount
/// namespace of their own, for anybody else the files in a home of their own: conmon hands `HOME` on.
pub(crate) struct Host<'a> {
    engine: &'a Engine,
    dir: TempDir,
}

impl<'a> Host<'a> {
    pub(crate) fn new(engine: &'a Engine) -> Self {
        let dir = tempfile::tempdir_in(engine.work_dir()).unwrap();
        let host = Self { engine, dir };
        engine.make_dir(host.dir.path());
        if engine.is_rootful() {
            let mut copy = Command::new("cp");
            copy.args(["-a", "/etc/containers"]).arg(host.dir.path());
            assert!(copy.status().unwrap().success());
        } else {
            host.write("away", "");
        }
        host
    }

    /// The same, for what only root can have.
    pub(crate) fn of_root(engine: &'a Engine) -> Result<Self, Skip> {
        if engine.is_rootful() {
            Ok(Self::new(engine))
        } else {
            Err(Skip::new("only root mounts over /etc/containers"))
        }
    }

    /// The directory whose files podman reads.
    pub(crate) fn etc(&self) -> PathBuf {
        let below = if self.engine.is_rootful() {
            "containers"
        } else {
            ".config/containers"
        };
        self.dir.path().join(below)
    }

    /// The same directory, for those inside.
    pub(crate) fn seen_at(&self) -> PathBuf {
        if self.engine.is_rootful() {
            PathBuf::from("/etc/containers")
        } else {
            self.etc()
        }
    }

    /// Writes a containers.conf, or another file of the directory.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.etc().join(name);
        let below = path.parent().unwrap();
        for dir in below.ancestors().take_while(|dir| *dir != self.dir.path()) {
            self.engine.make_dir(dir);
        }
        fs::write(path, text).unwrap();
    }

    /// Names a directory in mounts.conf, whose files podman copies into every container.
    pub(crate) fn mount_by_default(&self, at: &str) {
        let source = self.engine.dir("mounted-by-default");
        fs::write(source.join("file"), "hunter2\n").unwrap();
        self.write("mounts.conf", &format!("{}:{at}\n", source.display()));
    }

    /// The command in the namespace, which ends with it.
    pub(crate) fn inside(&self, inner: &Command) -> Command {
        let mut command = if self.engine.is_rootful() {
            let mut command = self.engine.command("unshare");
            command
                .args(["--mount", "--propagation=private", "sh", "-c"])
                .arg("mount --bind \"$1\" /etc/containers && shift && exec \"$@\"")
                .arg("sh")
                .arg(self.etc())
                .arg(inner.get_program());
            command
        } else {
            let mut command = self.engine.command(inner.get_program());
            command.env("HOME", self.dir.path());
            command
        };
        command.args(inner.get_args()).env("SECRET", "hunter2");
        command
    }

    /// A shell in plain podman's container.
    pub(crate) fn plain(&self, script: &str) -> Said {
        let mut command = self.engine.patient("podman");
        command
            .args(self.engine.store_flags())
            .args(["run", "--rm"]);
        command.args(Engine::plain_flags());
        self.shell(command, script)
    }

    /// A shell in safe-podman's container.
    pub(crate) fn safe(&self, script: &str) -> Said {
        let mut command = self.engine.safe_command("run");
        command.arg("--rm");
        self.shell(command, script)
    }

    /// A shell in the container of the command line that safe-podman makes before anything is hostile, pasted here:
    /// nothing but the seal is in the way of what the host adds.
    pub(crate) fn pasted(&self, script: &str) -> Said {
        let (conf, away) = ["containers.conf", "away"]
            .map(|name| self.etc().join(name))
            .into();
        fs::rename(&conf, &away).unwrap();
        let mut command = self.engine.safe_command("run");
        command.args(["--rm", "--dry-run"]);
        let line = self.shell(command, script).ok();
        fs::rename(&away, &conf).unwrap();
        let mut shell = self.engine.patient("sh");
        said(&mut self.inside(shell.args(["-c", &line])), &[])
    }

    fn shell(&self, mut command: Command, script: &str) -> Said {
        said(&mut self.inside(command.args(Self::args(script))), &[])
    }

    fn args(script: &str) -> Vec<&str> {
        let network = (!script.contains("ns/net")).then_some("--network=none");
        let rest = [IMAGE, "sh", "-c", script];
        network.into_iter().chain(rest).collect()
    }
}
