//! What every subcommand starts from: this process, this host, this site.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::env::Environment;
use crate::host::{Host as _, Links, Mode, System};
use crate::policy::paths::Places;
use crate::policy::site::Site;
use crate::problem::Problem;
use crate::profile::library::Library;
use crate::seccomp;

/// Where the default seccomp profile stands.
const SECCOMP_DEFAULTS: [&str; 2] = [
    "/etc/containers/seccomp.json",
    "/usr/share/containers/seccomp.json",
];

/// The context.
pub(super) struct Context {
    pub(super) host: System,
    pub(super) environment: Environment,
    pub(super) site: Site,
    /// The current directory.
    pub(super) directory: Arc<Path>,
    places: OnceCell<Places>,
    default_filter: OnceCell<DefaultFilter>,
}

/// The host's default seccomp profile, as read.
pub(super) struct DefaultFilter {
    pub(super) path: &'static Path,
    pub(super) bytes: Vec<u8>,
}

impl Context {
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
            places: OnceCell::new(),
            default_filter: OnceCell::new(),
        })
    }

    /// The places of this host that a rule knows by name.
    pub(super) fn places(&self) -> Result<&Places, Problem> {
        if let Some(known) = self.places.get() {
            return Ok(known);
        }
        let places = Places::of(&self.host)?;
        let places = match self.environment.get("HOME").map(Path::new) {
            Some(home) if home.is_absolute() => places.with_home(&self.host, home),
            _ => places,
        };
        Ok(self.places.get_or_init(|| places))
    }

    /// The default seccomp profile; the first that exists counts, as for podman.
    pub(super) fn default_filter(&self) -> Result<&DefaultFilter, Problem> {
        if let Some(known) = self.default_filter.get() {
            return Ok(known);
        }
        let mut paths = SECCOMP_DEFAULTS.iter().map(Path::new);
        let Some(path) = paths.find(|path| self.host.stamp(path).is_some()) else {
            let places = SECCOMP_DEFAULTS.join(" or ");
            return Err(
                Problem::new(format!("there is no default seccomp profile at {places}"))
                    .instead("install containers-common (Debian: golang-github-containers-common)"),
            );
        };
        self.host.trusted(path)?;
        let bytes = self
            .host
            .open_file(path, seccomp::MAX_BYTES as u64, Links::Follow)?
            .bytes;
        Ok(self
            .default_filter
            .get_or_init(|| DefaultFilter { path, bytes }))
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
