//! `--uidmap`, `--gidmap` and `--subuidname` that reach the host's root.

use std::path::Path;

use crate::host::{Links, Mode};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::podman::value::idmap::{HostId, IdMap};
use crate::podman::value::userns::Userns;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The most that is read of a file of subordinate ids.
const SUBID_BYTES: u64 = 1 << 20;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UidmapHostRoot,
    title: "an id of the container would be root on the host",
    severity: Severity::High,
    why: "a user namespace protects because nobody in it is root outside; a range that starts at the host's id 0 takes that \
          back for exactly the id that matters",
    instead: "--userns=auto, or start the range elsewhere: --uidmap=0:100000:65536 --gidmap=0:100000:65536",
    references: &["CIS 5.31", "user_namespaces(7)", "podman-run(1)"],
    bad: &["--uidmap=0:0:1000"],
    good: &["--uidmap=0:100000:65536"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    // Without root, id 0 on the outside is the calling user.
    if facts.host.identity().mode == Mode::Rootless {
        return Vec::new();
    }
    let maps = spec
        .uidmap
        .iter()
        .map(|map| ("--uidmap", map))
        .chain(spec.gidmap.iter().map(|map| ("--gidmap", map)));
    let maps = maps.filter_map(|(flag, map)| by_map(flag, map));
    let userns = spec.userns.iter().flat_map(by_auto);
    let names = spec
        .passed(&flags::SUBUIDNAME)
        .map(|given| (given, "/etc/subuid"));
    let names = names.chain(
        spec.passed(&flags::SUBGIDNAME)
            .map(|given| (given, "/etc/subgid")),
    );
    let names = names.filter_map(|(given, file)| by_name(&given.value, file, &given.origin, facts));
    maps.chain(userns).chain(names).collect()
}

fn by_map(flag: &str, map: &Setting<IdMap>) -> Option<Hit> {
    let what = match map.value.host {
        HostId::Absolute(_) => format!("{flag}={} begins with the host's id 0", map.value),
        HostId::Relative => format!(
            "{flag}={} is filled up with ids that only the host knows, 0 among them",
            map.value
        ),
    };
    map.value
        .contains_host_root()
        .then(|| Hit::refuse(what, &map.origin))
}

fn by_auto(userns: &Setting<Userns>) -> Vec<Hit> {
    let Userns::Auto(options) = &userns.value else {
        return Vec::new();
    };
    let maps = options.iter().filter(|(key, _)| key.ends_with("mapping"));
    let roots = maps.filter(|(_, map)| {
        map.parse::<IdMap>()
            .is_ok_and(|map| map.contains_host_root())
    });
    roots
        .map(|(key, map)| {
            Hit::refuse(
                format!("{key}={map} begins with the host's id 0"),
                &userns.origin,
            )
        })
        .collect()
}

/// The ranges of a name in `/etc/subuid` or `/etc/subgid`, subuid(5). A name that has none there may have one in a
/// directory service, which cannot be seen from here.
fn by_name(name: &str, file: &str, origin: &Origin, facts: &Facts<'_>) -> Option<Hit> {
    let read = facts
        .host
        .open_file(Path::new(file), SUBID_BYTES, Links::Follow);
    let text = read
        .map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
        .unwrap_or_default();
    let starts: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix(name)?
                .strip_prefix(':')?
                .split(':')
                .next()
        })
        .collect();
    let what = match starts.as_slice() {
        [] => format!("where the ids of \"{name}\" begin does not stand in {file}"),
        starts
            if starts
                .iter()
                .all(|start| start.parse::<u32>().is_ok_and(|start| start > 0)) =>
        {
            return None;
        }
        _ => format!("the ids of \"{name}\" in {file} begin with the host's id 0"),
    };
    Some(Hit::refuse(what, origin))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn any_range_that_starts_at_root() {
        for args in [
            &["--uidmap", "0:0:1"] as &[_],
            &["--uidmap", "0:0:4294967295"],
            &["--uidmap", "5000:0:1"],
            &["--uidmap", "0:100000:1000", "--uidmap", "1000:0:1"],
            &["--gidmap", "0:0:1000"],
            &["--uidmap", "u0:0:1"],
            &["--uidmap", "+0:1000:1"],
            &["--uidmap", "0:@0:1"],
            &["--userns", "auto:uidmapping=0:0:1"],
            &["--userns", "auto:size=1000,gidmapping=5:0:1"],
        ] {
            refused("uidmap-host-root", args);
        }
        assert_eq!(
            findings("uidmap-host-root", &["--uidmap=0:0:1", "--gidmap=0:0:1"]).len(),
            2
        );
        silent(
            "uidmap-host-root",
            &["--uidmap=0:1:7000", "--gidmap=0:30000:7000"],
        );
        silent("uidmap-host-root", &["--userns=auto:uidmapping=0:100000:1"]);
    }

    #[test]
    fn without_root_it_is_the_caller() {
        let args = ["--uidmap=0:0:1000", "--gidmap=0:0:1000", "--subuidname=ann"];
        assert!(
            !judged_on(&Fake::rootless(), &args, Level::Baseline)
                .judgement
                .is_refused()
        );
    }

    #[test]
    fn the_range_of_a_name() {
        let host = Fake::rootful()
            .file(
                "/etc/subuid",
                0,
                0o644,
                "containers:100000:65536\nroot:0:65536\nroots:1:1\nodd:x:1\n",
            )
            .file("/etc/subgid", 0, 0o644, "containers:100000:65536\n");
        let is_refused = |arg: &str| {
            judged_on(&host, &[arg], Level::Baseline)
                .judgement
                .is_refused()
        };
        assert!(!is_refused("--subuidname=containers") && !is_refused("--subgidname=containers"));
        for arg in [
            "--subuidname=root",
            "--subuidname=ann",
            "--subuidname=odd",
            "--subuidname=",
            "--subgidname=root",
        ] {
            assert!(is_refused(arg), "{arg}");
        }
    }
}
