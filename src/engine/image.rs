//! What an image says about itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::Host;
use crate::podman::image_config::ImageConfig;
use crate::problem::Problem;

/// The file in the cache directory that holds the configurations.
const FILE: &str = "images.json";

/// podman leaves out what is empty, or writes null.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: String,
    architecture: Option<String>,
    config: Option<Config>,
    annotations: Option<BTreeMap<String, String>>,
    labels: Option<BTreeMap<String, String>>,
    user: Option<String>,
    graph_driver: Option<GraphDriver>,
}

/// Where the files of an image lie, in the words of the driver of its store.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GraphDriver {
    name: String,
    data: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    user: Option<String>,
    exposed_ports: Option<BTreeMap<String, serde_json::Value>>,
    env: Option<Vec<String>>,
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    volumes: Option<BTreeMap<String, serde_json::Value>>,
    working_dir: Option<String>,
    labels: Option<BTreeMap<String, String>>,
}

/// Reads the answer of `podman image inspect`, a list of one.
pub(super) fn parse(answer: &[u8]) -> Result<ImageConfig, Problem> {
    let not_understood = |why: String| {
        Problem::new(format!(
            "podman's description of the image is not understood: {why}"
        ))
    };
    let [image]: [Inspected; 1] =
        serde_json::from_slice(answer).map_err(|error| not_understood(error.to_string()))?;
    if !is_id(&image.id) {
        return Err(not_understood(format!("\"{}\" is no image id", image.id)));
    }
    let config = image.config.unwrap_or_default();
    let keys = |map: Option<BTreeMap<String, _>>| map.unwrap_or_default().into_keys().collect();
    Ok(ImageConfig {
        id: image.id,
        architecture: image.architecture.unwrap_or_default(),
        user: config.user.or(image.user).unwrap_or_default(),
        volumes: keys(config.volumes),
        env: config.env.unwrap_or_default(),
        exposed_ports: keys(config.exposed_ports),
        annotations: image.annotations.unwrap_or_default(),
        labels: config.labels.or(image.labels).unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        cmd: config.cmd.unwrap_or_default(),
        workdir: config.working_dir.unwrap_or_default(),
        layers: image.graph_driver.map(layers).unwrap_or_default(),
    })
}

/// Does the storage driver keep each image whole, in a directory that it does not name?
pub(super) fn is_vfs(answer: &[u8]) -> bool {
    let images: Result<Vec<Inspected>, _> = serde_json::from_slice(answer);
    let images = images.unwrap_or_default().into_iter();
    let mut drivers = images.filter_map(|image| image.graph_driver);
    drivers.any(|driver| driver.name == "vfs")
}

/// The directories of an image's layers, uppermost first. With one of them not understood there is none: it might hide what
/// lies below.
fn layers(driver: GraphDriver) -> Vec<PathBuf> {
    if driver.name != "overlay" {
        return Vec::new();
    }
    let data = driver.data.unwrap_or_default();
    let upper = data.get("UpperDir");
    let lower = data
        .get("LowerDir")
        .into_iter()
        .flat_map(|path| path.split(':'));
    let layers = upper.map(String::as_str).into_iter().chain(lower);
    let layers: Vec<PathBuf> = layers.map(PathBuf::from).collect();
    if layers.iter().all(|layer| layer.is_absolute()) {
        layers
    } else {
        Vec::new()
    }
}

/// Does the reference mean the same image whatever registries.conf says? A full id, or a name with its registry.
pub(super) fn is_full(reference: &str) -> bool {
    let id = reference.strip_prefix("sha256:").unwrap_or(reference);
    let registry = reference.split_once('/').map(|(registry, _)| registry);
    is_id(id) || registry.is_some_and(|name| name == "localhost" || name.contains(['.', ':']))
}

fn is_id(text: &str) -> bool {
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == 64 && text.bytes().all(hex)
}

/// The configurations known of one state of the store. With the next state all of them are forgotten.
pub(super) struct Cache<'a> {
    host: &'a dyn Host,
    directory: &'a Path,
    kept: KeptImages,
}

#[derive(Default, Serialize, Deserialize)]
struct KeptImages {
    state: String,
    images: BTreeMap<String, ImageConfig>,
}

impl<'a> Cache<'a> {
    pub(super) fn open(host: &'a dyn Host, directory: &'a Path, state: &str) -> Self {
        let kept = host.recall(directory, FILE);
        let kept = kept.and_then(|kept| serde_json::from_slice::<KeptImages>(&kept).ok());
        Self {
            host,
            directory,
            kept: kept
                .filter(|kept| kept.state == state)
                .unwrap_or(KeptImages {
                    state: state.to_owned(),
                    images: BTreeMap::new(),
                }),
        }
    }

    pub(super) fn get(&self, reference: &str) -> Option<ImageConfig> {
        self.kept.images.get(reference).cloned()
    }

    pub(super) fn keep(mut self, reference: &str, image: &ImageConfig) {
        self.kept.images.insert(reference.to_owned(), image.clone());
        if let Ok(bytes) = serde_json::to_vec(&self.kept) {
            self.host.remember(self.directory, FILE, &bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::host::Fake;

    #[test]
    fn what_podman_leaves_out_is_empty() {
        let id = "0a".repeat(32);
        for rest in [
            "",
            ", \"Config\": null",
            ", \"Config\": {\"Env\": null}, \"Labels\": null",
        ] {
            let found = parse(format!("[{{\"Id\": \"{id}\"{rest}}}]").as_bytes()).unwrap();
            let empty = ImageConfig {
                id: id.clone(),
                ..ImageConfig::default()
            };
            assert_eq!(found, empty);
        }
    }

    #[test]
    fn the_layers_of_an_image_are_told_by_overlay_alone() {
        let found = |driver: &str| {
            let id = "0a".repeat(32);
            let answer = format!("[{{\"Id\": \"{id}\", \"GraphDriver\": {driver}}}]");
            parse(answer.as_bytes()).unwrap().layers
        };
        let data = |lower: &str| {
            format!("{{\"Name\": \"overlay\", \"Data\": {{\"UpperDir\": \"/s/c/diff\"{lower}}}}}")
        };
        assert_eq!(found(&data("")), [Path::new("/s/c/diff")]);
        let lower = data(", \"LowerDir\": \"/s/b/diff:/s/a/diff\", \"WorkDir\": \"/s/c/work\"");
        assert_eq!(
            found(&lower),
            ["/s/c/diff", "/s/b/diff", "/s/a/diff"].map(PathBuf::from)
        );
        for none in [
            "null",
            "{\"Name\": \"vfs\", \"Data\": null}",
            "{\"Name\": \"overlay\", \"Data\": {}}",
            "{\"Name\": \"btrfs\", \"Data\": {\"UpperDir\": \"/s/c/diff\"}}",
            &data(", \"LowerDir\": \"/s/b/diff:a/diff\""),
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn what_is_no_image_is_refused() {
        let id = "0a".repeat(32);
        let two = format!("[{{\"Id\": \"{id}\"}}, {{\"Id\": \"{id}\"}}]");
        let env = format!("[{{\"Id\": \"{id}\", \"Config\": {{\"Env\": \"A\"}}}}]");
        for bad in [
            "",
            "[]",
            "{}",
            "[{}]",
            "[{\"Id\": \"../x\"}]",
            "null",
            &two,
            &env,
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_full_reference_needs_no_registries_conf() {
        let id = "0a".repeat(32);
        let long = format!("sha256:{id}");
        for full in [
            "localhost/x",
            "docker.io/library/alpine:3",
            "r:5000/x",
            &id,
            &long,
        ] {
            assert!(is_full(full), "{full}");
        }
        for short in [
            "alpine",
            "alpine:3.20",
            "library/alpine",
            "0a0a0a",
            &id.to_uppercase(),
            "",
        ] {
            assert!(!is_full(short), "{short}");
        }
    }

    #[test]
    fn the_next_state_of_the_store_forgets_all() {
        let (host, directory) = (Fake::rootful(), Path::new("/run/x"));
        let image = ImageConfig::default();
        Cache::open(&host, directory, "1").keep("a", &image);
        Cache::open(&host, directory, "1").keep("b", &image);
        let cache = Cache::open(&host, directory, "1");
        assert!(cache.get("a").is_some() && cache.get("b").is_some());
        Cache::open(&host, directory, "2").keep("c", &image);
        let cache = Cache::open(&host, directory, "2");
        assert!(cache.get("a").is_none() && cache.get("c").is_some());
        assert!(Cache::open(&host, directory, "1").get("c").is_none());
    }
}
