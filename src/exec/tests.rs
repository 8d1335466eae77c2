#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
use super::*;

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn shell(script: &str) -> Result<Answer, Problem> {
    ask(Path::new("/bin/sh"), &words(&["-c", script]), &[])
}

#[test]
fn a_program_gets_what_it_is_handed_and_no_more() {
    let variables = [("A".into(), "1".into()), ("B".into(), "x y".into())];
    let answer = ask(Path::new("/usr/bin/env"), &[], &variables).unwrap();
    assert_eq!(answer.stdout, b"A=1\nB=x y\n");
    assert_eq!(shell("cat").unwrap().stdout, b"", "nothing to read");
}

#[test]
fn an_answer_has_its_code_and_its_stderr() {
    let answer = shell("echo out; echo no >&2; echo why >&2; echo >&2; exit 3").unwrap();
    assert_eq!(
        (answer.code, answer.stdout.as_slice()),
        (Some(3), b"out\n".as_slice())
    );
    let problem = answer.success("count").unwrap_err();
    assert_eq!(problem.what, "podman failed to count: why");
    assert_eq!(shell("kill -9 $$").unwrap().code, None);
    assert_eq!(shell("echo x").unwrap().success("x"), Ok(b"x\n".to_vec()));
}

#[test]
fn neither_pipe_can_block_the_other() {
    let script = "head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero";
    let answer = shell(script).unwrap();
    assert_eq!(
        (answer.stdout.len(), answer.stderr.len()),
        (3_000_000, 65536)
    );
    let problem = shell("exec cat /dev/zero").unwrap_err();
    assert!(problem.what.contains("more than"), "{problem}");
}

#[test]
fn what_cannot_start_says_so() {
    let sh = Path::new("/bin/sh");
    let long = words(&["-c", &"x".repeat(1 << 20)]);
    for (problem, what) in [
        (ask(sh, &long, &[]), "longer than the kernel takes"),
        (ask(sh, &words(&["a\0b"]), &[]), "NUL byte"),
        (ask(sh, &[], &[("A".into(), "\0".into())]), "NUL byte"),
        (ask(Path::new("/no/such"), &[], &[]), "does not exist"),
        (ask(Path::new("/etc/passwd"), &[], &[]), "cannot be started"),
    ] {
        let problem = problem.unwrap_err();
        assert!(problem.what.contains(what), "{problem}");
    }
    assert!(show(Path::new("/no/such"), &[], &[]).is_err());
    let shown = show(sh, &words(&["-c", "cat; exit 4"]), &[]).unwrap();
    assert_eq!(shown.code(), Some(4));
}

#[test]
fn the_descriptors_of_a_unit_follow_the_first_three() {
    let of = |count: &str| listening(&[("LISTEN_FDS".into(), count.into())]);
    assert_eq!(of("2"), 3..5);
    assert_eq!(listening(&[]), 3..3);
    for none in ["-1", "x", "", "99999999999"] {
        assert!(of(none).is_empty(), "{none}");
    }
}

/// Set by the test below for the process it starts.
const BECOME: &str = "SAFE_PODMAN_TEST_BECOME";

/// In the process that the next test starts this becomes a shell; everywhere else there is nothing to do.
#[test]
fn becomes_a_shell_when_asked() {
    let Some(listen) = std::env::var_os(BECOME) else {
        return;
    };
    // The shell reads its own status by itself: while it starts a program it blocks every signal for a moment.
    let script = "echo; for fd in /proc/$$/fd/*; do echo $(basename $fd)=$(readlink $fd); done; \
        while IFS= read -r line; do case $line in Sig[IB]*) echo \"$line\";; esac; done </proc/$$/status; \
        echo pid=$$; tr '\\0' ' ' < /proc/$$/environ; cat \"$0\"; exit 7";
    let variables = [("LISTEN_FDS".into(), listen)];
    let texts = [b"handed=once\n".to_vec()];
    let problem = replace(Path::new("/bin/sh"), &variables, &texts, &|paths| {
        let mut words = words(&["-c", script]);
        words.extend(paths.iter().map(OsString::from));
        words
    });
    panic!("{problem}");
}

fn become_a_shell(listen: &str) -> (u32, Option<i32>, String) {
    // The shell in front makes descriptors that are not close-on-exec.
    let open = "exec 3</dev/null 4</dev/zero 9</dev/full; exec \"$0\" \"$@\"";
    let child = Command::new("/bin/sh")
        .args(["-c", open])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "exec::tests::becomes_a_shell_when_asked",
            "--nocapture",
        ])
        .env(BECOME, listen)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (pid, output.status.code(), text)
}

#[test]
fn replacing_keeps_the_process_and_closes_what_it_inherited() {
    let (pid, code, text) = become_a_shell("0");
    assert_eq!(code, Some(7), "the exit code is the program's\n{text}");
    assert!(text.contains(&format!("\npid={pid}\n")), "{text}");
    assert!(text.contains("SigBlk:\t0000000000000000"), "{text}");
    let ignored = text.lines().find_map(|line| line.strip_prefix("SigIgn:\t"));
    let ignored = u64::from_str_radix(ignored.unwrap(), 16).unwrap();
    assert_eq!(ignored & 1 << 12, 0, "SIGPIPE, number 13\n{text}");
    for device in ["=/dev/zero", "=/dev/full"] {
        assert!(!text.contains(device), "{text}");
    }
    assert!(!text.contains(BECOME), "{text}");
    assert!(
        text.contains("\n3=pipe:") && text.contains("handed=once"),
        "{text}"
    );
}

#[test]
fn the_descriptors_of_a_unit_are_passed_on() {
    let (_, code, text) = become_a_shell("2");
    assert_eq!(code, Some(7), "{text}");
    assert!(text.contains("\n3=/dev/null\n4=/dev/zero\n"), "{text}");
    assert!(!text.contains("=/dev/full"), "{text}");
}
