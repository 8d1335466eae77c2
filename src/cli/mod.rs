//! Our own subcommands and options: what was said.

mod command;
mod help;

pub(crate) use command::{
    FilterFormat, OF_A_CONTAINER, ProfileSubcommand, SeccompSubcommand, Subcommand, command, help,
    matches,
};

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use crate::allow::Allow;
use crate::podman::args::{self, FlagValue, RunArgs};
use crate::podman::flags::{self, Flag, Kind, Treatment, flag};
use crate::policy::level::Level;
use crate::policy::rule::Severity;
use crate::problem::{Invalid, Problem};
use crate::words::words;

const fn own(long: &'static str, kind: Kind, value: &'static str, help: &'static str) -> Flag {
    flag(long, kind, Treatment::Own, value, help)
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
)
.or_word(Format::WORDS);
const LEVEL: Flag = own(
    "level",
    Kind::Text,
    "LEVEL",
    "how strict: baseline or restricted; may only raise what the site says",
)
.or_word(&["baseline", "restricted"]);
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
        "print the podman command as one shell line and stop; keeps the files that it names",
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
pub(crate) static CHECK_OPTIONS: &[Flag] = &[
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
    )
    .or_word(&["info", "low", "medium", "high", "critical"]),
    own(
        "format",
        Kind::Text,
        "FORMAT",
        "form of the findings: human, json or sarif",
    )
    .or_word(CheckFormat::WORDS),
    LEVEL,
    own(
        "profile",
        Kind::Array,
        "NAME|FILE",
        "without an image: a profile to check, may be given again; else the profile of the run",
    ),
];

words! {
    /// The options of `run` and `create`; each has a row in [`RUN_OPTIONS`].
    pub(crate) enum RunOption {
        /// An override.
        Allow = "allow",
        /// Print the command.
        DryRun = "dry-run",
        /// Print where each part of the command comes from.
        Explain = "explain",
        /// How refusals and explanations are printed.
        Format = "format",
        /// How strictly the rules are applied.
        Level = "level",
        /// The profile.
        Profile = "profile",
    }
    /// The options of `check`; each has a row in [`CHECK_OPTIONS`].
    pub(crate) enum CheckOption {
        /// An override.
        Allow = "allow",
        /// A file of commands to look at.
        Commands = "commands",
        /// From here on any finding counts.
        FailOn = "fail-on",
        /// How findings are printed.
        Format = "format",
        /// How strictly the rules are applied.
        Level = "level",
        /// The profile of the run, or one to look at.
        Profile = "profile",
    }
    /// How something is printed.
    pub enum Format {
        /// For people.
        Human = "human",
        /// One JSON document.
        Json = "json",
    }
    /// How the findings of `check` are printed.
    pub(crate) enum CheckFormat {
        /// For people.
        Human = "human",
        /// One JSON document.
        Json = "json",
        /// SARIF 2.1.0.
        Sarif = "sarif",
    }
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
        let (mut said, own) = Self::split(words, options, base)?;
        for given in &own {
            said.set(given)?;
        }
        Ok(said)
    }

    /// What podman's flags say, and the own options apart.
    fn split(
        words: &[OsString],
        options: &'static [Flag],
        base: &Arc<Path>,
    ) -> Result<(Self, Vec<FlagValue>), Problem> {
        let RunArgs {
            given,
            image,
            image_index,
            command,
        } = args::parse(words, options, base)?;
        let (own, given): (Vec<_>, Vec<_>) = given
            .into_iter()
            .partition(|given| given.flag.treatment == Treatment::Own);
        let said = Self {
            profile: None,
            allow: Vec::new(),
            level: Level::default(),
            output: Output::default(),
            format: Format::Human,
            quiet: given
                .iter()
                .rev()
                .find(|given| given.flag == &flags::QUIET)
                .is_some_and(is_on),
            help: given
                .iter()
                .any(|given| given.flag.treatment == Treatment::Help && is_on(given)),
            args: RunArgs {
                given,
                image,
                image_index,
                command,
            },
        };
        Ok((said, own))
    }

    fn set(&mut self, given: &FlagValue) -> Result<(), Problem> {
        match RunOption::from_word(given.flag.long).ok_or_else(|| no_effect(given))? {
            RunOption::Allow => self.allow(given)?,
            RunOption::DryRun if is_on(given) => self.output = Output::DryRun,
            RunOption::Explain if is_on(given) => self.output = Output::Explain,
            RunOption::DryRun | RunOption::Explain => {}
            RunOption::Format => self.format = format(given, Format::from_word)?,
            RunOption::Level => self.raise(given)?,
            RunOption::Profile => match &self.profile {
                None => self.profile = Some(given.value.clone()),
                Some(first) => return Err(two_profiles(first, given)),
            },
        }
        Ok(())
    }

    fn allow(&mut self, given: &FlagValue) -> Result<(), Problem> {
        let allow = Allow::parse(&given.value, &given.origin);
        self.allow
            .push(allow.map_err(|problem| problem.at(&given.origin))?);
        Ok(())
    }

    /// The level may only be raised: an alias that says restricted is not undone by a later word.
    fn raise(&mut self, given: &FlagValue) -> Result<(), Problem> {
        let place = |error: Invalid| Problem::from(error).at(&given.origin);
        self.level = self.level.max(given.value.parse().map_err(place)?);
        Ok(())
    }
}

/// The last of two would drop what the first one denies.
fn two_profiles(first: &str, given: &FlagValue) -> Problem {
    let what = format!("two profiles: \"{first}\" and \"{}\"", given.value);
    Problem::new(what)
        .at(&given.origin)
        .instead(format!("give one, which may say extends: {first}"))
}

/// An own option in a table that does not know it: a hole in this program.
fn no_effect(given: &FlagValue) -> Problem {
    Problem::new(format!("--{} has no effect here", given.flag.long)).at(&given.origin)
}

fn format<T>(given: &FlagValue, read: fn(&str) -> Option<T>) -> Result<T, Problem> {
    read(&given.value).ok_or_else(|| {
        Problem::new(format!("\"{}\" is not a format", given.value))
            .at(&given.origin)
            .instead("human, json, or with check sarif")
    })
}

/// What `check` is to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The command line.
    CommandLine,
    /// These profiles.
    Profiles(Vec<String>),
    /// The rows of this file; `-` is standard input.
    Commands(String),
}

/// What was said to `check`.
#[derive(Clone, Debug)]
pub(crate) struct CheckOptions {
    /// What `run` would have understood.
    pub run: RunOptions,
    /// `--format`
    pub format: CheckFormat,
    /// What to look at.
    pub target: Target,
    /// From here on any finding counts.
    pub fail_on: Severity,
}

impl CheckOptions {
    /// Parses what follows `check`.
    ///
    /// A profile's file may follow another one without `--profile`, as a shell's `*.yaml` makes it.
    ///
    /// # Errors
    /// Those of [`RunOptions::parse`]; nothing to look at, or two things at once.
    pub(crate) fn parse(words: &[OsString], base: &Arc<Path>) -> Result<Self, Problem> {
        let (mut run, own) = RunOptions::split(words, CHECK_OPTIONS, base)?;
        let mut profiles = Vec::new();
        let mut commands = None;
        let mut fail_on = Severity::High;
        let mut form = CheckFormat::Human;
        for given in own {
            match CheckOption::from_word(given.flag.long).ok_or_else(|| no_effect(&given))? {
                CheckOption::Allow => run.allow(&given)?,
                CheckOption::Commands => commands = Some(given.value),
                CheckOption::FailOn => fail_on = severity(&given)?,
                CheckOption::Format => form = format(&given, CheckFormat::from_word)?,
                CheckOption::Level => run.raise(&given)?,
                CheckOption::Profile => profiles.push(given.value),
            }
        }
        if !profiles.is_empty() && run.args.given.is_empty() {
            let all = run.args.image.iter().map(String::as_str);
            let all: Option<Vec<&str>> = all
                .map(Some)
                .chain(run.args.command.iter().map(|word| word.to_str()))
                .collect();
            let files = all.filter(|all| all.iter().all(|word| is_profile_file(word)));
            if let Some(files) = files {
                profiles.extend(files.into_iter().map(str::to_owned));
                run.args.image = None;
                run.args.command.clear();
            }
        }
        let target = match (commands, &run.args.image) {
            (Some(file), None) => Target::Commands(file),
            (None, Some(_)) => Target::CommandLine,
            (None, None) if run.help => Target::CommandLine,
            (None, None) if !profiles.is_empty() => Target::Profiles(std::mem::take(&mut profiles)),
            (Some(_), Some(image)) => {
                return Err(Problem::new(format!(
                    "--commands and the image \"{image}\" are two things to check"
                ))
                .instead("check them one after the other"));
            }
            (None, None) => {
                return Err(Problem::new("there is nothing to check").instead(
                    "safe-podman check [FLAGS] IMAGE, check --profile FILE… or check --commands FILE",
                ));
            }
        };
        match profiles.as_slice() {
            [] => {}
            [one] => run.profile = Some(one.clone()),
            [..] => {
                return Err(Problem::new("a command line is checked with one profile")
                    .instead("leave the image out to check the profiles, or give one"));
            }
        }
        Ok(Self {
            run,
            format: form,
            target,
            fail_on,
        })
    }
}

fn severity(given: &FlagValue) -> Result<Severity, Problem> {
    let named = |severity: &Severity| severity.name() == given.value;
    Severity::ALL.into_iter().find(named).ok_or_else(|| {
        Problem::new(format!("\"{}\" is not a severity", given.value))
            .at(&given.origin)
            .instead("info, low, medium, high or critical")
    })
}

fn is_profile_file(word: &str) -> bool {
    let ending = Path::new(word).extension();
    ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
}

fn is_on(given: &FlagValue) -> bool {
    given.value == "true"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str]) -> Result<CheckOptions, Problem> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        CheckOptions::parse(&words, &Path::new("/").into())
    }

    #[test]
    fn check_knows_what_it_looks_at() {
        let target = |words: &[&str]| check(words).unwrap().target;
        assert_eq!(target(&["--rm", "img"]), Target::CommandLine);
        assert_eq!(target(&["--commands", "-"]), Target::Commands("-".into()));
        let both = Target::Profiles(vec!["a.yaml".into(), "b.yaml".into()]);
        assert_eq!(target(&["--profile=a.yaml", "--profile", "b.yaml"]), both);
        assert_eq!(target(&["--profile", "a.yaml", "b.yaml"]), both);
        let said = check(&["--profile", "web", "img"]).unwrap();
        assert_eq!(
            (said.target, said.run.profile.as_deref()),
            (Target::CommandLine, Some("web"))
        );
        let said = check(&["--profile", "web", "--commands", "x"]).unwrap();
        assert_eq!(said.run.profile.as_deref(), Some("web"));
    }

    #[test]
    fn check_refuses_what_it_cannot_mean() {
        for words in [
            &[][..],
            &["--commands", "x", "img"],
            &["--profile", "a", "--profile", "b", "img"],
            &["--fail-on", "High", "img"],
            &["--dry-run", "img"],
            &["--format", "xml", "img"],
            &["--level", "none", "img"],
        ] {
            assert!(check(words).is_err(), "{words:?}");
        }
        assert_eq!(
            check(&["--fail-on=low", "img"]).unwrap().fail_on,
            Severity::Low
        );
        assert_eq!(check(&["img"]).unwrap().fail_on, Severity::High);
    }

    #[test]
    fn every_option_is_a_row() {
        let names = |rows: &[Flag]| rows.iter().map(|row| row.long).collect::<Vec<_>>();
        assert_eq!(names(RUN_OPTIONS), RunOption::WORDS);
        assert_eq!(names(CHECK_OPTIONS), CheckOption::WORDS);
    }

    #[test]
    fn sarif_is_for_check() {
        let words = ["--format=sarif", "img"].map(OsString::from);
        let base = Path::new("/").into();
        assert!(RunOptions::parse(&words, RUN_OPTIONS, &base).is_err());
        let said = CheckOptions::parse(&words, &base).unwrap();
        assert_eq!(said.format, CheckFormat::Sarif);
    }

    #[test]
    fn the_last_of_two_profiles_does_not_win() {
        let words = ["--profile=web", "--profile", "job", "img"].map(OsString::from);
        let problem = RunOptions::parse(&words, RUN_OPTIONS, &Path::new("/").into()).unwrap_err();
        assert_eq!(problem.what, "two profiles: \"web\" and \"job\"");
        assert_eq!(
            problem.origin.unwrap().to_string(),
            "command line, argument 2: --profile job"
        );
    }
}
