//! Where the storage driver `vfs` keeps the files of an image: whole, in one directory, which `podman image inspect` does not
//! name. It is what podman falls back to where overlay cannot be had, for a user's store on an older kernel for example.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::host::{Host, Links};

/// An index of some ten thousand images.
const LARGEST: u64 = 64 << 20;

/// An entry of `vfs-images/images.json`.
#[derive(Deserialize)]
struct Indexed {
    id: String,
    layer: Option<String>,
}

/// The directory with the files of the image of this id, in the store at `graph_root`.
pub(super) fn layers(host: &dyn Host, graph_root: &Path, id: &str) -> Vec<PathBuf> {
    let index = graph_root.join("vfs-images/images.json");
    let index = host.open_file(&index, LARGEST, Links::Refuse).ok();
    let images = index.and_then(|index| serde_json::from_slice::<Vec<Indexed>>(&index.bytes).ok());
    let mut images = images.unwrap_or_default().into_iter();
    let found = images.find(|image| image.id == id);
    let layer = found.and_then(|image| image.layer).filter(|layer| {
        let is_hex = |byte: u8| byte.is_ascii_hexdigit();
        !layer.is_empty() && layer.bytes().all(is_hex)
    });
    let layer = layer.map(|layer| graph_root.join("vfs/dir").join(layer));
    layer.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Fake;

    #[test]
    fn the_index_names_the_layer() {
        let index = r#"[{"id":"a1","layer":"5e"},{"id":"b2"},{"id":"c3","layer":"../../etc"}]"#;
        let host = Fake::rootful().file("/s/vfs-images/images.json", 0, 0o600, index);
        let found = |id: &str| layers(&host, Path::new("/s"), id);
        assert_eq!(found("a1"), [PathBuf::from("/s/vfs/dir/5e")]);
        for none in ["b2", "c3", "d4"] {
            assert!(found(none).is_empty(), "{none}");
        }
        assert!(layers(&host, Path::new("/other"), "a1").is_empty());
    }
}
