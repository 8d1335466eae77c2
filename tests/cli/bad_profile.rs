//! Profiles that cannot be used: refused at once, with the place.

use std::fmt::Write as _;
use std::time::Duration;

use crate::bad_input::refused;
use crate::becoming::{IMAGE, podman};
use crate::harness::{Tested, tests};
use crate::stand_in::Caller;

tests!(fn() -> Tested:
    a_profile_that_is_no_readable_file_is_refused,
    hostile_profiles_are_refused_at_once,
    a_wrong_profile_shows_the_place,
);

fn a_profile_that_is_no_readable_file_is_refused() -> Tested {
    let profile = ["run", "--profile=./p", IMAGE];
    for (make, part) in [
        ("true", "no such file"),
        ("mkdir p", "directory"),
        ("mkfifo p", "FIFO"),
        ("ln -s /dev/zero p", "p\""),
        ("ln -s p p", "p\""),
        ("truncate -s 10G p", "64 KiB"),
        ("printf 'memory: \\377' >p", "UTF-8"),
    ] {
        // Should it be read after all, then not for ever.
        let recorded = podman().shell(make).shell("ulimit -t 2").run(profile)?;
        refused(&recorded, &[part]);
        assert!(
            recorded.used < Duration::from_millis(100),
            "{make}: {:?}",
            recorded.used
        );
    }
    let unreadable = podman()
        .shell("touch p; chmod 000 p")
        .caller(Caller::Nobody)
        .run(profile)?;
    refused(&unreadable, &["ermission"]);
    Ok(())
}

fn hostile_profiles_are_refused_at_once() -> Tested {
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    let mut stairs = String::new();
    for depth in 1..250 {
        let nine = vec![format!("*a{}", depth - 1); 9].join(",");
        let _ = writeln!(bomb, "a{depth}: &a{depth} [{nine}]");
        let _ = writeln!(stairs, "{}a:", " ".repeat(depth));
    }
    for (name, text) in [
        ("brackets", "[".repeat(100_000)),
        ("fewer brackets", "[".repeat(60_000)),
        ("braces", format!("memory: {}", "{a: ".repeat(15_000))),
        ("dashes", "- ".repeat(30_000)),
        ("question marks", "? ".repeat(30_000)),
        ("indentation", stairs),
        ("aliases", bomb),
        ("merge", "base: {memory: 1g}\n<<: *base\n".into()),
        (
            "tag",
            "memory: !!python/object/apply:os.system ['x']\n".into(),
        ),
        ("two documents", "memory: 1g\n---\nmemory: 2g\n".into()),
        ("twice", "memory: 1g\nmemory: 2g\n".into()),
        ("NUL", "memory: \0\n".into()),
        ("long key", format!("{}: 1\n", "k".repeat(60_000))),
        ("quotes", format!("memory: \"{}", "\\u0041".repeat(10_000))),
    ] {
        let recorded = podman().shell("ulimit -t 5").file("p.yaml", &text).run([
            "run",
            "--profile=./p.yaml",
            IMAGE,
        ])?;
        assert!(
            recorded.used < Duration::from_millis(100),
            "{name}: {:?}",
            recorded.used
        );
        let place = if text.len() > 64 << 10 {
            "64 KiB"
        } else {
            "p.yaml:"
        };
        refused(&recorded, &[place]);
    }
    Ok(())
}

fn a_wrong_profile_shows_the_place() -> Tested {
    for (text, place, part) in [
        ("memry: 1g\n", "p.yaml:1:1", "instead: memory"),
        ("user: 1:1\nmemory: [1g]\n", "p.yaml:2:9", "memory"),
        ("cpus: 0.5\nports:\n  - 80:x\n", "p.yaml:3:5", "\"x\""),
        (
            "allow:\n  - {rule: no-such, reason: x}\n",
            "p.yaml:2:",
            "no-such",
        ),
        ("extends: nothing-there\n", "p.yaml:1:10", "nothing-there"),
        ("extends: ./p.yaml\n", "p.yaml:1:10", "p.yaml"),
        (
            "seccomp: {deny: [no_such_call]}\n",
            "p.yaml:1:",
            "no_such_call",
        ),
        (
            "ulimits: {nofile: 99999999999:99999999999}\n",
            "p.yaml:1:",
            "nofile",
        ),
    ] {
        let recorded = podman()
            .file("p.yaml", text)
            .run(["run", "--profile=./p.yaml", IMAGE])?;
        refused(&recorded, &[place, part]);
    }
    Ok(())
}
