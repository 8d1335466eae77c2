//! `--annotation`: words for the OCI runtime and its hooks, some of which they obey.

use std::fmt;
use std::str::FromStr;

use super::text::one_line;
use crate::problem::Invalid;

/// One `--annotation`, `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The key; neither empty (the OCI runtime spec forbids it) nor with blanks.
    pub key: String,
    /// The value; may be empty.
    pub value: String,
}

/// Beginnings of keys that somebody obeys: crun and its handlers, runc, podman, kata, cri-o's hooks, and this program.
const ORDERS: [&str; 10] = [
    "io.katacontainers.",
    "io.kubernetes.cri-o.",
    "io.kubernetes.cri.",
    "io.podman.annotations.",
    "krun.",
    "module.wasm.image/",
    "org.criu.",
    "org.systemd.property.",
    "run.oci.",
    "safe-podman.",
];

/// Does podman, a runtime or a hook take the key for an order? An image has no business with those.
pub(crate) fn is_order(key: &str) -> bool {
    ORDERS.iter().any(|order| key.starts_with(order))
}

impl FromStr for Annotation {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let odd = |c: char| c.is_whitespace() || c.is_control();
        match one_line(text)?.split_once('=') {
            Some((key, value)) if !key.is_empty() && !key.contains(odd) => Ok(Self {
                key: key.to_owned(),
                value: value.to_owned(),
            }),
            _ => Err(Invalid::new(text, "no annotation", "write KEY=VALUE")),
        }
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, key, value) in [
            ("a=b", "a", "b"),
            ("a=", "a", ""),
            ("a=b=c", "a", "b=c"),
            (
                "run.oci.keep_original_groups=1",
                "run.oci.keep_original_groups",
                "1",
            ),
            ("a= b", "a", " b"),
        ] {
            let parsed: Annotation = text.parse().unwrap();
            assert_eq!((parsed.key.as_str(), parsed.value.as_str()), (key, value));
            assert_eq!(parsed.to_string(), text);
        }
    }

    // podman 4.3.1 takes "=b", " a=b" and the empty one.
    #[test]
    fn refuses_what_is_none() {
        for bad in [
            "", "a", "=", "=b", " a=b", "a =b", "a\tb=c", "a=b\n", "a\n=b", "a=\0", "\r=1",
        ] {
            assert!(bad.parse::<Annotation>().is_err(), "{bad:?}");
        }
    }
}
