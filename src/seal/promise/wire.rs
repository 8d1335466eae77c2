//! A promise as the value of an annotation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::{Promise, VERSION, first};
use crate::problem::Problem;

impl Promise {
    /// The value of the annotation: JSON in base64 as file names have it (RFC 4648, section 5, without padding), since
    /// podman 4 and 5 disagree about commas and quotes.
    ///
    /// # Errors
    /// A path that is not UTF-8.
    pub fn encode(&self) -> Result<String, Problem> {
        let json = serde_json::to_vec(self).map_err(|error| Problem::new(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(&json))
    }

    /// Reads the value of the annotation.
    ///
    /// # Errors
    /// Anything but what [`Promise::encode`] writes or ever wrote.
    pub fn decode(text: &str) -> Result<Self, Problem> {
        let unreadable = |why: &str| {
            Problem::new(format!("the promise is unreadable: {why}"))
                .instead("make the container again with this safe-podman")
        };
        if let Some(json) = first::bytes(text) {
            let promise =
                serde_json::from_slice(&json).map_err(|error| unreadable(&error.to_string()))?;
            return match serde_json::from_value::<Self>(Value::Object(first::translated(promise))) {
                Ok(promise) if promise.version == 1 => Ok(promise),
                Ok(promise) => Err(unreadable(&format!("version {} is not 1", promise.version))),
                Err(error) => Err(unreadable(&error.to_string())),
            };
        }
        let json = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|error| unreadable(&error.to_string()))?;
        let Versioned { version } =
            serde_json::from_slice(&json).map_err(|error| unreadable(&error.to_string()))?;
        if !(2..=VERSION).contains(&version) {
            return Err(unreadable(&format!("version {version} is not {VERSION}")));
        }
        serde_json::from_slice(&json).map_err(|error| unreadable(&error.to_string()))
    }
}

/// The one key that every version of the format has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::string_slice,
        clippy::indexing_slicing,
        reason = "tests"
    )]
    use std::path::Path;

    use super::super::{HostRoot, Lower, MountKind};
    use super::*;

    fn promise() -> Promise {
        serde_json::from_str(include_str!("../fixtures/promise.json")).unwrap()
    }

    #[test]
    fn reads_what_it_writes() {
        let text = promise().encode().unwrap();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        assert!(text.bytes().all(is_plain), "{text}");
        assert_eq!(Promise::decode(&text).unwrap(), promise());
    }

    #[test]
    fn anything_else_is_refused() {
        let text = promise().encode().unwrap();
        let encoded = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let json = serde_json::to_string(&promise()).unwrap();
        let version = format!("\"version\":{VERSION}");
        for bad in [
            String::new(),
            "0".to_owned(),
            "é0".to_owned(),
            text[4..].to_owned(),
            text[..text.len() - 4].to_owned(),
            format!("{text}AAAA"),
            format!("{text}="),
            encoded("{}"),
            encoded("null"),
            encoded("{\"version\": 4}"),
            encoded(&json.replace(&version, "\"version\":1")),
            encoded(&json.replacen('{', "{\"more\":1,", 1)),
            encoded(&json.replacen('{', &format!("{{{version},"), 1)),
        ] {
            assert!(Promise::decode(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_promise_of_every_version_is_read() {
        let hexadecimal = |json: &str| -> String {
            let digits = json.bytes().map(|byte| format!("{byte:02x}"));
            digits.collect()
        };
        let first = include_str!("../fixtures/promise-1.json");
        let promise = Promise::decode(&hexadecimal(first)).unwrap();
        assert_eq!((promise.version, promise.is_missing().is_some()), (1, true));
        let today = self::promise();
        assert_eq!(promise.uid, today.uid);
        assert_eq!(
            promise.mounts.get(Path::new("/r")),
            today.mounts.get(Path::new("/r"))
        );
        assert_eq!(promise.host_root, HostRoot::Inside);
        let bare = first.replacen("\"seccomp\": {", "\"seccomp\": null, \"x\": {", 1);
        assert!(Promise::decode(&hexadecimal(&bare)).is_err());
        let layer = first.replacen(
            "\"bind\": \"/srv/ro\"",
            "\"overlay\": [\"/srv/ro\", null]",
            1,
        );
        let layer = Promise::decode(&hexadecimal(&layer)).unwrap();
        let lower = Lower::Path("/srv/ro".into());
        let found = &layer.mounts[Path::new("/r")].kind;
        assert_eq!(*found, MountKind::Overlay(lower, None));
        for version in ["2", "3"] {
            let other = first.replacen("\"version\": 1", &format!("\"version\": {version}"), 1);
            assert!(Promise::decode(&hexadecimal(&other)).is_err());
        }
        let mut second = today.clone();
        second.version = 2;
        assert_eq!(Promise::decode(&second.encode().unwrap()).unwrap(), second);
        assert!(second.is_missing().is_some() && today.is_missing().is_none());
    }

    /// A promise that lost a word gives nothing away.
    #[test]
    fn what_is_left_out_is_promised_at_its_strictest() {
        let whole: Value = serde_json::to_value(promise()).unwrap();
        let keys: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
        let mut left_out = 0;
        for key in keys {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(&key);
            let text = URL_SAFE_NO_PAD.encode(less.to_string());
            if let Ok(less) = Promise::decode(&text) {
                left_out += 1;
                assert!(
                    [
                        "capabilities",
                        "devices",
                        "device_rules",
                        "env",
                        "mounts",
                        "namespaces",
                        "secrets",
                        "sysctl"
                    ]
                    .contains(&key.as_str()),
                    "{key}: {less:?}"
                );
            }
        }
        assert!(left_out > 0);
        let limits = whole["limits"].as_object().unwrap().keys().cloned();
        for key in limits.filter(|key| key != "oom_killer") {
            let mut less = whole.clone();
            less["limits"].as_object_mut().unwrap().remove(&key);
            let text = URL_SAFE_NO_PAD.encode(less.to_string());
            assert!(Promise::decode(&text).is_err(), "{key}");
        }
    }
}
