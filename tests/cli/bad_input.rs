//! Input that cannot be used: a sentence, exit 125, and podman not started.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use crate::becoming::{IMAGE, podman};
use crate::harness::{Skip, Tested, tests};
use crate::record::Recorded;
use crate::stand_in::StandIn;

tests!(fn() -> Tested:
    an_unknown_flag_names_the_nearest,
    what_podman_would_ignore_is_refused,
    a_value_that_does_not_parse_is_refused,
    a_line_break_in_a_value_is_refused,
    a_missing_image_is_named,
    messages_are_free_of_escapes,
    podman_is_missing_or_too_old,
    podman_fails_to_answer,
    a_podman_that_is_not_root_s_is_refused,
    standard_output_is_full_or_closed,
    too_many_arguments_are_said_to_be_too_many,
);

/// Nothing was started, and one sentence says why.
pub(crate) fn refused(recorded: &Recorded, parts: &[&str]) {
    assert_eq!(recorded.code, 125, "{recorded:#?}");
    assert!(recorded.podman.is_none(), "{recorded:#?}");
    assert_eq!(recorded.stdout, "");
    assert!(
        recorded.stderr.starts_with("safe-podman: "),
        "{recorded:#?}"
    );
    assert!(!recorded.stderr.contains("panicked"), "{recorded:#?}");
    for part in parts {
        assert!(recorded.stderr.contains(part), "{part}: {recorded:#?}");
    }
}

fn an_unknown_flag_names_the_nearest() -> Tested {
    for (given, nearest) in [
        ("--memry=1g", "--memory"),
        ("--privilegd", "--privileged"),
        ("--read_only", "--read-only"),
        ("--profil=x", "--profile"),
        ("--Name=x", "--name"),
    ] {
        refused(
            &podman().run(["run", "--rm", given, IMAGE])?,
            &["argument 2", given, &format!("instead: {nearest}")],
        );
    }
    for given in [
        "-Z",
        "-itZ",
        "---rm",
        "--=x",
        "-privileged",
        "-net=host",
        "--remote",
        "--url=x",
        "--module=x",
        "--connection=x",
    ] {
        refused(&podman().run(["run", given, IMAGE])?, &["argument 1"]);
    }
    Ok(())
}

fn what_podman_would_ignore_is_refused() -> Tested {
    for given in ["-test.v", "-itest.x", "-test.run=x"] {
        refused(
            &podman().run(["run", given, IMAGE])?,
            &["ignore", "argument 1"],
        );
    }
    Ok(())
}

fn a_value_that_does_not_parse_is_refused() -> Tested {
    for given in [
        "--memory=1x",
        "--cpus=NaN",
        "--pids-limit=many",
        "--privileged=maybe",
        "--volume=a:b:c:d",
        "--publish=x",
        "--ulimit=nofile",
        "--restart=sometimes",
    ] {
        refused(
            &podman().run(["run", given, IMAGE])?,
            &["argument 1", given],
        );
    }
    refused(
        &podman().run(["run", "--memory"])?,
        &["--memory needs a value"],
    );
    // What podman reads so is read so: the flag is on, and the image is called false.
    refused(
        &podman().run(["run", "--privileged", "false", IMAGE])?,
        &["[privileged]"],
    );
    Ok(())
}

fn a_line_break_in_a_value_is_refused() -> Tested {
    for given in [
        "--env=A=1\n2",
        "--label=a\nb=c",
        "--cap-add=\nSYS_ADMIN",
        "--name=a\rb",
        "--volume=/etc\n:/x",
    ] {
        let recorded = podman().run(["run", given, IMAGE])?;
        refused(&recorded, &["argument 1"]);
    }
    refused(
        &podman().run([
            OsStr::new("run"),
            OsStr::from_bytes(b"--name=\xff"),
            OsStr::new(IMAGE),
        ])?,
        &["not UTF-8"],
    );
    Ok(())
}

fn a_missing_image_is_named() -> Tested {
    for words in [
        &["run"][..],
        &["run", "--rm"],
        &["run", "--rm", "--"],
        &["create", "--name", "x"],
        &["run", "--name", IMAGE],
    ] {
        refused(&podman().run(words)?, &["no image"]);
    }
    refused(&podman().run(["run", ""])?, &["not the name of an image"]);
    refused(
        &podman().run(["run", "Not An Image"])?,
        &["not the name of an image"],
    );
    Ok(())
}

fn messages_are_free_of_escapes() -> Tested {
    let evil = "x\u{1b}]0;owned\u{7}\u{202e}\u{200b}\u{9b}31m";
    for words in [
        [format!("--{evil}"), IMAGE.into()],
        [format!("--memory={evil}"), IMAGE.into()],
        [format!("--profile={evil}"), IMAGE.into()],
        ["--rm".into(), evil.into()],
        [format!("--volume=/x:{evil}"), IMAGE.into()],
    ] {
        let recorded = podman().run([&["run".to_owned()], &words[..]].concat())?;
        refused(&recorded, &[]);
        let raw = recorded
            .stderr
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{200b}'));
        assert_eq!(raw, None, "{words:?} {recorded:#?}");
    }
    let profile = podman().file("p.yaml", &format!("{evil}: 1\n")).run([
        "run",
        "--profile=./p.yaml",
        IMAGE,
    ])?;
    assert!(
        profile.code == 125
            && !profile
                .stderr
                .contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']),
        "{profile:#?}"
    );
    Ok(())
}

fn podman_is_missing_or_too_old() -> Tested {
    refused(
        &StandIn::new().missing().run(["run", IMAGE])?,
        &["podman is not installed", "apt install podman"],
    );
    for version in ["4.2.1", "3.4.4", "1.0.0"] {
        refused(
            &podman().version(version).run(["run", IMAGE])?,
            &["too old", version, "4.3.0"],
        );
    }
    for version in ["4.3.0", "5.8.2", "6.0.0-rc1"] {
        assert!(
            podman()
                .version(version)
                .run(["run", IMAGE])?
                .podman
                .is_some(),
            "{version}"
        );
    }
    // A flag that this podman does not have yet, or no longer.
    refused(
        &podman().version("4.3.1").run(["run", "--retry=3", IMAGE])?,
        &["4.3.1", "--retry", "argument 1"],
    );
    Ok(())
}

fn podman_fails_to_answer() -> Tested {
    for answer in ["", "[]", "{}", "[{\"Id\": 3}]", "no json\u{1b}[31m"] {
        let recorded = StandIn::new().answer("image", answer).run(["run", IMAGE])?;
        refused(&recorded, &[]);
        assert!(!recorded.stderr.contains('\u{1b}'));
    }
    refused(&podman().version("").run(["run", IMAGE])?, &["version"]);
    refused(
        &podman().version("of mine").run(["run", IMAGE])?,
        &["version"],
    );
    Ok(())
}

fn a_podman_that_is_not_root_s_is_refused() -> Tested {
    if !nix::unistd::Uid::effective().is_root() {
        return Err(Skip::new("only root can give a file to somebody else"));
    }
    for change in ["chmod 777 podman", "chown 65534 podman"] {
        refused(&podman().shell(change).run(["run", IMAGE])?, &["podman\""]);
    }
    Ok(())
}

fn standard_output_is_full_or_closed() -> Tested {
    for option in ["--dry-run", "--explain", "--help"] {
        let full = podman()
            .shell("exec >/dev/full")
            .run(["run", option, IMAGE])?;
        refused(&full, &["standard output", "No space left"]);
        let closed = podman().shell("exec >&-").run(["run", option, IMAGE])?;
        assert!(
            closed.podman.is_none() && !closed.stderr.contains("panicked"),
            "{closed:#?}"
        );
    }
    // Nobody hears the refusal, but it is one.
    let deaf = podman()
        .shell("exec >&- 2>&-")
        .run(["run", "--no-such", IMAGE])?;
    assert!(deaf.code == 125 && deaf.podman.is_none(), "{deaf:#?}");
    Ok(())
}

fn too_many_arguments_are_said_to_be_too_many() -> Tested {
    // A quarter of the stack is the kernel's limit, and each word costs a NUL and a pointer. It takes the words once, for
    // us, but not a second time with what is added.
    let limit = 256 * 1024 - 700;
    let shell = "ulimit -s 1024; unset $(compgen -e)";
    let mut words: Vec<OsString> = ["run", IMAGE].map(OsString::from).into();
    let cost = |words: &[OsString]| words.iter().map(|word| word.len() + 9).sum::<usize>();
    while cost(&words) < limit {
        let left = limit - cost(&words);
        words.push("x".repeat(left.min(60_000).saturating_sub(9)).into());
    }
    let recorded = podman().shell(shell).run(&words)?;
    refused(&recorded, &["longer than the kernel takes", "--env-file"]);
    words.truncate(words.len() - 1);
    assert!(
        podman()
            .shell("ulimit -s 1024")
            .run(&words)?
            .podman
            .is_some()
    );
    Ok(())
}
