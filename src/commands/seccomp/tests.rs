#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use super::*;
use crate::cli::{self, Subcommand};
use crate::env::Environment;
use crate::host::Fake;
use crate::policy::site::Site;
use crate::testing::{Told, sha256};

const ENGINE: &str = "/usr/share/containers/seccomp.json";

/// A host whose engines have this default, and a file `own.json` that is the same.
fn host(engine: &str) -> Fake {
    Fake::rootful()
        .file(ENGINE, 0, 0o644, engine)
        .file("/srv/own.json", 0, 0o644, engine)
        .file("/srv/shut.json", 0, 0o600, "\"secret\"")
        .file(
            "/srv/deny.yaml",
            0,
            0o644,
            "seccomp: {deny: [unshare, mkdir]}\n",
        )
        .file(
            "/srv/only.yaml",
            0,
            0o644,
            "seccomp: {allow: [read, clone, socket]}\n",
        )
        .file("/srv/file.yaml", 0, 0o644, "seccomp: ./own.json\n")
        .file(
            "/srv/none.yaml",
            0,
            0o644,
            "security_opt: [seccomp=unconfined]\n",
        )
}

fn with<T>(host: &Fake, words: &str, then: impl FnOnce(&ArgMatches, &Context<'_>) -> T) -> T {
    let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
    let said = cli::matches(Subcommand::Seccomp, &words).unwrap();
    let (_, said) = said.subcommand().unwrap();
    let today = "2026-11-22".parse().unwrap();
    let directory = Path::new("/srv").into();
    let context = Context::new(
        host,
        Environment::default(),
        Site::default(),
        directory,
        today,
    );
    then(said, &context)
}

fn show(host: &Fake, words: &str) -> Result<String, Problem> {
    with(host, format!("show {words}").trim_end(), shown)
}

fn diff(host: &Fake, words: &str) -> Result<(String, bool), Problem> {
    with(host, format!("diff {words}").trim_end(), compared)
}

/// What does not hang on libseccomp's release.
fn lasting(text: &str) -> String {
    let lines = text.lines().filter(|line| {
        let mut words = line.split_whitespace();
        !["SHA-256", "file", "program", "left"].contains(&words.next().unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// A profile that allows what this one does, but these calls.
fn without(profile: &str, calls: &[&str]) -> String {
    let mut text = profile.to_owned();
    for call in calls {
        text = text.replace(&format!("\"{call}\""), "\"read\"");
    }
    text
}

#[test]
fn json_is_what_the_sum_is_of() {
    for words in [
        "",
        "--nesting",
        "--cap-add=NET_RAW",
        "--arch=386",
        "--profile=deny.yaml",
    ] {
        let host = host("{}");
        let json = show(&host, format!("{words} --format=json").trim_start()).unwrap();
        let human = show(&host, words).unwrap();
        assert!(human.contains(&sha256(json.as_bytes())), "{words}: {human}");
        assert!(
            human.contains(&format!("{} bytes", json.len())),
            "{words}: {human}"
        );
        assert!(show(&host, "--format=pfc").unwrap().contains("\"unshare\""));
    }
}

#[test]
fn every_line_fits_a_terminal() {
    for words in ["", "--nesting", "--cap-add=ALL", "--profile=only.yaml"] {
        let text = show(&host("{}"), words).unwrap();
        let text = anstream::adapter::strip_str(&text).to_string();
        let long = text.lines().find(|line| crate::text::columns(line) > 80);
        assert_eq!(long, None, "{words}");
    }
}

#[test]
fn what_is_shown() {
    let open = host("{}");
    let strict = show(&open, "--format=json").unwrap();
    let strict = host(&without(&strict, &["mkdir", "mkdirat", "memfd_create"]));
    let mut all = Told::default();
    all.printed("show", &lasting(&show(&open, "").unwrap()));
    all.printed(
        "show --profile=only.yaml",
        &lasting(&show(&open, "--profile=only.yaml").unwrap()),
    );
    let opened = "--nesting --cap-add=NET_RAW --cap-add=AUDIT_WRITE";
    let opened = show(&open, opened).unwrap();
    let opened = opened.lines().filter(|line| line.contains("open here"));
    all.lines(
        "what --nesting --cap-add=NET_RAW --cap-add=AUDIT_WRITE opens",
        &opened
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>(),
    );
    for words in [
        "--cap-add=NET_RAW",
        "--profile=deny.yaml",
        "--profile=file.yaml",
    ] {
        let text = lasting(&show(&strict, words).unwrap());
        let head = text.find("Namespaces").unwrap_or(text.len());
        all.printed(
            format!("on a stricter host: show {words}"),
            text.get(..head).unwrap(),
        );
    }
    for words in [
        "--profile=none.yaml",
        "--profile=nothing.yaml",
        "--profile=file.yaml --format=json",
        "--cap-add=NOTHING",
    ] {
        all.problem(format!("show {words}"), &show(&strict, words).unwrap_err());
    }
    insta::assert_snapshot!("show", all.text());
}

#[test]
fn what_differs() {
    let own = r#"{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"],
        "syscalls":[{"names":["unshare","ptrace","read","socket"],"action":"SCMP_ACT_ALLOW"}]}"#;
    let floor = show(&host("{}"), "--format=json").unwrap();
    let mut all = Told::default();
    let wide = Fake::rootful().file("/srv/own.json", 0, 0o644, own);
    let (text, is_wider) = diff(&wide, "own.json").unwrap();
    assert!(is_wider);
    let narrower = text.find("The floor lets").unwrap();
    all.printed("diff own.json", text.get(..narrower).unwrap());
    let lines = text.get(narrower..).unwrap().lines();
    assert!(lines.clone().any(|line| line == "  write"), "{text}");
    assert!(lines.skip(1).is_sorted(), "{text}");
    let narrow = Fake::rootful().file("/srv/own.json", 0, 0o644, without(&floor, &["mkdir"]));
    for (words, same) in [("own.json", &narrow), ("own.json --format=json", &narrow)] {
        let (text, is_wider) = diff(same, words).unwrap();
        assert!(!is_wider);
        all.printed(format!("of a narrower file: diff {words}"), &text);
    }
    let same = Fake::rootful().file("/srv/own.json", 0, 0o644, floor);
    all.printed(
        "of the same file: diff own.json",
        &diff(&same, "own.json").unwrap().0,
    );
    for words in ["", "nothing.json"] {
        all.problem(format!("diff {words}"), &diff(&same, words).unwrap_err());
    }
    let shut = host("{}");
    for words in ["", "shut.json", "deny.yaml"] {
        all.problem(
            format!("of no profile: diff {words}"),
            &diff(&shut, words).unwrap_err(),
        );
    }
    insta::assert_snapshot!("diff", all.text());
}
