//! What holds for every text, whoever wrote it.

use std::path::Path;

use serde_json::{Value, json};

use super::compare;
use crate::host::Fake;
use crate::problem::Problem;
use crate::seal::observed::Observed;
use crate::seal::oci::OciConfig;
use crate::seal::promise::Promise;
use crate::seal::store::ContainerContext;

pub(super) const PROMISE: &str = include_str!("../fixtures/promise.json");
pub(super) const PROFILE: &[u8] = br#"{"defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}"#;
const ID: &str = "c6df5adb96a394c66de64880f0db76c2542981d735bc9cbb110db4ebe053d17c";

/// What makes a container less confined, whatever else its document says: where, what, and a word of the breach.
const ATTACKS: [(&str, &str, &str); 7] = [
    ("/process/user", r#"{"uid": 0, "gid": 0}"#, "uid"),
    ("/process/noNewPrivileges", "false", "set-user-ID"),
    (
        "/process/capabilities",
        r#"{"bounding": ["CAP_SYS_ADMIN"]}"#,
        "CAP_SYS_ADMIN",
    ),
    ("/linux/seccomp", "null", "seccomp"),
    ("/linux/namespaces", "[]", "namespace"),
    (
        "/mounts",
        r#"[{"destination": "/fuzz", "type": "bind", "source": "/etc", "options": ["rbind", "ro"]}]"#,
        "/fuzz",
    ),
    (
        "/hooks",
        r#"{"createRuntime": [{"path": "/tmp/fuzz"}]}"#,
        "/tmp/fuzz",
    ),
];

/// A `config.json` is judged alike however it is spaced; with a key that nobody knows it is not read; and an attack upon
/// it is found beside whatever else is wrong. A promise that is read says the same when it is written again.
///
/// # Panics
/// Where that does not hold.
pub fn holds(bytes: &[u8]) {
    if let Ok(promise) = serde_json::from_slice::<Promise>(bytes) {
        let again = promise.encode().and_then(|text| Promise::decode(&text));
        let is_ours = (2..=crate::seal::promise::VERSION).contains(&promise.version);
        assert_eq!(again.ok(), Some(promise).filter(|_| is_ours));
    }
    let host = Fake::rootful();
    let promise = serde_json::from_str(PROMISE).expect("a promise");
    let breaches = |document: &[u8]| judged(&host, &promise, document).ok();
    let Some(found) = breaches(bytes) else {
        return;
    };
    // What is passed over may hold half a surrogate pair, which is no text.
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let spaced = format!("{document:#}");
    assert_eq!(breaches(spaced.as_bytes()), Some(found), "{spaced}");
    let changed = |pointer: &str, value: Value| {
        let mut changed = document.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = changed
            .pointer_mut(parent)
            .expect("what every document has");
        parent[key] = value;
        breaches(changed.to_string().as_bytes())
    };
    for unknown in ["/fuzz", "/process/fuzz", "/root/fuzz", "/linux/fuzz"] {
        assert_eq!(changed(unknown, json!(0)), None, "{unknown} is let through");
    }
    for (pointer, value, word) in ATTACKS {
        let value = serde_json::from_str(value).expect("JSON");
        let found = changed(pointer, value).expect("an attack makes it unreadable");
        assert!(
            found.iter().any(|breach| breach.contains(word)),
            "{pointer} is let through: {found:?}"
        );
    }
}

/// What is wrong on a host, in words.
///
/// # Errors
/// The document is not understood.
pub(super) fn judged(
    host: &Fake,
    promise: &Promise,
    document: &[u8],
) -> Result<Vec<String>, Problem> {
    let config = OciConfig::parse(document)?;
    let bundle = format!("/var/lib/containers/storage/overlay-containers/{ID}/userdata");
    let context = ContainerContext {
        host,
        id: ID,
        bundle: Path::new(&bundle),
        root: Some(&config.root.path),
    };
    let program = Path::new("/usr/bin/safe-podman");
    let observed = Observed::from_config(context, &config, program, Some(PROFILE), None);
    let found = compare(promise, &observed).breaches;
    Ok(found.iter().map(ToString::to_string).collect())
}
