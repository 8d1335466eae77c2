use super::*;
use crate::shell::command::{Simple, simple};
use crate::shell::{ShellContext, read};

fn settled(args: &str) -> Settled {
    let context = ShellContext {
        directory: Some("/srv/work".into()),
        ..ShellContext::default()
    };
    let line = read(&format!("podman run {args}"), &context).unwrap();
    let Some(Simple::Run(run)) = line.commands.last().map(|words| simple(&line, words)) else {
        panic!("{args}")
    };
    settle(&line, &run, false)
}

fn words(args: &str) -> String {
    let settled = settled(args);
    assert!(settled.unreadable.is_empty(), "{args}: {settled:?}");
    settled.words.join(" ".as_ref()).into_string().unwrap()
}

#[test]
fn harmless_variables_are_filled_in() {
    for (row, expected) in [
        ("--name web-$X img", "--name web-unknown img"),
        ("--name=$X img", "--name=unknown img"),
        (
            "-e A=$B -eC=${D} --env E=x$F img",
            "-e A=$B -eC=${D} --env E=x$F img",
        ),
        ("-l a=$B img sh -c 'x $Y' $Z", "-l a=$B img sh -c x $Y $Z"),
        ("-v /srv/data/$X:/data:ro img", "-v /srv/data:/data:ro img"),
        ("-v /srv/data/a-$X/y:/data img", "-v /srv/data:/data img"),
        ("-v $PWD/$X:/data img", "-v /srv/work:/data img"),
        ("-v ./$X:/data img", "-v .:/data img"),
        ("-v web-$X:/data img", "-v web-unknown:/data img"),
        ("-v /srv/x:$Y img", "-v /srv/x:/unknown img"),
        (
            "--mount type=bind,src=/srv/a/$X,dst=/b/$Y,ro img",
            "--mount type=bind,src=/srv/a,dst=/b/unknown,ro img",
        ),
        ("-w $X nginx:$TAG", "-w /unknown nginx:unknown"),
        (
            "-itv/srv/a/$X:/y -- r:5000/nginx:1.$V",
            "-itv/srv/a:/y -- r:5000/nginx:1.unknown",
        ),
    ] {
        assert_eq!(words(row), expected, "{row}");
    }
}

#[test]
fn a_variable_that_decides_makes_it_unreadable() {
    for (row, rest) in [
        ("$OPTS img", "localhost/unknown img"),
        ("--rm \"$@\" img", "--rm localhost/unknown img"),
        ("--rm $IMAGE -x", "--rm localhost/unknown -x"),
        ("reg/$NAME", "localhost/unknown"),
        ("img@$DIGEST", "localhost/unknown"),
        ("$REG:5000/img", "localhost/unknown"),
        ("$IMG:1", "localhost/unknown"),
        ("--$X img", "img"),
        ("-$X img", "img"),
        ("-i$X img", "img"),
        ("--rm=$X img", "img"),
        ("-v $X:/data img", "img"),
        ("-v $X/y:/data img", "img"),
        ("-v $X img", "img"),
        ("-v /$X:/data img", "img"),
        ("-v //$X:/data img", "img"),
        ("-v /srv/data/$X/../..:/y img", "img"),
        ("-v /srv:/data:$X img", "img"),
        ("-v web/$X:/data img", "img"),
        ("-v -$X:/data img", "img"),
        ("-p $PORT:80 img", "img"),
        ("-p127.0.0.1:$PORT:80 img", "img"),
        ("--network $N img", "img"),
        ("--user $U img", "img"),
        ("-e $X img", "img"),
        ("-e $X=y img", "img"),
        ("-e {A=b,--privileged} img", "img"),
        ("--name {a,b} img", "img"),
        ("--{privileged,rm} img", "img"),
        ("--mount type=$T,src=/srv/x,dst=/y img", "img"),
        ("--mount $M img", "img"),
        ("--security-opt $S img", "img"),
    ] {
        let settled = settled(row);
        assert_eq!(settled.unreadable.len(), 1, "{row}: {settled:?}");
        assert_eq!(settled.words.join(" ".as_ref()), rest, "{row}");
    }
}

#[test]
fn a_place_is_that_of_the_row() {
    let settled = settled("-v $X:/y --privileged -v /srv/a/$Y:/z --name=$N img");
    let origin = |index, text: &str| Origin::Argument {
        index,
        text: text.into(),
    };
    assert_eq!(
        settled.origin(&origin(1, "--privileged")),
        origin(3, "--privileged")
    );
    assert_eq!(
        settled.origin(&origin(2, "-v /srv/a:/z")),
        origin(4, "-v /srv/a/$Y:/z")
    );
    assert_eq!(
        settled.origin(&origin(4, "--name=unknown")),
        origin(6, "--name=$N")
    );
    assert_eq!(settled.origin(&Origin::Baseline), Origin::Baseline);
    assert_eq!(settled.unreadable[0].origin, origin(1, "-v $X:/y"));
}

#[test]
fn after_a_cd_relative_paths_are_unknown() {
    let line = read(
        "podman run -v ./a:/b -v /c:/d --mount type=bind,src=.,dst=/e img",
        &ShellContext::default(),
    )
    .unwrap();
    let Simple::Run(run) = simple(&line, &line.commands[0]) else {
        panic!()
    };
    let settled = settle(&line, &run, true);
    assert_eq!(settled.unreadable.len(), 2);
    assert_eq!(settled.words.join(" ".as_ref()), "-v /c:/d img");
}
