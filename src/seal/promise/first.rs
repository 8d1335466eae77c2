//! Version 1 of the format, which said everything and in hexadecimal digits.

use serde_json::{Map, Value, json};

/// The bytes that a text of hexadecimal digits stands for, if it is an object in JSON: no other version begins like that.
pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let is_object = rest.is_empty() && text.starts_with("7b");
    let is_digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if is_object && is_digits {
        pairs.iter().map(byte).collect()
    } else {
        None
    }
}

/// The same promise in today's words. What it said nothing of is not held: where the root file system comes from (see the
/// check), and the host's root in the user namespace.
pub(super) fn translated(mut promise: Map<String, Value>) -> Map<String, Value> {
    let filter = match promise.remove("seccomp") {
        None | Some(Value::Null) => json!("unconfined"),
        Some(filter) => json!({"filter": filter}),
    };
    promise.insert("seccomp".to_owned(), filter);
    promise.insert("host_root".to_owned(), json!("inside"));
    let mounts = promise.get_mut("mounts").and_then(Value::as_object_mut);
    for mount in mounts.into_iter().flat_map(Map::values_mut) {
        if let Some(lower) = mount.pointer_mut("/kind/overlay/0") {
            *lower = json!({"path": lower});
        }
    }
    promise
}
