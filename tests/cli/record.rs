//! What the stand-in wrote down.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use crate::stand_in::PLACES;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The process that was safe-podman at first.
    pub(crate) pid: u32,
    /// The processor time it took, with that of the shell in front and of podman.
    pub(crate) used: Duration,
    /// The one `podman run` or `podman create`, if it came to that.
    pub(crate) podman: Option<Call>,
    /// Everything else podman was asked.
    pub(crate) queries: Vec<Call>,
    /// The exit code; 128 and the signal's number when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Recorded {
    /// Reads the directories that the stand-in left, one for each call.
    pub(crate) fn read(
        calls: &Path,
        stand_in: &Path,
        pid: u32,
        used: Duration,
        output: &Output,
    ) -> Self {
        let mut recorded = Self {
            pid,
            used,
            podman: None,
            queries: Vec::new(),
            code: output
                .status
                .code()
                .unwrap_or_else(|| 128 + output.status.signal().unwrap()),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        for entry in fs::read_dir(calls).unwrap() {
            let call = Call::read(&entry.unwrap().path(), stand_in);
            if call.starts_a_container() {
                assert!(recorded.podman.is_none(), "podman was started twice");
                recorded.podman = Some(call);
            } else {
                recorded.queries.push(call);
            }
        }
        recorded
    }

    /// The call, where podman must have been started.
    pub(crate) fn call(&self) -> &Call {
        self.podman
            .as_ref()
            .unwrap_or_else(|| panic!("podman was not started: {self:#?}"))
    }
}

/// One call of podman.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) pid: u32,
    /// The arguments, without the program's name.
    pub(crate) argv: Vec<OsString>,
    pub(crate) env: BTreeMap<OsString, OsString>,
    /// Open descriptors and what they are, e.g. `/dev/null` or `pipe:[1234]`.
    pub(crate) fds: BTreeMap<u32, String>,
    pub(crate) cwd: PathBuf,
    /// `/proc/PID/status`
    pub(crate) status: String,
    /// `/proc/PID/limits`
    pub(crate) limits: String,
}

impl Call {
    fn read(dir: &Path, stand_in: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
        let words = |name: &str| {
            let mut bytes = fs::read(dir.join(name)).unwrap();
            // Each word is closed by a NUL; without the last one there is no empty word at the end.
            bytes.pop();
            let split = bytes
                .split(|byte| *byte == 0)
                .map(|word| OsString::from_vec(word.to_vec()))
                .collect::<Vec<_>>();
            if bytes.is_empty() { Vec::new() } else { split }
        };
        let environment = words("environ").into_iter().map(|pair| {
            let bytes = pair.as_bytes();
            let equals = bytes.iter().position(|byte| *byte == b'=').unwrap();
            let (name, value) = bytes.split_at(equals);
            (
                OsString::from_vec(name.to_vec()),
                OsString::from_vec(value.iter().skip(1).copied().collect()),
            )
        });
        let fds = text("fds")
            .lines()
            .filter_map(|line| line.split_once(" -> "))
            .filter_map(|(left, target)| {
                Some((left.rsplit(' ').next()?.parse().ok()?, target.to_owned()))
            })
            // The shell's own, on the script it reads.
            .filter(|(_, target)| !is_script(target, stand_in))
            .collect();
        Self {
            pid: dir.file_name().unwrap().to_str().unwrap().parse().unwrap(),
            // The interpreter and the script's path stand where the program's name stood.
            argv: words("cmdline").into_iter().skip(2).map(steady).collect(),
            env: environment.collect(),
            fds,
            cwd: text("cwd").trim_end().into(),
            status: text("status"),
            limits: text("limits"),
        }
    }

    fn starts_a_container(&self) -> bool {
        let subcommand = self
            .argv
            .iter()
            .find(|word| !word.as_bytes().starts_with(b"-"));
        subcommand.is_some_and(|word| word == "run" || word == "create")
    }

    /// A line of `/proc/PID/status`, e.g. `SigIgn`.
    pub(crate) fn status(&self, key: &str) -> &str {
        let line = self
            .status
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {key}")).trim()
    }
}

fn is_script(target: &str, stand_in: &Path) -> bool {
    Path::new(target) == stand_in || PLACES.contains(&target)
}

/// The directory of our hook is named after the program's own path, which is a new one in each run of a test.
pub(crate) fn steady(word: OsString) -> OsString {
    let text = word.to_string_lossy();
    match text.rsplit_once("/safe-podman/hooks/") {
        Some((above, _)) => format!("{above}/safe-podman/hooks/PROGRAM").into(),
        None => word,
    }
}
