use std::collections::BTreeMap;

use crate::host::{Fake, FileKind, Resolved};
use crate::podman::image_config::ImageConfig;
use crate::policy::level::Level;
use crate::spec::mount::ExistingVolume;
use crate::testing::TestRun;

const PASSWD: &str = "root:x:0:0::/:\nredis:x:999:1000::/:\nroots:x:5:0::/:\nrooty:x:0:0::/:\n";

/// An image whose files start as root's; `host` owns them as its podman does.
struct Image {
    config: ImageConfig,
}

impl Image {
    fn new(user: &str, volumes: &[&str]) -> Self {
        let config = ImageConfig {
            user: user.into(),
            volumes: volumes.iter().map(|&at| at.to_owned()).collect(),
            layers: vec!["/layers/1".into()],
            ..ImageConfig::default()
        };
        Self { config }
    }

    /// `--user` and `--userns` of a run.
    fn runs_as(&self, host: &Fake, args: &[&str]) -> (String, String) {
        self.with(host, &[], Level::Baseline, args)
    }

    fn with(
        &self,
        host: &Fake,
        volumes: &[(&str, u32)],
        level: Level,
        args: &[&str],
    ) -> (String, String) {
        let content = |owner| Resolved {
            path: "/volumes/x".into(),
            kind: FileKind::Directory,
            owner,
            group: owner,
            mode: 0o755,
        };
        let volume = |&(name, owner): &(&str, u32)| {
            let volume = ExistingVolume {
                driver: "local".into(),
                content: Some(content(owner)),
                ..ExistingVolume::default()
            };
            (name.to_owned(), volume)
        };
        let volumes: BTreeMap<_, _> = volumes.iter().map(volume).collect();
        let run = TestRun {
            image: Some(self.config.clone()),
            volumes,
            level,
            ..TestRun::on(host)
        };
        let told = run.judge(args).argv;
        let find = |flag: &str| {
            let mut words = told
                .iter()
                .filter_map(|word| word.to_str()?.strip_prefix(flag));
            words.next().unwrap_or_default().to_owned()
        };
        (find("--user="), find("--userns="))
    }
}

fn is(user: &str, userns: &str) -> (String, String) {
    (user.to_owned(), userns.to_owned())
}

/// `/data` is 999's in the image.
fn rootful() -> Fake {
    Fake::rootful()
        .file("/layers/1/etc/passwd", 0, 0o644, PASSWD)
        .file("/layers/1/etc/group", 0, 0o644, "root:x:0:\n")
        .directory("/layers/1/data", 999, 0o755)
        .directory("/layers/1/other", 5, 0o755)
        .directory("/srv/ann", 1000, 0o755)
        .directory("/srv/root", 0, 0o755)
        .directory("/srv/bob", 1001, 0o755)
}

/// The same in the store of ann, whose 999 is the host's 100998.
fn rootless() -> Fake {
    Fake::rootless()
        .file("/layers/1/etc/passwd", 1000, 0o644, PASSWD)
        .directory("/layers/1/data", 100_998, 0o755)
        .directory("/home/ann/d", 1000, 0o755)
        .directory("/home/ann/old", 100_998, 0o700)
        .directory("/srv/root", 0, 0o755)
}

#[test]
fn the_image_says_who() {
    let host = rootful();
    for (user, volumes, args, runs) in [
        ("", &["/data"][..], &[][..], "999:1000"),
        ("root", &["/data"], &[], "999:1000"),
        ("", &[], &["-v", "v:/data"], "999:1000"),
        ("", &[], &["-v", "/srv/root:/data:rw"], "999:1000"),
        ("", &[], &["-v", "/srv/ann:/data:rw"], "999:1000"),
        ("", &[], &["-v", "/srv/root:/data"], "65532:65532"),
        ("", &[], &["--tmpfs=/data"], "65532:65532"),
        // Group 0 is taken over from nobody.
        ("", &["/other"], &[], "5:5"),
        // Two owners say nothing, but the VOLUMEs are asked before the mounts.
        ("", &["/data", "/other"], &[], "65532:65532"),
        ("", &["/data"], &["-v", "v:/other"], "999:1000"),
        ("", &["/nowhere", "/"], &[], "65532:65532"),
        // A USER, and what somebody asked for, come before.
        ("7", &["/data"], &[], "7:7"),
        ("999", &[], &[], "999:1000"),
        ("redis", &["/other"], &[], "redis"),
        ("roots", &[], &[], "roots:5"),
        ("5:0", &[], &[], "5:5"),
        ("5:root", &[], &[], "5:5"),
        ("redis:0", &[], &[], "redis"),
        // Root under another name.
        ("rooty", &["/data"], &[], "999:1000"),
        ("", &["/data"], &["--user=7"], "7:7"),
        ("", &["/data"], &["--user=7:8"], "7:8"),
    ] {
        let found = Image::new(user, volumes).runs_as(&host, args);
        assert_eq!(found, is(runs, "host"), "{user} {volumes:?} {args:?}");
    }
}

#[test]
fn a_directory_of_root_s_host_says_it_where_the_image_does_not() {
    let (host, image) = (rootful(), Image::new("", &[]));
    let of = |args: &[&str]| image.runs_as(&host, args).0;
    assert_eq!(of(&["-v", "/srv/ann:/x:rw"]), "1000:1000");
    assert_eq!(
        of(&["-v", "/srv/ann:/x:rw", "-v", "/srv/root:/y:rw"]),
        "1000:1000"
    );
    for other in [
        &["-v", "/srv/ann:/x"][..],
        &["-v", "/srv/ann:/x:O"],
        &["-v", "/srv/root:/x:rw"],
        &["-v", "/srv/ann:/x:rw", "-v", "/srv/bob:/y:rw"],
        // Which id is ann's in there only podman knows.
        &["-v", "/srv/ann:/x:rw", "--userns=auto"],
    ] {
        assert_eq!(of(other), "65532:65532", "{other:?}");
    }
    let mapped = [
        "-v",
        "/srv/ann:/x:rw",
        "--uidmap=0:900:1000",
        "--gidmap=0:900:1000",
    ];
    assert_eq!(of(&mapped), "100:100");
}

#[test]
fn the_caller_stands_behind_whoever_writes_the_caller_s_files() {
    let host = rootless();
    let own = "/home/ann/d";
    for (user, volumes, mount, expected) in [
        (
            "",
            &["/data"][..],
            format!("{own}:/data:rw"),
            is("999:1000", "keep-id:uid=999,gid=1000"),
        ),
        (
            "",
            &[],
            format!("{own}:/data:rw"),
            is("999:1000", "keep-id:uid=999,gid=1000"),
        ),
        (
            "7",
            &[],
            format!("{own}:/x:rw"),
            is("7:7", "keep-id:uid=7,gid=7"),
        ),
        (
            "redis",
            &[],
            format!("{own}:/x:rw"),
            is("redis", "keep-id:uid=999,gid=1000"),
        ),
        // Nobody in the image: the caller inside as well.
        (
            "",
            &[],
            format!("{own}:/x:rw"),
            is("1000:1000", "keep-id:uid=1000,gid=1000"),
        ),
        ("", &[], format!("{own}:/x"), is("65532:65532", "host")),
        ("", &["/data"], format!("{own}:/x"), is("999:1000", "host")),
        // What plain podman's database left behind is 999's without any of it.
        (
            "",
            &["/data"],
            "/home/ann/old:/data:rw".into(),
            is("999:1000", "host"),
        ),
        ("", &[], "/srv/root:/x:rw".into(), is("65532:65532", "host")),
        (
            "unknown",
            &[],
            format!("{own}:/x:rw"),
            is("unknown", "host"),
        ),
    ] {
        let found = Image::new(user, volumes).runs_as(&host, &["-v", &mount]);
        assert_eq!(found, expected, "{user} {volumes:?} {mount}");
    }
}

#[test]
fn not_where_somebody_else_has_a_say() {
    let (host, image) = (rootless(), Image::new("", &["/data"]));
    let bind = ["-v", "/home/ann/d:/data:rw"];
    for other in [
        "--userns=host",
        "--network=container:web",
        "--pod=web",
        "--pid=container:web",
    ] {
        let args = [bind[0], bind[1], other, "--allow=pid-host=test"];
        assert_eq!(
            image.runs_as(&host, &args),
            is("999:1000", "host"),
            "{other}"
        );
    }
    let found = image.with(&host, &[], Level::Restricted, &bind);
    assert_eq!(found, is("999:1000", "host"));
    // Root inside is the caller already.
    for root in ["0:0", "999:0"] {
        let user = format!("--user={root}");
        let args = [bind[0], bind[1], &user];
        assert_eq!(image.runs_as(&host, &args), is(root, "host"));
    }
}

#[test]
fn a_volume_decides_before_a_directory() {
    let (host, image) = (rootless(), Image::new("", &["/data"]));
    let found = |owner, args: &[&str]| image.with(&host, &[("v", owner)], Level::Baseline, args);
    let both = ["-v", "v:/data", "-v", "/home/ann/d:/x:rw"];
    let turned = ["-v", "/home/ann/d:/x:rw", "-v", "v:/data"];
    for args in [both, turned] {
        // Filled without the caller's id, filled with it, and new.
        assert_eq!(found(100_998, &args), is("999:1000", "host"));
        assert_eq!(
            found(1000, &args),
            is("999:1000", "keep-id:uid=999,gid=1000")
        );
        assert_eq!(
            image.with(&host, &[], Level::Baseline, &args),
            is("999:1000", "keep-id:uid=999,gid=1000")
        );
    }
    // The directory is taken away, the volume stays the caller's.
    let alone = ["-v", "v:/data"];
    assert_eq!(
        found(1000, &alone),
        is("999:1000", "keep-id:uid=999,gid=1000")
    );
    assert_eq!(found(100_998, &alone), is("999:1000", "host"));
    // One that is only read, and one that is given away, have no say.
    for volume in ["v:/y:ro", "v:/y:U"] {
        let args = ["-v", volume, "-v", "/home/ann/d:/data:rw"];
        assert_eq!(
            found(100_998, &args),
            is("999:1000", "keep-id:uid=999,gid=1000")
        );
        assert_eq!(found(1000, &["-v", volume]), is("999:1000", "host"));
    }
    // Whose image says nothing: the owner of what is there.
    let silent = Image::new("", &[]);
    let found = silent.with(&host, &[("v", 100_006)], Level::Baseline, &["-v", "v:/x"]);
    assert_eq!(found, is("7:7", "host"));
}

#[test]
fn keep_id_that_is_asked_for_keeps_its_user() {
    let host = rootless();
    let of = |user: &str, userns: &str| {
        let userns = format!("--userns={userns}");
        Image::new(user, &["/data"]).runs_as(&host, &[&userns])
    };
    assert_eq!(of("", "keep-id"), is("1000:1000", "keep-id"));
    assert_eq!(
        of("", "keep-id:uid=5,gid=6"),
        is("5:6", "keep-id:uid=5,gid=6")
    );
    assert_eq!(of("7", "keep-id:uid=5"), is("5:1000", "keep-id:uid=5"));
    // podman runs the image's USER, and that is the one to keep.
    assert_eq!(of("7", "keep-id"), is("7:7", "keep-id:uid=7,gid=7"));
    let both = ["--userns=keep-id", "--user=7:8"];
    let found = Image::new("", &[]).runs_as(&host, &both);
    assert_eq!(found, is("7:8", "keep-id:uid=7,gid=8"));
    let own = ["--userns=keep-id", "--user=1000:1000"];
    let found = Image::new("", &[]).runs_as(&host, &own);
    assert_eq!(found, is("1000:1000", "keep-id"));
}

#[test]
fn an_id_that_the_namespace_has() {
    let (host, image) = (rootful(), Image::new("", &[]));
    let of = |args: &[&str]| image.runs_as(&host, args).0;
    assert_eq!(of(&["--userns=auto:size=1000"]), "999:999");
    assert_eq!(of(&["--userns=auto"]), "65532:65532");
    let small = ["--uidmap=0:100000:5000", "--gidmap=0:100000:4000"];
    assert_eq!(of(&small), "3999:3999");
    assert_eq!(of(&["--uidmap=0:100000:5000"]), "4999:4999");
    // What the image would want is not there.
    let data = Image::new("", &["/data"]);
    assert_eq!(data.runs_as(&host, &["--uidmap=0:100000:500"]).0, "499:499");
    assert_eq!(
        data.runs_as(&host, &["--userns=auto:size=500"]).0,
        "499:499"
    );
}

/// podman and the runtime say it later and in other words.
#[test]
fn an_id_that_the_namespace_lacks() {
    let without = Fake::rootless().file("/etc/subuid", 0, 0o644, "bob:1:5\n");
    let said = |host: &Fake, args: &[&str]| {
        let words: Vec<_> = args
            .iter()
            .copied()
            .chain(["localhost/x"])
            .map(Into::into)
            .collect();
        let run = TestRun::on(host);
        let said = crate::cli::RunOptions::parse(&words, crate::cli::RUN_OPTIONS, &run.directory);
        run.verdicts(&said.unwrap())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!("no_subordinate_ids", said(&without, &[]));
    let small = ["--user=5000", "--uidmap=0:1:1000", "--gidmap=0:1:1000"];
    insta::assert_snapshot!("no_such_id", said(&Fake::rootless(), &small));
    // Root is there, and a directory service may know more.
    let root = Image::new("", &[]);
    assert_eq!(root.runs_as(&without, &["--user=0"]).0, "0:0");
    let ldap = without.file("/etc/nsswitch.conf", 0, 0o644, "subid: sss\n");
    assert_eq!(root.runs_as(&ldap, &[]).0, "65532:65532");
}
