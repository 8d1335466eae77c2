use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::env::Environment;
use crate::host::Fake;
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::policy::site::Site;
use crate::profile::ProfileLayers;
use crate::report::sanitize::safe;

const DIRECTORY: &str = "/home/user/project";
/// Profiles that need no file.
fn layered(said: &RunOptions) -> Result<Request, Problem> {
    let mut profile = ProfileLayers::default();
    match said.profile.as_deref() {
        Some("broken.yaml") => return Err(Problem::new("\x1b[31mbroken\u{202e}")),
        Some("bad.yaml") => {
            let place = Origin::Profile {
                file: "a b/bad.yaml".into(),
                line: 3,
                column: 8,
            };
            let network = flags::by_name("network").unwrap();
            profile.given = FlagValue::read(network, "host", &place, &Path::new("/").into())?;
        }
        _ => {}
    }
    Request::layered(said, profile, Vec::new())
}

/// Hands out a check of these words on a made-up host.
fn with_checker<T>(
    site: Site,
    words: &[&str],
    layered: Layered<'_>,
    look: impl FnOnce(&Checker<'_>) -> T,
) -> T {
    let directory = Path::new(DIRECTORY).into();
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = CheckOptions::parse(&words, &directory).unwrap();
    let host = match &said.target {
        Target::Commands(file) => match std::fs::read(file) {
            Ok(text) => Fake::rootful().file(file, 0, 0o644, text),
            Err(_) => Fake::rootful(),
        },
        Target::CommandLine | Target::Profiles(_) => Fake::rootful(),
    };
    let today = "2026-11-22".parse().unwrap();
    let context = Context::new(&host, Environment::default(), site, directory, today);
    look(&Checker {
        line: report::shell::line(&words),
        said,
        context: &context,
        shell: ShellContext {
            directory: Some(DIRECTORY.into()),
            ..ShellContext::default()
        },
        layered,
    })
}

/// The exit code and what stands on standard output.
fn checked(words: &[&str]) -> (u8, String) {
    checked_at(Site::default(), words)
}

fn checked_at(site: Site, words: &[&str]) -> (u8, String) {
    let mut out = Vec::new();
    match with_checker(site, words, &layered, |checker| checker.check(&mut out)).unwrap() {
        Ok(totals) => (code(&totals), String::from_utf8(out).unwrap()),
        Err(problem) => (NOTHING, problem.what),
    }
}

fn rows(text: &[u8], options: &[&str]) -> (u8, String) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    let name = file.path().to_str().unwrap();
    checked(&[&["--commands", name], options].concat())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The rules that the tests look for; the catalogue may find more.
const WATCHED: [&str; 7] = [
    "privileged",
    "host-network",
    "no-port-address",
    "restart-unbounded",
    "seccomp-unconfined",
    "unreadable",
    "engine-option",
];

/// For each row its line, and what was found by the rules that are watched.
fn found(text: &[u8], options: &[&str]) -> Vec<String> {
    let (_, out) = rows(text, &[&["--format=json"], options].concat());
    let line = |subject: &Value| {
        let findings = subject["findings"].as_array().unwrap();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let watched: Vec<String> = findings
            .iter()
            .filter(|finding| WATCHED.contains(&finding["rule"].as_str().unwrap()))
            .map(|finding| format!(" {}:{}", text(finding, "verdict"), text(finding, "rule")))
            .collect();
        format!("{}{}", subject["line"], watched.concat())
    };
    json(&out)["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(line)
        .collect()
}

#[test]
fn the_exit_code_says_what_was_found() {
    assert_eq!(checked(&["localhost/x:1"]).0, 0);
    assert_eq!(checked(&["--privileged", "localhost/x:1"]).0, 1);
    assert_eq!(
        checked(&["--privileged", "--allow=privileged=test", "localhost/x:1"]).0,
        0
    );
    assert_eq!(checked(&["--restart=always", "localhost/x:1"]).0, 0);
    assert_eq!(
        checked(&["--restart=always", "--fail-on=medium", "localhost/x:1"]).0,
        1
    );
    assert_eq!(
        checked(&[
            "--restart=always",
            "--level=restricted",
            "--fail-on=critical",
            "localhost/x:1"
        ])
        .0,
        1
    );
    assert_eq!(checked(&["--profile=good.yaml"]).0, 0);
    let (_, alone) = checked(&["--profile=good.yaml", "--format=json"]);
    assert!(
        !alone.contains("digest"),
        "the image that stands for any is judged: {alone}"
    );
    assert_eq!(checked(&["--profile=good.yaml", "bad.yaml"]).0, 1);
    assert_eq!(checked(&["--profile=good.yaml", "broken.yaml"]).0, 1);
    assert_eq!(checked(&["--profile=broken.yaml"]).0, 2);
    assert_eq!(checked(&["--commands", "/nonexistent"]).0, 2);
    assert_eq!(rows(b"", &[]).0, 2);
    assert_eq!(rows(b"# nothing\n\n", &[]).0, 2);
    assert_eq!(rows(b"podman run x:1\n", &[]).0, 0);
    assert_eq!(rows(b"podman run $X\n", &[]).0, 1);
}

#[test]
fn every_row_has_its_verdict() {
    let text = "# a comment\n\
        docker run --rm x:1\n\
        \n\
        sudo docker run --privileged x:1 # why not\r\n\
        podman run --name $N -e A=$B x:$TAG\n\
        podman run $OPTS x:1\n\
        podman run -v $DATA:/data --net=host x:1\n\
        podman --root /x run x:1\n\
        docker compose up\n\
        bash -c 'docker run --privileged x'\n\
        podman run 'x\n\
        podman run --no-such-flag x:1\n\
        podman run\n\
        docker run a:1; docker run --privileged b:1\n\
        CID=$(docker run -d --pid=private --net host x:1)\n\
        podman run -p 80:80 x:1";
    assert_eq!(
        found(text.as_bytes(), &[]),
        [
            "2",
            "4 refused:privileged",
            "5",
            "6 noted:unreadable",
            "7 refused:host-network noted:unreadable",
            "8 noted:engine-option",
            "9 noted:unreadable",
            "10 noted:unreadable",
            "11 noted:unreadable",
            "12 noted:unreadable",
            "13 noted:unreadable",
            "14",
            "14 refused:privileged",
            "15 refused:host-network",
            "16 rewritten:no-port-address",
        ]
    );
}

#[test]
fn options_of_check_hold_for_every_row() {
    let text = b"podman run --privileged x:1\npodman run --restart=always x:1\n";
    assert_eq!(
        found(text, &["--allow", "privileged=lab", "--level=restricted"]),
        ["1 allowed:privileged", "2 refused:restart-unbounded"]
    );
    // What a row says of itself is podman's: it cannot allow itself anything.
    assert_eq!(
        found(b"podman run --allow=privileged=x --privileged x:1", &[]),
        ["1 noted:unreadable"]
    );
}

#[test]
fn a_row_that_is_no_text_is_a_finding() {
    let mut text = b"podman run x:1\npodman run \xff\n".to_vec();
    let long = "a".repeat(2 << 20);
    text.extend(format!("podman run -e A={long} x:1\npodman run y:1\n").bytes());
    assert_eq!(
        found(&text, &[]),
        ["1", "2 noted:unreadable", "3 noted:unreadable", "4"]
    );
}

#[test]
fn a_place_is_that_of_the_row() {
    let (_, out) = rows(
        b"sudo podman run -v $X:/y --name $N --net host x:1",
        &["--format=json"],
    );
    let findings = json(&out)["subjects"][0]["findings"]
        .as_array()
        .unwrap()
        .clone();
    let is_watched = |finding: &&Value| WATCHED.contains(&finding["rule"].as_str().unwrap());
    let findings: Vec<&Value> = findings.iter().filter(is_watched).collect();
    assert_eq!(findings[0]["origin"]["index"], 5);
    assert_eq!(findings[0]["origin"]["text"], "--net host");
    assert_eq!(findings[1]["origin"]["text"], "-v $X:/y");
    assert_eq!(json(&out)["subjects"][0]["command"], Value::Null);
}

/// Runs that hold every verdict and origin, and text that wants to reach the terminal.
fn samples(file: &mut tempfile::NamedTempFile) -> Vec<Vec<String>> {
    let evil = "a\x1b]0;x\x07\u{202e}\u{9b}1m\u{200b}";
    writeln!(file, "podman run --net=host --name 'x' -e 'A={evil}' \"img\u{202e}\"\npodman run --restart=always x:1\n{evil}\npodman run $X\u{202e}").unwrap();
    let file = file.path().to_str().unwrap().to_owned();
    let owned = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    vec![
        owned(&["localhost/x:1"]),
        owned(&[
            "--privileged",
            "--restart=always",
            "-p",
            "80:80",
            "--allow",
            &format!("privileged=why{evil}"),
            "localhost/x:1",
        ]),
        owned(&[
            "--name",
            "a",
            "-e",
            &format!("A={evil}"),
            "--net=host",
            "--allow",
            "seccomp-unconfined=unneeded",
            "localhost/x:1",
        ]),
        owned(&["--profile", "bad.yaml", "broken.yaml", "good.yaml"]),
        owned(&["--commands", &file]),
        owned(&["--level=restricted", "--restart=always", "localhost/x:1"]),
    ]
}

#[test]
fn nothing_reaches_a_terminal_raw() {
    for words in samples(&mut tempfile::NamedTempFile::new().unwrap()) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for format in ["--format=human", "--format=json", "--format=sarif"] {
            let (_, out) = checked(&[&[format], words.as_slice()].concat());
            assert!(!out.is_empty(), "{words:?}");
            for line in anstream::adapter::strip_str(&out).to_string().lines() {
                assert_eq!(safe(line), line, "{format} {words:?}");
            }
            // Of the escape sequences only our own colours are left out above.
            let ours = out.split('\x1b').skip(1).all(|rest| {
                rest.starts_with('[')
                    && rest
                        .get(1..)
                        .unwrap()
                        .split('m')
                        .next()
                        .unwrap()
                        .bytes()
                        .all(|b| b.is_ascii_digit() || b == b';')
            });
            assert!(ours, "{format} {words:?}");
        }
    }
}

#[test]
fn human_lines_fit_and_end_with_a_verdict() {
    let (_, out) = checked(&[
        "--privileged",
        "--restart=always",
        "-p80:80",
        "localhost/x:1",
    ]);
    let text = anstream::adapter::strip_str(&out).to_string();
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let heads: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .collect();
    assert!(heads[0].starts_with("  refused, critical: "), "{text}");
    assert!(heads.len() >= 3, "{text}");
    assert!(
        text.contains("override: --allow privileged=\"why it is needed\""),
        "{text}"
    );
    let last: Vec<&str> = text.lines().rev().take(2).collect();
    assert!(
        last[1].starts_with("failed: 1 checked, 1 refused"),
        "{text}"
    );
    assert!(
        last[0].starts_with("findings: 1 critical, 2 medium"),
        "{text}"
    );
    let (_, out) = checked(&["localhost/x:1"]);
    assert!(
        anstream::adapter::strip_str(&out)
            .to_string()
            .starts_with("passed: 1 checked"),
        "{out}"
    );
}

#[test]
fn findings_hold_to_the_schema() {
    let schema = json(include_str!("../../../tests/schema/findings.schema.json"));
    for words in samples(&mut tempfile::NamedTempFile::new().unwrap()) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (_, out) = checked(&[&["--format=json"], words.as_slice()].concat());
        assert_eq!(
            report::schema::errors(&schema, &json(&out)),
            [""; 0],
            "{out}"
        );
    }
}

#[test]
fn sarif_holds_to_the_schema() {
    // The committed schema is our own, of the part of SARIF that is written here; the official one can be named.
    let official =
        std::env::var_os("SARIF_SCHEMA").map(|path| std::fs::read_to_string(path).unwrap());
    let own = include_str!("../../../tests/schema/sarif.schema.json");
    for schema in std::iter::once(own).chain(official.as_deref()) {
        let schema = json(schema);
        for words in samples(&mut tempfile::NamedTempFile::new().unwrap()) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let (_, out) = checked(&[&["--format=sarif"], words.as_slice()].concat());
            assert_eq!(
                report::schema::errors(&schema, &json(&out)),
                [""; 0],
                "{out}"
            );
        }
    }
}

#[test]
fn sarif_names_the_place_and_what_was_allowed() {
    let result = |words: &[&str]| {
        json(&checked(&[&["--format=sarif"], words].concat()).1)["runs"][0]["results"][0].clone()
    };
    let profile = result(&["--profile=bad.yaml"]);
    let place = &profile["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/bad.yaml");
    assert_eq!(
        (
            place["region"]["startLine"].as_u64(),
            place["region"]["startColumn"].as_u64()
        ),
        (Some(3), Some(8))
    );
    assert_eq!(profile["level"], "error");
    assert_eq!(profile["suppressions"], Value::Array(Vec::new()));
    let allowed = result(&["--privileged", "--allow=privileged=lab", "localhost/x:1"]);
    assert_eq!(allowed["suppressions"][0]["justification"], "lab");
    assert_eq!(
        allowed["locations"][0]["logicalLocations"][0]["name"],
        "--privileged"
    );
    let run =
        json(&checked(&["--format=sarif", "--privileged", "localhost/x:1"]).1)["runs"][0].clone();
    let index = usize::try_from(run["results"][0]["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "privileged");
    let broken = json(&checked(&["--format=sarif", "--profile=broken.yaml"]).1);
    let notes = &broken["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notes[0]["message"]["text"], "\x1b[31mbroken\u{202e}");
}

#[test]
fn the_level_is_said() {
    let (_, out) = checked(&["--format=json", "--level=restricted", "localhost/x:1"]);
    assert_eq!(json(&out)["level"], "restricted");
}

#[test]
fn the_level_that_is_said_is_the_one_that_judged() {
    let site = Site::parse("level: restricted\n", "policy.yaml").unwrap();
    let words = ["--uts=host", "localhost/x:1"];
    let (_, out) = checked_at(site.clone(), &[&["--format=json"], &words[..]].concat());
    assert_eq!(json(&out)["level"], "restricted");
    let (_, out) = checked_at(site, &words);
    assert!(out.contains("level restricted"), "{out}");
}

/// An output that takes so much and no more.
struct Closing(usize);

impl Write for Closing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_output_stops_it() {
    let mut text = String::new();
    for number in 0..1000 {
        writeln!(text, "podman run --privileged --name x{number} x:1").unwrap();
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let judged = std::cell::Cell::new(0_usize);
    let counted = |said: &RunOptions| {
        judged.set(judged.get() + 1);
        layered(said)
    };
    for format in ["human", "json", "sarif"] {
        judged.set(0);
        let file = file.path().to_str().unwrap();
        let words = ["--format", format, "--commands", file];
        let check = |checker: &Checker<'_>| checker.check(&mut Closing(8192));
        let error = with_checker(Site::default(), &words, &counted, check).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format}");
        assert!(judged.get() < 100, "{format}: {}", judged.get());
    }
}

/// The whole output for rows of a file, among them each example of what only a row is blamed for.
#[test]
fn what_check_prints() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for rule in crate::policy::rows::ROW_RULES {
        for row in rule.bad {
            writeln!(file, "{row}").unwrap();
        }
    }
    writeln!(file, "podman run --memory=1x localhost/x:1").unwrap();
    writeln!(file, "podman run --no-such-flag localhost/x:1").unwrap();
    writeln!(file, "podman run -p 80:80 localhost/x:1").unwrap();
    let name = file.path().to_str().unwrap();
    let (_, out) = checked(&[
        "--commands",
        name,
        "--allow=no-port-address=the world is to reach it",
        "--allow=pid-host=x",
    ]);
    let mut told = crate::testing::Told::default();
    told.printed("check --commands", &out.replace(name, "rows.sh"));
    insta::assert_snapshot!("check", told.text());
}

/// `sudo safe-podman check --commands /etc/shadow`
#[test]
fn rows_that_not_everybody_may_read_are_not_shown() {
    let words = ["--commands", "/etc/shadow"].map(OsString::from);
    let directory: Arc<Path> = Path::new(DIRECTORY).into();
    let said = CheckOptions::parse(&words, &directory).unwrap();
    for (host, is_shown) in [
        (
            Fake::rootful().file("/etc/shadow", 0, 0o640, "root:x"),
            false,
        ),
        (
            Fake::rootful().file("/etc/shadow", 0, 0o644, "root:x"),
            true,
        ),
        (
            Fake::rootless().file("/etc/shadow", 1000, 0o600, "root:x"),
            true,
        ),
    ] {
        let today = "2026-11-22".parse().unwrap();
        let around = Context::new(
            &host,
            Environment::default(),
            Site::default(),
            Arc::clone(&directory),
            today,
        );
        let checker = Checker {
            line: String::new(),
            said: said.clone(),
            context: &around,
            shell: ShellContext::default(),
            layered: &layered,
        };
        let mut out = Vec::new();
        let totals = checker.check(&mut out).unwrap();
        assert_eq!(totals.is_ok(), is_shown, "{totals:?}");
        assert_eq!(String::from_utf8_lossy(&out).contains("root:x"), is_shown);
    }
}
