//! `--log-driver` and `--log-opt`: where the container's output goes.

use std::fmt;
use std::str::FromStr;

use super::bytes::Bytes;
use super::text::one_line;
use crate::problem::Invalid;

/// A log driver; exact, lower-case words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogDriver {
    /// `k8s-file`: a file in podman's own storage.
    K8sFile,
    /// `json-file`: the same to podman.
    JsonFile,
    /// `journald`: the host's journal.
    Journald,
    /// `none`: nowhere.
    None,
    /// `passthrough`: the caller's own stdin, stdout and stderr are handed in. Refused by podman on a terminal.
    Passthrough,
    /// `passthrough-tty`: the same on a terminal, into which the container may then type. Since podman 5.0.
    PassthroughTty,
}

/// One `--log-opt`, `KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOpt {
    /// The key in lower case: `driver` (replaces `--log-driver`), `path` (a file of the host), `max-size`, `tag`, or
    /// one that podman ignores.
    pub key: String,
    /// The value; of `driver` a [`LogDriver`], of `max-size` an amount.
    pub value: String,
}

const DRIVERS: [(LogDriver, &str); 6] = [
    (LogDriver::K8sFile, "k8s-file"),
    (LogDriver::JsonFile, "json-file"),
    (LogDriver::Journald, "journald"),
    (LogDriver::None, "none"),
    (LogDriver::Passthrough, "passthrough"),
    (LogDriver::PassthroughTty, "passthrough-tty"),
];

impl FromStr for LogDriver {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        DRIVERS
            .into_iter()
            .find(|(_, name)| *name == text)
            .map(|(driver, _)| driver)
            .ok_or_else(|| {
                Invalid::new(
                    text,
                    "no log driver",
                    "write k8s-file, journald, none or passthrough",
                )
            })
    }
}

impl fmt::Display for LogDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = DRIVERS.into_iter().find(|(driver, _)| driver == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for LogOpt {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::new(text, "no log option", "write KEY=VALUE, like max-size=10m");
        let (key, value) = one_line(text)?.split_once('=').ok_or_else(bad)?;
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if key.is_empty() || !key.chars().all(word) {
            return Err(bad());
        }
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            "driver" => value.parse::<LogDriver>().map(|_| ())?,
            "max-size" => value.parse::<Bytes>().map(|_| ())?,
            "path" if value.is_empty() => return Err(bad()),
            _ => {}
        }
        Ok(Self {
            key,
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for LogOpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn drivers_are_exact() {
        for (driver, name) in DRIVERS {
            assert_eq!(name.parse(), Ok(driver));
            assert_eq!(driver.to_string(), name);
        }
        for bad in [
            "",
            "K8s-File",
            "syslog",
            " none",
            "none\n",
            "none\0",
            "passthrough_tty",
        ] {
            assert!(bad.parse::<LogDriver>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_case_of_a_key_hides_nothing() {
        for (text, printed) in [
            ("PATH=/tmp/log", "path=/tmp/log"),
            ("Driver=passthrough", "driver=passthrough"),
            ("max-size=1.5m", "max-size=1.5m"),
            ("tag={{.Name}}", "tag={{.Name}}"),
            ("max-file=3", "max-file=3"),
        ] {
            let value: LogOpt = text.parse().unwrap();
            assert_eq!(value.to_string(), printed);
            assert_eq!(printed.parse(), Ok(value));
        }
    }

    #[test]
    fn refuses_what_podman_refuses() {
        for bad in [
            "",
            "foo",
            "=x",
            " tag=x",
            "tag =x",
            "max-size=",
            "max-size=5x",
            "max-size=-1",
            "driver=",
            "driver=syslog",
            "path=",
            "tag=x\n",
            "path=/a\0",
            "\ndriver=none",
        ] {
            assert!(bad.parse::<LogOpt>().is_err(), "{bad:?}");
        }
    }
}
