use super::*;
use crate::shell::{ShellContext, read};

fn commands(row: &str) -> Vec<Simple> {
    let line = read(row, &ShellContext::default()).unwrap();
    line.commands
        .iter()
        .map(|words| simple(&line, words))
        .collect()
}

fn runs(row: &str) -> Vec<Run> {
    let run = |simple| match simple {
        Simple::Run(run) => Some(run),
        _ => None,
    };
    commands(row).into_iter().filter_map(run).collect()
}

#[test]
fn a_run_is_found_behind_what_leads_to_it() {
    for row in [
        "podman run -d x",
        "docker run -d x",
        "docker container run -d x",
        "podman create -d x",
        "/usr/bin/podman container create -d x",
        "sudo docker run -d x",
        "sudo -E -u root -- podman run -d x",
        "sudo -nu root A=b podman run -d x",
        "sudo --user root podman run -d x",
        "sudo -uroot podman run -d x",
        "sudo -n podman run -d x",
        "env -i A=b docker run -d x",
        "A=b C='d e' docker run -d x",
        "if ! docker run -d x; then true; fi",
        "id=$(docker run -d x)",
        "echo \"$(docker run -d x)\"",
        "cat y | docker run -d x > z",
        "(docker run -d x)",
        "exec podman run -d x",
        "docker pull x && docker run -d x",
    ] {
        let found = runs(row);
        assert_eq!(found.len(), 1, "{row}");
        assert_eq!(found[0].words, ["-d", "x"], "{row}");
        assert!(found[0].engine.is_empty(), "{row}");
    }
    assert_eq!(runs("docker run a; docker run b").len(), 2);
}

#[test]
fn what_changes_the_engine_is_kept() {
    for (row, engine) in [
        ("podman --root /x run -d x", "--root /x"),
        ("podman --log-level=debug run -d x", "--log-level=debug"),
        ("podman --remote container run -d x", "--remote"),
        ("docker -H tcp://y run -d x", "-H tcp://y"),
        ("docker --context y run -d x", "--context y"),
        (
            "CONTAINER_HOST=ssh://y podman run -d x",
            "CONTAINER_HOST=ssh://y",
        ),
        ("sudo DOCKER_HOST=$y docker run -d x", "DOCKER_HOST=$y"),
        ("podman-remote run -d x", "podman-remote"),
    ] {
        let found = runs(row);
        assert_eq!(found[0].words, ["-d", "x"], "{row}");
        assert_eq!(found[0].engine, [engine], "{row}");
    }
}

#[test]
fn what_cannot_be_followed_is_unclear() {
    for row in [
        "$DOCKER run x",
        "docker $X run x",
        "docker --unknown run x",
        "env -S 'docker run x'",
        "bash -c 'docker run x'",
        "timeout 5 docker run x",
        "xargs docker run",
        "ssh host docker run x",
        "$X/docker run x",
    ] {
        assert!(
            matches!(commands(row).as_slice(), [Simple::Unclear(_)]),
            "{row}: {:?}",
            commands(row)
        );
    }
    for row in [
        "ls",
        "docker build .",
        "docker",
        "podman ps",
        "echo docker run x",
        "A=b",
        "",
    ] {
        assert!(
            commands(row).iter().all(|simple| *simple == Simple::Other),
            "{row}"
        );
    }
    assert_eq!(commands("cd x"), [Simple::ChangesDirectory]);
}
