//! A host whose configuration of containers is a test's own.

use std::process::Command;

use tempfile::TempDir;

use crate::engine::{Engine, IMAGE};
use crate::harness::Skip;
use crate::process::{Said, said};

/// A mount namespace with an `/etc/containers` of its own.
pub(crate) struct Host<'a> {
    engine: &'a Engine,
    pub(crate) etc: TempDir,
}

impl<'a> Host<'a> {
    pub(crate) fn new(engine: &'a Engine) -> Result<Self, Skip> {
        if !engine.is_rootful() {
            return Err(Skip::new("only root mounts over /etc/containers"));
        }
        let etc = tempfile::tempdir_in(engine.work_dir()).unwrap();
        let mut copy = Command::new("cp");
        copy.args(["-a", "/etc/containers/."]).arg(etc.path());
        assert!(copy.status().unwrap().success());
        Ok(Self { engine, etc })
    }

    /// The command in the namespace, which ends with it.
    pub(crate) fn inside(&self, inner: &Command) -> Command {
        let mut command = self.engine.command("unshare");
        command
            .args(["--mount", "--propagation=private", "sh", "-c"])
            .arg("mount --bind \"$1\" /etc/containers && shift && exec \"$@\"")
            .arg("sh")
            .arg(self.etc.path())
            .arg(inner.get_program())
            .args(inner.get_args())
            .env("SECRET", "hunter2");
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

    fn shell(&self, mut command: Command, script: &str) -> Said {
        if !script.contains("ns/net") {
            command.arg("--network=none");
        }
        said(
            &mut self.inside(command.args([IMAGE, "sh", "-c", script])),
            &[],
        )
    }
}
