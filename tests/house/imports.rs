//! Reads from src which module names which.

use std::fs;
use std::path::{Path, PathBuf};

/// A module names a path of the crate outside of its tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The module: `["policy", "rules", "bind_all"]`.
    pub(crate) from: Vec<String>,
    /// What it names: `["policy", "facts", "Facts"]`.
    pub(crate) to: Vec<String>,
}

/// All of src, but `lib.rs` and `main.rs`, which declare the rooms, and what is compiled for tests or fuzzing alone.
pub(crate) fn imports() -> Vec<Import> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let mut all = Vec::new();
    for file in files {
        let below = file.strip_prefix(&src).unwrap().with_extension("");
        let mut from: Vec<String> = below
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect();
        if from.last().is_some_and(|last| last == "mod") {
            from.pop();
        }
        let is_test = |part: &String| matches!(part.as_str(), "tests" | "fake" | "fuzz");
        if from == ["lib"] || from == ["main"] || from.iter().any(is_test) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // Every room is found, also one that imports nothing.
        let mut named = vec![from.clone()];
        for line in code(&text) {
            named.extend(paths(&line, &from));
        }
        all.extend(named.into_iter().map(|to| Import {
            from: from.clone(),
            to,
        }));
    }
    all.sort();
    all.dedup();
    all
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// The statements before the tests, a line each, without comments.
fn code(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim_start);
    let lines = lines.take_while(|line| !line.ends_with("mod tests {"));
    let lines = lines.filter(|line| !line.starts_with("//"));
    let text = lines.collect::<Vec<_>>().join(" ");
    text.split("use ").map(str::to_owned).collect()
}

/// The paths of the crate in a piece of code: `crate::…`, and `super::…` seen from the module.
fn paths(code: &str, from: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (start, root) in [("crate::", Root::Crate), ("super::", Root::Super)] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            // `pub(in crate::…)` says who may look; `super::` after `super::` was counted with the first.
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            if code[..at].ends_with("pub(in ") {
                continue;
            }
            let mut base = match root {
                Root::Crate => Vec::new(),
                Root::Super => parent(from),
            };
            let mut rest = &code[at + start.len()..];
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
            found.extend(ends(rest).into_iter().map(|end| [&base[..], &end].concat()));
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

#[derive(Clone, Copy)]
enum Root {
    Crate,
    Super,
}

fn parent(module: &[String]) -> Vec<String> {
    module[..module.len().saturating_sub(1)].to_vec()
}

/// `a::B` is one path, `{a::B, c}` are two.
fn ends(text: &str) -> Vec<Vec<String>> {
    if let Some(group) = text.strip_prefix('{') {
        let mut depth = 0_usize;
        let end = group.find(|c| {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => return true,
                '}' => depth -= 1,
                _ => {}
            }
            false
        });
        let inside = &group[..end.unwrap_or(group.len())];
        let mut depth = 0_usize;
        let parts = inside.split(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        });
        return parts.flat_map(|part| ends(part.trim())).collect();
    }
    let name: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() || name == "self" {
        return vec![Vec::new()];
    }
    match text[name.len()..].strip_prefix("::") {
        None => vec![vec![name]],
        Some(rest) => ends(rest)
            .into_iter()
            .map(|end| [&[name.clone()][..], &end].concat())
            .collect(),
    }
}

#[test]
fn groups_and_parents_are_understood() {
    let from = ["policy", "rules", "x"].map(str::to_owned);
    let read = |code: &str| -> Vec<String> {
        let paths = paths(code, &from);
        paths.iter().map(|path| path.join("::")).collect()
    };
    assert_eq!(
        read("crate::a::{b::C, d::{self, E}}"),
        ["a::b::C", "a::d", "a::d::E"]
    );
    assert_eq!(
        read("super::super::engine::judge"),
        ["policy::engine::judge"]
    );
    assert_eq!(read("crate::{a, b::C}"), ["a", "b::C"]);
    assert_eq!(read("pub(in crate::policy) fn x"), [""; 0]);
}
