//! The caller's variables reach the container and never podman.

use super::*;

const LOADER: (&str, &str) = ("XTABLES_LIBDIR", "/srv/evil");

/// The plan, what podman reads from descriptors, and its words.
fn run_as(
    host: &Fake,
    version: Version,
    variables: &[(&str, &str)],
    words: &[&str],
) -> (Plan, Vec<String>, String) {
    let environment = Environment::new(variables.iter().copied(), 7);
    let context = context(host, &environment, Site::default());
    let engine = FakeEngine::new(version);
    let words = [words, &["--allow=env-host=why", "localhost/x"]].concat();
    let become_it = planned(go_on(&context, &engine, Pulling::AsAsked, &words));
    let before = engine.calls().len();
    assert_eq!(become_it.execute(), Problem::new("became podman"));
    let mut read = engine.calls().split_off(before);
    let argv = read.pop().unwrap();
    let plan = planned(go_on(&context, &engine, Pulling::AsAsked, &words));
    (plan, read, argv)
}

fn run(variables: &[(&str, &str)], words: &[&str]) -> (Plan, Vec<String>, String) {
    run_as(&host(), NEW, variables, words)
}

#[test]
fn a_name_is_looked_up_here_and_not_by_podman() {
    let variables = [("TOKEN", "t0ken"), ("PATH", "/evil"), ("EMPTY", ""), LOADER];
    let mut words = vec!["-e", "NOT_THERE", "-e", "HOME"];
    words.extend(variables.iter().flat_map(|(name, _)| ["-e", *name]));
    let (plan, read, argv) = run(&variables, &words);
    let lines = "EMPTY=\nPATH=/evil\nTOKEN=t0ken\nXTABLES_LIBDIR=/srv/evil\n";
    assert_eq!(read, [lines]);
    assert!(argv.contains(" --env-file=/proc/self/fd/3 -- "), "{argv}");
    assert!(!argv.contains("--env="), "{argv}");
    let podman = &plan.scrubbed().variables;
    let names: Vec<_> = podman.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["CONTAINERS_CONF_OVERRIDE", "HOME", "PATH"]);
    assert!(podman.iter().all(|(_, value)| value != "/evil"));
    assert!(has(&plan, "--env=TOKEN"), "what is shown is what was typed");
    assert!(!plan.command().iter().any(|word| word == "--env=NOT_THERE"));
    let (_, read, argv) = run(&variables, &["-e", "A=1"]);
    assert!(read.is_empty() && argv.contains(" --env=A=1 "), "{argv}");
}

#[test]
fn who_says_a_name_last_has_its_way() {
    let of = |words: &[&str]| {
        let files = host()
            .file("/srv/app/names", 0, 0o600, "A\n#B\nB\nC=file\nC\n")
            .file("/srv/app/values", 0, 0o600, "B=file\nD*\n");
        let variables = [("A", "1"), ("B", "2"), ("C", "3"), ("D1", "4")];
        let (_, read, argv) = run_as(&files, NEW, &variables, words);
        (read.concat(), argv)
    };
    for (words, expected) in [
        (&["-e", "A=x", "-e", "A"][..], "A=1\n"),
        (&["-e", "A", "-e", "A=x"], ""),
        (&["--env-file=names"], "A=1\nB=2\nC=3\n"),
        (
            &["--env-file=names", "--env-file=values"],
            "A=1\nC=3\nD1=4\n",
        ),
        (
            &["--env-file=values", "--env-file=names", "-eA=x"],
            "B=2\nC=3\nD1=4\n",
        ),
        (&["--env-file=values", "-e", "B"], "B=2\nD1=4\n"),
        (&["-e", "*", "-eA=x"], "B=2\nC=3\nD1=4\n"),
        (&["--env-host"], "A=1\nB=2\nC=3\nD1=4\n"),
        (
            &["--env-host", "--env-file=values", "-e", "A="],
            "C=3\nD1=4\n",
        ),
    ] {
        let (read, argv) = of(words);
        assert_eq!(read, expected, "{words:?}");
        assert!(argv.contains(" --env-host=false "), "{argv}");
    }
}

#[test]
fn what_a_line_cannot_say_stands_on_the_command_line() {
    let long = "x".repeat(70_000);
    let variables = [
        ("KEY", "a\nb"),
        ("LONG", &long),
        ("CR", "a\r"),
        ("ONE", "1"),
        (" ONE", "2"),
    ];
    let (plan, read, argv) = run(&variables, &["-e", "*", "-eLONG"]);
    assert_eq!(read, ["ONE=1\n"]);
    assert!(argv.contains(" --env=CR=a\r --env=KEY=a\nb --env=LONG=xxx"));
    assert_eq!(
        plan.shown_variables().collect::<Vec<_>>(),
        ["CR", "KEY", "LONG"]
    );
    let shown = plan
        .command()
        .iter()
        .any(|word| word.to_string_lossy().contains("a\nb"));
    assert!(!shown);
}

#[test]
fn a_pipe_takes_so_much_and_there_may_be_more_than_one() {
    let long = "x".repeat(40_000);
    let (_, read, argv) = run(&[("A", &long), ("B", &long), ("C", "1")], &["-e*"]);
    assert_eq!(read.len(), 2);
    assert!(
        read.iter()
            .all(|text| text.len() <= crate::exec::MOST_HANDED)
    );
    assert!(argv.contains(" --env-file=/proc/self/fd/3 --env-file=/proc/self/fd/4 -- "));
}

#[test]
fn one_release_reads_files_as_a_shell_does() {
    let variables = [("PLAIN", "a-b"), ("EMPTY", ""), ("QUOTED", "\"a\" # b")];
    let (_, read, argv) = run_as(&host(), Version(4, 7, 0), &variables, &["-e*"]);
    assert_eq!(read, ["PLAIN=a-b\n"]);
    assert!(
        argv.contains(" --env=EMPTY= --env=QUOTED=\"a\" # b "),
        "{argv}"
    );
}
