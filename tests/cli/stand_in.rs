//! A podman that starts nothing and writes down how it was called.
//!
//! safe-podman takes podman from fixed paths only, so the stand-in is mounted over them in a mount namespace of its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, thread};

use crate::enter::{install, namespace, read_all, time_used};
use crate::harness::Skip;
use crate::record::Recorded;

/// Where a podman may be found.
pub(crate) const PLACES: &[&str] = &[
    "/usr/bin/podman",
    "/usr/local/bin/podman",
    "/bin/podman",
    "/usr/sbin/podman",
];

/// `@…@` is filled in, because the environment and the arguments are what is observed and carry nothing of ours.
const SCRIPT: &str = r#"#!/bin/sh
call=@DIR@/calls/$$
/bin/mkdir "$call"
for what in cmdline environ status limits; do /bin/cat /proc/$$/$what >"$call/$what"; done
# In a subshell, because a redirection of its own would be seen.
(/bin/ls -l /proc/$$/fd >"$call/fds")
/bin/readlink /proc/$$/cwd >"$call/cwd"
for word; do
    case $word in
    --version) echo "podman version @VERSION@"; exit 0 ;;
    -*) ;;
    run | create) exit @CODE@ ;;
    *)
        if [ -e "@DIR@/answers/$word" ]; then /bin/cat "@DIR@/answers/$word"; exit 0; fi
        echo "stand-in: no answer to: $*" >&2
        exit 125
        ;;
    esac
done
"#;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Whoever runs the tests.
    Invoker,
    /// The user nobody, so that root's tests can see what a user without privileges gets.
    Nobody,
}

/// What the program under test finds when it looks for podman, and how it is called itself.
pub(crate) struct StandIn {
    program: PathBuf,
    version: Option<String>,
    answers: BTreeMap<String, String>,
    code: u8,
    environment: Vec<(OsString, OsString)>,
    shell: String,
    stdin: Vec<u8>,
    files: Vec<(String, String)>,
    caller: Caller,
}

impl StandIn {
    /// podman 4.3.1 with an empty environment around safe-podman.
    pub(crate) fn new() -> Self {
        Self {
            program: env!("CARGO_BIN_EXE_safe-podman").into(),
            version: Some("4.3.1".into()),
            answers: BTreeMap::new(),
            code: 0,
            environment: Vec::new(),
            shell: String::new(),
            stdin: Vec::new(),
            files: Vec::new(),
            caller: Caller::Invoker,
        }
    }

    /// Another program in safe-podman's place.
    pub(crate) fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = path.into();
        self
    }

    /// The version podman gives for its own.
    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = Some(version.into());
        self
    }

    /// No podman is installed.
    pub(crate) fn missing(mut self) -> Self {
        self.version = None;
        self
    }

    /// What `podman SUBCOMMAND` prints, e.g. for `image` or `info`.
    pub(crate) fn answer(mut self, subcommand: &str, output: &str) -> Self {
        self.answers.insert(subcommand.into(), output.into());
        self
    }

    /// The exit code of `podman run` and `podman create`.
    pub(crate) fn exits(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// A variable of safe-podman's environment.
    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A line for the shell that becomes safe-podman, e.g. `exec 7</etc/hostname`, `ulimit -n 64`, `exec >&-`.
    pub(crate) fn shell(mut self, line: &str) -> Self {
        self.shell.push_str(line);
        self.shell.push('\n');
        self
    }

    /// Standard input, else empty.
    pub(crate) fn stdin(mut self, text: &[u8]) -> Self {
        self.stdin = text.into();
        self
    }

    /// A file in the directory that safe-podman starts in.
    pub(crate) fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.into(), text.into()));
        self
    }

    /// Who calls safe-podman.
    pub(crate) fn caller(mut self, caller: Caller) -> Self {
        self.caller = caller;
        self
    }

    /// Runs the program to its end.
    pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(
        self,
        args: I,
    ) -> Result<Recorded, Skip> {
        let places = PLACES
            .iter()
            .filter(|place| Path::new(place).exists())
            .collect::<Vec<_>>();
        if places.is_empty() {
            return Err(Skip::new(
                "podman is not installed, so there is no place to mount a stand-in on",
            ));
        }
        let enter = namespace(self.caller)?;

        let dir = tempfile::Builder::new()
            .prefix("sp-cli.")
            .tempdir_in("/var/tmp")
            .unwrap();
        let stand_in = self.lay_out(dir.path());
        let program = self.reachable_program(dir.path());
        let script = self.entering_script(&places);
        let [outer, inner] = &enter;
        let mut command = Command::new("/usr/bin/unshare");
        command
            .args(outer)
            .args(["/bin/bash", "-c", &script, "bash"])
            .arg(&stand_in)
            .args(inner);
        command.args(["/usr/bin/env", "-i"]);
        for (name, value) in &self.environment {
            let mut pair = name.clone();
            pair.push("=");
            pair.push(value);
            command.arg(pair);
        }
        command.arg(program).args(args);
        command
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());

        let mut child = command.spawn().unwrap();
        let pid = child.id();
        let mut pipe = child.stdin.take().unwrap();
        let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (used, output) = thread::scope(|scope| {
            scope.spawn(|| {
                // A program that does not read its input is no failure of ours.
                let _ = pipe.write_all(&self.stdin);
                drop(pipe);
            });
            let stdout = scope.spawn(move || read_all(&mut stdout));
            let stderr = scope.spawn(move || read_all(&mut stderr));
            let used = time_used(pid);
            let output = Output {
                status: child.wait().unwrap(),
                stdout: stdout.join().unwrap(),
                stderr: stderr.join().unwrap(),
            };
            (used, output)
        });
        let calls = dir.path().join("calls");
        Ok(Recorded::read(&calls, &stand_in, pid, used, &output))
    }

    /// Writes what the stand-in consists of, and gives its path.
    fn lay_out(&self, dir: &Path) -> PathBuf {
        let open = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        open(dir, 0o755);
        let (calls, answers, stand_in) =
            (dir.join("calls"), dir.join("answers"), dir.join("podman"));
        fs::create_dir(&calls).unwrap();
        open(&calls, 0o1777);
        fs::create_dir(&answers).unwrap();
        for (subcommand, output) in &self.answers {
            fs::write(answers.join(subcommand), output).unwrap();
        }
        for (name, text) in &self.files {
            fs::write(dir.join(name), text).unwrap();
        }
        let script = dir.join("script");
        fs::write(&script, self.stand_in_script(dir)).unwrap();
        install(&script, &stand_in);
        open(
            &stand_in,
            if self.version.is_some() { 0o755 } else { 0o644 },
        );
        stand_in
    }

    /// A copy of what we built, because nobody may not be allowed to enter the directory it was built in.
    fn reachable_program(&self, dir: &Path) -> PathBuf {
        if self.program.starts_with("/usr") || self.program.starts_with("/bin") {
            return self.program.clone();
        }
        let copy = dir.join("program");
        install(&self.program, &copy);
        copy
    }

    /// What runs inside the namespace: mount the stand-in, do what the test wants done, become the program.
    fn entering_script(&self, places: &[&&str]) -> String {
        // Root's cache is in /run, and what it knows is about the real podman.
        let mut script = String::from("set -e\nmount -t tmpfs tmpfs /run\n");
        for place in places {
            writeln!(script, "mount --bind \"$1\" {place}").unwrap();
        }
        // Descriptors that our own parents left open are none of the program's.
        script.push_str("shift\nfor fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -le 2 ] || eval \"exec $fd>&-\"; done\n");
        script.push_str(&self.shell);
        script.push_str("exec \"$@\"\n");
        script
    }

    fn stand_in_script(&self, dir: &Path) -> String {
        SCRIPT
            .replace("@DIR@", dir.to_str().unwrap())
            .replace("@VERSION@", self.version.as_deref().unwrap_or(""))
            .replace("@CODE@", &self.code.to_string())
    }
}

/// Calls safe-podman with the stand-in as it comes.
pub(crate) fn with_stand_in<I: IntoIterator<Item: AsRef<OsStr>>>(
    args: I,
) -> Result<Recorded, Skip> {
    StandIn::new().run(args)
}
