//! One meaning, one command line; and what `--dry-run` and `--explain` say of it.

use std::ffi::OsString;
use std::process::Command;

use crate::becoming::{IMAGE, has, podman};
use crate::harness::{Tested, tests};
use crate::record::steady;

tests!(fn() -> Tested:
    the_order_of_flags_does_not_matter,
    every_spelling_of_a_flag_is_one,
    everything_after_the_image_is_the_container_s,
    each_flag_is_one_word_before_the_dashes,
    the_dry_run_is_what_would_be_run,
    a_pasted_dry_run_has_the_same_words,
    explain_names_who_asked,
    explain_as_json_is_one_document,
);

fn argv(words: &[&str]) -> Result<Vec<OsString>, crate::harness::Skip> {
    Ok(podman()
        .run([&["run"], words].concat())?
        .call()
        .argv
        .clone())
}

fn the_order_of_flags_does_not_matter() -> Tested {
    let flags = [
        "--memory=100m",
        "--cpus=0.5",
        "--name=x",
        "--user=5:5",
        "--cap-add=KILL",
        "--publish=127.0.0.1:80:80",
        "--rm",
        "--env=A=1",
    ];
    let first = argv(&[&flags[..], &[IMAGE, "a"]].concat())?;
    for turn in 1..flags.len() {
        let mut turned = flags;
        turned.rotate_left(turn);
        assert_eq!(argv(&[&turned[..], &[IMAGE, "a"]].concat())?, first);
        turned.reverse();
        assert_eq!(argv(&[&turned[..], &[IMAGE, "a"]].concat())?, first);
    }
    Ok(())
}

fn every_spelling_of_a_flag_is_one() -> Tested {
    let spellings: [&[&str]; 6] = [
        &[
            "--interactive",
            "--tty",
            "--memory",
            "104857600",
            "--user",
            "7",
            "--net",
            "none",
        ],
        &["-it", "-m100m", "-u7", "--network=none"],
        &["-itm=100m", "-u=7:7", "--net=none"],
        &[
            "-t=true",
            "-i=1",
            "-m",
            "1g",
            "-m",
            "0.09765625g",
            "-u",
            "0",
            "-u",
            "7",
            "--network",
            "none",
            "--",
        ],
        &[
            "-i=false",
            "-it",
            "--memory=102400k",
            "--user=7:7",
            "--net=none",
            "--privileged=false",
        ],
        &["-tim", "100MB", "-u07", "--net=none"],
    ];
    let first = argv(&[spellings[0], &[IMAGE]].concat())?;
    for spelling in &spellings[1..] {
        let other = argv(&[spelling, &[IMAGE][..]].concat())?;
        // A size is written as it was given; what it means is the same.
        let sizes = |argv: &[OsString]| {
            argv.iter()
                .filter(|word| !word.to_str().unwrap().starts_with("--memory"))
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(sizes(&other), sizes(&first), "{spelling:?}");
    }
    Ok(())
}

fn everything_after_the_image_is_the_container_s() -> Tested {
    let command = [
        "--privileged",
        "--",
        "--dry-run",
        "",
        "-v",
        "/:/host",
        "a b",
        "--profile=x",
    ];
    let argv = argv(&[&[IMAGE], &command[..]].concat())?;
    let dashes = argv.iter().position(|word| word == "--").unwrap();
    assert_eq!(argv[dashes + 1], IMAGE);
    assert_eq!(argv[dashes + 2..], command.map(OsString::from));
    Ok(())
}

fn each_flag_is_one_word_before_the_dashes() -> Tested {
    let argv = argv(&[
        "-it",
        "-p",
        "127.0.0.1:80:80",
        "-p127.0.0.1:81:81",
        "--profile",
        "default",
        "--allow",
        "bind-all=test",
        IMAGE,
    ])?;
    let flags: Vec<&str> = argv
        .iter()
        .skip(1)
        .take_while(|word| *word != "--")
        .map(|word| word.to_str().unwrap())
        .collect();
    assert!(
        flags
            .iter()
            .all(|flag| flag.starts_with("--") && flag.contains('=')),
        "{flags:?}"
    );
    assert_eq!(
        flags
            .iter()
            .filter(|flag| flag.starts_with("--publish="))
            .count(),
        2
    );
    assert_eq!(flags.last(), Some(&"--security-opt=no-new-privileges"));
    assert!(
        !flags
            .iter()
            .any(|flag| flag.contains("profile") || flag.contains("allow")),
        "{flags:?}"
    );
    let mut once = flags.clone();
    once.dedup();
    assert_eq!(once, flags);
    Ok(())
}

fn the_dry_run_is_what_would_be_run() -> Tested {
    let flags = [
        "-it",
        "-eA=it's \"$HOME\"",
        "--label=a=\u{1b}[31m",
        IMAGE,
        "sh",
        "-c",
        "echo '*' $(id)",
    ];
    let run = podman().run([&["run"], &flags[..]].concat())?;
    let dry = podman().run([&["run", "--dry-run"], &flags[..]].concat())?;
    assert!(dry.podman.is_none(), "{dry:#?}");
    assert_eq!((dry.code, dry.stderr.as_str()), (0, ""));
    assert_eq!(dry.stdout.lines().count(), 1, "{}", dry.stdout);
    assert!(!dry.stdout.contains('\u{1b}'));
    let words: Vec<_> = pasted(&dry.stdout)
        .into_iter()
        .skip(1)
        .map(steady)
        .collect();
    assert_eq!(words, run.call().argv);
    assert!(
        pasted(&dry.stdout)[0]
            .to_str()
            .unwrap()
            .ends_with("/podman")
    );
    Ok(())
}

/// The words that bash makes of a line.
fn pasted(line: &str) -> Vec<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    let script = format!("printf '%s\\0' {line}");
    let output = Command::new("/bin/bash")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut words: Vec<_> = output
        .stdout
        .split(|byte| *byte == 0)
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect();
    words.pop();
    words
}

fn a_pasted_dry_run_has_the_same_words() -> Tested {
    use std::os::unix::ffi::OsStrExt as _;
    let words = [
        OsString::from(""),
        std::ffi::OsStr::from_bytes(b"\xff\\'\"\n\t$x`y`!{a,b}~").into(),
        "~".into(),
        "#x".into(),
        "a;b|c&d".into(),
    ];
    let start = ["run", "--dry-run", IMAGE].map(OsString::from);
    let dry = podman().run(start.iter().chain(&words))?;
    let pasted = pasted(&dry.stdout);
    assert_eq!(
        pasted[pasted.len() - words.len()..],
        words,
        "{}",
        dry.stdout
    );
    Ok(())
}

fn explain_names_who_asked() -> Tested {
    let profile = "memory: 100m\nports:\n  - 127.0.0.1:8000:8000\n";
    let explained = podman().file("p.yaml", profile).run([
        "run",
        "--profile=./p.yaml",
        "--explain",
        "--cpus",
        "0.5",
        "-u7",
        IMAGE,
    ])?;
    assert!(
        explained.podman.is_none() && explained.code == 0,
        "{explained:#?}"
    );
    let said_of = |flag: &str| {
        let mut lines = explained.stdout.lines().skip_while(|line| *line != flag);
        lines
            .nth(1)
            .unwrap_or_else(|| panic!("no {flag} in {}", explained.stdout))
            .to_owned()
    };
    for (flag, who) in [
        ("--memory=100m", "p.yaml:1:9"),
        ("--publish=127.0.0.1:8000:8000/tcp", "p.yaml:3:5"),
        ("--cpus=0.5", "command line, argument 3: --cpus 0.5"),
        ("--user=7:7", "command line, argument 5: -u7"),
        ("--pids-limit=256", "built-in baseline"),
    ] {
        assert!(said_of(flag).contains(who), "{flag}: {}", said_of(flag));
    }
    Ok(())
}

fn explain_as_json_is_one_document() -> Tested {
    let explained = podman().env("LD_PRELOAD", "x").run([
        "run",
        "--explain",
        "--format=json",
        "-u7",
        IMAGE,
        "a",
    ])?;
    let document: serde_json::Value = serde_json::from_str(&explained.stdout).unwrap();
    let settings = document["settings"].as_array().unwrap();
    let run = podman().run(["run", "-u7", IMAGE, "a"])?;
    for setting in settings {
        let flag = format!(
            "--{}={}",
            setting["flag"].as_str().unwrap(),
            setting["value"].as_str().unwrap()
        );
        // The hook's directory is named after the program's path, another one in each run.
        assert!(has(&run, &flag) || setting["flag"] == "hooks-dir", "{flag}");
        assert!(
            !setting["by"].as_str().unwrap().is_empty()
                && !setting["why"].as_str().unwrap().is_empty(),
            "{setting}"
        );
    }
    assert_eq!(document["withheld"][0]["name"], "LD_PRELOAD");
    Ok(())
}
