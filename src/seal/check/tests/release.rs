//! What a podman writes that no row of `podman/releases` knows: `make release-diff`.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::host::{Fake, Host, System};
use crate::podman::releases::Fact;
use crate::podman::releases::annotations::ANNOTATIONS;
use crate::podman::releases::paths::{MASKED, READ_ONLY};
use crate::podman::version::Version;
use crate::seal::ANNOTATION;
use crate::seal::check::compare;
use crate::seal::observed::Observed;
use crate::seal::oci::OciConfig;
use crate::seal::promise::{Promise, PromisedSeccomp};
use crate::seal::store::ContainerContext;

#[test]
#[ignore = "tests/releases/diff runs it, with a config.json of the podman in question"]
fn what_a_podman_writes() {
    let said = |what: &str| std::env::var(format!("SAFE_PODMAN_RELEASE_{what}")).unwrap();
    let path = said("CONFIG");
    let version: Version = said("VERSION").parse().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let found = differences(
        &System::default(),
        &text,
        version,
        Path::new(&path),
        Path::new(&said("PROGRAM")),
    );
    std::fs::write(said("OUT"), found).unwrap();
}

/// The rows know the podman that the fixture was made with.
#[test]
fn the_fixture_s_podman_is_known() {
    let mut document: Value = serde_json::from_str(super::CONFIG).unwrap();
    let promise = super::promised();
    document["annotations"][ANNOTATION] = promise.encode().unwrap().into();
    let version = Version(4, 3, 1);
    let of = |document: &Value| {
        let bundle = super::bundle();
        let config = bundle.join("config.json");
        differences(
            &Fake::rootful(),
            &document.to_string(),
            version,
            &config,
            Path::new("/usr/bin/safe-podman"),
        )
    };
    assert_eq!(of(&document), "");
    document["linux"]["newKey"] = true.into();
    document["linux"]["maskedPaths"][0] = "/proc/new".into();
    document["annotations"]["io.podman.annotations.cpuset"] = "0".into();
    let found = of(&document);
    for line in [
        "a key that is not known: newKey\n",
        "hidden without a row: /proc/new\n",
        "a row, but not hidden: /proc/acpi\n",
        "an annotation without a row: io.podman.annotations.cpuset\n",
        "a mask over /proc/acpi",
    ] {
        assert!(found.contains(line), "{line}: {found}");
    }
}

/// A line for each.
fn differences(
    host: &dyn Host,
    text: &str,
    version: Version,
    path: &Path,
    program: &Path,
) -> String {
    let mut out = String::new();
    let mut document: Value = serde_json::from_str(text).unwrap();
    // One unknown key hides the next.
    let config = loop {
        match OciConfig::parse(document.to_string().as_bytes()) {
            Ok(config) => break config,
            Err(problem) => {
                let key = problem.what.split('`').nth(1);
                let key = key.filter(|key| remove(&mut document, key));
                let key = key.unwrap_or_else(|| panic!("{problem}"));
                let _ = writeln!(out, "a key that is not known: {key}");
            }
        }
    };
    against_rows(
        "hidden",
        &MASKED,
        &config.linux.masked_paths,
        version,
        &mut out,
    );
    against_rows(
        "read-only",
        &READ_ONLY,
        &config.linux.readonly_paths,
        version,
        &mut out,
    );
    let has_row = |key: &str| {
        let mut rows = ANNOTATIONS.iter();
        key == ANNOTATION || rows.any(|row| row.what.key == key && row.holds_in(version))
    };
    for key in config.annotations.keys().filter(|key| !has_row(key)) {
        let _ = writeln!(out, "an annotation without a row: {key}");
    }
    let mut promise = Promise::decode(&config.annotations[ANNOTATION]).unwrap();
    let profile = match &promise.seccomp {
        PromisedSeccomp::Filter(filter) => std::fs::read(&filter.file).ok(),
        PromisedSeccomp::Unconfined => None,
    };
    if profile.is_none() {
        promise.seccomp = PromisedSeccomp::Unconfined;
    }
    let bundle = path.parent().unwrap();
    let context = ContainerContext {
        host,
        id: bundle
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap(),
        bundle,
        root: Some(&config.root.path),
    };
    let observed = Observed::from_config(context, &config, program, profile.as_deref(), None);
    for breach in compare(&promise, &observed).breaches {
        let _ = writeln!(out, "{breach}");
    }
    out
}

/// Takes a key out, wherever it stands.
fn remove(value: &mut Value, key: &str) -> bool {
    let (mut removed, below): (bool, Vec<&mut Value>) = match value {
        Value::Object(map) => (map.remove(key).is_some(), map.values_mut().collect()),
        Value::Array(list) => (false, list.iter_mut().collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (false, Vec::new()),
    };
    for value in below {
        removed |= remove(value, key);
    }
    removed
}

fn against_rows(
    what: &str,
    rows: &[Fact<&str>],
    found: &[String],
    version: Version,
    out: &mut String,
) {
    let rows: Vec<&str> = rows
        .iter()
        .filter(|row| row.holds_in(version))
        .map(|row| row.what)
        .collect();
    // podman writes out what a pattern matches on this host, which may be nothing.
    let matches = |row: &str, path: &str| match row.split_once('*') {
        Some((start, end)) => path.starts_with(start) && path.ends_with(end),
        None => row == path,
    };
    for path in found {
        if !rows.iter().any(|row| matches(row, path)) {
            let _ = writeln!(out, "{what} without a row: {path}");
        }
    }
    for row in rows.iter().filter(|row| !row.contains('*')) {
        if !found.iter().any(|path| path == row) {
            let _ = writeln!(out, "a row, but not {what}: {row}");
        }
    }
}
