//! The hook that podman itself calls: the root file system is mounted, and neither podman nor the runtime has made anything
//! in it yet.
//!
//! Both go on as the host's root, or as the person: podman makes the WORKDIR that an image lacks, the runtime the nodes and
//! links below `/dev`. Where one of these paths is a link of the image's own, that happens on the host, long before the
//! hook of stage `createRuntime` sees anything (CVE-2026-55686, CVE-2026-41579, CVE-2026-47766). Mounts are no such
//! places: podman and the runtimes look for their targets inside the root file system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ANNOTATION;
use super::hook::SealVerdict;
use super::observed::clean;
use crate::host::{FileKind, Host};
use crate::problem::Problem;

/// What the runtime makes things in, after it has mounted over it: no link may stand there.
const MOUNTED: [&str; 3] = ["/dev", "/proc", "/sys"];

/// As much of the `config.json` that podman proposes as is judged here; a runtime's state is none.
#[derive(Debug, Deserialize)]
pub(crate) struct ProposedConfig {
    root: ProposedRoot,
    process: ProposedProcess,
    #[serde(default)]
    mounts: Vec<ProposedMount>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct ProposedRoot {
    path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct ProposedProcess {
    cwd: PathBuf,
}

#[derive(Debug, Deserialize)]
struct ProposedMount {
    #[serde(default)]
    source: PathBuf,
}

impl ProposedConfig {
    /// What podman hands to a hook of stage `precreate`; none when it is something else.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Does anything that podman or the runtime is about to follow lead out of the root file system?
    pub(crate) fn judge(&self, host: &dyn Host) -> SealVerdict {
        if !self.annotations.contains_key(ANNOTATION) {
            return SealVerdict::Unsealed;
        }
        match self.stays_inside(host) {
            Ok(()) => SealVerdict::Kept,
            Err(Problem { what, instead, .. }) => {
                let instead = instead.map_or_else(String::new, |instead| format!(": {instead}"));
                let why = format!("the container is not started, for {what}{instead}");
                SealVerdict::Broken(why)
            }
        }
    }

    fn stays_inside(&self, host: &dyn Host) -> Result<(), Problem> {
        let root = &host.resolve(&self.root.path)?.path;
        for name in MOUNTED {
            let path = join(root, Path::new(name));
            let found = host.resolve(&path)?;
            let is_plain = matches!(found.kind, FileKind::Directory | FileKind::Missing);
            if found.path != path || !is_plain {
                let what = format!("\"{name}\" of the image is a link or no directory");
                return Err(refused(&what, &found.path).instead(
                    "no flag makes this image safe: make another one, in which it is a directory",
                ));
            }
        }
        let cwd = clean(&self.process.cwd);
        let found = host.resolve(&join(root, &cwd))?;
        if !found.path.starts_with(root) {
            let what = format!("the working directory \"{}\" is a link", cwd.display());
            return Err(refused(&what, &found.path).instead(format!(
                "name a directory that is no link: --workdir={}",
                inside(host, root, &found.path).display()
            )));
        }
        // What podman takes out of the image and mounts: the rules of cryptography of a host in FIPS mode.
        let sources = self.mounts.iter().map(|mount| &mount.source);
        for source in sources.filter(|source| source.starts_with(&self.root.path)) {
            let found = host.resolve(source)?;
            if !found.path.starts_with(root) {
                let what = format!("\"{}\" of the image is a link", source.display());
                return Err(refused(&what, &found.path));
            }
        }
        Ok(())
    }
}

fn refused(what: &str, place: &Path) -> Problem {
    Problem::new(format!(
        "{what}, which podman or the runtime would follow to \"{}\" of the host",
        place.display()
    ))
}

fn join(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// Where the container itself would find what the link leads to, or else `/`.
fn inside(host: &dyn Host, root: &Path, outside: &Path) -> PathBuf {
    let path = join(root, outside);
    let found = host.resolve(&path);
    if found.is_ok_and(|found| found.path == path && found.kind == FileKind::Directory) {
        outside.to_owned()
    } else {
        PathBuf::from("/")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::host::Fake;
    use crate::testing::Told;

    const ROOT: &str = "/var/lib/containers/storage/overlay/x/merged";

    fn config(cwd: &str, annotation: &str) -> ProposedConfig {
        let document = json!({
            "ociVersion": "1.0.2",
            "root": {"path": ROOT},
            "process": {"cwd": cwd, "args": ["x"]},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/etc/crypto-policies/back-ends", "type": "bind",
                 "source": format!("{ROOT}/usr/share/crypto-policies/back-ends/FIPS")},
            ],
            "annotations": {annotation: "x"},
        });
        ProposedConfig::read(document.to_string().as_bytes()).unwrap()
    }

    /// An image's root file system.
    fn image() -> Fake {
        let directories = ["dev", "etc", "opt/app", "run", "var/lib", "usr/share"];
        directories.iter().fold(Fake::rootful(), |host, name| {
            host.directory(format!("{ROOT}/{name}"), 0, 0o755)
        })
    }

    fn link(name: &str, target: &str) -> Fake {
        image().link(format!("{ROOT}/{name}"), target)
    }

    fn said(host: &Fake, cwd: &str) -> String {
        match config(cwd, ANNOTATION).judge(host) {
            SealVerdict::Broken(why) => why,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn links_that_lead_out_are_refused() {
        let mut told = Told::default();
        let mut tell = |title: &str, host: &Fake, cwd: &str| {
            let said = said(host, cwd);
            assert!(said.contains("not started"), "{title}: {said}");
            told.lines(title, &[said]);
        };
        for name in ["dev", "proc", "sys"] {
            let host = Fake::rootful().link(format!("{ROOT}/{name}"), "/srv");
            tell(&format!("/{name}"), &host, "/");
        }
        let up = "../../../../../../../../../srv";
        let host = Fake::rootful().link(format!("{ROOT}/dev"), up);
        tell("up and out", &host, "/");
        let host = Fake::rootful().link(format!("{ROOT}/dev"), "d").directory(
            format!("{ROOT}/d"),
            0,
            0o755,
        );
        tell("a link that stays inside", &host, "/");
        let host = Fake::rootful().file(format!("{ROOT}/sys"), 0, 0o644, "");
        tell("a file", &host, "/");
        tell(
            "what the image has inside",
            &link("app", "/opt/app"),
            "/app",
        );
        tell("what nobody has", &link("w", "/root/.ssh"), "/w/made/here");
        tell("up", &link("w", up), "/x/../w/made");
        tell("a loop", &link("w", "w"), "/w");
        tell("a descriptor", &link("w", "/proc/self/fd/7"), "/w/x");
        tell(
            "a mount out of the image",
            &link("usr/share/crypto-policies", "/etc"),
            "/",
        );
        insta::assert_snapshot!("precreate", told.text());
    }

    #[test]
    fn links_that_stay_inside_are_not() {
        let host = link("var/run", "/run").link(format!("{ROOT}/w"), "opt/app");
        for cwd in ["/", "", "/opt/app", "/opt/app/missing/one", "/w", "/w/x"] {
            assert_eq!(said(&host, cwd), "Kept", "{cwd}");
        }
        assert_eq!(said(&Fake::rootful(), "/app"), "Kept");
    }

    #[test]
    fn what_was_promised_nothing_is_nobody_s_business() {
        let config = config("/w", "other");
        assert_eq!(config.judge(&link("w", "/srv")), SealVerdict::Unsealed);
        for state in ["", "{}", r#"{"id": "x", "bundle": "/x", "pid": 1}"#] {
            assert!(ProposedConfig::read(state.as_bytes()).is_none(), "{state}");
        }
    }
}
