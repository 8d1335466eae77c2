//! Mounts, one changed at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use std::path::Path;

use serde_json::json;

use super::*;
use crate::seal::promise::Owners;

#[test]
fn a_mount_that_nobody_asked_for_is_found() {
    let mut told = Told::default();
    let other = format!(
        "{STORE}/overlay-containers/{}/userdata/hosts",
        "0".repeat(64)
    );
    let own = format!(
        "{STORE}/overlay-containers/{}/userdata/run/secrets/shadow",
        id()
    );
    for (source, destination) in [
        ("/etc", "/x"),
        ("/", "/sys/fs"),
        ("/etc/shadow", "/etc/hosts"),
        ("/etc/shadow", "/etc/passwd"),
        ("/etc/shadow", "/run/secrets/sek"),
        ("/proc", "/proc"),
        ("/sys", "/sys"),
        ("/dev", "/dev"),
        ("/dev/shm", "/dev/shm"),
        ("/dev/sda", "/dev/fuse"),
        ("/run/systemd/notify", "/run/notify"),
        ("/usr/bin/evil", "/run/podman-init"),
        (&other, "/etc/hosts"),
        (&own, "/run/secrets/shadow"),
        ("/etc", "/w"),
        ("/etc", "/a/../w"),
    ] {
        let changed = with("/mounts/-", bind(source, destination));
        let found = breaks(&changed, &format!("\"{source}\" at"));
        told.lines(format!("{source} at {destination}"), &found);
    }
    for (destination, source) in [
        ("/w", "/srv"),
        ("/r", "/srv/ro/../rw"),
        ("/named", "/var/lib/containers/storage/volumes/other/_data"),
        (
            "/named",
            "/var/lib/containers/storage/volumes/named/_data/x",
        ),
        ("/named", "/var/lib/containers/storage/volumes/named"),
        (
            "/named",
            "/var/lib/containers/storage/volumes/named/../../../../../../etc",
        ),
        ("/tmp", "/etc"),
    ] {
        let changed = with_mount(destination, |mount| {
            mount["source"] = source.into();
            mount["type"] = "bind".into();
        });
        let found = breaks(&changed, &format!("\"{source}\" at"));
        told.lines(format!("{destination} from {source}"), &found);
    }
    insta::assert_snapshot!("mount_sources", told.text());
}

#[test]
fn an_option_that_is_gone_is_found() {
    let mut told = Told::default();
    for (destination, option) in [
        ("/proc", "nosuid"),
        ("/sys", "ro"),
        ("/sys/fs/cgroup", "ro"),
        ("/tmp", "noexec"),
        ("/tmp", "nosuid"),
        ("/tmp", "size=64m"),
        ("/r", "ro"),
        ("/r", "nosuid"),
        ("/w", "nodev"),
        ("/named", "noexec"),
    ] {
        let changed = without_option(destination, option);
        let found = breaks(&changed, &format!("at \"{destination}\""));
        told.lines(format!("{destination} without {option}"), &found);
    }
    for (destination, option) in [
        // A bind of the host's, whatever the type says.
        ("/proc", "bind"),
        ("/sys", "rbind"),
        ("/dev/mqueue", "bind"),
        ("/r", "rw"),
        ("/r", "rbind"),
        ("/r", "rshared"),
        ("/w", "shared"),
        ("/w", "suid"),
        ("/tmp", "size=1g"),
        ("/tmp", "exec"),
    ] {
        let changed = with_mount(destination, |mount| {
            mount["options"].as_array_mut().unwrap().push(option.into());
        });
        let found = breaks(&changed, &format!("at \"{destination}\""));
        told.lines(format!("{destination} with {option}"), &found);
    }
    insta::assert_snapshot!("mount_options", told.text());
}

/// podman follows the image's links on the way to a tmpfs.
#[test]
fn a_tmpfs_may_be_where_a_link_led() {
    let to = |place: &str| with_mount("/tmp", |mount| mount["destination"] = place.into());
    holds(&to("/run"));
    for place in ["/proc/sys", "/sys/fs", "/dev/x", "/"] {
        breaks(&to(place), &format!("at \"{place}\""));
    }
    let mut twice = to("/run");
    let tmp = twice["mounts"][mount_at("/tmp")].clone();
    twice["mounts"].as_array_mut().unwrap().push(tmp);
    breaks(&twice, "at \"/run\"");
    let mut larger = to("/run");
    let options = larger["mounts"][mount_at("/tmp")]["options"]
        .as_array_mut()
        .unwrap();
    options.push("size=1g".into());
    breaks(&larger, "at \"/run\"");
}

#[test]
fn what_reaches_further_than_a_mount_is_found() {
    for option in ["rrw", "rsuid", "rdev", "rexec", "remount"] {
        for destination in ["/r", "/w", "/tmp", "/etc/hosts"] {
            let changed = with_mount(destination, |mount| {
                mount["options"].as_array_mut().unwrap().push(option.into());
            });
            breaks(&changed, &format!("at \"{destination}\""));
        }
    }
}

#[test]
fn files_keep_their_owners() {
    let maps = json!([{"containerID": 65532, "hostID": 0, "size": 1}]);
    for key in ["uidMappings", "gidMappings"] {
        for destination in ["/r", "/w", "/etc/hosts"] {
            let changed = with_mount(destination, |mount| mount[key] = maps.clone());
            breaks(&changed, "each file's own owner");
        }
    }
    let changed = with_mount("/w", |mount| {
        mount["options"]
            .as_array_mut()
            .unwrap()
            .push("idmap".into());
    });
    breaks(&changed, "each file's own owner");
    let mut promise = promised();
    promise.mounts.get_mut(Path::new("/w")).unwrap().owners = Owners::Mapped;
    assert_eq!(
        judged_on(&Fake::rootful(), &promise, &changed),
        Vec::<String>::new()
    );
}
