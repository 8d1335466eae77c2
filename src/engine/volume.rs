//! What podman says about its volumes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::problem::Problem;

/// A volume of podman's store, `podman-volume-ls(1)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListedVolume {
    /// Its driver; podman's own is `local`.
    pub driver: String,
    /// How it is mounted: `type`, `o`, `device`; empty for an ordinary one.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// The directory with what it holds, absolute.
    #[serde(default)]
    pub mountpoint: PathBuf,
    /// Will podman fill it from the image and give it to the container's user when it is mounted next? So it is until it was
    /// mounted for the first time.
    #[serde(default, rename = "NeedsChown")]
    pub is_new: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VolumeRow {
    name: String,
    #[serde(flatten)]
    volume: ListedVolume,
}

/// Reads the answer of `podman volume ls --format json`; podman 4 writes `null` or nothing for none.
pub(super) fn parse(answer: &[u8]) -> Result<BTreeMap<String, ListedVolume>, Problem> {
    if answer.trim_ascii().is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Option<Vec<VolumeRow>> = serde_json::from_slice(answer).map_err(|error| {
        Problem::new(format!(
            "podman's list of volumes is not understood: {error}"
        ))
    })?;
    Ok(rows
        .into_iter()
        .flatten()
        .map(|row| (row.name, row.volume))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_podman_prints() {
        let answer = br#"[{"Name":"v","Driver":"local","Mountpoint":"/m","Options":{"device":"/etc","o":"bind","type":"none"},"UID":1}]"#;
        let volumes = parse(answer).unwrap();
        assert_eq!(volumes["v"].options["device"], "/etc");
        assert_eq!(volumes["v"].mountpoint, PathBuf::from("/m"));
        assert!(!volumes["v"].is_new);
        let new = br#"[{"Name":"v","Driver":"local","Mountpoint":"/m","NeedsCopyUp":true,"NeedsChown":true}]"#;
        assert!(parse(new).unwrap()["v"].is_new);
        for none in ["", "[]\n", "null"] {
            assert_eq!(parse(none.as_bytes()).unwrap(), BTreeMap::new());
        }
        assert!(parse(b"{}").is_err());
    }
}
