mod asked;
mod imports;
mod promised;

use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::cli::{RUN_OPTIONS, RunOptions};
use crate::engine::ListedVolume;
use crate::engine::fake::{FakeEngine, PODMAN};
use crate::env::Environment;
use crate::host::{Fake, FileKind, Host as _};
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::podman::version::Version;
use crate::policy::site::Site;
use crate::profile::ProfileLayers;
use crate::testing::Told;

const OLD: Version = Version(4, 3, 1);
const NEW: Version = Version(5, 4, 2);
fn host() -> Fake {
    on(Fake::rootful())
}

fn on(host: Fake) -> Fake {
    let program = "/usr/bin/safe-podman";
    let host = host.link("/proc/self/exe", program);
    host.file(program, 0, 0o755, "ours")
}

fn go(engine: &FakeEngine, pulling: Pulling, words: &[&str]) -> Result<Outcome, Problem> {
    go_in(&Environment::default(), engine, pulling, words)
}

fn go_in(
    environment: &Environment,
    engine: &FakeEngine,
    pulling: Pulling,
    words: &[&str],
) -> Result<Outcome, Problem> {
    let host = host();
    let context = context(&host, environment, Site::default());
    go_on(&context, engine, pulling, words)
}

fn context<'h>(host: &'h Fake, environment: &Environment, site: Site) -> Context<'h> {
    let (directory, today) = (Path::new("/srv/app").into(), "2026-11-22".parse().unwrap());
    Context::new(host, environment.clone(), site, directory, today)
}

fn go_on(
    context: &Context<'_>,
    engine: &FakeEngine,
    pulling: Pulling,
    words: &[&str],
) -> Result<Outcome, Problem> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = RunOptions::parse(&words, RUN_OPTIONS, &context.directory)?;
    let request = Request::layered(&said, ProfileLayers::default(), Vec::new())?;
    plan(Verb::Run, &request, pulling, engine, context)
}

#[track_caller]
fn planned(outcome: Result<Outcome, Problem>) -> Plan {
    match outcome.unwrap() {
        Outcome::Planned(plan) => *plan,
        Outcome::Refused(refused) => panic!("{:?}", refused.judgement().findings),
    }
}

#[track_caller]
fn refusing(outcome: Result<Outcome, Problem>) -> Vec<String> {
    match outcome.unwrap() {
        Outcome::Planned(plan) => panic!("{:?}", plan.command()),
        Outcome::Refused(refused) => {
            let findings = refused.judgement().findings.iter();
            findings.map(|found| found.rule.id.to_string()).collect()
        }
    }
}

fn has(plan: &Plan, word: &str) -> bool {
    plan.command().iter().any(|found| found == word)
}

#[test]
fn a_refused_flag_reaches_not_even_a_question() {
    let engine = FakeEngine::new(NEW);
    let outcome = go(&engine, Pulling::AsAsked, &["--privileged", "localhost/x"]);
    if let Ok(Outcome::Refused(refused)) = &outcome {
        assert_eq!(refused.image(), "localhost/x", "which the log names");
    }
    let rules = refusing(outcome);
    assert!(rules.contains(&"privileged".to_owned()), "{rules:?}");
    assert_eq!(engine.calls(), [""; 0]);
}

#[test]
fn what_systemd_hands_over_is_a_socket_and_nothing_else() {
    let fd = |number: u32| format!("/proc/self/fd/{number}");
    let host = host()
        .node(fd(3), FileKind::Socket, 0, 0o755)
        .node(fd(4), FileKind::Socket, 0, 0o755)
        .file(fd(5), 0, 0o600, "");
    for (pid, count, is_refused) in [
        (7, "1", false),
        (7, "2", false),
        (7, "3", true),
        (7, "9", true),
        // Nobody hands anything over: podman does not get the variables either.
        (8, "3", false),
        (7, "1025", false),
        (7, "x", false),
    ] {
        let variables = [
            ("LISTEN_PID", pid.to_string()),
            ("LISTEN_FDS", count.to_owned()),
        ];
        let context = context(&host, &Environment::new(variables, 7), Site::default());
        let engine = FakeEngine::new(NEW);
        let outcome = go_on(&context, &engine, Pulling::AsAsked, &["localhost/x"]);
        if is_refused {
            assert_eq!(refusing(outcome), ["inherited-fds"], "{count}");
        } else {
            planned(outcome);
        }
    }
}

#[test]
fn what_podman_answers_is_judged_before_podman_is_become() {
    let engine = FakeEngine::new(NEW).with_image(|image| image.volumes.push("/etc".to_owned()));
    let rules = refusing(go(&engine, Pulling::AsAsked, &["localhost/x"]));
    assert!(rules.contains(&"dest-injection".to_owned()), "{rules:?}");
    assert_eq!(engine.calls(), ["find", "enter ", "image localhost/x"]);

    let disguised = ListedVolume {
        driver: "local".to_owned(),
        options: [("type", "none"), ("o", "bind"), ("device", "/etc")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        ..ListedVolume::default()
    };
    let engine = FakeEngine::new(NEW).with_volume("data", disguised);
    refusing(go(
        &engine,
        Pulling::AsAsked,
        &["-v", "data:/data", "localhost/x"],
    ));
    assert_eq!(engine.calls().last().unwrap(), "volumes");
}

#[test]
fn the_plan_is_what_podman_becomes() {
    let engine = FakeEngine::new(NEW);
    let plan = planned(go(
        &engine,
        Pulling::AsAsked,
        &["localhost/x", "sh", "-c", "true"],
    ));
    assert_eq!(plan.image(), "localhost/x", "which the log names");
    let mut words = plan.command().into_iter();
    assert_eq!(words.next().unwrap(), PODMAN);
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    assert!(words.join(" ").ends_with("-- localhost/x sh -c true"));
    assert_eq!(plan.execute(), Problem::new("became podman"));
    assert_eq!(engine.calls().last().unwrap(), &words.join(" "));
}

#[test]
fn the_seal_stands_on_the_command_line() {
    let plan = planned(go(
        &FakeEngine::new(OLD),
        Pulling::AsAsked,
        &[
            "--annotation",
            "org.opencontainers.image.title=x",
            "localhost/x",
        ],
    ));
    let of = |flag: &str| -> Vec<&str> {
        let lines = plan.lines().iter().filter(|line| line.flag.long == flag);
        lines.map(|line| line.value.as_str()).collect()
    };
    let [theirs, ours] = of("annotation")[..] else {
        panic!("{:?}", plan.command());
    };
    assert_eq!(theirs, "org.opencontainers.image.title=x");
    assert!(ours.starts_with("safe-podman.promise="), "{ours}");
    assert_eq!(of("default-mounts-file"), ["/dev/null"]);
    let directories = of("hooks-dir");
    let last = directories.last().unwrap();
    assert!(last.starts_with("/var/lib/safe-podman/hooks/"), "{last}");
}

#[test]
fn nobody_else_writes_the_promise() {
    let forged = [
        "--allow",
        "runtime-annotation=even so",
        "--annotation",
        "safe-podman.promise=e30",
        "localhost/x",
    ];
    let Err(problem) = go(&FakeEngine::new(NEW), Pulling::AsAsked, &forged) else {
        panic!("a forged promise was taken");
    };
    assert!(problem.what.contains("carries the promise"), "{problem}");
}

#[test]
fn an_image_that_was_pulled_is_not_pulled_again() {
    for (pull, again) in [("missing", true), ("always", true), ("newer", false)] {
        let engine = FakeEngine::new(NEW);
        let engine = if again { engine.unpulled() } else { engine };
        let image = format!("quay.io/x@sha256:{}", "0".repeat(64));
        let words = ["--pull", pull, "--name=web", &image];
        let plan = planned(go(&engine, Pulling::AsAsked, &words));
        for word in ["--pull=never", "--name=web"] {
            assert!(has(&plan, word), "{pull}: {:?}", plan.command());
        }
        assert!(engine.calls().contains(&format!("pull {image}")), "{pull}");
    }
    let engine = FakeEngine::new(NEW);
    let plan = planned(go(
        &engine,
        Pulling::AsAsked,
        &["--pull", "missing", "localhost/x"],
    ));
    assert!(has(&plan, "--pull=missing"), "{:?}", plan.command());
}

#[test]
fn a_dry_run_pulls_nothing() {
    let engine = FakeEngine::new(NEW).unpulled();
    planned(go(
        &engine,
        Pulling::Never,
        &["--user", "998", "--pull", "always", "localhost/x"],
    ));
    let calls = engine.calls();
    assert!(
        !calls.iter().any(|call| call.starts_with("pull")),
        "{calls:?}"
    );
}

#[test]
fn a_flag_that_this_podman_lacks_is_named() {
    let backend = [
        "--db-backend=sqlite",
        "--allow=storage-redirect=why",
        "localhost/x",
    ];
    for (version, words, what, instead) in [
        (
            OLD,
            &["--retry", "3", "localhost/x"][..],
            "podman 4.3.1 has no --retry",
            "or use podman 5.",
        ),
        (
            OLD,
            &backend,
            "podman 4.3.1 has no --db-backend",
            "or use podman 4.5.0 or newer",
        ),
        (
            Version(6, 0, 0),
            &backend,
            "podman 6.0.0 has no --db-backend",
            "podman 6.0.0 dropped it",
        ),
    ] {
        let Err(problem) = go(&FakeEngine::new(version), Pulling::AsAsked, words) else {
            panic!("{what}");
        };
        assert_eq!(problem.what, what);
        let found = problem.instead.unwrap();
        assert!(found.contains(instead), "{found}");
    }
}

#[test]
fn a_store_that_is_named_is_the_one_that_is_asked() {
    let engine = FakeEngine::new(NEW);
    let words = [
        "--allow",
        "storage-redirect=test",
        "--root",
        "/srv/store",
        "localhost/x",
    ];
    planned(go(&engine, Pulling::AsAsked, &words));
    assert!(
        engine
            .calls()
            .contains(&"enter --root=/srv/store".to_owned())
    );
}

#[test]
fn a_set_uid_program_has_no_context() {
    let mut identity = Fake::rootful().identity().clone();
    identity.uid = 1000;
    let host = Fake::rootful().with_identity(identity);
    let Err(problem) = Context::of_process(&host) else {
        panic!("a set-uid program was accepted");
    };
    assert!(problem.what.contains("set-uid"), "{problem}");
}

#[test]
fn what_the_host_says_is_a_layer() {
    let host = host();
    let context = context(&host, &Environment::default(), Site::default());
    let said = RunOptions::parse(&["localhost/x".into()], RUN_OPTIONS, &context.directory).unwrap();
    let origin = Origin::Host("NOTIFY_SOCKET is set");
    let layer = FlagValue::read(&flags::SDNOTIFY, "conmon", &origin, &context.directory).unwrap();
    let request = Request::layered(&said, ProfileLayers::default(), layer).unwrap();
    let engine = FakeEngine::new(NEW);
    let planned = planned(plan(
        Verb::Run,
        &request,
        Pulling::AsAsked,
        &engine,
        &context,
    ));
    assert!(has(&planned, "--sdnotify=conmon"));
}

#[test]
fn the_caller_s_home_is_a_home() {
    let words = ["-v", "/srv/me:/me", "localhost/x"];
    let host = host()
        .directory("/srv/me", 0, 0o755)
        .directory("/me", 0, 0o755);
    for (home, is_refused) in [("/srv/me", true), ("/elsewhere", false), ("srv/me", false)] {
        let context = context(
            &host,
            &Environment::new([("HOME", home)], 7),
            Site::default(),
        );
        let outcome = go_on(&context, &FakeEngine::new(NEW), Pulling::AsAsked, &words).unwrap();
        assert_eq!(matches!(outcome, Outcome::Refused(_)), is_refused, "{home}");
    }
}

#[test]
fn profiles_are_looked_for_where_the_environment_says_when_that_is_a_place() {
    let host = host();
    for (config, expected) in [
        (Some("/srv/config"), "/srv/config/safe-podman/profiles"),
        (Some("config"), "/root/.config/safe-podman/profiles"),
        (None, "/root/.config/safe-podman/profiles"),
    ] {
        let config = config.map(|config| ("XDG_CONFIG_HOME", config));
        let context = context(&host, &Environment::new(config, 7), Site::default());
        let library = context.library();
        let directories = [Path::new(expected), Path::new("/etc/safe-podman/profiles")];
        assert_eq!(library.dirs()[..2], directories);
        assert_eq!(
            library.dirs()[2],
            Path::new("/usr/share/safe-podman/profiles")
        );
    }
}

#[test]
fn every_flag_is_explained() {
    let environment = Environment::new([("PATH", "/usr/bin"), ("LD_PRELOAD", "/tmp/x.so")], 1);
    let words = [
        "--memory=512m",
        "-p",
        "127.0.0.1:8080:80",
        "localhost/x",
        "true",
    ];
    let plan = planned(go_in(
        &environment,
        &FakeEngine::new(NEW),
        Pulling::AsAsked,
        &words,
    ));
    let mut told = Told::default();
    told.explained(words.join(" "), &plan);
    insta::assert_snapshot!("explain", told.text());
}

#[test]
fn what_stops_a_run_is_told() {
    let mut told = Told::default();
    for (version, words) in [
        (NEW, &["--pull=sometimes", "localhost/x"][..]),
        (
            NEW,
            &[
                "--annotation=safe-podman.promise=e30",
                "--allow=runtime-annotation=x",
                "localhost/x",
            ],
        ),
        (OLD, &["--retry=3", "localhost/x"]),
        (
            OLD,
            &[
                "--db-backend=sqlite",
                "--allow=storage-redirect=x",
                "localhost/x",
            ],
        ),
        (
            Version(6, 0, 0),
            &[
                "--db-backend=sqlite",
                "--allow=storage-redirect=x",
                "localhost/x",
            ],
        ),
    ] {
        let Err(problem) = go(&FakeEngine::new(version), Pulling::AsAsked, words) else {
            panic!("{words:?}");
        };
        told.problem(format!("{version}: {}", words.join(" ")), &problem);
    }
    insta::assert_snapshot!("stopped", told.text());
}
