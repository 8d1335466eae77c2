//! `profile`: list, show, path and check.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::cli::ProfileSubcommand;
use crate::problem::Problem;
use crate::profile::library::{Entry, Library};
use crate::profile::merge::{self, ProfileLayers};
use crate::report::sanitize::safe;
use crate::report::{self, harmless, human};

/// `safe-podman profile …`: 0, or 1 when `check` met a profile that cannot be used.
///
/// # Errors
/// A profile that cannot be shown, or an output that is closed.
pub(super) fn profile(said: &ArgMatches, library: &Library<'_>) -> Result<ExitCode, Problem> {
    let found = said.subcommand();
    let found = found.and_then(|(name, said)| Some((ProfileSubcommand::from_word(name)?, said)));
    let Some((subcommand, said)) = found else {
        return Err(
            Problem::new("profile does nothing by itself").instead("safe-podman profile --help")
        );
    };
    let text = match subcommand {
        ProfileSubcommand::List => match said.get_one::<String>("format").map(String::as_str) {
            Some("json") => list_json(&library.list()?)?,
            _ => list(&library.list()?),
        },
        ProfileSubcommand::Show => {
            let name = said.get_one::<String>("name");
            show(library, name.map_or("", String::as_str))?
        }
        ProfileSubcommand::Path => path(library),
        ProfileSubcommand::Check => {
            let files = said.get_many::<PathBuf>("file").into_iter().flatten();
            return check(
                library,
                files.map(|file| file.to_string_lossy().into_owned()),
            );
        }
    };
    report::data(&text).map(|()| ExitCode::SUCCESS)
}

fn list(entries: &[Entry]) -> String {
    let widest = entries
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for Entry {
        name,
        file,
        profile,
    } in entries
    {
        let about = match profile {
            Ok(profile) => profile.description.as_deref().map(safe).unwrap_or_default(),
            Err(problem) => format!("cannot be used: {}", safe(&problem.what)).into(),
        };
        let _ = writeln!(out, "{:widest$}  {about}", safe(name));
        let indent = widest.saturating_add(2);
        let _ = writeln!(out, "{:indent$}{}", "", safe(file));
        if let Ok(profile) = profile
            && !profile.images.is_empty()
        {
            let images: Vec<String> = profile.images.iter().map(ToString::to_string).collect();
            let _ = writeln!(out, "{:indent$}for {}", "", safe(&images.join(", ")));
        }
    }
    out
}

fn list_json(entries: &[Entry]) -> Result<String, Problem> {
    let row = |Entry {
                   name,
                   file,
                   profile,
               }: &Entry| {
        let good = profile.as_ref().ok();
        let images = good.into_iter().flat_map(|profile| &profile.images);
        serde_json::json!({
            "name": name,
            "file": &**file,
            "description": good.and_then(|profile| profile.description.as_deref()),
            "images": images.map(ToString::to_string).collect::<Vec<_>>(),
            "problem": profile.as_ref().err().map(|problem| &problem.what),
        })
    };
    let profiles: Vec<_> = entries.iter().map(row).collect();
    let document = serde_json::json!({"schema": "safe-podman/profiles/1", "profiles": profiles});
    harmless::to_string(&document).map_err(|error| Problem::new(error.to_string()))
}

fn path(library: &Library<'_>) -> String {
    let mut out = String::new();
    for dir in library.dirs() {
        let _ = writeln!(out, "{}", safe(&dir.display().to_string()));
    }
    out.push_str("built in\n");
    out
}

/// What holds when the profile is laid upon its parents: each setting as podman's flag, with its place.
fn show(library: &Library<'_>, name: &str) -> Result<String, Problem> {
    let ProfileLayers {
        profiles,
        given,
        allow,
    } = merge::resolve(library, library.find(name)?)?;
    let mut out = String::new();
    let chain: Vec<&str> = profiles
        .iter()
        .rev()
        .map(|profile| &*profile.file)
        .collect();
    let _ = writeln!(out, "# {}", safe(&chain.join(", which extends ")));
    if let Some(description) = profiles
        .last()
        .and_then(|profile| profile.description.as_deref())
    {
        let _ = writeln!(out, "# {}", safe(description));
    }
    let settings = given.iter().map(|given| {
        (
            format!("--{}={}", given.flag.long, given.value),
            &given.origin,
        )
    });
    let overrides = allow.iter().map(|allow| {
        (
            format!("--allow={}={}", allow.rule, allow.reason),
            &allow.origin,
        )
    });
    let lines: Vec<_> = settings.chain(overrides).collect();
    let widest = lines
        .iter()
        .map(|(line, _)| line.chars().count())
        .max()
        .unwrap_or(0)
        .min(48);
    for (line, origin) in lines {
        let _ = writeln!(
            out,
            "{:widest$}  # {}",
            safe(&line),
            safe(&origin.to_string())
        );
    }
    Ok(out)
}

/// Reads each file with its parents; says what is wrong with all that cannot be used.
fn check(library: &Library<'_>, files: impl Iterator<Item = String>) -> Result<ExitCode, Problem> {
    let mut all_good = true;
    for file in files {
        let usable = library
            .find(&file)
            .and_then(|profile| merge::resolve(library, profile));
        match usable {
            Ok(_) => report::data(&format!("{}: can be used\n", safe(&file)))?,
            Err(problem) => {
                all_good = false;
                report::message(&human::problem(&problem));
            }
        }
    }
    Ok(if all_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use std::ffi::OsString;

    use super::*;
    use crate::cli::{self, Subcommand};
    use crate::host::Fake;
    use crate::report::sanitize::safe_lines;

    /// A host with a library of one directory, `/p`.
    fn host(files: &[(&str, &str)]) -> Fake {
        let add = |host: Fake, (name, text): &(&str, &str)| {
            host.file(format!("/p/{name}"), 1000, 0o644, *text)
        };
        files.iter().fold(Fake::rootless(), add)
    }

    fn library(host: &Fake) -> Library<'_> {
        let directory = Path::new("/home/ann").into();
        Library::new(host, directory, vec!["/p".into()])
    }

    #[test]
    fn the_list_shows_what_is_broken_too() {
        let evil = "description: \"a\\e]0;x\\a\\u202Eb\"\n";
        let host = host(&[
            ("mine.yaml", "description: my own\nimages: [localhost/a]\n"),
            ("bad.yaml", "mmory: 1\n"),
            ("evil.yaml", evil),
        ]);
        let json = list_json(&library(&host).list().unwrap()).unwrap();
        assert_eq!(safe_lines(&json), json);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut profiles = json["profiles"].as_array().unwrap().iter();
        let mine = profiles.find(|profile| profile["name"] == "mine").unwrap();
        assert_eq!(mine["images"][0], "localhost/a");
        let list = list(&library(&host).list().unwrap());
        assert_eq!(safe_lines(&list), list);
        assert!(
            list.lines()
                .any(|line| line.starts_with("mine ") && line.ends_with(" my own")),
            "{list}"
        );
        assert!(list.contains("for localhost/a\n"), "{list}");
        assert!(
            list.lines()
                .any(|line| line.starts_with("bad ") && line.contains("cannot be used")),
            "{list}"
        );
        assert!(
            list.lines().any(|line| line.starts_with("default ")),
            "{list}"
        );
        assert!(list.lines().any(|line| line.starts_with("evil ")), "{list}");
    }

    #[test]
    fn a_profile_is_shown_with_its_parents_and_places() {
        let host = host(&[
            ("base.yaml", "memory: 100m\npids_limit: 7\n"),
            (
                "mine.yaml",
                "extends: base\nmemory: 200m\nenv: {A: \"b\\u202Ec\"}\nallow: [{rule: host-network, reason: why}]\n",
            ),
        ]);
        let shown = show(&library(&host), "mine").unwrap();
        assert_eq!(safe_lines(&shown), shown);
        let place = |name: &str, line: u8| format!("/p/{name}:{line}:");
        let has = |flag: &str, place: &str| {
            shown
                .lines()
                .any(|line| line.starts_with(flag) && line.contains(place))
        };
        assert!(has("--memory=200m ", &place("mine.yaml", 2)), "{shown}");
        assert!(has("--pids-limit=7 ", &place("base.yaml", 2)), "{shown}");
        assert!(
            has("--allow=host-network=why", &place("mine.yaml", 4)),
            "{shown}"
        );
        assert!(!shown.contains("100m"), "{shown}");
        assert!(show(&library(&host), "nothing").is_err());
    }

    #[test]
    fn the_path_is_in_the_order_of_the_search() {
        let host = host(&[]);
        assert_eq!(path(&library(&host)), "/p\nbuilt in\n");
    }

    #[test]
    fn an_unknown_word_is_an_error() {
        for (words, is_help) in [
            (&[][..], false),
            (&["lst"], false),
            (&["show"], false),
            (&["show", "a", "b"], false),
            (&["check"], false),
            (&["list", "x"], false),
            (&["list", "--format=xml"], false),
            (&["--help"], true),
            (&["-h"], true),
            (&["show", "--help"], true),
            (&["list", "-h"], true),
        ] {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let error = cli::matches(Subcommand::Profile, &words).unwrap_err();
            assert_eq!(error.use_stderr(), !is_help, "{words:?}: {error}");
        }
    }
}
