//! Our subcommands for clap: help, completions, and the parsing of those that are not podman's.
//!
//! `run`, `create` and `check` stand here with every flag of the table, so that help and completions know them, but
//! clap never parses them: podman's grammar is not clap's, see [`crate::podman::args`].

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::{
    ArgAction, PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser, ValueHint,
};
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use super::help::{self, WIDTH};
use super::{CHECK_OPTIONS, PROFILE, RUN_OPTIONS, own};
use crate::podman::flags::{self, Flag, NeededBy, Topic};
use crate::rule_id::RuleId;
use crate::words::words;

words! {
    /// Our subcommands. Help, completions and the dispatch are made of them.
    pub(crate) enum Subcommand {
        /// `podman run`, hardened and judged.
        Run = "run",
        /// `podman create`, hardened and judged.
        Create = "create",
        /// Judges, starts nothing.
        Check = "check",
        /// The catalogue of rules.
        Rules = "rules",
        /// The library of profiles; see [`ProfileSubcommand`].
        Profile = "profile",
        /// The system call filter; see [`SeccompSubcommand`].
        Seccomp = "seccomp",
        /// Running containers against their promise.
        Verify = "verify",
        /// Scripts for shells.
        Completions = "completions",
        /// Writes the man pages; hidden.
        Man = "__man",
        /// Prints the JSON Schema of profiles; hidden.
        Schema = "__schema",
        /// What a runtime's hook calls; hidden.
        Seal = "seal",
    }
    /// What `profile` does.
    pub(crate) enum ProfileSubcommand {
        /// The profiles there are.
        List = "list",
        /// One of them.
        Show = "show",
        /// Where they are looked for.
        Path = "path",
        /// Can these be used?
        Check = "check",
    }
    /// What `seccomp` does.
    pub(crate) enum SeccompSubcommand {
        /// The filter that a container would get.
        Show = "show",
        /// Another filter against the floor.
        Diff = "diff",
    }
    /// How `seccomp show` prints a filter.
    pub(crate) enum FilterFormat {
        /// For people.
        Human = "human",
        /// The profile that podman gets, byte for byte.
        Json = "json",
        /// libseccomp's pseudo code.
        Pfc = "pfc",
    }
}

impl Subcommand {
    fn command(self) -> Command {
        match self {
            Self::Run => container(self, "Harden, judge, become podman run", RUN_OPTIONS),
            Self::Create => container(self, "Harden, judge, become podman create", RUN_OPTIONS),
            Self::Check => check(),
            Self::Rules => rules(),
            Self::Profile => profile(),
            Self::Seccomp => seccomp(),
            Self::Verify => verify(),
            Self::Completions => completions(),
            Self::Man => self
                .about("Write the man pages")
                .hide(true)
                .arg(file("dir", "DIR", "where to").value_hint(ValueHint::DirPath)),
            Self::Schema => self.about("Print the JSON Schema of profiles").hide(true),
            Self::Seal => self
                .about("Hold the runtime's config.json against the promise")
                .hide(true),
        }
    }

    fn about(self, about: &'static str) -> Command {
        Command::new(self.as_str()).about(about)
    }
}

impl ProfileSubcommand {
    fn command(self) -> Command {
        let command = Command::new(self.as_str());
        match self {
            Self::List => command
                .about("List the profiles, with where they are and what they are for")
                .arg(format()),
            Self::Show => command
                .about("Print a profile as it stands in its file")
                .arg(
                    Arg::new("name")
                        .value_name("NAME|FILE")
                        .help("the profile")
                        .value_hint(ValueHint::FilePath)
                        .required(true),
                ),
            Self::Path => command.about("Print the directories of the library, strongest first"),
            Self::Check => command
                .about("Check profiles: their form, their parents, and what the rules say")
                .arg(file("file", "FILE", "the profiles").num_args(1..)),
        }
    }
}

impl SeccompSubcommand {
    fn command(self) -> Command {
        let command = Command::new(self.as_str());
        let command = match self {
            Self::Show => command
                .about("Show the system call filter that a container would get here")
                .arg(
                    format()
                        .help("human, json (the profile that podman gets) or pfc (libseccomp's pseudo code)")
                        .value_parser(PossibleValuesParser::new(FilterFormat::WORDS)),
                ),
            Self::Diff => command
                .about("Hold a seccomp profile, or this host's default one, against the floor")
                .arg(file("file", "FILE", "a seccomp.json; without one the engines' default").required(false))
                .arg(format()),
        };
        let nesting = Arg::new(flags::NESTING.long)
            .long(flags::NESTING.long)
            .help("as a profile's nesting: true")
            .action(ArgAction::SetTrue);
        command
            .args(OF_A_CONTAINER.iter().map(|flag| argument(flag)))
            .arg(nesting)
    }
}

static PROFILE_OF_FILTER: Flag = own(
    PROFILE.long,
    PROFILE.kind,
    PROFILE.value,
    "the profile; without it default",
);

/// What of a run decides about its filter.
pub(crate) static OF_A_CONTAINER: [&Flag; 3] = [&PROFILE_OF_FILTER, &flags::ARCH, &flags::CAP_ADD];

/// What follows a subcommand that starts a container.
const WORDS: &str = "[OPTION...] [PODMAN FLAG...] IMAGE [ARGUMENT...]";

/// The whole program.
pub(crate) fn command() -> Command {
    Command::new("safe-podman")
        .bin_name("safe-podman")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A short YAML profile becomes a least-privilege podman run; what gives away the host is refused")
        .after_help("See safe-podman(1).")
        .term_width(WIDTH)
        .subcommand_required(true)
        .subcommands(Subcommand::ALL.iter().map(|subcommand| subcommand.command()))
}

/// Reads what follows one of the subcommands that are not podman's.
///
/// # Errors
/// It is understood otherwise: help was asked for, or a mistake was made.
pub(crate) fn matches(
    subcommand: Subcommand,
    words: &[OsString],
) -> Result<ArgMatches, clap::Error> {
    let line = ["safe-podman", subcommand.as_str()].map(OsString::from);
    let mut said = command().try_get_matches_from(line.iter().chain(words))?;
    Ok(said
        .remove_subcommand()
        .map(|(_, said)| said)
        .unwrap_or_default())
}

/// The help of a subcommand.
pub(crate) fn help(subcommand: Subcommand) -> String {
    let mut program = command();
    // Subcommands get the width and the program's name only now.
    program.build();
    let shown = program
        .find_subcommand(subcommand.as_str())
        .unwrap_or(&program);
    shown.clone().render_help().to_string()
}

/// A subcommand that takes podman's flags; `own` are its own.
fn container(subcommand: Subcommand, about: &'static str, own: &'static [Flag]) -> Command {
    let usage = format!("safe-podman {} {WORDS}", subcommand.as_str());
    let image = Arg::new("IMAGE").value_name("IMAGE").required(true);
    let rest = Arg::new("ARGUMENT")
        .value_name("ARGUMENT...")
        .num_args(..)
        .trailing_var_arg(true);
    subcommand
        .about(about)
        .override_help(help::help(about, &usage, own, "safe-podman-run(1)"))
        .override_usage(usage)
        // -h is the host name, as it is podman's.
        .disable_help_flag(true)
        .args(own.iter().chain(flags::all()).map(argument))
        .args([image, rest])
}

fn check() -> Command {
    let about = "Judge a command line, a profile or a file of commands";
    let usage = format!(
        "safe-podman check {WORDS}\n       \
         safe-podman check [OPTION...] --profile FILE...\n       \
         safe-podman check [OPTION...] --commands FILE",
    );
    let see = "safe-podman-check(1) and safe-podman-run(1)";
    container(Subcommand::Check, about, CHECK_OPTIONS)
        .override_help(help::help(about, &usage, CHECK_OPTIONS, see))
        .override_usage(usage)
}

/// A row of the table for help and completions.
fn argument(flag: &'static Flag) -> Arg {
    let arg = Arg::new(flag.long)
        .long(flag.long)
        .visible_aliases(flag.aliases)
        .help(flag.help);
    let arg = match flag.short {
        Some(letter) => arg.short(letter),
        None => arg,
    };
    if !flag.kind.takes_value() {
        return arg.action(ArgAction::SetTrue);
    }
    let arg = arg
        .action(ArgAction::Append)
        .value_name(flag.value)
        .value_hint(match flag.value {
            "FILE" | "NAME|FILE" => ValueHint::FilePath,
            "DIR" => ValueHint::DirPath,
            "USER" | "UID[:GID]" => ValueHint::Username,
            _ => ValueHint::Other,
        });
    if flag.topic != Topic::Own || flag.words.is_empty() {
        return arg;
    }
    arg.value_parser(PossibleValuesParser::new(flag.words))
        .hide_possible_values(true)
}

fn rules() -> Command {
    Subcommand::Rules
        .about("List the rules, or show one")
        .after_help("See safe-podman-rules(7).")
        .arg(format())
        .arg(
            Arg::new("rule")
                .value_name("RULE")
                .help("the rule to show")
                .value_parser(RuleName)
                .hide_possible_values(true),
        )
}

/// Any word: a mistyped rule is told its neighbour by the subcommand. Completions offer the ids.
#[derive(Clone)]
struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = RuleId::ALL.iter().map(|rule| rule.name());
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

fn profile() -> Command {
    let subcommands = ProfileSubcommand::ALL.iter();
    Subcommand::Profile
        .about("The profile library")
        .after_help("See safe-podman-profile(5).")
        .subcommand_required(true)
        .subcommands(subcommands.map(|subcommand| subcommand.command()))
}

fn seccomp() -> Command {
    let subcommands = SeccompSubcommand::ALL.iter();
    Subcommand::Seccomp
        .about("The system call filter")
        .after_help("See safe-podman-seccomp(1).")
        .subcommand_required(true)
        .subcommands(subcommands.map(|subcommand| subcommand.command()))
}

fn verify() -> Command {
    let container = Arg::new("container")
        .value_name("CONTAINER")
        .help("names or ids; without one every running container")
        .num_args(0..);
    let all = Arg::new("all")
        .long("all")
        .help("every running container")
        .action(ArgAction::SetTrue)
        .conflicts_with("container");
    let allow = Arg::new("allow")
        .long("allow")
        .value_name("RULE=REASON")
        .help("override a rule about the place of podman's store")
        .action(ArgAction::Append);
    let store = flags::all().filter(|flag| flag.needed_by == NeededBy::Store);
    Subcommand::Verify
        .about("Hold running containers against what was promised")
        .after_help(
            "podman's flags for the place of its store are taken too. See safe-podman-verify(1).",
        )
        .args([container, all, allow, format()])
        .args(store.map(|flag| argument(flag).hide(true)))
}

fn completions() -> Command {
    Subcommand::Completions
        .about("Print a completion script for a shell")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .help("the shell")
                .value_parser(value_parser!(Shell))
                .required(true),
        )
}

fn format() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .help("human or json")
        .value_parser(["human", "json"])
        .hide_possible_values(true)
        .default_value("human")
        .hide_default_value(true)
}

fn file(id: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(id)
        .value_name(value)
        .help(help)
        .value_hint(ValueHint::FilePath)
        .value_parser(value_parser!(PathBuf))
        .required(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_nothing_wrong() {
        command().debug_assert();
    }

    /// The word itself, not a part of a longer one.
    fn names(help: &str, flag: &str) -> bool {
        help.split(|c: char| c.is_whitespace() || ",[]=".contains(c))
            .any(|word| word == flag)
    }

    #[test]
    fn every_row_of_the_table_is_in_the_help() {
        for (verb, own) in [
            (Subcommand::Run, RUN_OPTIONS),
            (Subcommand::Create, RUN_OPTIONS),
            (Subcommand::Check, CHECK_OPTIONS),
        ] {
            let help = help(verb);
            let verb = verb.as_str();
            for flag in own.iter().chain(flags::all()) {
                for name in flag.names() {
                    assert!(names(&help, &format!("--{name}")), "{verb}: --{name}");
                }
                if let Some(letter) = flag.short {
                    assert!(names(&help, &format!("-{letter}")), "{verb}: -{letter}");
                }
            }
        }
        assert!(!names(&help(Subcommand::Run), "--fail-on"));
    }

    #[test]
    fn our_own_options_come_first() {
        let text = help(Subcommand::Run);
        let own = text.find(Topic::Own.title()).unwrap();
        for title in Topic::OF_PODMAN.map(Topic::title) {
            assert!(own < text.find(title).unwrap(), "{title}");
        }
    }

    fn whole() -> String {
        command().render_help().to_string()
    }

    #[test]
    fn help_fits_a_terminal() {
        let all = Subcommand::ALL.iter().map(|subcommand| help(*subcommand));
        for text in all.chain([whole()]) {
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    #[test]
    fn help_names_what_is_for_people() {
        let help = whole();
        for subcommand in Subcommand::ALL {
            let is_hidden = matches!(
                subcommand,
                Subcommand::Man | Subcommand::Schema | Subcommand::Seal
            );
            let name = subcommand.as_str();
            assert_eq!(names(&help, name), !is_hidden, "{name}");
        }
    }
}
