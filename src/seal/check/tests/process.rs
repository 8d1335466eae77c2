//! Who the process is, what confines it, and what else stands in the document.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use std::path::Path;

use serde_json::json;

use super::*;
use crate::host::{Apparmor, Lsm, Selinux};
use crate::seal::own_hook::mark;
use crate::seal::promise::{PromisedGroups, PromisedId};

#[test]
fn a_name_is_promised_as_nobody_but_root() {
    let mut promise = promised();
    (promise.uid, promise.gid, promise.groups) = (
        PromisedId::NotRoot,
        PromisedId::NotRoot,
        PromisedGroups::NotRoot,
    );
    let judged = |document: &Value| judged_on(&Fake::rootful(), &promise, document);
    assert_eq!(
        judged(&with("/process/user/uid", json!(1234))),
        Vec::<String>::new()
    );
    assert_eq!(
        judged(&with("/process/user/additionalGids", json!([27]))),
        Vec::<String>::new()
    );
    for pointer in ["/process/user/uid", "/process/user/gid"] {
        assert!(!judged(&with(pointer, json!(0))).is_empty(), "{pointer}");
    }
    assert!(!judged(&with("/process/user/additionalGids", json!([0]))).is_empty());
}

#[test]
fn a_security_module_of_the_host_must_confine() {
    let on = Fake::rootful().with_lsm(Lsm {
        selinux: Selinux::Enforcing,
        apparmor: Apparmor::Enabled,
    });
    let judged = |label: &str, profile: &str| {
        let mut document = with("/process/selinuxLabel", label.into());
        document["process"]["apparmorProfile"] = profile.into();
        judged_on(&on, &promised(), &document)
    };
    let (label, profile) = (
        "system_u:system_r:container_t:s0:c1,c2",
        "containers-default-0.57.4",
    );
    assert_eq!(judged(label, profile), [""; 0]);
    let mut told = Told::default();
    for (label, profile) in [
        ("", profile),
        ("system_u:system_r:spc_t:s0", profile),
        ("system_u:system_r:container_t:s0-s0:c0.c1023", profile),
        (label, "allow-all"),
        (label, ""),
        (label, "unconfined"),
    ] {
        let found = judged(label, profile);
        assert_eq!(found.len(), 1, "{found:?}");
        told.lines(format!("\"{label}\", \"{profile}\""), &found);
    }
    insta::assert_snapshot!("labels", told.text());
}

/// A trusted shell is no trusted hook.
#[test]
fn a_hook_is_known_by_all_its_words() {
    let host = Fake::rootful()
        .file("/bin/sh", 0, 0o755, "")
        .file("/usr/local/bin/safe-podman", 0, 0o755, "")
        .file("/home/ann/safe-podman", 1000, 0o755, "");
    let hook = |path: &str, args: Value, env: Value| {
        let hook = json!({"path": path, "args": args, "env": env});
        judged_on(&host, &promised(), &with("/hooks/createRuntime/-", hook))
    };
    let ours = json!(["safe-podman", "seal"]);
    let path = json!(["PATH=/usr/sbin:/usr/bin"]);
    assert_eq!(
        hook("/usr/local/bin/safe-podman", ours.clone(), path.clone()),
        [""; 0]
    );
    for (program, args, env) in [
        ("/bin/sh", json!(["sh", "-c", "id"]), json!([])),
        (
            "/usr/local/bin/safe-podman",
            json!(["safe-podman", "run"]),
            path.clone(),
        ),
        (
            "/usr/local/bin/safe-podman",
            ours.clone(),
            json!(["LD_PRELOAD=/tmp/x"]),
        ),
        ("/home/ann/safe-podman", ours, path),
    ] {
        let found = hook(program, args, env);
        assert!(
            found.iter().any(|found| found.contains(program)),
            "{program}: {found:?}"
        );
    }
    let args = ["sh", "-c", "id"].map(str::to_owned);
    let mut promise = promised();
    promise.hooks = [mark(Path::new("/bin/sh"), &args, &[])].into();
    let hook = json!({"path": "/bin/sh", "args": args});
    let document = with("/hooks/createRuntime/-", hook);
    assert_eq!(judged_on(&host, &promise, &document), [""; 0]);
}

#[test]
fn a_variable_is_named_and_its_value_never() {
    let found = judged(&with("/process/env/-", json!("TOKEN=hunter2")));
    assert!(
        found[0].contains("TOKEN") && !found[0].contains("hunter2"),
        "{found:?}"
    );
}

#[test]
fn its_files_have_the_label_of_containers() {
    let on = Fake::rootful().with_lsm(Lsm {
        selinux: Selinux::Enforcing,
        apparmor: Apparmor::Disabled,
    });
    let judged = |host: &Fake, promise: &Promise, label: &str| {
        let process = "system_u:system_r:container_t:s0:c1,c2";
        let mut document = with("/process/selinuxLabel", process.into());
        document["linux"]["mountLabel"] = label.into();
        judged_on(host, promise, &document)
    };
    let own = "system_u:object_r:container_file_t:s0:c1,c2";
    let others = "system_u:object_r:container_file_t:s0:c1,c3";
    let home = "system_u:object_r:user_home_t:s0:c1,c2";
    let mut asked = promised();
    asked.file_type = Some("user_home_t".to_owned());
    for (promise, label, is_kept) in [
        (&promised(), own, true),
        (&promised(), "", true),
        (&promised(), others, false),
        (&promised(), home, false),
        (&promised(), "system_u:object_r:container_file_t:s0", false),
        (&asked, home, true),
        (&asked, own, false),
    ] {
        let found = judged(&on, promise, label);
        assert_eq!(found.is_empty(), is_kept, "{label}: {found:?}");
    }
    assert_eq!(judged(&Fake::rootful(), &promised(), home), [""; 0]);
}

#[test]
fn another_execution_domain_was_asked_for() {
    let mut asked = promised();
    asked.personality = Some("LINUX32".to_owned());
    let judged = |promise: &Promise, found: Value| {
        judged_on(
            &Fake::rootful(),
            promise,
            &with("/linux/personality", found),
        )
    };
    let plain = json!({"domain": "LINUX32"});
    let flags = json!({"domain": "LINUX32", "flags": ["ADDR_NO_RANDOMIZE"]});
    assert_eq!(judged(&asked, plain.clone()), [""; 0]);
    for (promise, found) in [
        (&promised(), plain),
        (&asked, flags),
        (&asked, json!({"domain": "LINUX"})),
    ] {
        assert_eq!(judged(promise, found.clone()).len(), 1, "{found}");
    }
}
