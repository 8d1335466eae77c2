use super::*;
use crate::host::{Fake, FileKind, System};

/// A host with the directories `/a` and `/b`; files are named `a/web.yaml`.
fn host(files: &[(&str, &str)]) -> Fake {
    let add =
        |host: Fake, (name, text): &(&str, &str)| host.file(format!("/{name}"), 1000, 0o644, *text);
    files.iter().fold(Fake::rootless(), add)
}

fn library(host: &dyn Host) -> Library<'_> {
    let directory = Path::new("/home/ann").into();
    Library::new(host, directory, vec!["/a".into(), "/b".into()])
}

fn chosen(host: &Fake, image: &str) -> String {
    library(host).for_image(image).unwrap().name
}

fn problem(host: &Fake, image: &str) -> Problem {
    library(host).for_image(image).unwrap_err()
}

#[test]
fn every_built_in_profile_is_one() {
    let host = System::default();
    let library = Library::new(&host, Path::new("/").into(), Vec::new());
    let entries = library.list().unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "default", "httpd", "job", "nginx", "shell", "unbound", "web"
        ]
    );
    for entry in &entries {
        let profile = entry.profile.as_ref().unwrap();
        assert_eq!(*profile.file, format!("profile {} (built in)", entry.name));
        assert_eq!(&library.find(&entry.name).unwrap(), profile);
        let mut known = BUILT_IN.iter();
        let built_in = known.find(|known| known.name == entry.name).unwrap();
        assert_eq!(built_in.images().unwrap(), profile.images, "{}", entry.name);
        let text = built_in.text;
        assert!(text.starts_with(&format!("# {}: ", entry.name)), "{text}");
        assert!(
            text.contains("\n# Denies  ") && text.contains("\n# Widen   "),
            "{text}"
        );
    }
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    assert_eq!(
        files
            .filter(|file| file.extension().unwrap() == "yaml")
            .count(),
        BUILT_IN.len(),
        "every shipped profile is built in"
    );
}

#[test]
fn the_first_directory_wins_and_hides_the_others() {
    let host = host(&[
        ("a/web.yaml", "cpus: 1"),
        ("b/web.yaml", "this is no profile"),
        ("b/only.yaml", "cpus: 2\nvolumes: [./x:/y]"),
    ]);
    let web = library(&host).find("web").unwrap();
    assert_eq!(&*web.file, "/a/web.yaml");
    let only = library(&host).find("only").unwrap();
    assert_eq!(&*only.base, Path::new("/b"));
    assert_eq!((only.home, web.given.len()), (Home::Library, 1));
    assert_eq!(library(&host).find("job").unwrap().home, Home::BuiltIn);
    // The hidden, broken b/web.yaml does not matter.
    assert_eq!(chosen(&host, "x"), "default");
}

#[test]
fn a_slash_or_an_ending_makes_a_file() {
    let host = host(&[
        ("f/web.yaml", "cpus: 3"),
        ("f/other.yml", "cpus: 4"),
        ("f/x", "cpus: 5"),
    ]);
    for (file, name) in [
        ("f/web.yaml", "web"),
        ("f/other.yml", "other"),
        ("f/x", "x"),
    ] {
        let profile = library(&host).find(&format!("/{file}")).unwrap();
        assert_eq!((profile.name.as_str(), profile.home), (name, Home::Named));
        assert_eq!(&*profile.base, Path::new("/f"));
    }
    for missing in ["web.yaml", "./web", "web.yml", "/", "a/"] {
        let problem = library(&host).find(missing).unwrap_err();
        assert!(
            problem.what.starts_with("profile \""),
            "{missing}: {problem}"
        );
    }
}

#[test]
fn an_unknown_name_shows_where_it_was_looked_for() {
    let host = host(&[("a/web2.yaml", "cpus: 1")]);
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
        let problem = library(&host).find(name).unwrap_err();
        assert!(
            problem.what.starts_with("unknown profile"),
            "{name}: {problem}"
        );
        assert!(!problem.what.contains('\u{1b}'));
        let instead = problem.instead.unwrap();
        assert!(instead.contains("/a, /b"));
        assert!(instead.contains("built in"));
    }
}

#[test]
fn the_closest_profile_is_chosen() {
    let digest = format!("r.x/team/web@sha256:{}", "0".repeat(64));
    let host = host(&[
        ("a/any.yaml", "images: [\"r.x/team/*\"]"),
        ("a/webs.yaml", "images: [\"r.x/team/web*\", other/image]"),
        ("b/web1.yaml", "images: [r.x/team/web]"),
        ("b/tag.yaml", "images: [\"r.x/team/web:1\", r.x/team/web]"),
        ("b/pin.yaml", &format!("images: [\"{digest}\"]")),
        ("b/note.txt", "not a profile"),
        ("b/.#web.yaml", "an editor's lock"),
    ]);
    assert_eq!(chosen(&host, "r.x/team/db"), "any");
    assert_eq!(chosen(&host, "r.x/team/web2:9"), "webs");
    assert_eq!(chosen(&host, "r.x/team/web:1"), "tag");
    assert_eq!(chosen(&host, &digest), "pin");
    assert_eq!(chosen(&host, "web"), "default");
    let problem = problem(&host, "r.x/team/web");
    let (first, second) = (
        problem.what.find("tag.yaml"),
        problem.what.find("web1.yaml"),
    );
    assert!(first.is_some() && second.is_some(), "{problem}");
    assert_eq!(problem.instead.unwrap(), "choose one: --profile tag");
}

#[test]
fn a_person_may_have_a_default_of_their_own() {
    let host = host(&[("a/default.yaml", "cpus: 7")]);
    assert_eq!(library(&host).for_image("x").unwrap().given.len(), 1);
}

#[test]
fn a_broken_profile_stops_the_choice() {
    let host = host(&[
        ("a/good.yaml", "images: [x]"),
        ("a/broken.yaml", "imges: [x]"),
    ]);
    let problem = problem(&host, "x");
    let origin = problem.origin.unwrap().to_string();
    assert!(origin.ends_with("broken.yaml:1:1"), "{origin}");
    let entries = library(&host).list().unwrap();
    let broken: Vec<_> = entries
        .iter()
        .filter(|entry| entry.profile.is_err())
        .collect();
    assert_eq!((broken.len(), broken[0].name.as_str()), (1, "broken"));
    let pipe = host.node("/a/aa.yaml", FileKind::Fifo, 1000, 0o644);
    let problem = library(&pipe).for_image("x").unwrap_err();
    assert!(problem.what.contains("FIFO"), "{problem}");
}

#[test]
fn a_relative_file_starts_in_the_current_directory() {
    let host = host(&[
        ("home/ann/p/x.yaml", "cpus: 1"),
        ("home/ann/y.yml", "extends: ./p/x.yaml"),
    ]);
    for (file, base) in [("./p/x.yaml", "/home/ann/p"), ("y.yml", "/home/ann")] {
        let profile = library(&host).find(file).unwrap();
        assert_eq!((&*profile.base, &*profile.file), (Path::new(base), file));
    }
}

#[test]
fn root_obeys_only_what_root_owns() {
    let host = Fake::rootful()
        .file("/a/web.yaml", 0, 0o644, "extends: ../x/base.yaml")
        .file("/x/base.yaml", 0, 0o644, "cpus: 2");
    let child = library(&host).find("web").unwrap();
    let parent = library(&host).parent(&child).unwrap().unwrap();
    assert_eq!(parent.given.len(), 1);
    assert_eq!(library(&host).parent(&parent).unwrap(), None);
    for bad in [
        host.clone().file("/a/web.yaml", 0, 0o666, "cpus: 1"),
        host.clone().directory("/a", 0, 0o775),
        host.clone().directory("/a", 1000, 0o755),
    ] {
        let problem = library(&bad).find("web").unwrap_err();
        assert!(problem.what.contains("others than root"), "{problem}");
        assert!(library(&bad).for_image("x").is_err());
    }
    // A trusted profile does not hand root over to a file that is not.
    for bad in [
        host.clone().directory("/x", 0, 0o777),
        host.clone().file("/x/base.yaml", 0, 0o666, "cpus: 2"),
    ] {
        assert!(library(&bad).parent(&child).is_err());
        // What a person names is theirs to answer for.
        let named = library(&bad).find("/x/base.yaml").unwrap();
        assert_eq!(named.home, Home::Named);
    }
}

/// `sudo safe-podman run --profile /etc/shadow`: a line with a caret would show what only root may read.
#[test]
fn what_not_everybody_may_read_is_not_shown() {
    let hash = "root:$y$hunter2:20000::::::";
    let host = |directory, mode| {
        Fake::rootful()
            .directory("/d", 0, directory)
            .file("/d/p.yaml", 0, mode, hash)
            .file("/q.yaml", 1000, 0o644, "extends: /d/p.yaml")
            .link("/link.yaml", "/d/p.yaml")
    };
    for (directory, mode, is_shown) in [
        (0o755, 0o644, true),
        (0o755, 0o640, false),
        (0o755, 0o600, false),
        (0o700, 0o644, false),
    ] {
        let host = host(directory, mode);
        for name in ["/d/p.yaml", "/link.yaml"] {
            let problem = library(&host).find(name).unwrap_err();
            let text = format!("{problem:?}");
            assert_eq!(text.contains("hunter2"), is_shown, "{text}");
            assert!(
                problem.origin.is_some() && problem.instead.is_some(),
                "{text}"
            );
        }
    }
    let host = host(0o755, 0o600).swapped("/q.yaml", 0, 0o600, hash);
    let problem = library(&host).find("/q.yaml").unwrap_err();
    assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
}
