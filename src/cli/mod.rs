//! Our own subcommands and options: what was said.

mod command;
mod help;
pub mod topics;

pub use command::{MAN, SEAL, command, help};

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use crate::podman::args::{self, Given, RunArgs};
use crate::podman::flags::{Flag, Kind, Scope, Treatment};
use crate::policy::allow::Allow;
use crate::policy::engine::Level;
use crate::problem::Problem;

const fn own(long: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Flag {
    Flag::new(long, kind, Treatment::Own, Scope::Own, value, help)
}

const ALLOW: Flag = own(
    "allow",
    Kind::Array,
    "RULE=REASON",
    "override one rule, with the reason; may be given again",
);
const FORMAT: Flag = own(
    "format",
    Kind::Text,
    "FORMAT",
    "form of --explain and refusals: human or json",
);
const LEVEL: Flag = own(
    "level",
    Kind::Text,
    "LEVEL",
    "how strict: baseline or restricted; may only raise what the site says",
);
const PROFILE: Flag = own(
    "profile",
    Kind::Text,
    "NAME|FILE",
    "the profile; without it the one that names the image, else default",
);

/// The options of `run` and `create` that are not podman's. They stand anywhere before IMAGE.
pub static RUN_OPTIONS: &[Flag] = &[
    ALLOW,
    own(
        "dry-run",
        Kind::Bool,
        "",
        "print the podman command as one shell line and stop",
    ),
    own(
        "explain",
        Kind::Bool,
        "",
        "print every setting with who asked for it and why, and stop",
    ),
    FORMAT,
    LEVEL,
    PROFILE,
];

/// The options of `check`.
pub static CHECK_OPTIONS: &[Flag] = &[
    ALLOW,
    own(
        "commands",
        Kind::Text,
        "FILE",
        "judge a file of shell command lines, one a row; - is standard input",
    ),
    own(
        "fail-on",
        Kind::Text,
        "SEVERITY",
        "exit with 1 from this severity on: info, low, medium, high or critical",
    ),
    own(
        "format",
        Kind::Text,
        "FORMAT",
        "form of the findings: human, json or sarif",
    ),
    LEVEL,
    PROFILE,
];

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, `check` only.
    Sarif,
}

/// What `run` and `create` do with the command they made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Become it.
    #[default]
    Run,
    /// Print it.
    DryRun,
    /// Print where each part of it comes from.
    Explain,
}

/// What was said to `run`, `create` or `check`.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// `--profile`
    pub profile: Option<String>,
    /// `--allow`
    pub allow: Vec<Allow>,
    /// `--level`
    pub level: Level,
    /// `--dry-run`, `--explain`
    pub output: Output,
    /// `--format`
    pub format: Format,
    /// `--quiet`, which is podman's too
    pub quiet: bool,
    /// `--help`
    pub help: bool,
    /// Options of `options` that are none of these, for the caller.
    pub others: Vec<Given>,
    /// podman's flags, the image and its arguments.
    pub args: RunArgs,
}

impl RunOptions {
    /// Parses what follows the subcommand; `options` are the rows of its own options.
    ///
    /// # Errors
    /// What [`args::parse`] refuses, and a value of an own option that means nothing.
    pub fn parse(
        words: &[OsString],
        options: &'static [Flag],
        base: &Arc<Path>,
    ) -> Result<Self, Problem> {
        let RunArgs {
            given,
            image,
            command,
        } = args::parse(words, options, base)?;
        let (own, given): (Vec<_>, Vec<_>) = given
            .into_iter()
            .partition(|given| given.flag.treatment == Treatment::Own);
        let mut said = Self {
            profile: None,
            allow: Vec::new(),
            level: Level::default(),
            output: Output::default(),
            format: Format::default(),
            quiet: given
                .iter()
                .rev()
                .find(|given| given.flag.long == "quiet")
                .is_some_and(is_on),
            help: given
                .iter()
                .any(|given| given.flag.treatment == Treatment::Help && is_on(given)),
            others: Vec::new(),
            args: RunArgs {
                given,
                image,
                command,
            },
        };
        for given in own {
            said.option(given)?;
        }
        Ok(said)
    }

    fn option(&mut self, given: Given) -> Result<(), Problem> {
        let value = given.value.as_str();
        let place = |error| Problem::from(error).at(&given.origin);
        match given.flag.long {
            "profile" => self.profile = Some(value.to_owned()),
            "allow" => self
                .allow
                .push(Allow::parse(value, &given.origin).map_err(place)?),
            "level" => self.level = value.parse().map_err(place)?,
            "dry-run" if is_on(&given) => self.output = Output::DryRun,
            "explain" if is_on(&given) => self.output = Output::Explain,
            "dry-run" | "explain" => {}
            "format" => {
                self.format = match value {
                    "human" => Format::Human,
                    "json" => Format::Json,
                    "sarif" => Format::Sarif,
                    other => {
                        return Err(Problem::new(format!("\"{other}\" is not a format"))
                            .at(&given.origin)
                            .instead("human, json, or with check sarif"));
                    }
                }
            }
            _ => self.others.push(given),
        }
        Ok(())
    }
}

fn is_on(given: &Given) -> bool {
    given.value == "true"
}
