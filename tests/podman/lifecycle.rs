//! From start to end: exit codes, streams, signals, terminals, background.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::said;

tests!(fn(&Engine) -> Tested:
    exit_codes_are_the_container_s,
    a_command_that_cannot_run_has_podman_s_code,
    what_is_piped_in_arrives,
    the_two_outputs_stay_apart,
    signals_reach_the_container,
    a_terminal_is_a_terminal,
    a_background_container_gives_its_id,
    a_created_container_starts_later,
    the_arguments_of_the_container_are_never_read,
    a_dry_run_starts_nothing_and_runs_when_pasted,
);

const SHELL: [&str; 4] = ["--network=none", IMAGE, "sh", "-c"];

fn shell(script: &str) -> Vec<&str> {
    SHELL.into_iter().chain([script]).collect()
}

fn exit_codes_are_the_container_s(engine: &Engine) -> Tested {
    for code in [0, 1, 7, 42, 125, 126, 127, 255] {
        let said = engine.safe(shell(&format!("exit {code}")));
        assert_eq!(said.code, code, "{said:#?}");
    }
    Ok(())
}

fn a_command_that_cannot_run_has_podman_s_code(engine: &Engine) -> Tested {
    for (command, code) in [("/etc/passwd", 126), ("/no/such", 127)] {
        let args = ["--network=none", IMAGE, command];
        let (plain, safe) = (engine.plain(args), engine.safe(args));
        assert_eq!(
            (plain.code, safe.code),
            (code, code),
            "{plain:#?} {safe:#?}"
        );
    }
    let args = ["--network=none", "--name=/", IMAGE, "true"];
    let (plain, safe) = (engine.plain(args), engine.safe(args));
    assert_eq!((plain.code, safe.code), (125, 125), "{plain:#?} {safe:#?}");
    Ok(())
}

fn what_is_piped_in_arrives(engine: &Engine) -> Tested {
    let text: Vec<u8> = (0..=255_u8).cycle().take(300_000).collect();
    let mut command = engine.safe_command("run");
    command.args(["--rm", "-i"]).args(shell("cat | md5sum"));
    let safe = said(&mut command, &text).ok();
    let ours = said(&mut engine.command("md5sum"), &text).ok();
    assert_eq!(safe, ours);
    Ok(())
}

fn the_two_outputs_stay_apart(engine: &Engine) -> Tested {
    let said = engine.safe(shell("echo out; echo err >&2"));
    assert_eq!((said.code, said.stdout.as_str()), (0, "out\n"));
    assert!(said.stderr.ends_with("err\n"), "{said:#?}");
    Ok(())
}

fn signals_reach_the_container(engine: &Engine) -> Tested {
    for (signal, name) in [
        (Signal::SIGTERM, "TERM"),
        (Signal::SIGINT, "INT"),
        (Signal::SIGUSR1, "USR1"),
    ] {
        let script =
            format!("trap 'echo got; exit 43' {name}; echo ready; while :; do sleep 0.1; done");
        // Without `timeout` in front, which would take the signal.
        let mut command = engine.impatient_command("run");
        command
            .args(["--rm"])
            .args(shell(&script))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut ready = [0; 6];
        output.read_exact(&mut ready).unwrap();
        assert_eq!(&ready, b"ready\n");
        // podman passes signals on from a moment after the container has started, and one that comes when it has ended is podman's own.
        std::thread::sleep(Duration::from_secs(1));
        kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let since = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if since.elapsed() > Duration::from_secs(30) {
                let _ = child.kill();
                panic!("{name} did not end the container");
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(
            (status.code(), rest.as_str()),
            (Some(43), "got\n"),
            "{name}"
        );
    }
    Ok(())
}

/// util-linux's script(1) makes the terminal.
fn a_terminal_is_a_terminal(engine: &Engine) -> Tested {
    if !std::path::Path::new("/usr/bin/script").exists() {
        return Err(Skip::new("script(1) is not installed"));
    }
    // `timeout` would put itself between the terminal and its foreground.
    let mut safe = engine.impatient_command("run");
    safe.args(["-it", "--rm"])
        .args(shell("tty; read line; echo got $line; exit 5"));
    let line =
        safe_podman::testing::line(std::iter::once(safe.get_program()).chain(safe.get_args()));
    let mut command = engine.patient("/usr/bin/script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut text = Vec::new();
    // What podman has to say comes first.
    while !text.ends_with(b"/dev/pts/0\r\n") {
        let mut byte = [0];
        assert_ne!(
            output.read(&mut byte).unwrap(),
            0,
            "{}",
            String::from_utf8_lossy(&text)
        );
        text.extend(byte);
    }
    stdin.write_all(b"hello\n").unwrap();
    output.read_to_end(&mut text).unwrap();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(child.wait().unwrap().code(), Some(5), "{text}");
    assert!(text.contains("got hello\r\n"), "{text}");
    Ok(())
}

fn a_background_container_gives_its_id(engine: &Engine) -> Tested {
    let mut command = engine.safe_command("run");
    let id = said(
        command
            .args(["-d", "--restart=no"])
            .args(shell("echo logged; exit 9")),
        &[],
    )
    .ok();
    let id = id.trim();
    assert!(
        id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(engine.podman(["wait", id]).ok(), "9\n");
    assert_eq!(engine.podman(["logs", id]).ok(), "logged\n");
    engine.podman(["rm", id]).ok();
    Ok(())
}

fn a_created_container_starts_later(engine: &Engine) -> Tested {
    let mut command = engine.safe_command("create");
    let id = said(
        command.args(["--network=none", "--user=998:998", IMAGE, "probe"]),
        &[],
    )
    .ok();
    let id = id.trim();
    let started = engine.podman(["start", "--attach", id]);
    engine.podman(["rm", id]).ok();
    let probe = crate::probe::Probe::parse(&started.ok());
    assert_eq!((&probe["uid"], probe.capabilities("CapBnd")), ("998", 0));
    assert_eq!(&probe["write./"], "Read-only file system");
    Ok(())
}

fn the_arguments_of_the_container_are_never_read(engine: &Engine) -> Tested {
    let words = [
        "--privileged",
        "--",
        "-v",
        "/:/host",
        "--allow=x",
        "",
        "a\nb",
        "\u{1b}[31m",
    ];
    let said = engine.safe(
        ["--network=none", IMAGE, "printf", "<%s>"]
            .iter()
            .chain(&words),
    );
    assert_eq!(said.ok(), words.map(|word| format!("<{word}>")).concat());
    Ok(())
}

fn a_dry_run_starts_nothing_and_runs_when_pasted(engine: &Engine) -> Tested {
    let mut command = engine.safe_command("run");
    command
        .args([
            "--rm",
            "--dry-run",
            "-e",
            "A=it's \"$HOME\" `x`",
            "--user=998:998",
        ])
        .args(shell("echo \"$A\" $(id -u)"));
    let line = said(&mut command, &[]).ok();
    assert_eq!(line.lines().count(), 1, "{line}");
    assert_eq!(
        engine
            .podman(["ps", "--all", "--quiet", "--filter=name=dry"])
            .ok(),
        ""
    );
    let pasted = said(engine.command("/bin/bash").args(["-c", &line]), &[]);
    assert_eq!(pasted.stdout, "it's \"$HOME\" `x` 998\n", "{pasted:#?}");
    Ok(())
}
