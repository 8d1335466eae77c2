//! Layers: a profile upon its parents, and the command line upon both.

use super::library::Library;
use super::schema::Profile;
use crate::allow::Allow;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::problem::Problem;
use crate::yaml::visible;

/// Profiles in one chain of `extends`.
const MAX_CHAIN: usize = 8;

/// A profile with all that it is layered upon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileLayers {
    /// The profiles, the weakest first.
    pub profiles: Vec<Profile>,
    /// What they say together, [overlaid](overlay).
    pub given: Vec<FlagValue>,
    /// Their overrides, the weakest profile's first.
    pub allow: Vec<Allow>,
}

/// Finds the parents of a profile and lays it upon them.
///
/// # Errors
/// A parent cannot be found or read, profiles extend each other in a circle, or more than eight in a row.
pub(crate) fn resolve(library: &Library<'_>, chosen: Profile) -> Result<ProfileLayers, Problem> {
    let mut profiles = vec![chosen];
    while let Some(child) = profiles.last() {
        let Some(parent) = library.parent(child)? else {
            break;
        };
        let is_circle = profiles.iter().any(|profile| profile.file == parent.file);
        if is_circle || profiles.len() >= MAX_CHAIN {
            return Err(endless(&profiles, child, &parent, is_circle));
        }
        profiles.push(parent);
    }
    profiles.reverse();
    let given = overlay(
        profiles
            .iter()
            .map(|profile| profile.given.clone())
            .collect(),
    );
    let allow = profiles
        .iter()
        .flat_map(|profile| profile.allow.clone())
        .collect();
    Ok(ProfileLayers {
        profiles,
        given,
        allow,
    })
}

fn endless(profiles: &[Profile], child: &Profile, parent: &Profile, is_circle: bool) -> Problem {
    let chain: Vec<String> = profiles
        .iter()
        .chain([parent])
        .map(|profile| visible(&profile.file))
        .collect();
    let chain = chain.join(" -> ");
    let problem = Problem::new(if is_circle {
        format!("profiles extend each other in a circle: {chain}")
    } else {
        format!("more than {MAX_CHAIN} profiles extend each other: {chain}")
    })
    .instead("remove one extends, or give one of two profiles of the same name another name");
    match &child.extends {
        Some((_, origin)) => problem
            .at(origin)
            .showing(child.cite(origin).unwrap_or_default()),
        None => problem,
    }
}

/// Lays the settings of stronger layers upon those of weaker ones; the weakest comes first.
///
/// Of a scalar flag the last value stays. A list is appended to. `network` is a list to podman, but a stronger layer's
/// networks replace a weaker one's: `none` and a network cannot both hold. What stays keeps its order, so overlaying
/// step by step and all at once are the same.
///
/// A volume or tmpfs replaces one with the same destination later, when destinations are parsed (`spec`).
pub(crate) fn overlay(layers: Vec<Vec<FlagValue>>) -> Vec<FlagValue> {
    let mut all: Vec<FlagValue> = Vec::new();
    for layer in layers {
        if layer.iter().any(is_network) {
            all.retain(|given| !is_network(given));
        }
        for given in layer {
            if !given.flag.kind.is_list() {
                all.retain(|weaker| weaker.flag != given.flag);
            }
            all.push(given);
        }
    }
    all
}

fn is_network(given: &FlagValue) -> bool {
    given.flag == &flags::NETWORK
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::host::Fake;
    use crate::origin::Origin;
    use crate::podman::flags::{SECCOMP, by_name};
    use crate::testing::Told;

    fn given(name: &str, value: &str) -> FlagValue {
        FlagValue {
            flag: by_name(name).unwrap_or(&SECCOMP),
            value: value.to_owned(),
            origin: Origin::Baseline,
            base: Path::new("/").into(),
        }
    }

    fn show(given: &[FlagValue]) -> String {
        let words: Vec<_> = given
            .iter()
            .map(|g| format!("{}={}", g.flag.long, g.value))
            .collect();
        words.join(" ")
    }

    #[test]
    fn scalars_are_replaced_and_lists_appended() {
        let weak = vec![
            given("memory", "1m"),
            given("volume", "a:/a"),
            given("seccomp", "default"),
        ];
        let strong = vec![
            given("volume", "b:/a"),
            given("memory", "2m"),
            given("memory", "3m"),
        ];
        assert_eq!(
            show(&overlay(vec![weak.clone(), strong])),
            "volume=a:/a seccomp=default volume=b:/a memory=3m"
        );
        assert_eq!(
            show(&overlay(vec![weak, vec![given("seccomp", "deny:bpf")]])),
            "memory=1m volume=a:/a seccomp=deny:bpf"
        );
    }

    #[test]
    fn networks_are_replaced_as_a_whole() {
        let weak = vec![given("network", "none")];
        let strong = vec![given("network", "a"), given("network", "b")];
        assert_eq!(
            show(&overlay(vec![weak.clone(), strong])),
            "network=a network=b"
        );
        assert_eq!(show(&overlay(vec![weak, Vec::new()])), "network=none");
    }

    fn layer() -> impl Strategy<Value = Vec<FlagValue>> {
        let name = prop::sample::select(vec![
            "memory", "user", "seccomp", "volume", "env", "network",
        ]);
        prop::collection::vec((name, "[a-c]"), 0..6).prop_map(|layer| {
            layer
                .iter()
                .map(|(name, value)| given(name, value))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn step_by_step_is_all_at_once(a in layer(), b in layer(), c in layer()) {
            let all = overlay(vec![a.clone(), b.clone(), c.clone()]);
            let left = overlay(vec![overlay(vec![a.clone(), b.clone()]), c.clone()]);
            let right = overlay(vec![a, overlay(vec![b, c])]);
            prop_assert_eq!(&left, &all);
            prop_assert_eq!(&right, &all);
            prop_assert_eq!(&overlay(vec![Vec::new(), all.clone(), Vec::new()]), &all);
        }

        #[test]
        fn the_strongest_word_counts(a in layer(), b in layer()) {
            let all = overlay(vec![a.clone(), b.clone()]);
            for given in &all {
                prop_assert!(a.contains(given) || b.contains(given));
            }
            for (i, given) in b.iter().enumerate() {
                let is_last = !b[i + 1..].iter().any(|later| later.flag == given.flag);
                if is_last || given.flag.kind.is_list() {
                    prop_assert!(all.contains(given), "{:?}", given);
                }
            }
            for given in a.iter().filter(|given| !given.flag.kind.is_list()) {
                let mut said = a.iter().chain(&b).filter(|other| other.flag == given.flag);
                let mut kept = all.iter().filter(|other| other.flag == given.flag);
                prop_assert_eq!(kept.next(), said.next_back());
                prop_assert_eq!(kept.next(), None);
            }
        }
    }

    /// A library of one directory, `/p`.
    fn resolved(files: &[(&str, &str)], name: &str) -> Result<ProfileLayers, Problem> {
        let add = |host: Fake, (name, text): &(&str, &str)| {
            host.file(format!("/p/{name}"), 1000, 0o644, *text)
        };
        let host = files.iter().fold(Fake::rootless(), add);
        let directory = Path::new("/home/ann").into();
        let library = Library::new(&host, directory, vec!["/p".into()]);
        resolve(&library, library.find(name)?)
    }

    #[test]
    fn a_profile_stands_upon_its_parents() {
        let files = [
            (
                "a.yaml",
                "memory: 1m\nports: [\"1:1\"]\nallow: [{rule: host-network, reason: a}]",
            ),
            (
                "b.yaml",
                "extends: a\ncpus: 2\nports: [\"2:2\"]\nallow: [{rule: host-network, reason: b}]",
            ),
            ("c.yaml", "extends: ./b.yaml\nmemory: 3m\nports: [\"3:3\"]"),
        ];
        let layers = resolved(&files, "c").unwrap();
        let names: Vec<_> = layers.profiles.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            show(&layers.given),
            "publish=1:1 cpus=2 publish=2:2 memory=3m publish=3:3"
        );
        let reasons: Vec<_> = layers.allow.iter().map(|a| a.reason.as_str()).collect();
        assert_eq!(reasons, ["a", "b"]);
    }

    #[test]
    fn a_path_is_beside_the_file_that_names_it() {
        let files = [
            ("top/c.yaml", "extends: ../base/b.yaml"),
            ("base/b.yaml", "extends: ./a.yml\nvolumes: [./x:/x]"),
            ("base/a.yml", "cpus: 1"),
        ];
        let layers = resolved(&files, "/p/top/c.yaml").unwrap();
        assert_eq!(show(&layers.given), "cpus=1 volume=./x:/x");
        assert_eq!(&*layers.given[1].base, Path::new("/p/top/../base"));
    }

    #[test]
    fn a_circle_and_a_long_chain_are_shown() {
        let files = [
            ("a.yaml", "# a\nextends: b"),
            ("b.yaml", "extends: a"),
            ("self.yaml", "extends: self"),
            ("loop.yaml", "extends: ./loop.yaml"),
            ("lost.yaml", "cpus: 1\nextends: nowhere-at-all"),
            ("lost2.yaml", "extends: ./nowhere.yaml"),
            ("broken.yaml", "extends: ./bad.yaml"),
            ("bad.yaml", "\n\nno key"),
        ];
        let mut told = Told::default();
        for name in ["a", "self", "loop", "lost", "lost2", "broken"] {
            told.problem(name, &resolved(&files, name).unwrap_err());
        }
        insta::assert_snapshot!("extends", told.text());
        let problem = resolved(&files, "a").unwrap_err();
        assert!(problem.what.contains("circle"), "{problem}");
        assert_eq!(problem.what.matches("a.yaml").count(), 2, "{problem}");
        assert!(problem.origin.unwrap().to_string().ends_with("b.yaml:1:10"));
        for name in ["self", "loop"] {
            assert!(resolved(&files, name).is_err(), "{name}");
        }
        let problem = resolved(&files, "lost").unwrap_err();
        assert!(problem.what.contains("unknown profile"), "{problem}");
        assert!(
            problem
                .origin
                .unwrap()
                .to_string()
                .ends_with("lost.yaml:2:10")
        );
        assert!(problem.shown.unwrap().contains("nowhere-at-all"));
        let problem = resolved(&files, "lost2").unwrap_err();
        assert!(
            problem
                .origin
                .unwrap()
                .to_string()
                .ends_with("lost2.yaml:1:10")
        );
        let problem = resolved(&files, "broken").unwrap_err();
        assert!(
            problem
                .origin
                .unwrap()
                .to_string()
                .ends_with("bad.yaml:3:1")
        );

        let chain: Vec<_> = (0..9)
            .map(|i| (format!("p{i}.yaml"), format!("extends: p{}", i + 1)))
            .collect();
        let mut files: Vec<_> = chain
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        files.push(("p9.yaml", "cpus: 1"));
        assert_eq!(resolved(&files, "p2").unwrap().profiles.len(), 8);
        assert!(
            resolved(&files, "p1")
                .unwrap_err()
                .what
                .contains("more than 8")
        );
    }
}
