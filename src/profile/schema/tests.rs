use super::*;
use crate::podman::flags;
use crate::profile::json_schema::json_schema;
use crate::profile::key::{self, Key};
use crate::report::schema::errors;
use crate::rule_id::RuleId;

fn read(text: &str) -> Result<Profile, Problem> {
    let source = SourceText::new("p.yaml".into(), text.as_bytes())?;
    let profile = Profile::parse("p", source, &Path::new("/profiles").into(), Home::Named)?;
    let value = serde_yaml::from_str(text).unwrap();
    let schema = serde_json::from_str(&json_schema()).unwrap();
    assert_eq!(errors(&schema, &value), [""; 0], "an editor refuses {text}");
    Ok(profile)
}

/// The settings as `flag=value@line:column`.
fn given(text: &str) -> Vec<String> {
    let profile = read(text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
    let given = profile.given.iter();
    given
        .map(|given| {
            assert_eq!(&*given.base, Path::new("/profiles"));
            let place = given.origin.to_string().replacen("p.yaml:", "", 1);
            format!("{}={}@{place}", given.flag.long, given.value)
        })
        .collect()
}

fn bad(text: &str) -> Problem {
    match read(text) {
        Ok(profile) => panic!("{text}: {profile:?}"),
        Err(problem) => {
            assert!(problem.origin.is_some(), "{text}: {problem:?}");
            assert!(problem.shown.is_some(), "{text}: {problem:?}");
            problem
        }
    }
}

#[test]
fn scalars_are_given_with_their_text_and_place() {
    assert_eq!(
        given(
            "user: 998:998\nmemory: 225m\ncpus: 0.5\nrestart: no\nread_only: true\npids_limit: 100\nentrypoint: \"\"\n"
        ),
        [
            "user=998:998@1:7",
            "memory=225m@2:9",
            "cpus=0.5@3:7",
            "restart=no@4:10",
            "read-only=true@5:12",
            "pids-limit=100@6:13",
            "entrypoint=@7:13",
        ]
    );
    assert_eq!(given("user: auto"), ["user=auto@1:7"]);
}

#[test]
fn lists_are_given_one_by_one() {
    assert_eq!(
        given(
            "ports: [127.0.0.1:8000:8000, 53:53/udp]\nvolumes:\n  - ./a:/b\n  - v:/w:rw\ncap_add: [CHOWN]\ndevices: []"
        ),
        [
            "publish=127.0.0.1:8000:8000@1:9",
            "publish=53:53/udp@1:30",
            "volume=./a:/b@3:5",
            "volume=v:/w:rw@4:5",
            "cap-add=CHOWN@5:11",
        ]
    );
    assert_eq!(given("tmpfs: [/tmp, \"/run:size=16m\"]").len(), 2);
    assert_eq!(given("secrets: [db-password]"), ["secret=db-password@1:11"]);
}

#[test]
fn pairs_are_a_map_or_a_list() {
    assert_eq!(
        given("env: {TZ: UTC, NO: no, A: \"x=y, z\", E: \"\"}"),
        [
            "env=TZ=UTC@1:11",
            "env=NO=no@1:20",
            "env=A=x=y, z@1:27",
            "env=E=@1:40"
        ]
    );
    assert_eq!(given("env: [A=b, HOME]"), ["env=A=b@1:7", "env=HOME@1:12"]);
    assert_eq!(
        given("ulimits: {nofile: 1024:4096}\nsysctls: {net.ipv4.ip_unprivileged_port_start: 0}"),
        [
            "ulimit=nofile=1024:4096@1:19",
            "sysctl=net.ipv4.ip_unprivileged_port_start=0@2:48",
        ]
    );
    assert_eq!(
        given("labels: {io.x/y: \"1\"}\nannotations: [k=v]"),
        ["label=io.x/y=1@1:18", "annotation=k=v@2:15"]
    );
}

#[test]
fn a_network_is_one_or_a_list() {
    assert_eq!(given("network: none"), ["network=none@1:10"]);
    assert_eq!(
        given("network: [a, b]"),
        ["network=a@1:11", "network=b@1:14"]
    );
}

#[test]
fn seccomp_is_a_word_a_path_or_a_map() {
    assert_eq!(given("seccomp: default"), ["seccomp=default@1:10"]);
    assert_eq!(given("seccomp: ./web.json"), ["seccomp=./web.json@1:10"]);
    assert_eq!(
        given("seccomp: {deny: [ptrace, bpf]}"),
        ["seccomp=deny:ptrace,bpf@1:10"]
    );
    assert_eq!(
        given("seccomp: {allow: [read]}"),
        ["seccomp=allow:read@1:10"]
    );
    for text in [
        "seccomp: [ptrace]",
        "seccomp: {}",
        "seccomp: {deny: []}",
        "seccomp: {deny: ptrace}",
        "seccomp: {deny: [a], allow: [b]}",
        "seccomp: {refuse: [a]}",
        "seccomp: {deny: [\"a,b\"]}",
        "seccomp: {deny: [\"\"]}",
        "seccomp: {deny: [[a]]}",
        "seccomp: deny:ptrace",
        "seccomp: \"allow:read\"",
        "seccomp: \"\"",
    ] {
        assert!(bad(text).instead.is_some(), "{text}");
    }
}

#[test]
fn our_own_keys_are_read() {
    let profile = read(
        "extends: web\ndescription: a web thing \nimages: [localhost/a, \"r/team/*\"]\nallow:\n  - {rule: host-network, reason: \"why: so\", until: 2027-03-31}\n  - rule: bind-all\n    reason: public\n",
    )
    .unwrap();
    let (parent, origin) = profile.extends.clone().unwrap();
    assert_eq!(
        (parent.as_str(), origin.to_string().as_str()),
        ("web", "p.yaml:1:10")
    );
    assert_eq!(profile.description.as_deref(), Some("a web thing"));
    assert_eq!(profile.images.len(), 2);
    assert_eq!(profile.allow[0].rule, RuleId::HostNetwork);
    assert_eq!(profile.allow[0].reason, "why: so");
    assert_eq!(profile.allow[0].until, Some("2027-03-31".parse().unwrap()));
    assert_eq!(profile.allow[0].origin.to_string(), "p.yaml:5:5");
    assert_eq!(profile.allow[1].until, None);
    assert!(profile.given.is_empty());
    assert!(
        profile
            .cite(&origin)
            .unwrap()
            .contains("1 | extends: web\n")
    );
    assert_eq!(profile.cite(&Origin::Baseline), None);
}

#[test]
fn an_override_is_whole_or_refused_at_its_place() {
    for (item, at) in [
        ("host-network", "1:9"),
        ("[host-network]", "1:9"),
        ("{rule: x}", "1:9"),
        ("{reason: x}", "1:9"),
        ("{rule: x, reason: \" \"}", "1:27"),
        ("{rule: \"\", reason: x}", "1:16"),
        ("{rule: x, reason: \"a\\nb\"}", "1:27"),
        ("{rule: x, reason: y, until: 2027-3-31}", "1:37"),
        ("{rule: x, reason: y, until: never}", "1:37"),
        ("{rule: x, reason: y, untill: 2027-03-31}", "1:30"),
        ("{rule: [x], reason: y}", "1:16"),
    ] {
        let problem = bad(&format!("allow: [{item}]"));
        let origin = problem.origin.unwrap().to_string();
        assert_eq!(origin, format!("p.yaml:{at}"), "{item}: {}", problem.what);
    }
    bad("allow: host-network");
    bad("allow: {rule: x, reason: y}");
}

#[test]
fn an_unknown_key_is_shown_with_another() {
    let problem = bad("user: 1:1\nmemroy: 225m\n");
    assert_eq!(problem.what, "unknown key \"memroy\"");
    assert_eq!(problem.origin.unwrap().to_string(), "p.yaml:2:1");
    assert_eq!(problem.shown.unwrap(), "  |\n2 | memroy: 225m\n  | ^");
    for (key, instead) in [
        ("volume", "volumes"),
        ("publish", "ports"),
        ("net", "network"),
        ("read-only", "read_only"),
    ] {
        let problem = bad(&format!("{key}: x"));
        assert_eq!(problem.instead.as_deref(), Some(instead), "{key}");
    }
    for key in [
        "root",
        "hooks_dir",
        "profile",
        "help",
        "kernel_memory",
        "User",
    ] {
        bad(&format!("{key}: x"));
    }
}

#[test]
fn a_value_of_the_wrong_shape_is_refused_at_the_value() {
    for (text, at) in [
        ("ports: 8080:80", "1:8"),
        ("ports: {a: b}", "1:8"),
        ("volumes: [[a]]", "1:11"),
        ("volumes: [{a: b}]", "1:11"),
        ("memory: [1m]", "1:9"),
        ("memory: {a: 1m}", "1:9"),
        ("env: A=b", "1:6"),
        ("env: {A: [b]}", "1:10"),
        ("env: {A=b: c}", "1:7"),
        ("env: {A: \"b\\nc\"}", "1:10"),
        ("labels: {a: {b: c}}", "1:13"),
        ("images: localhost/a", "1:9"),
        ("images: [\"*\"]", "1:10"),
        ("extends: [web]", "1:10"),
        ("extends: \"\"", "1:10"),
        ("description: \"a\\nb\"", "1:14"),
        ("read_only: no", "1:12"),
        ("read_only: maybe", "1:12"),
        ("cpus: half", "1:7"),
        ("pids_limit: 1.5", "1:13"),
    ] {
        let problem = bad(text);
        let origin = problem.origin.unwrap().to_string();
        assert_eq!(origin, format!("p.yaml:{at}"), "{text}: {}", problem.what);
    }
}

#[test]
fn every_key_has_an_example_that_says_just_this_key() {
    for flag in flags::all() {
        let Some(Key { name, .. }) = key::of_flag(flag) else {
            assert!(flag.kind == flags::Kind::Bool || flag.example.is_empty());
            continue;
        };
        let text = format!("{name}: {}\n", flag.example);
        let profile = read(&text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert!(!profile.given.is_empty(), "{text}");
        assert!(
            profile.given.iter().all(|given| given.flag == flag),
            "{text}"
        );
    }
}
