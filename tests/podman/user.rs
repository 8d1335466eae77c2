//! Who the engine runs as.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Gid, Pid, Uid, User, chown};

use crate::harness::Skip;

/// An account, with what its engine needs in the environment.
#[derive(Debug)]
pub(crate) enum Account {
    /// The caller's own.
    Own { runtime_dir: PathBuf },
    /// Made for this run and removed after it. Only on a throw-away machine.
    Made {
        name: String,
        uid: Uid,
        gid: Gid,
        runtime_dir: PathBuf,
    },
}

impl Account {
    pub(crate) fn rootful(dir: &Path) -> Result<Self, Skip> {
        if Uid::effective().is_root() {
            Ok(Self::Own {
                runtime_dir: dir.join("xdg"),
            })
        } else {
            Err(Skip::new("needs root"))
        }
    }

    pub(crate) fn rootless(dir: &Path) -> Result<Self, Skip> {
        if !Uid::effective().is_root() {
            let name = User::from_uid(Uid::effective())
                .ok()
                .flatten()
                .map_or_else(String::new, |user| user.name);
            has_subids(&name)?;
            let runtime_dir =
                env::var_os("XDG_RUNTIME_DIR").map_or_else(|| dir.join("xdg"), PathBuf::from);
            return Ok(Self::Own { runtime_dir });
        }
        let set = |name| env::var(name).is_ok_and(|value| value == "true" || value == "1");
        if !(set("CI") || set("SAFE_PODMAN_TEST_USERS")) {
            return Err(Skip::new(
                "root would have to make a user; on a throw-away machine set SAFE_PODMAN_TEST_USERS=1",
            ));
        }
        Self::make(dir)
    }

    fn make(dir: &Path) -> Result<Self, Skip> {
        let name = format!("sp-test-{}", std::process::id());
        // No copy of /etc/skel, no mail spool: the home is below our own directory and goes with it.
        let made = Command::new("useradd")
            .args([
                "--shell",
                "/bin/sh",
                "--no-create-home",
                "--user-group",
                "--home-dir",
            ])
            .arg(dir.join("home"))
            .arg(&name)
            .output();
        match made {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                return Err(Skip(format!(
                    "useradd: {}",
                    String::from_utf8_lossy(&output.stderr).trim()
                )));
            }
            Err(error) => return Err(Skip(format!("useradd: {error}"))),
        }
        let user = User::from_name(&name).unwrap().unwrap();
        let account = Self::Made {
            uid: user.uid,
            gid: user.gid,
            runtime_dir: dir.join("xdg"),
            name,
        };
        // From here on the drop guard removes the user again.
        has_subids(&user.name)?;
        Ok(account)
    }

    pub(crate) fn is_root(&self) -> bool {
        matches!(self, Self::Own { .. }) && Uid::effective().is_root()
    }

    pub(crate) fn runtime_dir(&self) -> &Path {
        match self {
            Self::Own { runtime_dir } | Self::Made { runtime_dir, .. } => runtime_dir,
        }
    }

    /// Makes a directory that belongs to the account and to nobody else.
    pub(crate) fn make_dir(&self, path: &Path) {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .unwrap();
        if let Self::Made { uid, gid, .. } = self {
            chown(path, Some(*uid), Some(*gid)).unwrap();
        }
    }

    /// Makes a command run as the account.
    pub(crate) fn assume(&self, command: &mut Command) {
        if let Self::Made { uid, gid, .. } = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let Self::Made { name, uid, .. } = self else {
            return;
        };
        // The engine's pause process outlives every container, and a user with processes cannot be removed.
        for _ in 0..20 {
            let processes = processes_of(*uid);
            if processes.is_empty() {
                break;
            }
            for process in processes {
                let _ = kill(process, Signal::SIGKILL);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let removed = Command::new("userdel")
            .arg(&*name)
            .stdout(Stdio::null())
            .status();
        if !removed.is_ok_and(|status| status.success()) {
            eprintln!("the user {name} could not be removed; type: userdel {name}");
        }
    }
}

/// Rootless engines map a range of user ids, which an administrator hands out.
fn has_subids(name: &str) -> Result<(), Skip> {
    for file in ["/etc/subuid", "/etc/subgid"] {
        let text = fs::read_to_string(file).unwrap_or_default();
        if name.is_empty()
            || !text
                .lines()
                .any(|line| line.split(':').next() == Some(name))
        {
            return Err(Skip(format!("{name} has no range in {file}")));
        }
    }
    Ok(())
}

fn processes_of(uid: Uid) -> Vec<Pid> {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| {
            entry
                .metadata()
                .is_ok_and(|metadata| metadata.uid() == uid.as_raw())
        })
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .map(Pid::from_raw)
        .collect()
}
