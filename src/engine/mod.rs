//! The podman of this host: where it is, which one it is, and what it knows of an image.
//!
//! Asking podman costs about as much as a fifth of a whole run, so answers are kept until the file they are about changes.

#[cfg(test)]
pub(crate) mod fake;
mod image;
mod store;
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

pub use volume::ListedVolume;

/// Where podman is looked for; no `PATH` is consulted.
const SEARCH: &str = "/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin:/bin:/sbin";
/// The file in the cache directory that holds the version.
const VERSION_FILE: &str = "version.json";

/// A podman to ask and to become. Tests have one that is made up.
pub trait Engine {
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

    /// Becomes podman with these words, in the environment it was asked in; returns only when that failed.
    fn replace(&self, words: &[OsString]) -> Problem;
}

/// Where an [`Engine`] is found.
pub trait Engines {
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
pub struct Installed;

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
pub struct Podman {
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
    pub fn find(host: &dyn Host, named: Option<&Path>, env: &Scrubbed) -> Result<Self, Problem> {
        let path = locate(host, named)?;
        host.trusted(&path)?;
        // What was judged is what is started, whatever the name leads to by then.
        let path = host.resolve(&path)?.path;
        let stamp = host.stamp(&path).ok_or_else(|| not_a_program(&path))?;
        if host.stamp(Path::new("/proc/self/exe")) == Some(stamp) {
            let what = format!("\"{}\" is safe-podman, not podman", path.display());
            return Err(Problem::new(what).instead(INSTALL));
        }
        let identity = host.identity();
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

    fn inspect(&self, reference: &str) -> Result<Option<ImageConfig>, Problem> {
        let ask = |args: &[&str]| exec::ask(&self.path, &self.words(args), &self.variables);
        let answer = ask(&["image", "inspect", "--", reference])?;
        if answer.code != Some(0) && ask(&["image", "exists", "--", reference])?.code == Some(1) {
            return Ok(None);
        }
        let doing = format!("inspect the image \"{reference}\"");
        image::parse(&answer.success(&doing)?).map(Some)
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
        let Some(found) = self.inspect(reference)? else {
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

    fn replace(&self, words: &[OsString]) -> Problem {
        exec::replace(&self.path, words, &self.variables)
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::env::{Environment, scrub};
    use crate::host::Fake;

    const INDEX: &str = "/var/lib/containers/storage/overlay-images/images.json";
    const IMAGE: &str = r#"[{"Id": "ID", "Config": {"User": "998", "Env": ["A=1", "SECRET"], "Volumes": {"/v": {}},
        "ExposedPorts": {"80/tcp": {}}, "Labels": {"l": "1"}, "WorkingDir": "/w", "Cmd": ["x"]},
        "Annotations": {"run.oci.handler": "krun"}, "Labels": null, "User": ""}]"#;

    /// A podman that notes each call, on a made-up host that believes root installed it.
    struct Stage {
        directory: TempDir,
        path: PathBuf,
    }

    impl Stage {
        fn new(version: &str) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().canonicalize().unwrap().join("podman");
            let image = IMAGE.replace("ID", &"0a".repeat(32));
            let script = format!(
                "#!/bin/sh\necho \"$*\" >> {0}.calls\ncase \"$*\" in\n--version) echo '{version}';;\n\
                'image inspect -- localhost/x'|'image inspect -- x') echo '{image}';;\n\
                'image exists -- missing') exit 1;;\n'image inspect -- odd') echo '[]';;\n\
                'pull -- good') exit 0;;\n*) echo broken >&2; exit 125;;\nesac\n",
                path.display()
            );
            // Written by another process: a copy of our descriptor in a child of another test would make it busy.
            let script_writer = "printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
            let args = words(&["-c", script_writer, path.to_str().unwrap(), &script]);
            let wrote = exec::ask(Path::new("/bin/sh"), &args, &[]).unwrap();
            assert_eq!(wrote.code, Some(0));
            Self { directory, path }
        }

        fn host(&self, version: &str) -> Fake {
            let host = Fake::rootful().file(&self.path, 0, 0o755, version);
            host.file(INDEX, 0, 0o600, "[]")
        }

        fn find(&self, host: &Fake) -> Result<Podman, Problem> {
            let env = scrub(&Environment::default(), &[], host);
            Podman::find(host, Some(&self.path), &env)
        }

        fn calls(&self) -> usize {
            let calls = fs::read_to_string(self.directory.path().join("podman.calls"));
            calls.unwrap_or_default().lines().count()
        }
    }

    #[test]
    fn the_version_is_asked_once_for_each_state_of_the_file() {
        let stage = Stage::new("podman version 4.3.1");
        let host = stage.host("one");
        for _ in 0..3 {
            let engine = stage.find(&host).unwrap();
            assert_eq!(engine.version(), Version(4, 3, 1));
            assert_eq!(engine.path(), stage.path);
        }
        assert_eq!(stage.calls(), 1);
        let upgraded = host.file(&stage.path, 0, 0o755, "another size");
        stage.find(&upgraded).unwrap();
        assert_eq!(stage.calls(), 2);
        upgraded.remember(Path::new("/run/safe-podman"), VERSION_FILE, b"{\"of\":1");
        stage.find(&upgraded).unwrap();
        assert_eq!(stage.calls(), 3, "a broken cache is asked again");
    }

    #[test]
    fn what_is_no_podman_is_refused() {
        for (says, what) in [
            ("podman version 4.2.9", "is too old"),
            (
                "Docker version 20.10.24, build 297e128",
                "not a podman version",
            ),
            ("", "not a podman version"),
        ] {
            let stage = Stage::new(says);
            let problem = stage.find(&stage.host("x")).unwrap_err();
            assert!(problem.what.contains(what), "{problem}");
        }
    }

    #[test]
    fn a_podman_that_others_can_change_is_not_even_started() {
        let stage = Stage::new("podman version 5.4.2");
        for (owner, mode) in [(1000, 0o755), (0, 0o775), (0, 0o757)] {
            let host = stage.host("x").file(&stage.path, owner, mode, "x");
            let problem = stage.find(&host).unwrap_err();
            assert!(problem.what.contains("by others than root"), "{problem}");
        }
        assert_eq!(stage.calls(), 0);
    }

    #[test]
    fn a_missing_podman_names_the_package() {
        let host = Fake::rootful().file("/home/ann/bin/podman", 0, 0o755, "");
        let env = scrub(
            &Environment::new([("PATH", "/home/ann/bin")], 1),
            &[],
            &host,
        );
        let problem = Podman::find(&host, None, &env).unwrap_err();
        assert!(problem.what.contains("not installed"), "{problem}");
        assert!(problem.instead.unwrap().contains("apt install podman"));
        let relative = Podman::find(&host, Some(Path::new("podman")), &env);
        assert!(relative.unwrap_err().what.contains("not an absolute path"));
        let directory = Podman::find(&host, Some(Path::new("/home")), &env);
        assert!(directory.unwrap_err().what.contains("not a program"));
    }

    #[test]
    fn an_image_is_inspected_once_for_each_state_of_the_store() {
        let stage = Stage::new("podman version 4.3.1");
        let host = stage.host("x");
        let engine = stage.find(&host).unwrap();
        let started = stage.calls();
        let found = engine.image(&host, "localhost/x").unwrap().unwrap();
        assert_eq!((found.user.as_str(), found.workdir.as_str()), ("998", "/w"));
        assert_eq!(found.env, ["A=1", "SECRET"]);
        assert_eq!(
            (found.volumes.concat(), found.exposed_ports.concat()),
            ("/v".into(), "80/tcp".into())
        );
        assert!(
            found.annotations.contains_key("run.oci.handler") && found.labels.contains_key("l")
        );
        assert!(found.entrypoint.is_empty() && found.cmd == ["x"]);
        assert_eq!(engine.image(&host, "localhost/x").unwrap().unwrap(), found);
        assert_eq!(stage.calls(), started + 1);

        engine.image(&host, "x").unwrap().unwrap();
        engine.image(&host, "x").unwrap().unwrap();
        assert_eq!(
            stage.calls(),
            started + 3,
            "a short name is asked each time"
        );

        let changed = host.file(INDEX, 0, 0o600, "[{}]");
        engine.image(&changed, "localhost/x").unwrap().unwrap();
        assert_eq!(stage.calls(), started + 4);
    }

    #[test]
    fn an_image_that_is_not_there_is_none_and_a_failure_is_one() {
        let stage = Stage::new("podman version 4.3.1");
        let host = stage.host("x");
        let engine = stage.find(&host).unwrap();
        assert_eq!(engine.image(&host, "missing"), Ok(None));
        let problem = engine.image(&host, "broken").unwrap_err();
        assert!(
            problem.what.ends_with("image \"broken\": broken"),
            "{problem}"
        );
        let problem = engine.image(&host, "odd").unwrap_err();
        assert!(problem.what.contains("not understood"), "{problem}");
        assert_eq!(engine.pull("good", &[], &[]), Ok(()));
        assert!(engine.pull("bad", &[], &[]).is_err());
    }
}
