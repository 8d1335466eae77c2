//! The podman of this host: where it is, which one it is, and what it knows of an image.
//!
//! Asking podman costs about as much as a fifth of a whole run, so answers are kept until the file they are about changes.

mod container;
#[cfg(test)]
pub(crate) mod fake;
mod image;
mod store;
mod vfs;
mod volume;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::env::Scrubbed;
use crate::exec::{self, Variables};
use crate::host::{Host, Identity, Mode, Stamp};
use crate::podman::image_config::ImageConfig;
use crate::podman::version::{OLDEST, Version};
use crate::problem::Problem;

pub(crate) use container::InspectedContainer;
pub(crate) use volume::ListedVolume;

/// Where podman is looked for; no `PATH` is consulted.
const SEARCH: &str = "/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin:/bin:/sbin";
/// The file in the cache directory that holds the version.
const VERSION_FILE: &str = "version.json";

/// A podman to ask and to become. Tests have one that is made up.
pub(crate) trait Engine {
    /// Where it is: absolute, without links.
    fn path(&self) -> &Path;

    /// Which release it is.
    fn version(&self) -> Version;

    /// From now on it is asked in this environment about the image store that `store` names, the flags that a run will
    /// use (`--root=…`). Of a store that is not the default nothing is remembered.
    fn enter(&mut self, env: &Scrubbed, store: Vec<OsString>);

    /// The configuration of an image in the local store, `None` when it is not there. `reference` is a name or an id as
    /// podman takes it.
    ///
    /// # Errors
    /// podman cannot be started, fails, or answers what is not understood.
    fn image(&self, host: &dyn Host, reference: &str) -> Result<Option<ImageConfig>, Problem>;

    /// The volumes that exist.
    ///
    /// # Errors
    /// podman cannot be started, fails, or answers what is not understood.
    fn volumes(&self) -> Result<BTreeMap<String, ListedVolume>, Problem>;

    /// A container, by its name or id; `None` when podman knows none, and will say so itself.
    ///
    /// # Errors
    /// podman cannot be started, or answers what is not understood.
    fn container(&self, name: &str) -> Result<Option<InspectedContainer>, Problem>;

    /// Downloads an image while the user watches; `flags` are those of the run that a pull needs, `variables` is
    /// [`Scrubbed::for_pull`].
    ///
    /// # Errors
    /// podman cannot be started or fails; it has said why.
    fn pull(
        &self,
        reference: &str,
        flags: &[OsString],
        variables: &Variables,
    ) -> Result<(), Problem>;

    /// Asks podman something about its containers.
    ///
    /// # Errors
    /// podman cannot be started, or fails; `doing` completes "podman failed to …".
    fn ask(&self, question: &[&str], doing: &str) -> Result<Vec<u8>, Problem>;

    /// Becomes podman, in the environment it was asked in; returns only when that failed. podman can read each of `texts`
    /// once, in the file whose path `words` is given.
    fn replace(&self, texts: &[Vec<u8>], words: &dyn Fn(&[PathBuf]) -> Vec<OsString>) -> Problem;
}

/// Where an [`Engine`] is found.
pub(crate) trait Engines {
    /// The podman at `named`, the absolute path of the site policy, or the one that is installed.
    ///
    /// # Errors
    /// See [`Podman::find`].
    fn find(
        &self,
        host: &dyn Host,
        named: Option<&Path>,
        env: &Scrubbed,
    ) -> Result<Box<dyn Engine>, Problem>;
}

/// The podman of this host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Installed;

impl Engines for Installed {
    fn find(
        &self,
        host: &dyn Host,
        named: Option<&Path>,
        env: &Scrubbed,
    ) -> Result<Box<dyn Engine>, Problem> {
        Ok(Box::new(Podman::find(host, named, env)?))
    }
}

/// A podman that root installed and that is new enough.
#[derive(Clone, Debug)]
pub(crate) struct Podman {
    path: PathBuf,
    version: Version,
    identity: Identity,
    variables: Vec<(OsString, OsString)>,
    cache: Option<PathBuf>,
    store: Vec<OsString>,
}

#[derive(Serialize, Deserialize)]
struct KeptVersion {
    of: String,
    version: String,
}

impl Podman {
    /// Finds podman: at `named`, the absolute path of the site policy, or in the directories where systems install it. Its
    /// version is asked once for each state of the file.
    ///
    /// # Errors
    /// It is not installed; it could be changed by others than root; it is this very program; it does not say which
    /// version it is; it is older than [`OLDEST`].
    pub(crate) fn find(
        host: &dyn Host,
        named: Option<&Path>,
        env: &Scrubbed,
    ) -> Result<Self, Problem> {
        let path = locate(host, named)?;
        host.trusted(&path)?;
        // What was judged is what is started, whatever the name leads to by then.
        let path = host.resolve(&path)?.path;
        let stamp = host.stamp(&path).ok_or_else(|| not_a_program(&path))?;
        if host.stamp(Path::new("/proc/self/exe")) == Some(stamp) {
            let what = format!("\"{}\" is safe-podman, not podman", path.display());
            return Err(Problem::new(what).instead(INSTALL));
        }
        let identity = host.identity().clone();
        let mut engine = Self {
            version: OLDEST,
            cache: cache_directory(&identity, env),
            variables: env.variables.clone(),
            identity,
            path,
            store: Vec::new(),
        };
        engine.version = engine.current_version(host, &stamp)?;
        if engine.version < OLDEST {
            return Err(Problem::new(format!(
                "podman {} at \"{}\" is too old",
                engine.version,
                engine.path.display()
            ))
            .instead(format!("install podman {OLDEST} or newer")));
        }
        Ok(engine)
    }

    /// The store's flags and a question.
    fn words(&self, question: &[&str]) -> Vec<OsString> {
        self.store.iter().cloned().chain(words(question)).collect()
    }

    fn inspect(&self, host: &dyn Host, reference: &str) -> Result<Option<ImageConfig>, Problem> {
        let ask = |args: &[&str]| exec::ask(&self.path, &self.words(args), &self.variables);
        let answer = ask(&["image", "inspect", "--", reference])?;
        if answer.code != Some(0) && ask(&["image", "exists", "--", reference])?.code == Some(1) {
            return Ok(None);
        }
        let doing = format!("inspect the image \"{reference}\"");
        let answer = answer.success(&doing)?;
        let mut image = image::parse(&answer)?;
        if image.layers.is_empty() && image::is_vfs(&answer) {
            let root = ask(&["info", "--format", "{{.Store.GraphRoot}}"])?;
            let root = root.success("say where its store is")?;
            let root = String::from_utf8_lossy(&root);
            image.layers = vfs::layers(host, Path::new(root.trim()), &image.id);
        }
        Ok(Some(image))
    }

    fn current_version(&self, host: &dyn Host, stamp: &Stamp) -> Result<Version, Problem> {
        let of = format!("{} {}", self.path.display(), store::text(Some(stamp)));
        let kept = self.cache.as_deref();
        let kept = kept.and_then(|directory| host.recall(directory, VERSION_FILE));
        let kept = kept.and_then(|kept| serde_json::from_slice::<KeptVersion>(&kept).ok());
        if let Some(kept) = kept.filter(|kept| kept.of == of)
            && let Ok(version) = kept.version.parse()
        {
            return Ok(version);
        }
        let answer = exec::ask(&self.path, &words(&["--version"]), &self.variables)?;
        let said = answer.success("say its version")?;
        let version: Version = String::from_utf8_lossy(&said).parse()?;
        let kept = KeptVersion {
            of,
            version: version.to_string(),
        };
        if let (Some(directory), Ok(kept)) = (&self.cache, serde_json::to_vec(&kept)) {
            host.remember(directory, VERSION_FILE, &kept);
        }
        Ok(version)
    }
}

impl Engine for Podman {
    fn path(&self) -> &Path {
        &self.path
    }

    fn version(&self) -> Version {
        self.version
    }

    fn enter(&mut self, env: &Scrubbed, store: Vec<OsString>) {
        if !store.is_empty() {
            self.cache = None;
        }
        self.store = store;
        self.variables.clone_from(&env.variables);
    }

    fn image(&self, host: &dyn Host, reference: &str) -> Result<Option<ImageConfig>, Problem> {
        let store = store::state(host, &self.identity, &self.variables);
        let cache = self.cache.as_deref().zip(store.as_deref());
        let cache = cache.filter(|_| image::is_full(reference));
        let cache = cache.map(|(directory, state)| image::Cache::open(host, directory, state));
        if let Some(known) = cache.as_ref().and_then(|cache| cache.get(reference)) {
            return Ok(Some(known));
        }
        let Some(found) = self.inspect(host, reference)? else {
            return Ok(None);
        };
        if let Some(cache) = cache {
            cache.keep(reference, &found);
        }
        Ok(Some(found))
    }

    fn volumes(&self) -> Result<BTreeMap<String, ListedVolume>, Problem> {
        let answer = self.ask(&["volume", "ls", "--format", "json"], "list the volumes")?;
        volume::parse(&answer)
    }

    fn container(&self, name: &str) -> Result<Option<InspectedContainer>, Problem> {
        let question = self.words(&["container", "inspect", "--", name]);
        let answer = exec::ask(&self.path, &question, &self.variables)?;
        if answer.code != Some(0) {
            return Ok(None);
        }
        let doing = format!("inspect the container \"{name}\"");
        container::parse(&answer.success(&doing)?).map(Some)
    }

    fn pull(
        &self,
        reference: &str,
        flags: &[OsString],
        variables: &Variables,
    ) -> Result<(), Problem> {
        let mut words = self.words(&["pull"]);
        words.extend(flags.iter().cloned().chain(["--".into(), reference.into()]));
        let status = exec::show(&self.path, &words, variables)?;
        if status.success() {
            return Ok(());
        }
        Err(
            Problem::new(format!("podman could not pull \"{reference}\""))
                .instead("check the name, or log in with podman login"),
        )
    }

    fn ask(&self, question: &[&str], doing: &str) -> Result<Vec<u8>, Problem> {
        exec::ask(&self.path, &self.words(question), &self.variables)?.success(doing)
    }

    fn replace(&self, texts: &[Vec<u8>], words: &dyn Fn(&[PathBuf]) -> Vec<OsString>) -> Problem {
        exec::replace(&self.path, &self.variables, texts, words)
    }
}

const INSTALL: &str = "install the package podman: apt install podman, dnf install podman, zypper install podman, apk add podman";

fn locate(host: &dyn Host, named: Option<&Path>) -> Result<PathBuf, Problem> {
    match named {
        Some(path) if path.is_absolute() => Ok(path.to_owned()),
        Some(path) => {
            let what = format!("\"{}\" is not an absolute path", path.display());
            Err(Problem::new(what).instead("name podman's whole path in the policy"))
        }
        None => host
            .program("podman", SEARCH)
            .ok_or_else(|| Problem::new("podman is not installed on this host").instead(INSTALL)),
    }
}

fn not_a_program(path: &Path) -> Problem {
    Problem::new(format!("\"{}\" is not a program", path.display())).instead(INSTALL)
}

/// A directory that is gone after a reboot and that no other user may write to.
fn cache_directory(identity: &Identity, env: &Scrubbed) -> Option<PathBuf> {
    let parent = match identity.mode {
        Mode::Rootful => Path::new("/run"),
        Mode::Rootless => Path::new(env.get("XDG_RUNTIME_DIR")?),
    };
    Some(parent.join("safe-podman"))
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests;
