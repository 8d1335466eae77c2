//! Images for the engines, and what the probe in them sees.

use std::process::Command;
use std::sync::OnceLock;

use crate::engine::{Engine, IMAGE};
use crate::probe::Probe;
use crate::process::{Said, said};

impl Engine {
    /// What plain podman's container sees. It has no network unless the flags ask for one.
    pub(crate) fn probe_plain(&self, flags: &[&str]) -> Probe {
        Probe::parse(&self.plain(probing(IMAGE, flags)).ok())
    }

    /// What safe-podman's container sees. It has no network unless the flags ask for one.
    #[allow(dead_code, reason = "for the tests of a hardened container")]
    pub(crate) fn probe_safe(&self, flags: &[&str]) -> Probe {
        self.probe_of(IMAGE, flags)
    }

    /// What safe-podman's container of this image sees.
    pub(crate) fn probe_of(&self, image: &str, flags: &[&str]) -> Probe {
        Probe::parse(&self.safe(probing(image, flags)).ok())
    }

    /// Imports the root file system of `tests/image` under a name, with its config and further changes, e.g. `USER 998`.
    pub(crate) fn import(&self, name: &str, changes: &[&str]) -> Said {
        self.import_archive(name, rootfs(), changes)
    }

    /// The same with another root file system.
    pub(crate) fn import_archive(&self, name: &str, archive: &[u8], changes: &[&str]) -> Said {
        let own = include_str!("../image/changes");
        let mut command = self.patient("podman");
        command.args(self.store_flags()).args(["import", "--quiet"]);
        for change in own.lines().chain(changes.iter().copied()) {
            command.arg("--change").arg(change);
        }
        said(command.args(["-", name]), archive)
    }

    /// An image that differs from [`IMAGE`] by what a shell script, run by root, does to it.
    pub(crate) fn commit(&self, name: &str, script: &str) {
        let maker = name.replace('/', "-");
        let mut command = self.patient("podman");
        command
            .args(self.store_flags())
            .arg("run")
            .args(Self::plain_flags());
        command.args([
            &format!("--name={maker}"),
            "--network=none",
            IMAGE,
            "sh",
            "-c",
            script,
        ]);
        said(&mut command, &[]).ok();
        self.podman(["commit", "--quiet", &maker, name]).ok();
        self.podman(["rm", &maker]).ok();
    }
}

/// Arguments of a run whose container is the probe.
fn probing<'a>(image: &'a str, flags: &[&'a str]) -> Vec<&'a str> {
    let mut args = flags.to_vec();
    // Few tests are about networks, and not every rootless engine can make one.
    if !flags.iter().any(|flag| flag.starts_with("--net")) {
        args.push("--network=none");
    }
    args.extend([image, "probe"]);
    args
}

/// The archive that `tests/image/rootfs` writes.
pub(crate) fn rootfs() -> &'static [u8] {
    static ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    ARCHIVE.get_or_init(|| {
        let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/image/rootfs"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    })
}
