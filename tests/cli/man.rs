//! The committed man pages are those of this program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Skip, Tested, tests};

tests!(fn() -> Tested: pages_are_up_to_date, groff_has_no_complaint);

const BINARY: &str = env!("CARGO_BIN_EXE_safe-podman");

fn pages(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn committed() -> BTreeMap<String, String> {
    pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("man"))
}

fn pages_are_up_to_date() -> Tested {
    let fresh = tempfile::tempdir().unwrap();
    let status = Command::new(BINARY)
        .arg("__man")
        .arg(fresh.path())
        .status()
        .unwrap();
    assert!(status.success());
    let (fresh, committed) = (pages(fresh.path()), committed());
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&fresh), names(&committed), "type: make man");
    for (name, text) in fresh {
        let old = &committed[&name];
        let differs = text
            .lines()
            .zip(old.lines())
            .position(|(new, old)| new != old);
        assert!(
            text == *old,
            "man/{name} differs at line {:?}; type: make man",
            differs.map(|at| at + 1)
        );
    }
    Ok(())
}

fn groff_has_no_complaint() -> Tested {
    for name in committed().into_keys() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("man")
            .join(&name);
        let output = Command::new("groff")
            .args(["-man", "-ww", "-Tascii", "-z"])
            .arg(path)
            .output()
            .map_err(|error| Skip::new(format!("groff: {error}")))?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{name}: {said}");
    }
    Ok(())
}
