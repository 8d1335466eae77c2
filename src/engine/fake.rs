//! A podman made up for a test: it knows what the test tells it, notes what it is asked, and nothing is started.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Engine, Engines, InspectedContainer, ListedVolume};
use crate::env::Scrubbed;
use crate::exec::Variables;
use crate::host::Host;
use crate::podman::image_config::ImageConfig;
use crate::podman::version::Version;
use crate::problem::Problem;

/// Where the fake podman stands.
pub(crate) const PODMAN: &str = "/usr/bin/podman";

/// The podman, and the notes of what it was asked.
#[derive(Clone, Debug)]
pub(crate) struct FakeEngine {
    version: Version,
    /// What the store holds; none when the image has to be pulled first.
    image: Rc<RefCell<Option<ImageConfig>>>,
    /// What a registry holds.
    remote: Option<ImageConfig>,
    volumes: BTreeMap<String, ListedVolume>,
    containers: BTreeMap<String, InspectedContainer>,
    calls: Rc<RefCell<Vec<String>>>,
}

impl FakeEngine {
    /// A release whose store holds an image that runs as user 998.
    pub(crate) fn new(version: Version) -> Self {
        let image = ImageConfig {
            id: "0a".repeat(32),
            user: "998".to_owned(),
            ..ImageConfig::default()
        };
        Self {
            version,
            image: Rc::new(RefCell::new(Some(image))),
            remote: None,
            volumes: BTreeMap::new(),
            containers: BTreeMap::new(),
            calls: Rc::default(),
        }
    }

    /// Changes the image.
    pub(crate) fn with_image(self, change: impl FnOnce(&mut ImageConfig)) -> Self {
        self.image.borrow_mut().as_mut().map(change);
        self
    }

    /// Leaves the image in the registry.
    pub(crate) fn unpulled(mut self) -> Self {
        self.remote = self.image.take();
        self
    }

    /// Puts a newer image into the registry.
    pub(crate) fn with_newer(mut self, change: impl FnOnce(&mut ImageConfig)) -> Self {
        self.remote.clone_from(&self.image.borrow());
        self.remote.as_mut().map(change);
        self
    }

    /// Adds a volume.
    pub(crate) fn with_volume(mut self, name: &str, volume: ListedVolume) -> Self {
        self.volumes.insert(name.to_owned(), volume);
        self
    }

    /// Adds a container.
    pub(crate) fn with_container(mut self, name: &str, container: InspectedContainer) -> Self {
        self.containers.insert(name.to_owned(), container);
        self
    }

    /// What it was asked so far, the last being what it was told to become.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.borrow().clone()
    }

    fn note(&self, call: String) {
        self.calls.borrow_mut().push(call);
    }
}

impl Engines for FakeEngine {
    fn find(
        &self,
        _: &dyn Host,
        _: Option<&Path>,
        _: &Scrubbed,
    ) -> Result<Box<dyn Engine>, Problem> {
        self.note("find".to_owned());
        Ok(Box::new(self.clone()))
    }
}

impl Engine for FakeEngine {
    fn path(&self) -> &Path {
        Path::new(PODMAN)
    }

    fn version(&self) -> Version {
        self.version
    }

    fn enter(&mut self, _: &Scrubbed, store: Vec<OsString>) {
        let store: Vec<_> = store.iter().map(|flag| flag.to_string_lossy()).collect();
        self.note(format!("enter {}", store.join(" ")));
    }

    fn image(&self, _: &dyn Host, reference: &str) -> Result<Option<ImageConfig>, Problem> {
        self.note(format!("image {reference}"));
        Ok(self.image.borrow().clone())
    }

    fn volumes(&self) -> Result<BTreeMap<String, ListedVolume>, Problem> {
        self.note("volumes".to_owned());
        Ok(self.volumes.clone())
    }

    fn container(&self, name: &str) -> Result<Option<InspectedContainer>, Problem> {
        self.note(format!("container {name}"));
        Ok(self.containers.get(name).cloned())
    }

    fn pull(&self, reference: &str, _: &[OsString], _: &Variables) -> Result<(), Problem> {
        self.note(format!("pull {reference}"));
        self.image.replace(self.remote.clone());
        Ok(())
    }

    fn ask(&self, question: &[&str], _: &str) -> Result<Vec<u8>, Problem> {
        self.note(question.join(" "));
        Ok(Vec::new())
    }

    fn replace(&self, texts: &[Vec<u8>], words: &dyn Fn(&[PathBuf]) -> Vec<OsString>) -> Problem {
        let paths: Vec<PathBuf> = (3..)
            .zip(texts)
            .map(|(number, text)| {
                self.note(String::from_utf8_lossy(text).into_owned());
                format!("/proc/self/fd/{number}").into()
            })
            .collect();
        let words = words(&paths);
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        self.note(words.join(" "));
        Problem::new("became podman")
    }
}
