use std::os::unix::ffi::OsStringExt as _;

use super::super::flags::Treatment;
use super::*;

/// Options of our own, as `run` and `check` have them.
static OWN: [Flag; 2] = [
    flags::flag("dry-run", Kind::Bool, Treatment::Own, "", "only say it"),
    flags::flag("profile", Kind::Text, Treatment::Own, "NAME", "a profile"),
];

fn parsed(words: &[&str]) -> Result<RunArgs, Problem> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    parse(&words, &OWN, &Path::new("/srv").into())
}

#[track_caller]
fn problem(words: &[&str]) -> Problem {
    parsed(words).unwrap_err()
}

#[test]
fn what_podman_understands() {
    for (said, meant) in [
        // A value behind the sign, behind the letter, or the next word, whatever that is.
        ("--volume=/a:/b i", "--volume=/a:/b -- i"),
        ("--volume /a:/b i", "--volume=/a:/b -- i"),
        ("-v /a:/b i", "--volume=/a:/b -- i"),
        ("-v=/a:/b i", "--volume=/a:/b -- i"),
        ("-v/a:/b i", "--volume=/a:/b -- i"),
        ("-v= i", "--volume== -- i"),
        ("--name= i", "--name= -- i"),
        ("--name -- i", "--name=-- -- i"),
        ("--name --rm i", "--name=--rm -- i"),
        ("-e A=b=c i", "--env=A=b=c -- i"),
        ("--env=A=b=c i", "--env=A=b=c -- i"),
        // A switch never takes the next word.
        ("--rm false i", "--rm=true -- false i"),
        ("--rm=false i", "--rm=false -- i"),
        ("--rm=0 i", "--rm=false -- i"),
        ("--rm=T i", "--rm=true -- i"),
        ("-i false", "--interactive=true -- false"),
        // Letters in one word.
        ("-it i", "--interactive=true --tty=true -- i"),
        ("-it=false i", "--interactive=true --tty=false -- i"),
        (
            "-itv/a:/b i",
            "--interactive=true --tty=true --volume=/a:/b -- i",
        ),
        ("-iv /a:/b i", "--interactive=true --volume=/a:/b -- i"),
        ("-ie=t i", "--interactive=true --env=t -- i"),
        // Where the flags end.
        ("i --rm", "-- i --rm"),
        ("-- --rm i", "-- --rm i"),
        ("--rm -- i -- x", "--rm=true -- i -- x"),
        ("- -v x", "-- - -v x"),
        ("--rm", "--rm=true"),
        ("--", ""),
        // Aliases, own options, lists.
        ("--net=host i", "--network=host -- i"),
        (
            "--dry-run --profile web i",
            "--dry-run=true --profile=web -- i",
        ),
        (
            "--cap-add=chown,kill i",
            "--cap-add=chown --cap-add=kill -- i",
        ),
        (
            "--cap-add=\"chown\",kill i",
            "--cap-add=chown --cap-add=kill -- i",
        ),
        ("--cap-add= i", "-- i"),
        ("-it test.x", "--interactive=true --tty=true -- test.x"),
        (
            "--preserve-fd=3,4 i",
            "--preserve-fd=3 --preserve-fd=4 -- i",
        ),
        ("--annotation=A=b i", "--annotation=A=b -- i"),
        ("--label=A=b,c i", "--label=A=b,c -- i"),
        ("--volume=/a,b:/c i", "--volume=/a,b:/c -- i"),
        // Numbers as Go reads them.
        ("--cpu-shares=0x10 i", "--cpu-shares=16 -- i"),
        ("--cpu-quota=-010 i", "--cpu-quota=-8 -- i"),
        ("--cpus=.5 i", "--cpus=.5 -- i"),
    ] {
        let words: Vec<&str> = said.split(' ').collect();
        let read = parsed(&words).map(|read| {
            let words = read.argv().join(" ".as_ref());
            words.into_string().unwrap()
        });
        assert_eq!(read.as_deref(), Ok(meant), "{said}");
    }
}

#[test]
fn what_is_refused_and_what_to_type() {
    let manual = "see safe-podman-run(1) for the flags there are";
    for (said, what, instead) in [
        ("---rm i", "\"---rm\" is not a flag", None),
        ("--=x i", "\"--=x\" is not a flag", None),
        (
            "--volum=/a:/b i",
            "unknown flag \"--volum\"",
            Some("--volume"),
        ),
        (
            "--dry-rum i",
            "unknown flag \"--dry-rum\"",
            Some("--dry-run"),
        ),
        (
            "--nothing-of-the-kind",
            "unknown flag \"--nothing-of-the-kind\"",
            Some(manual),
        ),
        ("-Z i", "unknown flag \"-Z\" in \"-Z\"", Some(manual)),
        ("-iZ i", "unknown flag \"-Z\" in \"-iZ\"", Some(manual)),
        ("-i= i", "unknown flag \"-=\" in \"-i=\"", Some(manual)),
        (
            "-network=host i",
            "unknown flag \"-n\" in \"-network=host\"",
            Some("--network"),
        ),
        (
            "-network=ns:/x=y i",
            "unknown flag \"-n\" in \"-network=ns:/x=y\"",
            Some("--network"),
        ),
        (
            "-dry-run i",
            "unknown flag \"-r\" in \"-dry-run\"",
            Some("--dry-run"),
        ),
        (
            "-test.v i",
            "podman would silently ignore \"-test.v\"",
            Some("leave it out"),
        ),
        (
            "-test.x=1 i",
            "podman would silently ignore \"-test.x=1\"",
            Some("leave it out"),
        ),
        (
            "-itest.v i",
            "podman would silently ignore \"-test.v\"",
            Some("leave it out"),
        ),
        ("--name", "--name needs a value", Some("--name=NAME")),
        ("-ie", "--env needs a value", Some("--env=NAME[=VALUE]")),
        ("--rm=maybe i", "--rm: \"maybe\" is", None),
        ("--cpu-quota=x i", "--cpu-quota: \"x\" is", None),
        ("--cpu-shares=-1 i", "--cpu-shares: \"-1\" is", None),
        ("--cpus=x i", "--cpus: \"x\" is", None),
        ("--preserve-fd=3,x i", "--preserve-fd: \"x\" is", None),
        ("--cap-add=\"a i", "--cap-add: ", None),
        (
            "--cap-add=\"a,b\" i",
            "--cap-add: \"a,b\" needs quotes to stand in a comma-separated list",
            None,
        ),
        (
            "--cap-add=a,\"b\"\"c\" i",
            "--cap-add: \"b\"c\" needs quotes",
            None,
        ),
        (
            "--annotation=a=1,b=2 i",
            "--annotation: \"a=1,b=2\" is a list for podman 4 and one value for podman 5",
            None,
        ),
    ] {
        let words: Vec<&str> = said.split(' ').collect();
        let problem = problem(&words);
        assert!(problem.what.starts_with(what), "{said}: {}", problem.what);
        assert_eq!(problem.instead.as_deref(), instead, "{said}");
        assert!(problem.origin.is_some(), "{said}");
    }
}

#[test]
fn a_flag_of_docker_alone_leads_to_what_podman_has() {
    let problem = problem(&["--link=db", "i"]);
    assert_eq!(problem.what, "unknown flag \"--link\"");
    assert!(
        problem
            .instead
            .unwrap()
            .starts_with("podman network create")
    );
}

#[test]
fn a_value_is_one_line() {
    for (value, name) in [
        ("A=\0", "NUL"),
        ("A=\n", "newline"),
        ("A=\r", "carriage return"),
    ] {
        let problem = problem(&["-e", value, "i"]);
        assert_eq!(problem.what, format!("the value of --env holds a {name}"));
        assert!(problem.instead.unwrap().ends_with("-e NAME"));
        assert!(problem.origin.is_some());
    }
    let problem = problem(&["--label", "a\nb", "i"]);
    assert!(problem.instead.unwrap().starts_with("give the flag once"));
}

#[test]
fn words_are_counted_as_a_person_does() {
    let read = parsed(&["--rm", "-e", "A=1", "-ite=B=2", "--name=x", "i", "y"]).unwrap();
    let places: Vec<_> = read
        .given
        .iter()
        .map(|given| given.origin.to_string())
        .collect();
    let at = |index: usize, text: &str| format!("command line, argument {index}: {text}");
    let (cluster, name) = (at(4, "-ite=B=2"), at(5, "--name=x"));
    assert_eq!(
        places,
        [
            at(1, "--rm"),
            at(2, "-e A=1"),
            cluster.clone(),
            cluster.clone(),
            cluster,
            name
        ]
    );
    assert_eq!(read.image_index, 6);
    assert_eq!(parsed(&["--rm", "--", "i"]).unwrap().image_index, 3);
    assert_eq!(parsed(&["--rm"]).unwrap().image_index, 0);
    for (words, place) in [
        (["--rm", "--lnk=x", "i"], at(2, "--lnk=x")),
        (["--rm", "-iZ", "i"], at(2, "-iZ")),
        (["--rm", "-test.v", "i"], at(2, "-test.v")),
        (["--rm", "---x", "i"], at(2, "---x")),
        (["--rm", "--tty", "--name"], at(3, "--name")),
    ] {
        assert_eq!(problem(&words).origin.unwrap().to_string(), place);
    }
}

#[test]
fn all_but_the_command_is_utf_8() {
    let odd = OsString::from_vec(b"-\xff".into());
    let read = |words: &[&OsString]| {
        let words: Vec<OsString> = words.iter().copied().cloned().collect();
        parse(&words, &OWN, &Path::new("/srv").into())
    };
    let [rm, name, image] = ["--rm", "--name", "i"].map(OsString::from);
    let end = OsString::from("--");
    for words in [[&rm, &odd, &image], [&rm, &end, &odd], [&rm, &name, &odd]] {
        let problem = read(&words).unwrap_err();
        let index = if words[1] == &odd { 2 } else { 3 };
        assert_eq!(
            problem.what,
            format!("argument {index} is not UTF-8: \"-\u{fffd}\"")
        );
    }
    assert_eq!(read(&[&image, &odd]).unwrap().command, [odd]);
}
