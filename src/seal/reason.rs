//! How the reason reaches the person.
//!
//! runc relays what a hook says on its standard error, crun throws it away. Both are told by podman to log to the file
//! `oci-log` in the container's run directory, and podman prints the message in it when the start fails. The runtime
//! still has that file open and will add its own words ("error executing hook"), so ours stands in a new file renamed over
//! the old one.

use std::path::{Path, PathBuf};

use crate::host::{Host, Links, Sticky};
use crate::seal::oci;

/// The file podman reads.
const LOG: &str = "oci-log";

/// Leaves the reason for podman. A failure is nothing to report: the start fails all the same.
pub(crate) fn leave(host: &dyn Host, bundle: &Path, id: &str, reason: &str) {
    if let Some(directory) = run_directory(host, bundle, id) {
        let line = serde_json::json!({
            "msg": reason,
            "level": "error",
            "time": "1970-01-01T00:00:00Z",
        });
        let _ = host.replace(&directory.join(LOG), line.to_string().as_bytes());
    }
}

/// The directory of the files that podman writes for this very container and mounts: which of them it mounts depends on
/// the flags, so any will do. The document may be one that is not understood, so only this much is read of it.
fn run_directory(host: &dyn Host, bundle: &Path, id: &str) -> Option<PathBuf> {
    let path = bundle.join("config.json");
    let file = host.open_file(&path, oci::MAX_BYTES, Links::Refuse).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&file.bytes).ok()?;
    let mounts = document.get("mounts")?.as_array()?;
    let sources = mounts
        .iter()
        .filter_map(|mount| Path::new(mount.get("source")?.as_str()?).parent());
    let mut own = sources.filter(|directory| {
        directory.is_absolute() && is_of(directory, id) && is_podmans(host, directory)
    });
    own.find(|directory| host.stamp(&directory.join(LOG)).is_some())
        .map(Path::to_owned)
}

/// Who may start this program as root, `sudo safe-podman seal`, names any directory: nobody but root may have made root's,
/// nor any link on the way there. A user's podman writes where the user may write, whoever typed it.
fn is_podmans(host: &dyn Host, directory: &Path) -> bool {
    // A hook of a rootless podman looks like root in its user namespace.
    host.identity().owner.uid != 0
        || host
            .only_changed_by(directory, &[0], Sticky::Passed)
            .is_ok()
}

/// `DRIVER-containers/ID/userdata`.
fn is_of(directory: &Path, id: &str) -> bool {
    let mut names = directory
        .components()
        .rev()
        .filter_map(|part| part.as_os_str().to_str());
    names.next() == Some("userdata")
        && names.next() == Some(id)
        && names
            .next()
            .is_some_and(|driver| driver.ends_with("-containers"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::host::Fake;

    const ID: &str = "c0ffee";

    /// What is left for podman where a container has these mounts, and where a log lies in these directories.
    fn left(sources: &[&str], logs: &[&str]) -> Vec<String> {
        let mounts: Vec<_> = sources
            .iter()
            .map(|source| serde_json::json!({"source": source}))
            .collect();
        let document = serde_json::json!({"mounts": mounts}).to_string();
        let host = Fake::rootful().file("/bundle/config.json", 0, 0o600, document);
        let host = logs.iter().fold(host, |host, log| {
            host.file(format!("{log}/{LOG}"), 0, 0o600, "")
        });
        leave(&host, Path::new("/bundle"), ID, "because");
        let mut written = Vec::new();
        for log in logs {
            if let Some(text) = host.recall(Path::new(log), LOG) {
                assert!(
                    String::from_utf8(text)
                        .unwrap()
                        .contains("\"msg\":\"because\"")
                );
                written.push((*log).to_owned());
            }
        }
        written
    }

    #[test]
    fn the_reason_is_left_in_the_container_s_own_directory_alone() {
        let own = "/run/overlay-containers/c0ffee/userdata";
        let file = &format!("{own}/hosts");
        assert_eq!(left(&["proc", "/srv/x", file], &["/srv", own]), [own]);
        assert_eq!(left(&[file], &[]), [""; 0]);
        for other in [
            "/run/overlay-containers/c0ffef/userdata",
            "/run/overlay-containers/c0ffee/other",
            "/run/overlay-containersx/c0ffee/userdata",
            "run/overlay-containers/c0ffee/userdata",
            "/c0ffee/userdata",
        ] {
            assert_eq!(
                left(&[&format!("{other}/hosts")], &[other]),
                [""; 0],
                "{other}"
            );
        }
        // Of two directories the one with a log.
        let two = "/var/vfs-containers/c0ffee/userdata";
        assert_eq!(left(&[&format!("{two}/passwd"), file], &[own]), [own]);
    }

    /// `sudo safe-podman seal` with a link in one's own home, where a directory of podman's should be.
    #[test]
    fn root_s_hook_writes_nowhere_that_another_user_chose() {
        let own = format!("/run/vfs-containers/{ID}/userdata");
        let document = serde_json::json!({"mounts": [{"source": format!("{own}/hosts")}]});
        for (owner, mode, is_left) in [(0, 0o755, true), (1000, 0o755, false), (0, 0o777, false)] {
            let host = Fake::rootful()
                .file("/bundle/config.json", 0, 0o600, document.to_string())
                .directory(format!("/run/vfs-containers/{ID}"), owner, mode)
                .file(format!("{own}/{LOG}"), 0, 0o600, "");
            leave(&host, Path::new("/bundle"), ID, "because");
            let log = host.recall(Path::new(&own), LOG);
            assert_eq!(log.is_some(), is_left, "{owner} {mode:o}");
        }
    }
}
