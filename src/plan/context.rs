//! What every step of the way is handed: the host, the caller's environment, the site's policy, the day.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::allow::Date;
use crate::digest::sha256;
use crate::env::Environment;
use crate::host::{FileKind, Host, Mode, Sticky};
use crate::policy::paths::Places;
use crate::policy::site::Site;
use crate::problem::Problem;
use crate::profile::library::Library;
use crate::seccomp::{self, Floor, SeccompProblem, SeccompProfile};

/// Where the engines' default seccomp profile stands; the first that exists counts, as for podman.
pub(super) const ENGINE_FILTERS: [&str; 2] = [
    "/etc/containers/seccomp.json",
    "/usr/share/containers/seccomp.json",
];

/// The variables that move podman's files or ours, and where below them these are.
const MOVED: [(&str, &str); 6] = [
    ("XDG_CONFIG_HOME", "containers"),
    ("XDG_CONFIG_HOME", "safe-podman"),
    ("XDG_DATA_HOME", "containers"),
    ("XDG_RUNTIME_DIR", "containers"),
    ("XDG_RUNTIME_DIR", "libpod"),
    ("XDG_RUNTIME_DIR", "safe-podman"),
];

/// The surroundings of a run. Nothing on the way from a request to a plan looks anywhere else.
pub(crate) struct Context<'h> {
    /// The machine.
    pub host: &'h dyn Host,
    /// The caller's environment.
    pub environment: Environment,
    /// The administrator's policy.
    pub site: Site,
    /// The current directory.
    pub directory: Arc<Path>,
    /// The day on which overrides are judged.
    pub today: Date,
    places: OnceCell<Places>,
    engine_filter: OnceCell<Option<Rc<EngineFilter>>>,
    floors: RefCell<Floors>,
}

/// By kind and bounding set.
type Floors = BTreeMap<(Floor, Vec<String>), Rc<FloorHere>>;

/// The floor on this host, under one kind of container.
pub(super) struct FloorHere {
    pub(super) profile: SeccompProfile,
    /// As podman gets it.
    pub(super) json: String,
    /// Of these bytes.
    pub(super) sha256: String,
}

/// The profile that the host's engines take by default, as read.
#[derive(Clone, Debug)]
pub(super) struct EngineFilter {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl<'h> Context<'h> {
    /// The surroundings of this process.
    ///
    /// # Errors
    /// The program is set-uid, the current directory is gone, or the site's policy cannot be used.
    pub(crate) fn of_process(host: &'h dyn Host) -> Result<Self, Problem> {
        let identity = host.identity();
        if identity.euid != identity.uid {
            return Err(Problem::new("safe-podman must not be installed set-uid")
                .instead("chmod u-s on it; grant it through sudo instead"));
        }
        let directory = host.current_directory()?;
        let site = Site::load(host)?;
        let today = Date::from_unix(host.unix_time());
        let environment = Environment::from_process();
        Ok(Self::new(host, environment, site, directory.into(), today))
    }

    /// Surroundings that are known.
    pub(crate) fn new(
        host: &'h dyn Host,
        environment: Environment,
        site: Site,
        directory: Arc<Path>,
        today: Date,
    ) -> Self {
        Self {
            host,
            environment,
            site,
            directory,
            today,
            places: OnceCell::new(),
            engine_filter: OnceCell::new(),
            floors: RefCell::default(),
        }
    }

    /// The places of this host that a rule knows by name.
    pub(super) fn places(&self) -> Result<&Places, Problem> {
        if let Some(known) = self.places.get() {
            return Ok(known);
        }
        let moved = MOVED.iter().filter_map(|(variable, below)| {
            let base = Path::new(self.environment.get(variable)?);
            base.is_absolute().then(|| base.join(below))
        });
        let absolute = |variable| {
            let path = Path::new(self.environment.get(variable)?);
            path.is_absolute().then_some(path)
        };
        let config = absolute("XDG_CONFIG_HOME").map(|config| config.join("containers"));
        let places = Places::of(self.host)?
            .with_storage(self.host, moved)
            .with_conf(
                self.host,
                absolute("CONTAINERS_STORAGE_CONF"),
                config.as_deref(),
            )?;
        let places = match self.environment.get("HOME").map(Path::new) {
            Some(home) if home.is_absolute() => places.with_home(self.host, home),
            _ => places,
        };
        Ok(self.places.get_or_init(|| places))
    }

    /// The profile that the host's engines take by default, read once; none where there is none.
    ///
    /// # Errors
    /// Others than root may change it.
    pub(super) fn engine_filter(&self) -> Result<Option<Rc<EngineFilter>>, Problem> {
        if let Some(known) = self.engine_filter.get() {
            return Ok(known.clone());
        }
        let mut paths = ENGINE_FILTERS.iter().map(Path::new);
        let found = match paths.find(|path| self.host.stamp(path).is_some()) {
            None => None,
            Some(path) => Some(Rc::new(EngineFilter {
                path: path.to_owned(),
                bytes: self
                    .host
                    .open_trusted(path, seccomp::MAX_BYTES as u64)?
                    .bytes,
            })),
        };
        Ok(self.engine_filter.get_or_init(|| found).clone())
    }

    /// Where that profile stands, for somebody who asks for it.
    ///
    /// # Errors
    /// There is none, or others than root may change it.
    pub(crate) fn engine_file(&self) -> Result<PathBuf, Problem> {
        let engine = self.engine_filter()?.map(|engine| engine.path.clone());
        engine.ok_or_else(|| {
            let places = ENGINE_FILTERS.join(" or ");
            let what = format!("there is no default seccomp profile at {places} to compare with");
            Problem::new(what).instead("safe-podman seccomp diff FILE")
        })
    }

    /// The floor on this host, made once for each kind of container.
    ///
    /// # Errors
    /// The host's own profile cannot be read, so that nobody knows what it refuses.
    pub(super) fn floor(
        &self,
        floor: Floor,
        bounding: Vec<String>,
    ) -> Result<Rc<FloorHere>, Problem> {
        let key = (floor, bounding);
        if let Some(known) = self.floors.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let profile = match self.engine_filter()? {
            None => floor.profile(),
            Some(engine) => floor
                .on_host(&engine.bytes, &key.1)
                .map_err(|problem| unread(&engine.path, &problem))?,
        };
        let json = profile.to_json();
        let sha256 = sha256(json.as_bytes());
        let made = Rc::new(FloorHere {
            profile,
            json,
            sha256,
        });
        self.floors.borrow_mut().insert(key, Rc::clone(&made));
        Ok(made)
    }

    /// The profile library: the person's, the administrator's, the installed one; the built-in ones come last.
    pub(crate) fn library(&self) -> Library<'h> {
        let person = match self.environment.get("XDG_CONFIG_HOME").map(PathBuf::from) {
            Some(config) if config.is_absolute() => Some(config),
            _ => self
                .host
                .identity()
                .home
                .as_ref()
                .map(|home| home.join(".config")),
        };
        let person = person.map(|config| config.join("safe-podman/profiles"));
        let program = self.host.resolve(Path::new("/proc/self/exe")).ok();
        let installed = program.and_then(|program| {
            let prefix = program.path.parent()?.parent()?;
            Some(prefix.join("share/safe-podman/profiles"))
        });
        let installed = installed.filter(|directory| self.is_nobody_else_s(directory));
        let site = Some(PathBuf::from("/etc/safe-podman/profiles"));
        let directories = [person, site, installed].into_iter().flatten().collect();
        Library::new(self.host, Arc::clone(&self.directory), directories)
    }

    /// Is it missing, or changed by root and this user alone? What uid 0 reads is judged file by file, with a message.
    fn is_nobody_else_s(&self, directory: &Path) -> bool {
        let euid = self.host.identity().euid;
        let found = self.host.resolve(directory);
        euid == 0
            || found.is_ok_and(|found| found.kind == FileKind::Missing)
            || self
                .host
                .only_changed_by(directory, &[0, euid], Sticky::Passed)
                .is_ok()
    }

    /// Where files are kept that a container may need after a reboot.
    pub(crate) fn state_directory(&self) -> Result<PathBuf, Problem> {
        let identity = self.host.identity();
        match (identity.mode, &identity.home) {
            (Mode::Rootful, _) => Ok(PathBuf::from("/var/lib/safe-podman")),
            (Mode::Rootless, Some(home)) => Ok(home.join(".local/share/safe-podman")),
            (Mode::Rootless, None) => Err(Problem::new(
                "this user has no home directory in /etc/passwd",
            )),
        }
    }
}

fn unread(path: &Path, problem: &SeccompProblem) -> Problem {
    let what = format!(
        "\"{}\", this host's default seccomp profile, may refuse more than our own and cannot be heeded: {problem}",
        path.display()
    );
    Problem::new(what)
        .instead("correct it, or move it away: the filter of every container is then our own alone")
}
