//! One row of the table: an attack, its twin, and what comes of them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use crate::engine::Engine;
use crate::harness::{Skip, Tested};
use crate::process::{Said, said};

/// A row by its function's name.
pub(crate) type Row = (&'static str, fn() -> Parts);

/// A table of rows, each under its function's name.
macro_rules! attacks {
    ($($name:ident),* $(,)?) => {
        pub(crate) const ATTACKS: &[crate::row::Row] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use attacks;

/// What an attack is made of.
pub(crate) struct Parts {
    /// What safe-podman says when it stops it: any of these, a rule's `[host-root]` or words of the seal. None where nothing
    /// is refused and the attack leads nowhere.
    pub(crate) by: &'static [&'static str],
    /// The attack, and whether it reached the host.
    pub(crate) attack: fn(&Try<'_>) -> Result<Seen, Skip>,
    /// A run of the same shape without the attack; it has to end with 0 under safe-podman.
    pub(crate) twin: fn(&Try<'_>) -> Result<Said, Skip>,
}

/// What came of an attack.
pub(crate) struct Seen {
    /// Was the host reached? Seen on the host, or told by the container with something that only the host has.
    pub(crate) reached: bool,
    /// What the program under attack said.
    pub(crate) said: Said,
}

/// Which program is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// podman.
    Plain,
    /// safe-podman.
    Safe,
}

/// One try of an attack, or of its twin.
pub(crate) struct Try<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) side: Side,
    /// The name of the container, and of the directory: nobody else's.
    id: String,
}

impl Try<'_> {
    /// A name for the container of this try; it is removed afterwards.
    pub(crate) fn container(&self) -> &str {
        &self.id
    }

    /// The directory of this try, which belongs to the account and is empty at first.
    pub(crate) fn dir(&self) -> PathBuf {
        self.engine.dir(&self.id)
    }

    /// `run --rm --network=none ARG…` of the program.
    pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(&self, args: I) -> Said {
        let mut command = self.command("run");
        said(command.args(["--rm", "--network=none"]).args(args), &[])
    }

    /// `run` or `create` of the program, to be given more arguments.
    pub(crate) fn command(&self, verb: &str) -> Command {
        match self.side {
            Side::Safe => self.engine.safe_command(verb),
            Side::Plain => {
                let mut command = self.engine.patient("podman");
                command.args(self.engine.store_flags()).arg(verb);
                command.args(Engine::plain_flags());
                command
            }
        }
    }

    /// Skips an attack that needs root's podman.
    pub(crate) fn rootful(&self) -> Tested {
        if self.engine.is_rootful() {
            Ok(())
        } else {
            Err(Skip::new("it needs root's podman"))
        }
    }
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        self.engine
            .podman(["rm", "--force", "--ignore", "--time=0", &self.id]);
    }
}

/// A row under its name.
pub(crate) struct Attack {
    name: String,
    parts: Parts,
}

impl Attack {
    pub(crate) fn new(name: String, parts: Parts) -> Self {
        Self { name, parts }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn prepare<'e>(&self, engine: &'e Engine, side: Side, what: &str) -> Try<'e> {
        let name = self.name.replace("::", "-").replace('_', "-");
        let id = format!("{name}-{what}");
        Try { engine, side, id }
    }

    /// Tries both programs, then the twin.
    pub(crate) fn judge(&self, kind: &str, engine: &Engine) -> Tested {
        let Parts { by, attack, twin } = &self.parts;
        let plain = attack(&self.prepare(engine, Side::Plain, "plain"))?;
        let ours = attack(&self.prepare(engine, Side::Safe, "ours"))?;
        let found = match by {
            [] => Some(&"nothing is refused"),
            by => by.iter().find(|by| ours.said.stderr.contains(**by)),
        };
        let word = |reached| if reached { "open" } else { "closed" };
        eprintln!(
            "attack: {kind}::{}\t{}\t{}\t{}",
            self.name,
            word(plain.reached),
            if ours.reached { "OPEN" } else { "stopped" },
            found.copied().unwrap_or("-")
        );
        let shown = &ours.said;
        assert!(!ours.reached, "safe-podman let it through: {shown:#?}");
        if plain.reached {
            assert!(found.is_some(), "stopped, but not by {by:?}: {shown:#?}");
        }
        let twin = twin(&self.prepare(engine, Side::Safe, "twin"))?;
        assert_eq!(twin.code, 0, "the honest twin does not run: {twin:#?}");
        Ok(())
    }
}
