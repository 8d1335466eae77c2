//! Namespaces, one changed at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use serde_json::json;

use super::*;
use crate::seal::promise::{HostRoot, PromisedNamespace};

#[test]
fn each_namespace_must_be_its_own() {
    let mut told = Told::default();
    for kind in ["pid", "network", "ipc", "uts", "mount", "cgroup"] {
        let mut missing = document();
        let all = missing["linux"]["namespaces"].as_array_mut().unwrap();
        all.retain(|namespace| namespace["type"] != kind);
        let found = breaks(&missing, &format!("its {kind} namespace is the host's"));
        told.lines(format!("no {kind}"), &found);
        for path in [
            "/proc/1/ns/net",
            "/proc/self/ns/pid",
            "/run/netns/../../proc/1/ns/net",
            "/run/netns/host",
            "/run/netnsx/netns-1",
        ] {
            let mut other = document();
            for namespace in other["linux"]["namespaces"].as_array_mut().unwrap() {
                if namespace["type"] == kind {
                    namespace["path"] = path.into();
                }
            }
            breaks(&other, &format!("its {kind} namespace is \"{path}\""));
        }
        let twice = with("/linux/namespaces/-", json!({"type": kind}));
        told.lines(format!("{kind} twice"), &breaks(&twice, "two"));
    }
    insta::assert_snapshot!("namespaces", told.text());
    breaks(
        &with(
            "/linux/namespaces/-",
            json!({"type": "user", "path": "/proc/1/ns/user"}),
        ),
        "user namespace",
    );
    breaks(
        &with(
            "/linux/namespaces/-",
            json!({"type": "time", "path": "/proc/1/ns/time"}),
        ),
        "time namespace",
    );
    holds(&with("/linux/namespaces/-", json!({"type": "time"})));
}

#[test]
fn a_user_namespace_of_its_own_needs_a_mapping() {
    let mut promise = promised();
    promise
        .namespaces
        .insert("user".to_owned(), PromisedNamespace::Own);
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert!(judged(&document())[0].contains("its user namespace is the host's"));
    let mut mapped = with("/linux/namespaces/-", json!({"type": "user"}));
    assert!(judged(&mapped)[0].contains("no uid mapping"));
    for key in ["uidMappings", "gidMappings"] {
        mapped["linux"][key] = json!([{"containerID": 0, "hostID": 100_000, "size": 65536}]);
    }
    assert_eq!(judged(&mapped), Vec::<String>::new());
    mapped["linux"]["uidMappings"] = json!([{"containerID": 0, "hostID": 0, "size": u32::MAX}]);
    assert!(judged(&mapped)[0].contains("the host's uid 0"));
    promise.host_root = HostRoot::Inside;
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert_eq!(judged(&mapped), Vec::<String>::new());
}

#[test]
fn a_namespace_of_podman_s_may_not_be_the_host_s() {
    let path = "/run/netns/netns-0a1b";
    let at = document()["linux"]["namespaces"]
        .as_array()
        .unwrap()
        .iter()
        .position(|found| found["type"] == "network")
        .unwrap();
    let changed = with(&format!("/linux/namespaces/{at}/path"), json!(path));
    holds(&changed);
    let host = Fake::rootful()
        .file("/proc/self/ns/net", 0, 0o444, "")
        .link(path, "/proc/self/ns/net");
    let found = judged_on(&host, &promised(), &changed);
    assert!(found[0].contains("its network namespace is"), "{found:?}");
}

#[test]
fn a_joined_namespace_may_be_the_host_s_only_where_that_was_overridden() {
    let path = "/proc/7/ns/net";
    let mut listed = document();
    let mut missing = document();
    let all = |document: &mut Value| {
        document["linux"]["namespaces"]
            .as_array_mut()
            .unwrap()
            .clone()
    };
    for found in listed["linux"]["namespaces"].as_array_mut().unwrap() {
        if found["type"] == "network" {
            found["path"] = path.into();
        }
    }
    let rest: Vec<_> = all(&mut missing)
        .into_iter()
        .filter(|found| found["type"] != "network")
        .collect();
    missing["linux"]["namespaces"] = rest.into();
    let host = Fake::rootful().file("/proc/self/ns/net", 0, 0o444, "");
    let hosts = host.clone().link(path, "/proc/self/ns/net");
    let others = host.file(path, 0, 0o444, "");
    for promised in [
        PromisedNamespace::Joined,
        PromisedNamespace::Path(path.into()),
    ] {
        let mut promise = promised_with(promised);
        assert_eq!(judged_on(&others, &promise, &listed), Vec::<String>::new());
        for (host, document) in [(&hosts, &listed), (&others, &missing)] {
            let found = judged_on(host, &promise, document);
            assert!(
                found[0].contains("its network namespace is the host's"),
                "{found:?}"
            );
        }
        promise.hosts_joined.insert("network".to_owned());
        assert_eq!(judged_on(&hosts, &promise, &listed), Vec::<String>::new());
        assert_eq!(judged_on(&others, &promise, &missing), Vec::<String>::new());
    }
}

fn promised_with(network: PromisedNamespace) -> Promise {
    let mut promise = promised();
    promise.namespaces.insert("network".to_owned(), network);
    promise
}

/// podman mounts the layers in its store, or where it keeps what belongs to this container alone.
#[test]
fn the_root_lies_in_the_store_or_is_the_container_s_own() {
    let own = |id: &str| format!("/run/overlay-containers/{id}/userdata/rootfs");
    for (root, kept) in [
        (format!("{STORE}/vfs/dir/{}", id()), true),
        (format!("/tmp/overlay/{}/merged", id()), true),
        (own(&id()), true),
        (own(&"0".repeat(64)), false),
        (format!("/srv/vfs/dir/{}", id()), false),
    ] {
        let found = judged(&with("/root/path", root.as_str().into()));
        assert_eq!(found.is_empty(), kept, "{root}: {found:?}");
    }
}
