//! The promise: a container that would start with more than was asked for does not start, or is found afterwards.

use std::fs;
use std::process::Command;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    the_shipped_profiles_keep_their_promise,
    a_copied_promise_stops_a_stronger_container,
    a_copied_promise_lets_the_promised_container_start,
    a_filter_changed_after_it_was_judged,
    a_filter_file_is_copied_when_it_is_judged,
    a_limit_that_nobody_would_hold,
    verify_finds_a_container_weakened_behind_its_back,
    verify_reads_the_filter_that_the_kernel_has,
    verify_leaves_a_process_as_it_was,
    verify_finds_what_came_later,
    verify_tells_an_unsealed_container,
    verify_without_containers_is_neither_good_nor_bad,
);

const PROFILES: [&str; 4] = ["default", "web", "job", "shell"];

fn the_shipped_profiles_keep_their_promise(engine: &Engine) -> Tested {
    for profile in PROFILES {
        let flag = format!("--profile={profile}");
        // The profile for a shell works in the caller's directory, and is told which that is.
        let work = format!("--volume={}:/work", engine.dir("seal-work").display());
        let flags = [&flag, &work, "--network=none", IMAGE, "true"];
        let said = engine.safe(flags);
        assert_eq!(said.code, 0, "{profile}: {said:#?}");
        assert!(!said.stderr.contains("sealed:"), "{profile}: {said:#?}");
    }
    Ok(())
}

/// podman's command line for a run, as a dry run prints it.
fn line(engine: &Engine, flags: &[&str]) -> String {
    let mut command = engine.safe_command("run");
    command.args(["--dry-run", "--network=none"]).args(flags);
    said(command.args([IMAGE, "sleep", "60"]), &[]).ok()
}

/// Words of the line that start with one of these.
fn words(line: &str, starts: &[&str]) -> Vec<String> {
    let words = line.split_whitespace().map(|word| word.replace('\'', ""));
    words
        .filter(|word| starts.iter().any(|start| word.starts_with(start)))
        .collect()
}

fn promise(line: &str) -> String {
    words(line, &["--annotation=safe-podman.promise="]).remove(0)
}

/// The line, pasted with flags that come after podman's others, and with another command.
fn pasted(engine: &Engine, line: &str, more: &str, inner: &str) -> Said {
    let (before, _) = line.rsplit_once(&format!("-- {IMAGE}")).unwrap();
    let line = format!("{before} {more} -- {IMAGE} {inner}");
    let mut command = engine.patient("sh");
    said(command.args(["-c", &line]), &[])
}

fn a_copied_promise_stops_a_stronger_container(engine: &Engine) -> Tested {
    let line = line(engine, &["--rm"]);
    let copied = words(
        &line,
        &["--annotation=safe-podman.promise=", "--hooks-dir="],
    );
    // The promise is no obstacle where nobody looks at it.
    let flags = [
        promise(&line),
        "--cap-add=SYS_ADMIN".into(),
        "--network=none".into(),
        IMAGE.into(),
        "true".into(),
    ];
    engine.plain(flags).ok();
    let stronger = copied.iter().map(String::as_str).chain([
        "--cap-add=SYS_ADMIN",
        "--network=none",
        IMAGE,
        "true",
    ]);
    let said = engine.plain(stronger);
    assert_ne!(said.code, 0, "{said:#?}");
    assert!(
        said.stderr.contains("sealed:") && said.stderr.contains("less confined than promised"),
        "{said:#?}"
    );
    for (more, reason) in [
        ("--cap-add=SYS_ADMIN", "CAP_SYS_ADMIN"),
        ("--volume=/etc:/x:ro", "/x"),
        ("--device=/dev/null:/dev/mine", "/dev/mine"),
        ("--env=FOO=bar", "FOO"),
        ("--user=0", "uid is 0"),
        ("--pid=host", "pid"),
        ("--security-opt=seccomp=unconfined", "seccomp"),
        ("--read-only=false", "root"),
        (
            "--sysctl=net.ipv4.ip_unprivileged_port_start=1",
            "ip_unprivileged_port_start",
        ),
        (
            "--annotation=run.oci.keep_original_groups=1",
            "run.oci.keep_original_groups",
        ),
        ("--ulimit=core=-1:-1", "core"),
    ] {
        let said = pasted(engine, &line, more, "true");
        assert_ne!(said.code, 0, "{more}: {said:#?}");
        assert!(
            said.stderr.contains("sealed:")
                && said.stderr.to_lowercase().contains(&reason.to_lowercase()),
            "{more}: {said:#?}"
        );
    }
    Ok(())
}

fn a_copied_promise_lets_the_promised_container_start(engine: &Engine) -> Tested {
    let said = pasted(engine, &line(engine, &["--rm"]), "", "true");
    assert_eq!(said.code, 0, "{said:#?}");
    Ok(())
}

/// The default filter, as podman is given it.
pub(crate) fn floor(engine: &Engine) -> String {
    let line = line(engine, &[]);
    let given = words(&line, &["--security-opt=seccomp="]).remove(0);
    fs::read_to_string(given.rsplit_once('=').unwrap().1).unwrap()
}

/// A filter file of the engine's account.
fn filter(engine: &Engine, name: &str) -> std::path::PathBuf {
    let path = engine.work_dir().join(name);
    fs::write(&path, floor(engine)).unwrap();
    path
}

/// Everything is allowed.
const OPEN: &str = r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#;

fn a_filter_changed_after_it_was_judged(engine: &Engine) -> Tested {
    let path = filter(engine, "swapped.json");
    let flag = format!("--security-opt=seccomp={}", path.display());
    let line = line(engine, &["--rm", &flag]);
    // podman is told of the file that was judged, wherever that is: another one is put in its place.
    let given = words(&line, &["--security-opt=seccomp="]).remove(0);
    let open = engine.work_dir().join("open.json");
    fs::write(&open, OPEN).unwrap();
    let other = format!("--security-opt=seccomp={}", open.display());
    let plain = engine.plain([other.as_str(), "--network=none", IMAGE, "true"]);
    plain.ok();
    let swapped = line.replace(&given, &other);
    assert_ne!(swapped, line);
    let said = pasted(engine, &swapped, "", "true");
    assert!(
        said.code != 0 && said.stderr.contains("sealed:") && said.stderr.contains("seccomp"),
        "{said:#?}"
    );
    Ok(())
}

fn a_filter_file_is_copied_when_it_is_judged(engine: &Engine) -> Tested {
    let path = filter(engine, "judged.json");
    let flag = format!("--security-opt=seccomp={}", path.display());
    let line = line(engine, &["--rm", &flag]);
    fs::write(&path, "{}").unwrap();
    // What plain podman would now start without any filter.
    let probe = engine.probe_plain(&[&flag]);
    assert_eq!(&probe["Seccomp"], "0");
    let seen = pasted(engine, &line, "", "probe").ok();
    assert!(seen.contains("\nSeccomp=2\n"), "{seen}");
    Ok(())
}

/// A rootless podman on cgroup version 1 drops every limit with a warning.
fn a_limit_that_nobody_would_hold(engine: &Engine) -> Tested {
    if engine.enforces_limits().is_ok() {
        return Err(Skip::new("this engine holds limits"));
    }
    let args = ["--memory=64m", "--network=none", IMAGE, "true"];
    engine.plain(args).ok();
    let mut command = engine.patient(engine.program());
    command.args(["run", "--rm"]).args(engine.store_flags());
    for id in ["storage-redirect", "foreign-runtime"] {
        command.arg(format!("--allow={id}=the tests' own store and runtime"));
    }
    let safe = said(command.args(Engine::plain_flags()).args(args), &[]);
    assert_eq!(safe.code, 125, "{safe:#?}");
    assert!(safe.stderr.contains("limit-not-effective"), "{safe:#?}");
    Ok(())
}

/// A running container that is gone with this value.
struct Running<'a>(&'a Engine, &'static str);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.podman(["rm", "--force", "--time=0", self.1]);
    }
}

fn verify(engine: &Engine, args: &[&str]) -> Said {
    let mut command = engine.patient(engine.program());
    command.arg("verify").args(engine.store_flags());
    command.arg("--allow=storage-redirect=the tests' own store");
    said(command.args(args), &[])
}

const ONLY_ROOT: &str = "the kernel gives filters to the host's root only, and not under a filter";

/// On what `verify` relies for a container that nobody else traces.
fn about_filter(engine: &Engine) -> &'static str {
    let own = fs::read_to_string("/proc/self/status").unwrap();
    if !engine.is_rootful() {
        "its system call filter is known from its config.json only, and from the kernel that it has one: \
         the kernel gives it to the host's root only"
    } else if own.contains("\nSeccomp:\t0\n") {
        "its system call filter was read from the kernel"
    } else {
        "its system call filter is known from its config.json only, and from the kernel that it has one: \
         this command runs under a filter itself"
    }
}

fn verify_finds_a_container_weakened_behind_its_back(engine: &Engine) -> Tested {
    let good = Running(engine, "seal-good");
    let mut command: Command = engine.safe_command("run");
    command.args([
        "-d",
        "--name",
        good.1,
        "--network=none",
        IMAGE,
        "sleep",
        "60",
    ]);
    said(&mut command, &[]).ok();
    let kept = verify(engine, &[good.1]);
    assert_eq!(
        (kept.code, kept.stdout.as_str()),
        (
            0,
            format!("seal-good: as promised\n  {}\n", about_filter(engine)).as_str()
        ),
        "{kept:#?}"
    );

    let weak = Running(engine, "seal-weak");
    // Everything the line says but the hook, and more.
    let line = line(engine, &["--name=seal-weak", "-d"]);
    let mut weaker = line.replacen(
        "--network=none",
        "--network=none --cap-add=SYS_ADMIN --volume=/etc:/x",
        1,
    );
    for hook in words(&line, &["--hooks-dir="]) {
        weaker = weaker.replace(&hook, "--hooks-dir=/nonexistent");
    }
    let mut command = engine.patient("sh");
    said(command.args(["-c", &weaker]), &[]).ok();
    let found = verify(engine, &[weak.1]);
    assert_eq!(found.code, 1, "{found:#?}");
    for part in ["seal-weak: not as promised\n", "SYS_ADMIN", "/x"] {
        assert!(found.stdout.contains(part), "{part}: {found:#?}");
    }
    let both = verify(engine, &["--format=json", good.1, weak.1]);
    assert_eq!(both.code, 1, "{both:#?}");
    let document: serde_json::Value = serde_json::from_str(&both.stdout).unwrap();
    let seals: Vec<&str> = document["containers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["seal"].as_str().unwrap())
        .collect();
    assert_eq!(seals, ["kept", "broken"]);
    Ok(())
}

/// Starts a container that sleeps, or does what `inner` says.
fn start(engine: &Engine, name: &str, inner: &[&str]) {
    let mut command: Command = engine.safe_command("run");
    command.args([
        "-d",
        "--name",
        name,
        "--network=none",
        "--restart=no",
        IMAGE,
    ]);
    said(command.args(inner), &[]).ok();
}

fn inspect(engine: &Engine, name: &str, what: &str) -> String {
    let answer = engine.podman(["inspect", &format!("--format={{{{{what}}}}}"), name]);
    answer.ok().trim().to_owned()
}

/// A container under a filter that nobody promised, whose `config.json` was put in order afterwards.
fn verify_reads_the_filter_that_the_kernel_has(engine: &Engine) -> Tested {
    if !about_filter(engine).ends_with("read from the kernel") {
        return Err(Skip::new(ONLY_ROOT));
    }
    let (good, open) = (Running(engine, "seal-filter"), Running(engine, "seal-open"));
    start(engine, good.1, &["sleep", "60"]);
    let file = engine.dir("seal-open").join("open.json");
    fs::write(&file, r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#).unwrap();
    let line = line(engine, &["--name=seal-open", "-d"]);
    let open_filter = format!("--security-opt=seccomp={}", file.display());
    let mut opened = line;
    for hook in words(&opened, &["--hooks-dir="]) {
        opened = opened.replace(&hook, "--hooks-dir=/nonexistent");
    }
    for promised in words(&opened, &["--security-opt=seccomp="]) {
        opened = opened.replace(&promised, &open_filter);
    }
    let mut command = engine.patient("sh");
    said(command.args(["-c", &opened]), &[]).ok();
    let read = |name: &str| {
        let path = inspect(engine, name, ".OCIConfigPath");
        let document: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        (path, document)
    };
    let ((_, promised), (path, mut forged)) = (read(good.1), read(open.1));
    forged["linux"]["seccomp"] = promised["linux"]["seccomp"].clone();
    fs::write(path, forged.to_string()).unwrap();
    let found = verify(engine, &[open.1]);
    assert_eq!(found.code, 1, "{found:#?}");
    let wider = "  the seccomp filter that the kernel holds for it is wider (";
    assert!(found.stdout.contains(wider), "{found:#?}");
    assert!(
        !found.stdout.contains("in its config.json: its seccomp"),
        "{found:#?}"
    );
    verify(engine, &[good.1]).ok();
    Ok(())
}

/// One that works, one that was stopped, one that another program traces, one that ended.
fn verify_leaves_a_process_as_it_was(engine: &Engine) -> Tested {
    if !about_filter(engine).ends_with("read from the kernel") {
        return Err(Skip::new(ONLY_ROOT));
    }
    let busy = Running(engine, "seal-busy");
    start(engine, busy.1, &["sh", "-c", "while :; do :; done"]);
    let pid = inspect(engine, busy.1, ".State.Pid");
    let state = || {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            line.unwrap().split_whitespace().nth(1).unwrap().to_owned()
        };
        (field("State:"), field("TracerPid:"))
    };
    // The shell's own: not every system has the program.
    let signal = |name: &str| {
        let script = format!("kill {name} {pid}");
        said(engine.patient("sh").args(["-c", &script]), &[]).ok()
    };
    let kept = format!("seal-busy: as promised\n  {}\n", about_filter(engine));
    assert_eq!(verify(engine, &[busy.1]).ok(), kept);
    assert_eq!(state(), ("R".to_owned(), "0".to_owned()));
    signal("-STOP");
    assert_eq!(verify(engine, &[busy.1]).ok(), kept);
    assert_eq!(state(), ("T".to_owned(), "0".to_owned()));
    signal("-CONT");
    assert_eq!(verify(engine, &[busy.1]).ok(), kept);
    let mut strace = match Command::new("strace")
        .args(["-qq", "-o/dev/null", "-p", &pid])
        .spawn()
    {
        Ok(strace) => strace,
        Err(error) => return Err(Skip::new(format!("no strace to trace it: {error}"))),
    };
    let tracer = strace.id().to_string();
    let waited = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        state().1 == tracer
    });
    let while_traced = verify(engine, &[busy.1]);
    let _ = strace.kill();
    let _ = strace.wait();
    assert!(waited, "strace did not come to trace it");
    assert_eq!(while_traced.code, 0, "{while_traced:#?}");
    let why = format!(
        "config.json only, and from the kernel that it has one: process {tracer} traces process {pid} already\n"
    );
    assert!(while_traced.stdout.ends_with(&why), "{while_traced:#?}");
    signal("-KILL");
    // It comes to that when it is given time to run again.
    let gone = (0..400).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let status = fs::read_to_string(format!("/proc/{pid}/status"));
        !status.is_ok_and(|status| !status.contains("State:\tZ"))
    });
    assert!(gone, "it did not end");
    let ended = verify(engine, &[busy.1]);
    assert_eq!(ended.code, 1, "{ended:#?}");
    Ok(())
}

/// `podman exec` asks nobody, and neither does whoever enters the container's namespaces.
fn verify_finds_what_came_later(engine: &Engine) -> Tested {
    let later = Running(engine, "seal-later");
    let mut command: Command = engine.safe_command("run");
    command.args([
        "-d",
        "--name",
        later.1,
        "--network=none",
        IMAGE,
        "sleep",
        "60",
    ]);
    said(&mut command, &[]).ok();
    verify(engine, &[later.1]).ok();
    let exec = [
        "exec",
        "--detach",
        "--privileged",
        "--user=0",
        later.1,
        "sleep",
        "61",
    ];
    engine.podman(exec).ok();
    let found = verify(engine, &[later.1]);
    assert_eq!(found.code, 1, "{found:#?}");
    for part in [
        "(sleep): its uid is 0, but 65532 was promised",
        "effective, bounding capabilities, which no --cap-add asked for",
    ] {
        assert!(found.stdout.contains(part), "{part}: {found:#?}");
    }
    if !engine.is_rootful() {
        return Ok(());
    }
    let pid = engine
        .podman(["inspect", "--format={{.State.Pid}}", later.1])
        .ok();
    let mut enter = engine.patient("nsenter");
    enter.args([
        &format!("--mount=/proc/{}/ns/mnt", pid.trim()),
        "mount",
        "-t",
        "tmpfs",
        "x",
        "/srv",
    ]);
    said(&mut enter, &[]).ok();
    let found = verify(engine, &[later.1]);
    assert!(
        found
            .stdout
            .contains("at \"/srv\", which no --volume or --mount asked for"),
        "{found:#?}"
    );
    Ok(())
}

fn verify_tells_an_unsealed_container(engine: &Engine) -> Tested {
    let plain = Running(engine, "seal-plain");
    engine
        .plain([
            "-d",
            "--name",
            plain.1,
            "--network=none",
            IMAGE,
            "sleep",
            "60",
        ])
        .ok();
    let found = verify(engine, &[plain.1]);
    assert_eq!(
        (found.code, found.stdout.as_str()),
        (1, "seal-plain: unsealed\n"),
        "{found:#?}"
    );
    Ok(())
}

fn verify_without_containers_is_neither_good_nor_bad(engine: &Engine) -> Tested {
    let found = verify(engine, &["seal-nobody"]);
    assert_eq!(found.code, 2, "{found:#?}");
    Ok(())
}
