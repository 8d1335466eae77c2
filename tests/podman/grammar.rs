//! The grammar of `podman run`, judged by podman itself.
//!
//! Each generated command line is read by [`args::parse`] and by `podman run --pull=never`. No image that is named
//! exists, so podman starts nothing: it either refuses the words, or says which of them it took for the image.
//!
//! `SAFE_PODMAN_GRAMMAR_CASES=3000` is the full run, `SAFE_PODMAN_GRAMMAR_SEED` another sequence; a failure names both.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use safe_podman::testing::Version;
use safe_podman::testing::args::{self, RunArgs};
use safe_podman::testing::flags::{self, by_name};

use crate::engine::Engine;
use crate::harness::{Tested, tests};
use crate::judge::{Verdict, disagreement, in_parallel, ours, podman_s};
use crate::words::{Piece, command_line, is_off_limits, plain_value, texts};

tests!(fn(&Engine) -> Tested:
    podman_reads_the_same,
    every_text_of_every_kind_is_read_the_same,
    every_row_is_a_flag_of_podman_s,
    podman_has_no_flag_without_a_row,
    the_canonical_form_means_the_same,
);

fn number(name: &str, default: u64) -> u64 {
    env::var(name)
        .ok()
        .map_or(default, |text| text.parse().unwrap())
}

fn words(pieces: &[Piece]) -> Vec<OsString> {
    pieces.iter().flatten().cloned().collect()
}

/// Leaves out whatever can be left out with the disagreement still there.
fn smallest(engine: &Engine, mut pieces: Vec<Piece>) -> String {
    let mut index = 0;
    while index < pieces.len() {
        let mut fewer = pieces.clone();
        fewer.remove(index);
        if disagreement(engine, &words(&fewer)).is_some() {
            pieces = fewer;
        } else {
            index += 1;
        }
    }
    disagreement(engine, &words(&pieces))
        .unwrap_or_else(|| format!("gone when repeated: {pieces:?}"))
}

fn podman_reads_the_same(engine: &Engine) -> Tested {
    engine.once()?;
    let cases = number("SAFE_PODMAN_GRAMMAR_CASES", 300);
    let seed = number("SAFE_PODMAN_GRAMMAR_SEED", 1);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let version = version(engine);
    let lines: Vec<Vec<Piece>> = (0..cases)
        .map(|_| {
            command_line(version)
                .new_tree(&mut runner)
                .unwrap()
                .current()
        })
        .collect();
    let accepted = lines
        .iter()
        .filter(|line| matches!(ours(&words(line)).0, Verdict::Image(_)))
        .count();
    // A generator whose lines are all refused, or all accepted, shows nothing.
    assert!(
        accepted * 5 > lines.len() && accepted * 10 < lines.len() * 9,
        "{accepted} of {}",
        lines.len()
    );
    let different = in_parallel(&lines, |line| {
        disagreement(engine, &words(line)).map(|_| line.clone())
    });
    let shown: BTreeSet<String> = different
        .iter()
        .take(20)
        .map(|line| smallest(engine, line.clone()))
        .collect();
    assert!(
        different.is_empty(),
        "{} of {cases} with seed {seed}; the smallest of the first:\n{}",
        different.len(),
        shown.into_iter().collect::<Vec<_>>().join("\n")
    );
    Ok(())
}

/// One flag of each kind with each text that the generator knows.
fn every_text_of_every_kind_is_read_the_same(engine: &Engine) -> Tested {
    engine.once()?;
    let version = version(engine);
    let mut lines: Vec<Vec<OsString>> = Vec::new();
    for name in [
        "rm",
        "cpu-quota",
        "cpu-shares",
        "cpus",
        "preserve-fd",
        "cap-drop",
        "annotation",
        "label",
        "hostname",
    ] {
        let flag = by_name(name).unwrap();
        if !flag.is_in(version) {
            continue;
        }
        for text in texts(flag.kind).split('|') {
            let last = "localhost/nothing/0".to_owned();
            lines.push(
                [format!("--{name}={text}"), last.clone()]
                    .map(OsString::from)
                    .into(),
            );
            lines.push(
                [format!("--{name}"), text.to_owned(), last.clone()]
                    .map(OsString::from)
                    .into(),
            );
            let letter = flag.short.map(|letter| {
                [format!("-{letter}={text}"), last]
                    .map(OsString::from)
                    .into()
            });
            lines.extend(letter);
        }
    }
    let different = in_parallel(&lines, |line| disagreement(engine, line));
    assert!(different.is_empty(), "{}", different.join("\n"));
    Ok(())
}

fn version(engine: &Engine) -> Version {
    engine.podman(["--version"]).ok().parse().unwrap()
}

/// Each name and letter of the table: with a good value, and once so that podman refuses it for the flag's kind.
fn every_row_is_a_flag_of_podman_s(engine: &Engine) -> Tested {
    engine.once()?;
    let version = version(engine);
    let (mut used, mut misused) = (Vec::new(), Vec::new());
    for flag in flags::all().filter(|flag| flag.is_in(version)) {
        let names = flag.names().map(|name| format!("--{name}"));
        for name in names.chain(flag.short.map(|letter| format!("-{letter}"))) {
            let takes = flag.kind.takes_value();
            misused.push(vec![
                if takes {
                    name.clone()
                } else {
                    format!("{name}=maybe")
                }
                .into(),
            ]);
            if !is_off_limits(flag) {
                let value = takes.then(|| plain_value(flag).to_owned());
                let line = [Some(name), value, Some("localhost/nothing/0".into())];
                used.push(
                    line.into_iter()
                        .flatten()
                        .map(OsString::from)
                        .collect::<Vec<_>>(),
                );
            }
        }
    }
    assert!(
        used.len() > 150 && misused.len() > 180,
        "{} {}",
        used.len(),
        misused.len()
    );
    let mut wrong = in_parallel(&used, |line| disagreement(engine, line));
    wrong.extend(in_parallel(&misused, |line| {
        match (podman_s(engine, line), ours(line).0) {
            (Verdict::Refused(why), Verdict::Refused(_)) if !why.starts_with("unknown") => None,
            both => Some(format!("{line:?} {both:?}")),
        }
    }));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// podman's own list, and our rows: a new release's flag is seen here first.
fn podman_has_no_flag_without_a_row(engine: &Engine) -> Tested {
    engine.once()?;
    let help = engine.podman(["run", "--help"]).ok();
    let global = engine.podman(["--help"]).ok();
    // Those stand before `run` only.
    let before = [
        "connection",
        "identity",
        "remote",
        "ssh",
        "url",
        "version",
        "config",
        "module",
        "noout",
        "out",
    ];
    let mut seen = 0;
    for line in help.lines().chain(global.lines()) {
        let name = line
            .trim_start()
            .split_once("--")
            .map(|(_, rest)| rest.split([' ', '=']).next().unwrap());
        let starts = line.trim_start().starts_with('-');
        let Some(name) = name.filter(|_| starts) else {
            continue;
        };
        seen += 1;
        assert!(
            by_name(name).is_some() || before.contains(&name),
            "--{name} has no row"
        );
    }
    assert!(seen > 150, "{seen}");
    Ok(())
}

/// What is written from the model is read as the same model, by both.
fn the_canonical_form_means_the_same(engine: &Engine) -> Tested {
    engine.once()?;
    let mut runner = TestRunner::deterministic();
    let version = version(engine);
    let base: Arc<Path> = Path::new("/").into();
    let mut lines = Vec::new();
    while lines.len() < 60 {
        let line = words(
            &command_line(version)
                .new_tree(&mut runner)
                .unwrap()
                .current(),
        );
        if let (Verdict::Image(_), Some(read)) = ours(&line) {
            let canonical = read.argv();
            let again = args::parse(&canonical, &[], &base).unwrap();
            let values = |read: &RunArgs| {
                read.given
                    .iter()
                    .map(|given| (given.flag.long, given.value.clone()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(values(&read), values(&again), "{line:?} {canonical:?}");
            assert_eq!((&read.image, &read.command), (&again.image, &again.command));
            lines.push(canonical);
        }
    }
    let different = in_parallel(&lines, |line| disagreement(engine, line));
    assert!(different.is_empty(), "{}", different.join("\n"));
    Ok(())
}
