//! Whether what a path leads to is in root's hands.

use std::path::Path;

use super::paths::{EntryKind, FileKind, Tree, walk};
use crate::problem::Problem;

/// The answer to [`super::Host::trusted`].
pub(super) fn trusted(tree: &dyn Tree, path: &Path) -> Result<(), Problem> {
    let walk = walk(tree, path)?;
    let refuse = |place: &Path, why: &str| {
        Problem::new(format!(
            "\"{}\" may be changed by others than root: \"{}\" {why}",
            path.display(),
            place.display()
        ))
        .instead(format!(
            "chown root:root {0} && chmod go-w {0}",
            place.display()
        ))
    };
    if walk.resolved.kind == FileKind::Missing {
        let what = format!("\"{}\" does not exist", path.display());
        return Err(Problem::new(what));
    }
    for (place, entry) in &walk.passed {
        if entry.owner != 0 {
            return Err(refuse(place, &format!("belongs to uid {}", entry.owner)));
        }
        let is_link = matches!(entry.kind, EntryKind::Link(_));
        if !is_link && entry.mode & 0o022 != 0 {
            let why = format!("has mode {:04o}, writable by group or others", entry.mode);
            return Err(refuse(place, &why));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{Fake, Host as _};
    use super::*;

    #[test]
    fn trust_needs_the_whole_way() {
        let host = Fake::rootful()
            .file("/usr/bin/podman", 0, 0o755, "")
            .file("/opt/bin/podman", 0, 0o755, "")
            .directory("/opt", 0, 0o775)
            .file("/srv/bin/podman", 0, 0o775, "")
            .file("/home/ann/podman", 1000, 0o755, "")
            .link("/usr/bin/engine", "/home/ann/podman")
            .directory("/home/ann", 1000, 0o755)
            .link("/home/ann/link", "/usr/bin/podman")
            .link("/usr/bin/fine", "podman");
        for path in ["/usr/bin/podman", "/usr/bin/fine", "/opt/../usr/bin/fine"] {
            let trusted = host.trusted(Path::new(path));
            assert_eq!(
                trusted.is_ok(),
                !path.contains("opt"),
                "{path}: {trusted:?}"
            );
        }
        for (path, place) in [
            ("/opt/bin/podman", "\"/opt\" has mode 0775"),
            ("/srv/bin/podman", "\"/srv/bin/podman\" has mode 0775"),
            ("/usr/bin/engine", "\"/home/ann\" belongs to uid 1000"),
            ("/home/ann/link", "\"/home/ann\" belongs to uid 1000"),
            ("/usr/bin/missing", "does not exist"),
        ] {
            let problem = host.trusted(Path::new(path)).unwrap_err();
            assert!(problem.what.contains(place), "{path}: {problem}");
        }
    }
}
