use super::*;
use crate::host::Fake;
use crate::podman::args;
use crate::spec::baseline;
use crate::spec::build::{Inputs, build};
use crate::testing::TestRun;

/// What `run` makes of these words and an image, before any rule has seen it.
#[track_caller]
fn spec(words: &[&str]) -> Spec {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let said = args::parse(&words, &[], &Path::new("/srv").into()).unwrap();
    let mut given = baseline::layer().unwrap();
    given.extend(said.given);
    build(&Inputs {
        given: &given,
        image: said.image.as_deref().unwrap_or("localhost/i"),
        image_origin: Origin::Baseline,
        command: &said.command,
        host: &Fake::rootful(),
        image_config: None,
        volumes: &std::collections::BTreeMap::new(),
        level: crate::spec::level::Level::Baseline,
    })
    .unwrap()
}

#[track_caller]
fn sealed(words: &[&str], sealing: Option<Sealing>) -> Vec<String> {
    let lines = lines(&spec(words), Path::new("/filter.json"), sealing);
    let argument = |line: &Line| line.argument().into_string().unwrap();
    lines.iter().map(argument).collect()
}

#[track_caller]
fn written(words: &[&str]) -> Vec<String> {
    sealed(words, None)
}

/// What a container gets for which nobody asked for anything.
const PLAIN: [&str; 36] = [
    "--cap-drop=all",
    "--cgroupns=private",
    "--cgroups=enabled",
    "--cpus=1",
    "--env-host=false",
    "--http-proxy=false",
    "--image-volume=ignore",
    "--ipc=private",
    "--log-driver=k8s-file",
    "--log-opt=max-size=10m",
    "--memory=512m",
    "--memory-swap=512m",
    "--network=default",
    "--oom-score-adj=0",
    "--pid=private",
    "--pids-limit=256",
    "--privileged=false",
    "--publish-all=false",
    "--read-only=true",
    "--read-only-tmpfs=false",
    "--restart=no",
    "--sdnotify=ignore",
    "--seccomp-policy=default",
    "--security-opt=seccomp=/filter.json",
    "--shm-size=64m",
    LOW_PORTS,
    "--systemd=false",
    "--tmpfs=/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777,U",
    "--tmpfs=/dev/shm:rw,nosuid,nodev,noexec,size=67108864,mode=1777",
    RUN,
    "--ulimit=nofile=1024:4096",
    "--ulimit=nproc=4096:4096",
    "--ulimit=core=0:0",
    "--user=65532:65532",
    "--userns=host",
    "--uts=private",
];
const LAST: &str = "--security-opt=no-new-privileges";
const RUN: &str = "--tmpfs=/run:rw,nosuid,nodev,noexec,size=16m,mode=755,notmpcopyup,U";
const LOW_PORTS: &str = "--sysctl=net.ipv4.ip_unprivileged_port_start=0";

/// The lines that these words bring, and those of a plain container that they take away.
#[track_caller]
fn difference(words: &[&str]) -> (Vec<String>, Vec<String>) {
    let (plain, found) = (written(&[]), written(words));
    let without = |these: &[String], those: &[String]| {
        let these = these.iter().filter(|line| !those.contains(line));
        these.cloned().collect()
    };
    (without(&found, &plain), without(&plain, &found))
}

#[test]
fn a_plain_container_in_full() {
    assert_eq!(written(&[]), [&PLAIN[..], &[LAST]].concat());
}

#[test]
fn a_value_takes_the_place_of_the_plain_one() {
    for (said, gone) in [
        ("--cgroupns=host", "--cgroupns=private"),
        ("--cgroups=disabled", "--cgroups=enabled"),
        ("--cpus=2", "--cpus=1"),
        ("--env-host=true", "--env-host=false"),
        ("--gidmap=0:100000:65536", "--userns=host"),
        ("--http-proxy=true", "--http-proxy=false"),
        ("--image-volume=tmpfs", "--image-volume=ignore"),
        ("--ipc=shareable", "--ipc=private"),
        ("--log-driver=none", "--log-driver=k8s-file"),
        ("--network=none", "--network=default"),
        ("--oom-score-adj=5", "--oom-score-adj=0"),
        ("--pid=host", "--pid=private"),
        ("--pids-limit=9", "--pids-limit=256"),
        ("--privileged=true", "--privileged=false"),
        ("--publish-all=true", "--publish-all=false"),
        ("--read-only-tmpfs=true", "--read-only-tmpfs=false"),
        ("--restart=always", "--restart=no"),
        ("--sdnotify=conmon", "--sdnotify=ignore"),
        ("--seccomp-policy=image", "--seccomp-policy=default"),
        (
            "--security-opt=seccomp=unconfined",
            "--security-opt=seccomp=/filter.json",
        ),
        ("--security-opt=no-new-privileges=false", LAST),
        ("--ulimit=core=1:1", "--ulimit=core=0:0"),
        ("--uidmap=0:100000:65536", "--userns=host"),
        ("--userns=keep-id", "--userns=host"),
        ("--uts=host", "--uts=private"),
    ] {
        let expected = (vec![said.to_owned()], vec![gone.to_owned()]);
        assert_eq!(difference(&[said]), expected);
    }
}

#[test]
fn what_is_added_is_written() {
    for said in [
        "--annotation=a=b",
        "--cap-add=CHOWN",
        "--device=/dev/fuse:/dev/fuse:rwm",
        "--env=A=b",
        "--hostname=web",
        "--label=a=b",
        "--log-opt=tag=x",
        "--name=web",
        "--publish=127.0.0.1:80:80/tcp",
        "--secret=s,type=env",
        "--security-opt=apparmor=mine",
        "--security-opt=label=type:t",
        "--security-opt=mask=/a",
        "--security-opt=proc-opts=hidepid=2",
        "--security-opt=unmask=/a",
        "--sysctl=net.core.somaxconn=1",
        "--tmpfs=/c:rw,nosuid,nodev,noexec,size=64m,mode=1777,U",
        "--mount=type=volume,dst=/d,rw,nosuid,nodev,noexec",
        "--mount=type=volume,src=more,dst=/f,rw,nosuid,nodev,noexec,volume-opt=o=x",
        "--mount=type=volume,src=more,dst=/f,rw,nosuid,nodev,noexec,subpath=x",
        "--mount=type=image,src=localhost/j,dst=/e",
        "--volume=/srv/a:/a:ro,nosuid,nodev,private,bind",
        "--volume=data:/b:rw,nosuid,nodev,noexec",
    ] {
        let expected = (vec![said.to_owned()], vec![]);
        assert_eq!(difference(&[said]), expected);
    }
}

#[test]
fn what_podman_refuses_together_is_not_written_together() {
    for (said, added, gone) in [
        (
            &["--cap-add=all"][..],
            &["--cap-add=ALL"][..],
            &["--cap-drop=all"][..],
        ),
        (
            &["--ipc=host"],
            &["--ipc=host"],
            &["--ipc=private", "--shm-size=64m"],
        ),
        (
            &["--ipc=none"],
            &["--ipc=none"],
            &["--ipc=private", "--shm-size=64m"],
        ),
        (
            &["--memory=0"],
            &["--memory=0"],
            &["--memory=512m", "--memory-swap=512m"],
        ),
        (
            &["--network=host"],
            &["--network=host"],
            &["--network=default", LOW_PORTS],
        ),
        (
            &["--network=container:web"],
            &["--network=container:web"],
            &["--network=default", LOW_PORTS],
        ),
        (&["--pod=web"], &["--pod=web"], &[LOW_PORTS]),
        (
            &["--read-only=false"],
            &["--read-only=false"],
            &["--read-only=true", RUN],
        ),
        (
            &["--systemd=always"],
            &["--systemd=always"],
            &["--systemd=false", RUN],
        ),
        (
            &["--memory-reservation=600m"],
            &[
                "--memory=600m",
                "--memory-reservation=600m",
                "--memory-swap=600m",
            ],
            &["--memory=512m", "--memory-swap=512m"],
        ),
        (
            &["--memory=1g", "--memory-reservation=600m"],
            &[
                "--memory=1g",
                "--memory-reservation=600m",
                "--memory-swap=1g",
            ],
            &["--memory=512m", "--memory-swap=512m"],
        ),
        (
            &["--memory-reservation=0"],
            &["--memory-reservation=0"],
            &[],
        ),
        (&["--cpus=0"], &[], &["--cpus=1"]),
        (
            &["--cpu-quota=50000"],
            &["--cpu-quota=50000"],
            &["--cpus=1"],
        ),
        (
            &["--cpu-quota=50000", "--cpu-period=90000"],
            &["--cpu-period=90000", "--cpu-quota=50000"],
            &["--cpus=1"],
        ),
    ] {
        let (found, left) = difference(said);
        let words = |lines: &'_ [String]| -> Vec<String> {
            // The size of /dev/shm goes with it.
            let kept = lines
                .iter()
                .filter(|line| !line.starts_with("--tmpfs=/dev/shm"));
            kept.cloned().collect()
        };
        assert_eq!(words(&found), added, "{said:?}");
        assert_eq!(words(&left), gone, "{said:?}");
    }
}

#[test]
fn the_order_is_that_of_the_names_and_of_what_was_said() {
    let words = [
        "--uts=host",
        "-e",
        "B=1",
        "-e",
        "A=1",
        "--add-host=a:1.2.3.4",
    ];
    let found = written(&words);
    let (last, rest) = found.split_last().unwrap();
    assert_eq!(last, LAST);
    assert!(rest.is_sorted_by_key(|line| line.split('=').next().unwrap().to_owned()));
    let at = |line: &str| rest.iter().position(|found| found == line).unwrap();
    assert_eq!(at("--env=B=1").checked_add(1), Some(at("--env=A=1")));
}

#[test]
fn the_seal_keeps_the_hooks_it_was_given_and_the_mounts_file_of_a_person() {
    let seal = || Sealing {
        annotation: "promise=1".into(),
        hooks_dirs: vec!["/theirs".into(), "/ours".into()],
        mounts_file: "/dev/null",
    };
    let found = sealed(&["--hooks-dir=/theirs"], Some(seal()));
    let plain = written(&[]);
    let added: Vec<_> = found
        .into_iter()
        .filter(|line| !plain.contains(line))
        .collect();
    assert_eq!(
        added,
        [
            "--annotation=promise=1",
            "--default-mounts-file=/dev/null",
            "--hooks-dir=/theirs",
            "--hooks-dir=/ours"
        ]
    );
    let found = sealed(&["--default-mounts-file=/mine"], Some(seal()));
    let files = found
        .iter()
        .filter(|line| line.starts_with("--default-mounts-file"));
    assert!(files.eq(["--default-mounts-file=/mine"]));
}

#[test]
fn the_image_and_its_words_stand_behind_the_flags() {
    for (words, end) in [
        (["-e", "A=1", "i", "--rm"], ["--", "i", "--rm"]),
        (["--rootfs", "--rm", "/srv", "-x"], ["--", "/srv", "-x"]),
    ] {
        let spec = spec(&words);
        let lines = lines(&spec, Path::new("/filter.json"), None);
        let argv = argv(&lines, &spec);
        let (flags, rest) = argv.split_at(lines.len());
        assert!(
            flags
                .iter()
                .zip(&lines)
                .all(|(word, line)| *word == line.argument())
        );
        assert_eq!(rest, end);
    }
}

#[test]
fn a_line_knows_who_asked_for_it() {
    let spec = spec(&[
        "--security-opt=label=type:t",
        "--security-opt=seccomp=unconfined",
        "-v",
        "data:/b",
        "--rm",
    ]);
    let lines = lines(&spec, Path::new("/filter.json"), None);
    let asked = lines.iter().filter(|line| line.origin.is_asked());
    let asked: Vec<_> = asked.map(|line| line.flag.long).collect();
    assert_eq!(asked, ["rm", "security-opt", "security-opt", "volume"]);
}

#[test]
fn no_new_privileges_is_podman_s_last_word() {
    for (words, last) in [
        (&[][..], "no-new-privileges"),
        (
            &["--security-opt=label=type:x_t", "--workdir=/"],
            "no-new-privileges",
        ),
        (&["--security-opt=no-new-privileges"], "no-new-privileges"),
        (
            &[
                "--security-opt=no-new-privileges=false",
                "--allow=new-privileges=why",
            ],
            "no-new-privileges=false",
        ),
    ] {
        let argv = TestRun::on(&Fake::rootful()).judge(words).argv;
        let flags = argv.iter().take_while(|word| *word != "--");
        let last = format!("--security-opt={last}");
        assert_eq!(flags.last().unwrap(), &*last, "{words:?}: {argv:?}");
        let is_about_it = |word: &&OsString| word.to_string_lossy().contains("no-new-privileges");
        assert_eq!(argv.iter().filter(is_about_it).count(), 1, "{argv:?}");
    }
}
