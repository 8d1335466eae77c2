//! What every subcommand starts from: this process, this host, this site.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::env::Environment;
use crate::host::{Host as _, Mode, System};
use crate::policy::site::Site;
use crate::problem::Problem;
use crate::profile::library::Library;

/// The world.
pub(super) struct World {
    pub(super) host: System,
    pub(super) environment: Environment,
    pub(super) site: Site,
    /// The current directory.
    pub(super) directory: Arc<Path>,
}

impl World {
    /// Looks around.
    pub(super) fn new() -> Result<Self, Problem> {
        let host = System;
        let identity = host.identity();
        if identity.euid != identity.uid {
            return Err(Problem::new("safe-podman must not be installed set-uid")
                .instead("chmod u-s on it; grant it through sudo instead"));
        }
        let directory = std::env::current_dir().map_err(|error| {
            Problem::new(format!("the current directory is gone: {error}"))
                .instead("cd somewhere else")
        })?;
        let site = Site::load(&host)?;
        Ok(Self {
            host,
            environment: Environment::from_process(),
            site,
            directory: directory.into(),
        })
    }

    /// The profile library: the person's, the administrator's, the installed one; the built-in ones come last.
    pub(super) fn library(&self) -> Library {
        let person = match self.environment.get("XDG_CONFIG_HOME").map(PathBuf::from) {
            Some(config) if config.is_absolute() => Some(config),
            _ => self.host.identity().home.map(|home| home.join(".config")),
        };
        let person = person.map(|config| config.join("safe-podman/profiles"));
        let installed = std::env::current_exe().ok();
        let installed = installed
            .and_then(|exe| Some(exe.parent()?.parent()?.join("share/safe-podman/profiles")));
        let site = Some(PathBuf::from("/etc/safe-podman/profiles"));
        Library::new([person, site, installed].into_iter().flatten().collect())
    }

    /// Where files are kept that a container may need after a reboot.
    pub(super) fn state_directory(&self) -> Result<PathBuf, Problem> {
        let identity = self.host.identity();
        match (identity.mode, identity.home) {
            (Mode::Rootful, _) => Ok(PathBuf::from("/var/lib/safe-podman")),
            (Mode::Rootless, Some(home)) => Ok(home.join(".local/share/safe-podman")),
            (Mode::Rootless, None) => Err(Problem::new(
                "this user has no home directory in /etc/passwd",
            )),
        }
    }
}
