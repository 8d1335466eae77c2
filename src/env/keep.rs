//! The variables podman gets, each after a look at its value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::ops::Range;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{Environment, reason};
use crate::host::{Host, Identity, Mode};

/// The search path podman gets, whatever the caller's is.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// As many descriptors as a unit can sensibly pass.
const MOST_DESCRIPTORS: u32 = 1024;

pub(super) struct Kept {
    pub(super) variables: BTreeMap<OsString, OsString>,
    pub(super) dropped: Vec<(OsString, &'static str)>,
}

pub(super) fn keep(environment: &Environment, host: &dyn Host) -> Kept {
    let mut keeper = Keeper {
        environment,
        host,
        identity: host.identity(),
        kept: Kept {
            variables: BTreeMap::new(),
            dropped: Vec::new(),
        },
    };
    keeper.set("PATH", PATH);
    keeper.words();
    keeper.unit();
    keeper.descriptors();
    keeper.home();
    keeper.temporary();
    if keeper.identity.mode == Mode::Rootless {
        keeper.runtime_directory();
        keeper.own_directories();
        keeper.session_bus();
    }
    keeper.kept
}

pub(super) struct Keeper<'a> {
    environment: &'a Environment,
    pub(super) host: &'a dyn Host,
    pub(super) identity: &'a Identity,
    kept: Kept,
}

impl Keeper<'_> {
    pub(super) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.kept.variables.insert(name.into(), value.into());
    }

    pub(super) fn keep_if(&mut self, name: &str, test: impl FnOnce(&Self, &OsStr) -> bool) -> bool {
        let Some(value) = self.environment.get(name) else {
            return false;
        };
        if test(self, value) {
            self.set(name, value);
            return true;
        }
        let why = reason(name.as_ref()).unwrap_or_default();
        self.kept.dropped.push((name.into(), why));
        false
    }

    /// Language, terminal and time zone: C libraries look some of them up as file names, so they must be plain names.
    fn words(&mut self) {
        for name in self.environment.variables.keys() {
            let name = name.to_str().unwrap_or_default();
            if name == "LANG" || name == "TERM" || name.starts_with("LC_") {
                self.keep_if(name, |_, value| is_made_of(value, b"_.@-+:"));
            }
        }
        self.keep_if("TZ", |_, value| {
            let plain = is_made_of(value, b"_+-,./:") && !Path::new(value).is_absolute();
            plain && !value.as_bytes().starts_with(b":") && !has_parent(value)
        });
    }

    /// What a systemd unit passes on: podman reports readiness there and leaves conmon in the unit's own group.
    fn unit(&mut self) {
        self.keep_if("NOTIFY_SOCKET", |_, value| {
            let abstract_name = value.as_bytes().strip_prefix(b"@");
            let named = abstract_name.is_some_and(|name| !name.is_empty());
            named || (Path::new(value).is_absolute() && !has_parent(value))
        });
        self.keep_if("INVOCATION_ID", |_, value| {
            let id = value.as_bytes();
            id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit)
        });
        self.keep_if("JOURNAL_STREAM", |_, value| {
            let parts = value.to_str().and_then(|value| value.split_once(':'));
            parts.is_some_and(|(device, inode)| {
                [device, inode].iter().all(|id| number(id).is_some())
            })
        });
    }

    /// Socket activation: all or nothing.
    fn descriptors(&mut self) {
        let any = !self.environment.listening().is_empty();
        for name in ["LISTEN_PID", "LISTEN_FDS"] {
            self.keep_if(name, |_, _| any);
        }
        self.keep_if("LISTEN_FDNAMES", |_, value| {
            any && value
                .as_bytes()
                .iter()
                .all(|byte| matches!(byte, b' '..=b'~'))
        });
    }
}

impl Environment {
    /// The descriptors that are handed to this process, and by podman to the container: `sd_listen_fds(3)`. Without the
    /// right process number they were meant for somebody else.
    pub(crate) fn listening(&self) -> Range<RawFd> {
        const FIRST: RawFd = 3;
        let value = |name: &str| self.get(name).and_then(OsStr::to_str).and_then(number);
        let is_ours = value("LISTEN_PID") == Some(self.pid.into());
        let count = value("LISTEN_FDS").filter(|_| is_ours);
        let count = count.filter(|count| (1..=MOST_DESCRIPTORS.into()).contains(count));
        let count = count.and_then(|count| RawFd::try_from(count).ok());
        FIRST..FIRST.saturating_add(count.unwrap_or(0))
    }
}

pub(super) fn is_made_of(value: &OsStr, marks: &[u8]) -> bool {
    let mut bytes = value.as_bytes().iter();
    !value.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || marks.contains(byte))
}

fn has_parent(value: &OsStr) -> bool {
    Path::new(value).iter().any(|part| part == "..")
}

/// Digits only: [`str::parse`] would take a plus sign.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::scrub;
    use super::*;
    use crate::host::Fake;

    /// What podman gets under `name` when the caller has these variables.
    pub(in super::super) fn gets(
        host: &Fake,
        variables: &[(&str, &str)],
        name: &str,
    ) -> Option<String> {
        let environment = Environment::new(variables.iter().copied(), 77);
        let value = scrub(&environment, host).get(name)?.to_owned();
        Some(value.into_string().unwrap())
    }

    #[test]
    fn the_path_is_fixed() {
        for host in [Fake::rootful(), Fake::rootless()] {
            let path = gets(&host, &[("PATH", "/evil:/usr/bin")], "PATH");
            assert_eq!(path.as_deref(), Some(PATH));
        }
    }

    #[test]
    fn descriptors_are_passed_only_to_whom_they_were_meant() {
        let named = ("LISTEN_FDNAMES", "http:https");
        let passed = |pid, count| {
            let variables = [("LISTEN_PID", pid), ("LISTEN_FDS", count), named];
            let got = |name| gets(&Fake::rootful(), &variables, name).is_some();
            let got = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"].map(got);
            assert!(got == [true; 3] || got == [false; 3], "all or nothing");
            got == [true; 3]
        };
        assert!(passed("77", "2"));
        for (pid, count) in [
            ("78", "2"),
            ("77", "0"),
            ("77", "+1"),
            ("77", "-1"),
            ("77", "9999"),
            ("", "1"),
        ] {
            assert!(!passed(pid, count), "{pid} {count}");
        }
        assert_eq!(
            gets(&Fake::rootful(), &[("LISTEN_FDS", "1")], "LISTEN_FDS"),
            None
        );
    }

    #[test]
    fn plain_words_stay_and_paths_do_not() {
        for (name, value, kept) in [
            ("LANG", "de_DE.UTF-8", true),
            ("LC_ALL", "C", true),
            ("LC_ALL", "../../tmp/x", false),
            ("TERM", "xterm-256color", true),
            ("TERM", "x\u{1b}[0m", false),
            ("TERM", "", false),
            ("TZ", "Europe/Berlin", true),
            ("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", true),
            ("TZ", ":/etc/shadow", false),
            ("TZ", "/etc/shadow", false),
            ("TZ", "Europe/../../x", false),
            ("INVOCATION_ID", "0123456789abcdef0123456789abcdef", true),
            ("INVOCATION_ID", "1", false),
            ("JOURNAL_STREAM", "8:1234", true),
            ("JOURNAL_STREAM", "8:", false),
            ("NOTIFY_SOCKET", "/run/systemd/notify", true),
            ("NOTIFY_SOCKET", "@abstract", true),
            ("NOTIFY_SOCKET", "notify", false),
        ] {
            assert_eq!(
                gets(&Fake::rootless(), &[(name, value)], name).is_some(),
                kept,
                "{name}={value}"
            );
        }
    }
}
