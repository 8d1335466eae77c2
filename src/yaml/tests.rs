use std::time::Duration;

use super::*;
use crate::testing::Told;
use crate::text::is_invisible;

fn read(text: &str) -> Result<Node, Problem> {
    parse(&SourceText::new("p.yaml".into(), text.as_bytes())?)
}

/// A tree in one line: scalars in `<>`.
fn show(node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar(text, _) => format!("<{text}>"),
        NodeKind::List(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
        }
        NodeKind::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, node)| format!("{}={}", key.text, show(node)))
                .collect();
            format!("{{{}}}", entries.join(" "))
        }
    }
}

fn good(text: &str) -> String {
    match read(text) {
        Ok(node) => show(&node),
        Err(problem) => panic!("{text}: {problem:?}"),
    }
}

fn bad(text: &str, what: &str) -> Problem {
    match read(text) {
        Ok(node) => panic!("{text}: {}", show(&node)),
        Err(problem) => {
            let said = format!(
                "{} {}",
                problem.what,
                problem.instead.as_deref().unwrap_or_default()
            );
            assert!(said.contains(what), "{text}: {problem:?}");
            assert!(problem.origin.is_some() && problem.instead.is_some());
            let shown = problem.shown.as_deref().unwrap();
            assert!(
                !shown.contains(|c| is_invisible(c) && c != '\n'),
                "{shown:?}"
            );
            problem
        }
    }
}

#[test]
fn a_scalar_keeps_its_text() {
    for text in [
        "0.5",
        "0.50",
        "1e3",
        "998:998",
        "1:30:00",
        "225m",
        "no",
        "No",
        "on",
        "y",
        "yes",
        "true",
        "False",
        "0644",
        "0o644",
        "0x1F",
        "1_000",
        "+5",
        "-1",
        ".inf",
        ".nan",
        "2027-03-31",
        "/tmp",
        "on-failure:3",
        "127.0.0.1:8000:8000",
        "a b",
        "a#b",
        "=",
        "x=y",
    ] {
        assert_eq!(good(&format!("k: {text}\n")), format!("{{k=<{text}>}}"));
        assert_eq!(good(&format!("k: [{text}]")), format!("{{k=[<{text}>]}}"));
        assert_eq!(good(&format!("k: \"{text}\"")), format!("{{k=<{text}>}}"));
    }
    assert_eq!(good("k: ''"), "{k=<>}");
    assert_eq!(good("k: \"null\""), "{k=<null>}");
    assert_eq!(good("k: |\n  a\n  b\n"), "{k=<a\nb\n>}");
    assert_eq!(good("k: >-\n  a\n  b\n"), "{k=<a b>}");
}

#[test]
fn lists_and_maps_are_read_in_order() {
    assert_eq!(
        good("---\n# c\nb: [x, 'y, z']\na:\n  - {q: 1, r: \"\"}\n  -  two # c\r\nc: {}\nd: []\n"),
        "{b=[<x> <y, z>] a=[{q=<1> r=<>} <two>] c={} d=[]}"
    );
    assert_eq!(
        good("ulimits: {nofile: 1024:4096}\nsysctls: {net.ipv4.ip_unprivileged_port_start: 0}"),
        "{ulimits={nofile=<1024:4096>} sysctls={net.ipv4.ip_unprivileged_port_start=<0>}}"
    );
    assert_eq!(
        good("labels: {io.x/y: 1, \"1\": a}"),
        "{labels={io.x/y=<1> 1=<a>}}"
    );
}

#[test]
fn every_node_knows_its_place() {
    let root = read("# \u{fc}\na: \u{fc}\nb:\n  - x\n  - {k: v}\nc: [ y, \"z\" ]\n").unwrap();
    let NodeKind::Map(entries) = &root.kind else {
        panic!()
    };
    let place = |line, column| Place { line, column };
    let (key, a) = &entries[0];
    assert_eq!((key.place, a.place), (place(2, 1), place(2, 4)));
    let NodeKind::List(items) = &entries[1].1.kind else {
        panic!()
    };
    assert_eq!(items[0].place, place(4, 5));
    let NodeKind::Map(inner) = &items[1].kind else {
        panic!()
    };
    assert_eq!(
        (inner[0].0.place, inner[0].1.place),
        (place(5, 6), place(5, 9))
    );
    let NodeKind::List(items) = &entries[2].1.kind else {
        panic!()
    };
    assert_eq!((items[0].place, items[1].place), (place(6, 6), place(6, 9)));
}

#[test]
fn what_hides_something_is_refused_at_its_place() {
    let mut told = Told::default();
    for (text, what, at) in [
        ("a: 1\na: 2", "\"a\" stands twice, first in line 1", "2:1"),
        ("a: 1\n\"a\": 2", "stands twice", "2:1"),
        ("labels: {k: 1, k: 2}", "stands twice", "1:16"),
        (
            "a:\n  - b:\n      c: 1\n      c: 2\n",
            "stands twice",
            "4:7",
        ),
        ("a: !include x", "tags", "1:4"),
        ("a: !!binary aGk=", "tags", "1:4"),
        ("a: ! x", "tags", "1:4"),
        ("!!map\na: 1", "tags", "1:1"),
        ("a: &x 1", "anchors", "1:4"),
        ("a: [&x 1, *x]", "anchors", "1:5"),
        ("a: {<<: {b: 1}}", "merge", "1:5"),
        ("\"<<\": {b: 1}", "merge", "1:1"),
        ("1: x", "quotes", "1:1"),
        ("true: x", "quotes", "1:1"),
        ("a: {null: x}", "quotes", "1:5"),
        ("a: {~: x}", "quotes", "1:5"),
        ("\"\": x", "key is empty", "1:1"),
        ("? [a]\n: b", "a key is a word", "1:3"),
        ("? {a: 1}\n: b", "a key is a word", "1:3"),
        ("a:", "value is missing", ""),
        ("a: ~", "value is missing", "1:4"),
        ("a: null", "value is missing", "1:4"),
        ("a: [x, ~]", "value is missing", "1:8"),
        ("a: {b}", "value is missing", ""),
        ("a: \"x\\0y\"", "U+0000", "1:4"),
        ("a: \"\\e[2J\"", "U+001B", "1:4"),
        ("a: \"\\x9b\"", "U+009B", "1:4"),
        ("\"a\\0\": 1", "U+0000", "1:1"),
        ("%YAML 1.1\n---\na: 1", "directive", "1:1"),
        ("a: 1\n---\nb: 2", "second document", ""),
        ("a: 1\n...\nb: 2", "second document", ""),
        ("- a", "key: value", "1:1"),
        ("just text", "key: value", "1:1"),
        ("", "empty", ""),
        ("# nothing\n", "empty", ""),
        ("---\n", "empty", ""),
        ("a: [1", "not YAML", ""),
        ("a: \"1", "not YAML", ""),
        ("a: 1\n b: 2", "not YAML", ""),
        ("a: b: c", "not YAML", "1:5"),
        ("a:\n\t- b", "", ""),
        ("a: @x", "not YAML", "1:4"),
        ("a: [[[[[[[[[1]]]]]]]]]", "nested deeper", "1:11"),
    ] {
        let problem = bad(text, what);
        told.problem(text.escape_debug().to_string(), &problem);
        let origin = problem.origin.unwrap().to_string();
        assert!(origin.starts_with("p.yaml:"), "{origin}");
        assert!(
            at.is_empty() || origin == format!("p.yaml:{at}"),
            "{text}: {origin}"
        );
    }
    insta::assert_snapshot!("refused", told.text());
}

#[test]
fn a_text_that_two_readers_understand_differently_is_refused() {
    // One reader sees a text, the other a map with a nameless key.
    bad("dns: [::1]", "in two ways");
    assert_eq!(good("dns: [\"::1\"]"), "{dns=[<::1>]}");

    let mut node = read("a: [1, {b: x}]\nc: d").unwrap();
    let source = |text: &str| SourceText::new("p.yaml".into(), text.as_bytes()).unwrap();
    second::confirm(&source("a: ['1', {b: \"x\"}]\nc: d"), &node).unwrap();
    for other in [
        "a: [1, {b: y}]\nc: d",
        "a: [1, {e: x}]\nc: d",
        "a: [1]\nc: d",
        "a: [1, {b: x}, 2]\nc: d",
        "a: [1, {b: x}]",
        "a: [1, {b: x}]\nc: d\ne: f",
        "a: [1, {b: x, q: 1}]\nc: d",
        "a: [1, {b: [x]}]\nc: d",
        "a: {b: x}\nc: d",
        "a: [1, {b: x}]\nc: d\n---\na: 1",
        "a: [1, {b: x}]\nc: d\n  - x",
    ] {
        let problem = second::confirm(&source(other), &node).unwrap_err();
        assert!(problem.what.contains("in two ways"), "{other}");
    }
    let NodeKind::Map(entries) = &mut node.kind else {
        panic!()
    };
    entries[1].0.text = "1".into();
    assert!(second::confirm(&source("a: [1, {b: x}]\n1: d"), &node).is_err());
}

fn hostile() -> Vec<(&'static str, String)> {
    let lines = |n: usize, line: fn(usize) -> String| (0..n).map(line).collect::<String>();
    let bomb = |n: usize| {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for i in 1..n {
            let before = format!("*a{}", i - 1);
            text += &[
                "a",
                &i.to_string(),
                ": &a",
                &i.to_string(),
                " [",
                &[before.as_str(); 9].join(", "),
                "]\n",
            ]
            .concat();
        }
        text
    };
    vec![
        (
            "100 000 brackets",
            format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        ),
        (
            "512 brackets",
            format!("a: {}{}", "[".repeat(512), "]".repeat(512)),
        ),
        ("20 000 maps", "{a: ".repeat(20_000)),
        ("511 maps", "{a: ".repeat(511)),
        ("20 000 dashes", "- ".repeat(20_000)),
        (
            "30 000 dashes below a key",
            format!("a:\n  {}", "- ".repeat(30_000)),
        ),
        ("20 000 question marks", "? ".repeat(20_000)),
        ("30 000 colons", ": ".repeat(30_000)),
        ("billion laughs", bomb(9)),
        ("stairs", lines(350, |i| format!("{}a:\n", " ".repeat(i)))),
        ("an open quote", format!("a: \"{}", "x ".repeat(32_000))),
        (
            "50 KB open quote over lines",
            format!("a: '{}", "x\n ".repeat(20_000)),
        ),
        ("tabs", format!("a:{}x: 1", "\t".repeat(60_000))),
        ("exclamation marks", format!("a: {}", "!".repeat(60_000))),
        ("ampersands", format!("a: {}", "&a ".repeat(20_000))),
        ("pipes", "a: |\n".repeat(12_000)),
        ("document ends", "...\n".repeat(16_000)),
        ("document starts", "---\n".repeat(16_000)),
        ("same key", "a: 1\n".repeat(12_000)),
        ("no value", lines(10_000, |i| format!("k{i}:\n"))),
        ("escapes", format!("a: \"{}\"", "\\0".repeat(30_000))),
    ]
}

/// The time this thread has spent on a CPU: what others do on the machine does not count.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

/// The time one reading takes, the best of three.
fn time(text: &str) -> Duration {
    let one = || {
        let start = cpu_time();
        drop(read(text));
        cpu_time().checked_sub(start).unwrap()
    };
    (0..3).map(|_| one()).min().unwrap()
}

#[test]
fn hostile_texts_are_refused_in_a_moment() {
    for (name, text) in hostile() {
        assert!(read(&text).is_err(), "{name}");
        assert!(
            time(&text) < Duration::from_millis(100),
            "{name}: {:?}",
            time(&text)
        );
    }
}

#[test]
fn large_but_honest_texts_are_read_in_a_moment() {
    let keys = (0..7000)
        .map(|i| format!("k{i}: v\n"))
        .collect::<Vec<_>>()
        .concat();
    let items = format!("a:\n{}", "- x\n".repeat(16_000));
    let flow = format!("a: [{}]", "x, ".repeat(21_000));
    let pairs = (0..4600)
        .map(|i| format!("k{i}: v{i}, "))
        .collect::<Vec<_>>()
        .concat();
    let text = format!("a: |\n{}", "  line\n".repeat(9_000));
    let folded = format!("a: x\n{}", "  line\n".repeat(9_000));
    let comments = format!("{}a: 1", "# c\n".repeat(16_000));
    for text in [
        keys,
        items,
        flow,
        format!("a: {{{pairs}}}"),
        text,
        folded,
        comments,
    ] {
        assert!(text.len() <= 65_536, "{}", text.len());
        assert!(read(&text).is_ok(), "{text:.40}");
        let limit = if cfg!(debug_assertions) { 400 } else { 100 };
        assert!(
            time(&text) < Duration::from_millis(limit),
            "{text:.40}: {:?}",
            time(&text)
        );
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_text_makes_the_readers_panic(text in "[ab:\\-\\[\\]{},?|>&*!%@`'\"#~<\\\\ \\n\\t\u{e9}0]{0,60}") {
        if let Ok(node) = read(&text) {
            proptest::prop_assert!(matches!(node.kind, NodeKind::Map(_)));
        }
    }

    #[test]
    fn a_quoted_text_comes_back(text in "[^\\p{C}\\p{Zl}\\p{Zp}]{0,40}") {
        proptest::prop_assume!(!text.contains(is_invisible));
        let quoted = text.replace('\'', "''");
        proptest::prop_assert_eq!(good(&format!("k: '{quoted}'")), format!("{{k=<{text}>}}"));
    }
}
