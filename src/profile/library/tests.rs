use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct Dirs {
    root: tempfile::TempDir,
    library: Library,
}

/// A library of the directories `a` and `b`; files are named `a/web.yaml`.
fn dirs(files: &[(&str, &str)]) -> Dirs {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let library = Library::new(vec![root.path().join("a"), root.path().join("b")]);
    Dirs { root, library }
}

impl Dirs {
    fn chosen(&self, image: &str) -> String {
        self.library.for_image(image).unwrap().name
    }

    fn problem(&self, image: &str) -> Problem {
        self.library.for_image(image).unwrap_err()
    }
}

#[test]
fn every_built_in_profile_is_one() {
    let library = Library::new(Vec::new());
    let entries = library.list().unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["default", "job", "netinfo", "shell", "web"]);
    for entry in &entries {
        let profile = entry.profile.as_ref().unwrap();
        assert_eq!(*profile.file, format!("profile {} (built in)", entry.name));
        assert_eq!(&library.find(&entry.name).unwrap(), profile);
        let (_, text) = BUILT_IN
            .iter()
            .find(|(name, _)| *name == entry.name)
            .unwrap();
        assert!(text.starts_with(&format!("# {}: ", entry.name)), "{text}");
        assert!(
            text.contains("\n# Denies  ") && text.contains("\n# Widen   "),
            "{text}"
        );
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles")).unwrap();
    assert_eq!(
        files.count(),
        BUILT_IN.len(),
        "every shipped profile is built in"
    );
}

#[test]
fn netinfo_says_what_the_article_says() {
    let netinfo = Library::new(Vec::new())
        .for_image("localhost/netinfo")
        .unwrap();
    let given: Vec<_> = netinfo
        .given
        .iter()
        .map(|given| format!("{}={}", given.flag.long, given.value))
        .collect();
    assert_eq!(
        given,
        [
            "user=998:998",
            "memory=225m",
            "cpus=0.5",
            "restart=on-failure:3",
            "publish=127.0.0.1:8000:8000"
        ]
    );
}

#[test]
fn the_first_directory_wins_and_hides_the_others() {
    let dirs = dirs(&[
        ("a/web.yaml", "cpus: 1"),
        ("b/web.yaml", "this is no profile"),
        ("b/only.yaml", "cpus: 2\nvolumes: [./x:/y]"),
    ]);
    let web = dirs.library.find("web").unwrap();
    assert_eq!(
        *web.file,
        *dirs.root.path().join("a/web.yaml").to_string_lossy()
    );
    let only = dirs.library.find("only").unwrap();
    assert_eq!(&*only.base, dirs.root.path().join("b"));
    assert_eq!((only.home, web.given.len()), (Home::Library, 1));
    assert_eq!(dirs.library.find("job").unwrap().home, Home::BuiltIn);
    // The hidden, broken b/web.yaml is in nobody's way.
    assert_eq!(dirs.chosen("x"), "default");
}

#[test]
fn a_slash_or_an_ending_makes_a_file() {
    let dirs = dirs(&[
        ("f/web.yaml", "cpus: 3"),
        ("f/other.yml", "cpus: 4"),
        ("f/x", "cpus: 5"),
    ]);
    for (file, name) in [
        ("f/web.yaml", "web"),
        ("f/other.yml", "other"),
        ("f/x", "x"),
    ] {
        let path = dirs.root.path().join(file);
        let profile = dirs.library.find(path.to_str().unwrap()).unwrap();
        assert_eq!((profile.name.as_str(), profile.home), (name, Home::Named));
        assert_eq!(&*profile.base, dirs.root.path().join("f"));
    }
    for missing in ["web.yaml", "./web", "web.yml", "/", "a/"] {
        let problem = dirs.library.find(missing).unwrap_err();
        assert!(
            problem.what.starts_with("profile \""),
            "{missing}: {problem}"
        );
    }
}

#[test]
fn an_unknown_name_shows_where_it_was_looked_for() {
    let dirs = dirs(&[("a/web2.yaml", "cpus: 1")]);
    for name in [
        "webb",
        "",
        "..",
        ".hidden",
        "-x",
        "a b",
        "we\u{1b}b",
        "b\u{e4}r",
    ] {
        let problem = dirs.library.find(name).unwrap_err();
        assert!(
            problem.what.starts_with("unknown profile"),
            "{name}: {problem}"
        );
        assert!(!problem.what.contains('\u{1b}'));
        let instead = problem.instead.unwrap();
        assert!(instead.contains(&*dirs.root.path().join("a").to_string_lossy()));
        assert!(instead.contains("built in"));
    }
}

#[test]
fn the_closest_profile_is_chosen() {
    let digest = format!("r.x/team/web@sha256:{}", "0".repeat(64));
    let dirs = dirs(&[
        ("a/any.yaml", "images: [\"r.x/team/*\"]"),
        ("a/webs.yaml", "images: [\"r.x/team/web*\", other/image]"),
        ("b/web1.yaml", "images: [r.x/team/web]"),
        ("b/tag.yaml", "images: [\"r.x/team/web:1\", r.x/team/web]"),
        ("b/pin.yaml", &format!("images: [\"{digest}\"]")),
        ("b/note.txt", "not a profile"),
        ("b/.#web.yaml", "an editor's lock"),
    ]);
    assert_eq!(dirs.chosen("r.x/team/db"), "any");
    assert_eq!(dirs.chosen("r.x/team/web2:9"), "webs");
    assert_eq!(dirs.chosen("r.x/team/web:1"), "tag");
    assert_eq!(dirs.chosen(&digest), "pin");
    assert_eq!(dirs.chosen("localhost/netinfo:latest"), "netinfo");
    assert_eq!(dirs.chosen("netinfo"), "default");
    let problem = dirs.problem("r.x/team/web");
    let (first, second) = (
        problem.what.find("tag.yaml"),
        problem.what.find("web1.yaml"),
    );
    assert!(first.is_some() && second.is_some(), "{problem}");
    assert_eq!(problem.instead.unwrap(), "choose one: --profile tag");
}

#[test]
fn a_person_may_have_a_default_of_their_own() {
    let dirs = dirs(&[("a/default.yaml", "cpus: 7")]);
    assert_eq!(dirs.library.for_image("x").unwrap().given.len(), 1);
}

#[test]
fn a_broken_profile_stops_the_choice() {
    let dirs = dirs(&[
        ("a/good.yaml", "images: [x]"),
        ("a/broken.yaml", "imges: [x]"),
    ]);
    let problem = dirs.problem("x");
    let origin = problem.origin.unwrap().to_string();
    assert!(origin.ends_with("broken.yaml:1:1"), "{origin}");
    let entries = dirs.library.list().unwrap();
    let broken: Vec<_> = entries
        .iter()
        .filter(|entry| entry.profile.is_err())
        .collect();
    assert_eq!((broken.len(), broken[0].name.as_str()), (1, "broken"));
    nix::unistd::mkfifo(
        &dirs.root.path().join("a/aa.yaml"),
        nix::sys::stat::Mode::S_IRWXU,
    )
    .unwrap();
    let again = Library::new(dirs.library.dirs().to_vec());
    assert!(again.for_image("x").unwrap_err().what.contains("FIFO"));
}

#[test]
fn root_obeys_only_what_root_owns() {
    let mut dirs = dirs(&[("a/web.yaml", "cpus: 1"), ("x/base.yaml", "cpus: 2")]);
    let at = |name: &str| dirs.root.path().join(name);
    let chmod = |path: PathBuf, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    dirs.library.euid = Uid::from_raw(0);
    let refused = |dirs: &Dirs| {
        let problem = dirs.library.find("web").unwrap_err();
        assert!(problem.what.contains("not trusted by root"), "{problem}");
        assert!(dirs.library.for_image("x").is_err());
    };
    chmod(at("a"), 0o755);
    chmod(at("a/web.yaml"), 0o666);
    refused(&dirs);
    chmod(at("a/web.yaml"), 0o644);
    chmod(at("a"), 0o775);
    refused(&dirs);
    chmod(at("a"), 0o755);
    if !Uid::effective().is_root() {
        return refused(&dirs); // the files are this user's own
    }
    let web = dirs.library.find("web").unwrap();

    // A trusted profile does not hand root over to a file that is not.
    std::fs::write(at("a/web.yaml"), "extends: ../x/base.yaml").unwrap();
    chmod(at("x"), 0o777);
    let child = dirs.library.find("web").unwrap();
    assert!(dirs.library.parent(&child).is_err());
    chmod(at("x"), 0o755);
    chmod(at("x/base.yaml"), 0o644);
    assert_eq!(dirs.library.parent(&child).unwrap().unwrap().given.len(), 1);
    assert_eq!(dirs.library.parent(&web).unwrap(), None);
    chmod(at("x/base.yaml"), 0o666);
    assert!(dirs.library.parent(&child).is_err());
    // What a person names is theirs to answer for.
    let named = dirs.library.find(at("x/base.yaml").to_str().unwrap());
    assert_eq!(named.unwrap().home, Home::Named);
}
