//! The map of the house, held against the code: who may import whom.
//!
//! A room is a file or folder of src. [`ROOMS`] names them from the ground floor up, and what each may import; all of
//! that stands above it in the list, so there are no circles between rooms. A new import that is meant adds a word here,
//! and is seen in review.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod imports;

use std::collections::{BTreeMap, BTreeSet};

use imports::{Import, imports};

/// A room, and the rooms that it imports.
const ROOMS: &[(&str, &[&str])] = &[
    ("origin", &[]),
    ("text", &[]),
    ("nearest", &[]),
    ("digest", &[]),
    ("problem", &["origin"]),
    ("words", &["problem"]),
    ("rule_id", &["nearest"]),
    ("host", &["problem"]),
    ("env", &["host"]),
    ("exec", &["host", "problem"]),
    ("yaml", &["origin", "problem", "text"]),
    ("allow", &["origin", "problem", "rule_id", "text"]),
    ("caps", &["problem"]),
    ("seccomp", &["nearest", "problem"]),
    (
        "podman",
        &["nearest", "origin", "problem", "rule_id", "words"],
    ),
    ("engine", &["env", "exec", "host", "podman", "problem"]),
    ("shell", &["origin", "podman", "problem"]),
    (
        "profile",
        &[
            "allow", "host", "nearest", "origin", "podman", "problem", "rule_id", "yaml",
        ],
    ),
    (
        "spec",
        &[
            "caps", "host", "origin", "podman", "problem", "rule_id", "seccomp",
        ],
    ),
    (
        "policy",
        &[
            "allow", "caps", "host", "nearest", "origin", "podman", "problem", "rule_id",
            "seccomp", "spec", "yaml",
        ],
    ),
    (
        "seal",
        &[
            "caps", "digest", "env", "host", "origin", "podman", "problem", "seccomp", "spec",
        ],
    ),
    (
        "cli",
        &[
            "allow", "podman", "policy", "problem", "rule_id", "text", "words",
        ],
    ),
    (
        "plan",
        &[
            "allow", "cli", "digest", "engine", "env", "exec", "host", "origin", "podman",
            "policy", "problem", "profile", "rule_id", "seal", "seccomp", "spec",
        ],
    ),
    (
        "report",
        &[
            "allow", "cli", "env", "origin", "plan", "podman", "policy", "problem", "seal",
            "seccomp", "spec", "text",
        ],
    ),
    ("log", &["host", "policy", "report"]),
    (
        "man",
        &[
            "caps", "cli", "podman", "policy", "profile", "report", "spec", "text",
        ],
    ),
    (
        "commands",
        &[
            "cli", "engine", "env", "exec", "host", "log", "man", "nearest", "origin", "plan",
            "podman", "policy", "problem", "profile", "report", "rule_id", "seal", "shell",
        ],
    ),
    (
        "testing",
        &[
            "allow", "cli", "digest", "env", "host", "origin", "plan", "podman", "policy",
            "problem", "profile", "report", "rule_id", "seal", "spec", "text", "yaml",
        ],
    ),
];

/// Rooms whose files import each other in no circle.
const WITHOUT_CIRCLES: [&str; 3] = ["plan", "policy", "seal"];

#[test]
fn a_room_imports_what_the_list_says_and_nothing_else() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Import { from, to } in imports() {
        let rooms = found.entry(from[0].clone()).or_default();
        if from[0] != to[0] {
            rooms.insert(to[0].clone());
        }
    }
    let listed: BTreeMap<String, BTreeSet<String>> = ROOMS
        .iter()
        .map(|(room, imports)| {
            let imports = imports.iter().map(ToString::to_string);
            ((*room).to_owned(), imports.collect())
        })
        .collect();
    let mut faults = Vec::new();
    for (room, imports) in &found {
        let Some(may) = listed.get(room) else {
            faults.push(format!("src/{room} is no row of ROOMS"));
            continue;
        };
        let more = imports.difference(may);
        faults.extend(more.map(|other| format!("{room} imports {other}")));
        let fewer = may.difference(imports);
        faults.extend(fewer.map(|other| format!("{room} does not import {other} any more")));
    }
    for room in listed.keys().filter(|room| !found.contains_key(*room)) {
        faults.push(format!("there is no src/{room} any more"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_room_imports_only_what_stands_above_it() {
    for (index, (room, imports)) in ROOMS.iter().enumerate() {
        let above: BTreeSet<&str> = ROOMS[..index].iter().map(|(room, _)| *room).collect();
        for import in *imports {
            assert!(above.contains(import), "{room} stands above {import}");
        }
    }
}

#[test]
fn the_files_of_a_room_import_each_other_in_no_circle() {
    for room in WITHOUT_CIRCLES {
        let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for Import { from, to } in imports() {
            if let ([a, from, ..], [b, to, ..]) = (&from[..], &to[..])
                && a == room
                && b == room
                && from != to
            {
                edges.entry(from.clone()).or_default().insert(to.clone());
            }
        }
        assert!(!edges.is_empty(), "{room} is no folder any more");
        // What imports nothing of the rest is done; when nothing of a rest is done, it is a circle.
        while !edges.is_empty() {
            let waiting: BTreeSet<String> = edges.keys().cloned().collect();
            let before = edges.len();
            edges.retain(|_, to| to.iter().any(|to| waiting.contains(to)));
            assert!(edges.len() < before, "a circle in {room}: {edges:?}");
        }
    }
}
