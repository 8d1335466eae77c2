//! What holds for every text, whoever wrote it.

use std::fmt::Write as _;

use super::*;
use crate::text::is_invisible;

/// Keys are written as they are; a longer one needs a spelling of its own.
const LONGEST_KEY: usize = 1000;

/// A text that is read says the same with a comment above it and when all of it is quoted; each plain scalar stands where
/// its place says. A refusal shows a place, and nothing that steers a terminal. A comment changes neither.
pub(crate) fn holds(bytes: &[u8]) {
    let below = read(&[b"# a comment\n", bytes].concat());
    match read(bytes) {
        Err(problem) => {
            assert!(below.is_err(), "a comment makes it readable");
            refusal(&problem);
        }
        Ok((source, root)) => {
            places(&source, &root);
            let (_, below) = below.expect("a comment makes it unreadable");
            assert!(alike(&root, &below), "a comment changes it");
            let mut quoted = String::new();
            if write(&root, 0, &mut quoted) {
                let (_, again) = read(quoted.as_bytes()).expect("quoted, it is unreadable");
                assert!(alike(&root, &again), "quoted, it is another text: {quoted}");
            }
        }
    }
}

fn read(bytes: &[u8]) -> Result<(SourceText, Node), Problem> {
    let source = SourceText::new("fuzz.yaml".into(), bytes)?;
    let root = parse(&source)?;
    Ok((source, root))
}

fn refusal(problem: &Problem) {
    assert!(problem.origin.is_some() && problem.instead.is_some());
    let shown = problem.shown.as_deref().expect("the line is shown");
    let said = [&problem.what, shown].concat();
    assert!(
        !said.contains(|c| is_invisible(c) && c != '\n'),
        "{said:?} steers a terminal"
    );
}

/// The same but for places and quotes.
fn alike(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::Scalar(one, _), NodeKind::Scalar(other, _)) => one == other,
        (NodeKind::List(one), NodeKind::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (NodeKind::Map(one), NodeKind::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|((key, one), (name, other))| key.text == name.text && alike(one, other))
        }
        _ => false,
    }
}

fn places(source: &SourceText, node: &Node) {
    match &node.kind {
        NodeKind::Scalar(text, Style::Plain) => {
            let Place { line, column } = node.place;
            let line = source.text().split('\n').nth(line.saturating_sub(1));
            let found = line.and_then(|line| line.chars().nth(column.saturating_sub(1)));
            assert_eq!(found, text.chars().next(), "{text} is not at its place");
        }
        NodeKind::Scalar(_, Style::Quoted) => {}
        NodeKind::List(items) => items.iter().for_each(|item| places(source, item)),
        NodeKind::Map(entries) => entries.iter().for_each(|(_, node)| places(source, node)),
    }
}

/// Writes a node in block style, every scalar in quotes; false when a key is too long for that.
fn write(node: &Node, depth: usize, out: &mut String) -> bool {
    let indent = "  ".repeat(depth);
    let deeper = depth.saturating_add(1);
    match &node.kind {
        NodeKind::Scalar(text, _) => {
            let _ = writeln!(out, " {}", quoted(text));
            true
        }
        NodeKind::List(items) if items.is_empty() => {
            out.push_str(" []\n");
            true
        }
        NodeKind::Map(entries) if entries.is_empty() => {
            out.push_str(" {}\n");
            true
        }
        NodeKind::List(items) => {
            out.push('\n');
            items.iter().all(|item| {
                let _ = write!(out, "{indent}-");
                write(item, deeper, out)
            })
        }
        NodeKind::Map(entries) => {
            out.push('\n');
            entries.iter().all(|(key, node)| {
                let key = quoted(&key.text);
                let _ = write!(out, "{indent}{key}:");
                key.len() < LONGEST_KEY && write(node, deeper, out)
            })
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || " _./-".contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "\\U{:08x}", u32::from(c));
        }
    }
    out.push('"');
    out
}
