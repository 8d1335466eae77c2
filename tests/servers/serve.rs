//! One row, one way: a server is started, asked, given something to keep, stopped, started and restarted.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::engine::Engine;
use crate::process::{Said, said};
use crate::rows::{Before, Job, Row};

/// A second of this machine is many of an emulated one's.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who runs the container.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Way {
    Plain,
    Ours,
}

/// What a row did: what it said at its start, and what went wrong first.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) said: String,
    pub(crate) failed: Option<String>,
}

/// A directory of a person's, and what is in the store under the row's names.
pub(crate) struct Place<'a> {
    engine: &'a Engine,
    row: &'a Row,
    dir: PathBuf,
}

impl<'a> Place<'a> {
    pub(crate) fn new(engine: &'a Engine, row: &'a Row, way: Way) -> Self {
        let dir = engine.dir(&format!("{}-{way:?}", row.name));
        let place = Self { engine, row, dir };
        place.type_in(row.prepare);
        place
    }

    /// A line that the row's person types in that directory.
    pub(crate) fn type_in(&self, line: &str) {
        let mut shell = self.engine.patient("sh");
        said(shell.args(["-euc", line]).current_dir(&self.dir), &[]).ok();
    }

    /// `run` as it is typed, with more flags.
    fn run(&self, way: Way, flags: &str, cure: &[&str]) -> Said {
        let mut run = match way {
            Way::Plain => {
                let mut podman = self.engine.patient("podman");
                podman.args(self.engine.store_flags()).arg("run");
                podman.args(Engine::plain_flags());
                podman
            }
            Way::Ours => self.engine.safe_command("run"),
        };
        match self.row.job {
            Job::Serves => run.args(["--detach", &format!("--name={}", self.row.name)]),
            Job::Ends(_) => run.arg("--rm"),
        };
        let profile = self.row.profile.filter(|_| way == Way::Ours);
        run.args(profile.map(|name| format!("--profile={name}")));
        run.args(typed(flags, cure))
            .arg(self.row.shape.image)
            .args(self.row.command);
        said(run.current_dir(&self.dir), &[])
    }

    /// The whole row with these flags, and with the words of a message.
    fn serve(&self, way: Way, flags: &str, cure: &[&str], also: &str) -> Outcome {
        let ran = self.run(way, flags, cure);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let failed = self.judge(&ran, also).err();
        Outcome { said, failed }
    }

    /// The row as it is typed, or with the words of its message.
    pub(crate) fn attempt(&self, way: Way, cure: &[&str]) -> Outcome {
        let before = match self.row.before {
            Before::Never => None,
            Before::Plain => Some((Way::Plain, self.row.flags)),
            Before::With(flags) => Some((way, flags)),
        };
        if let Some((way, flags)) = before {
            let filled = self.serve(way, flags, &[], ":");
            if let Some(why) = filled.failed {
                return Outcome {
                    failed: Some(format!("before: {why}")),
                    ..filled
                };
            }
            self.engine
                .podman(["rm", "--force", "--time=0", self.row.name]);
        }
        self.serve(way, self.row.flags, cure, self.row.also)
    }

    fn judge(&self, ran: &Said, also: &str) -> Result<(), String> {
        if ran.code != 0 {
            let refused = ran.stderr.lines().find(|line| line.contains("refused"));
            let why = refused.unwrap_or_else(|| last_line(&ran.stderr));
            return Err(format!("run: {why}"));
        }
        if let Job::Ends(check) = self.row.job {
            return self.on_host(check);
        }
        self.wait("start")?;
        self.exec("write", &format!("write && {also}"))?;
        for verbs in [&["stop", "start"][..], &["restart"]] {
            for verb in verbs {
                self.verb(verb)?;
            }
            let after = verbs.join(" and ");
            self.wait(&after)?;
            self.exec(&format!("data after {after}"), "kept")?;
        }
        Ok(())
    }

    /// `podman VERB` of the row's container.
    fn verb(&self, verb: &str) -> Result<(), String> {
        let mut done = self.engine.podman([verb, self.row.name]);
        // pasta holds a container's ports for a moment longer than it runs, and podman restart does not wait for it.
        if done.stderr.contains("Address already in use") {
            std::thread::sleep(Duration::from_secs(3));
            done = self.engine.podman(["start", self.row.name]);
        }
        if done.code == 0 {
            Ok(())
        } else {
            Err(format!("{verb}: {}", last_line(&done.stderr)))
        }
    }

    /// Something that has to be true of the person's files.
    fn on_host(&self, check: &str) -> Result<(), String> {
        let mut shell = self.engine.patient("sh");
        let done = said(shell.args(["-euxc", check]).current_dir(&self.dir), &[]);
        if done.code == 0 {
            Ok(())
        } else {
            Err(format!("files: {}", last_line(&done.stderr)))
        }
    }

    fn exec(&self, phase: &str, function: &str) -> Result<(), String> {
        let script = self.row.shape.calling(function);
        let done = self
            .engine
            .podman(["exec", self.row.name, "bash", "-c", &script]);
        if done.code == 0 {
            return Ok(());
        }
        let logs = self.engine.podman(["logs", "--tail=2", self.row.name]);
        let (logs, error) = (
            format!("{}{}", logs.stdout, logs.stderr),
            last_line(&done.stderr),
        );
        Err(format!(
            "{phase}: {error}; its log: {}",
            logs.trim().replace('\n', " / ")
        ))
    }

    /// Until the server answers, or has ended.
    fn wait(&self, phase: &str) -> Result<(), String> {
        let begin = Instant::now();
        loop {
            let served = self.exec(phase, "serves");
            let state =
                self.engine
                    .podman(["inspect", "--format={{.State.Running}}", self.row.name]);
            if served.is_ok() || state.stdout.trim() != "true" || begin.elapsed() > PATIENCE {
                return served;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// Whose the row's files are on this host.
    pub(crate) fn owners(&self) -> &'static str {
        let mut stat = self.engine.command("sh");
        let theirs = "[ -z \"$(ls -A .)\" ] && echo none || find . ! -user \"$(id -un)\"";
        let found = said(stat.args(["-c", theirs]).current_dir(&self.dir), &[]);
        match (found.stdout.trim(), found.stderr.trim()) {
            ("", "") => "yours",
            ("none", "") => "-",
            _ => "others'",
        }
    }

    /// The words of a message, with the directory that they name.
    pub(crate) fn words(&self, words: &str) -> String {
        words.replace("DIR", &self.dir.display().to_string())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.engine
            .podman(["rm", "--force", "--volumes", "--time=0", self.row.name]);
        for volume in self.row.flags.split_whitespace().filter_map(volume) {
            self.engine.podman(["volume", "rm", "--force", volume]);
        }
        // Other ids of the person's have files there, which they remove in a user namespace.
        if std::fs::remove_dir_all(&self.dir).is_err() {
            let mut rm = self.engine.patient("podman");
            rm.args(self.engine.store_flags())
                .args(["unshare", "rm", "-rf"]);
            said(rm.arg(&self.dir), &[]);
        }
    }
}

/// The name of the volume that a value of `--volume` names.
fn volume(value: &str) -> Option<&str> {
    let (name, rest) = value.split_once(':')?;
    (rest.starts_with('/') && Path::new(name).components().count() == 1 && !name.starts_with('.'))
        .then_some(name)
}

/// The row's flags with the words of a message: a mount at the same place is another spelling of the row's, the rest is more.
fn typed<'a>(flags: &'a str, cure: &[&'a str]) -> Vec<&'a str> {
    let place = |value: &'a str| {
        value
            .split(':')
            .nth(1)
            .filter(|place| place.starts_with('/'))
    };
    let mut typed = flags.split_whitespace().collect::<Vec<_>>();
    for words in cure {
        match typed
            .iter_mut()
            .find(|flag| place(flag).is_some() && place(flag) == place(words))
        {
            Some(flag) => *flag = words,
            None if place(words).is_some() => typed.extend(["-v", words]),
            None => typed.push(words),
        }
    }
    typed
}

fn last_line(text: &str) -> &str {
    text.trim().lines().last().unwrap_or_default()
}
