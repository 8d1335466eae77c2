//! The command line of `podman run`: argv into [`RunArgs`], exactly as podman's own parser (Go's pflag and cobra) reads it.
//!
//! Clap is not used here: what has to hold is that podman and this program understand the same words in the same way,
//! down to `-v=/a:/b`, `--privileged false IMAGE` and a value flag that swallows `--`. The tests ask podman itself.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use super::flags::{self, Flag, Kind};
use super::value::{csv, number};
use crate::nearest::nearest;
use crate::origin::Origin;
use crate::problem::Problem;

/// One flag with one value, as a person or a profile gave it.
///
/// A list flag yields one `FlagValue` per element, so `--cap-add=chown,kill` is two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagValue {
    /// The row of the table.
    pub flag: &'static Flag,
    /// The value, normalised where its kind has more than one spelling: `true`/`false`, decimal numbers.
    pub value: String,
    /// Where it was given.
    pub origin: Origin,
    /// The directory that a relative path in the value starts from.
    pub base: Arc<Path>,
}

impl FlagValue {
    /// Reads a value as the flag's kind demands: none, one or (for a list) several.
    ///
    /// # Errors
    /// When podman would not take the value, or when its releases read it differently.
    pub fn read(
        flag: &'static Flag,
        value: &str,
        origin: &Origin,
        base: &Arc<Path>,
    ) -> Result<Vec<Self>, Problem> {
        let name = flag.long;
        if let Some(bad) = value.chars().find(|c| matches!(c, '\0' | '\n' | '\r')) {
            return Err(Problem::new(format!(
                "the value of --{name} holds a {}",
                control_name(bad)
            ))
            .at(origin)
            .instead(if flag == &flags::ENV {
                "export the variable and pass its name alone: -e NAME"
            } else {
                "give the flag once per value, on one line"
            }));
        }
        let values = split(flag.kind, value)
            .map_err(|problem| Problem::new(format!("{}: {problem}", flag.said())).at(origin))?;
        Ok(values
            .into_iter()
            .map(|value| Self {
                flag,
                value,
                origin: origin.clone(),
                base: Arc::clone(base),
            })
            .collect())
    }

    /// The flag in the one form that podman is given: `--long=value`.
    pub fn argument(&self) -> OsString {
        format!("--{}={}", self.flag.long, self.value).into()
    }
}

fn control_name(c: char) -> &'static str {
    match c {
        '\0' => "NUL",
        '\r' => "carriage return",
        _ => "newline",
    }
}

fn split(kind: Kind, value: &str) -> Result<Vec<String>, Problem> {
    let one = |text: String| Ok(vec![text]);
    match kind {
        Kind::Text | Kind::Array => one(value.to_owned()),
        Kind::Bool => one(number::boolean(value)?.to_string()),
        Kind::Int => one(number::int(value)?.to_string()),
        Kind::Uint => one(number::uint(value)?.to_string()),
        Kind::Float => {
            number::float(value)?;
            one(value.to_owned())
        }
        Kind::UintSlice => value
            .split(',')
            .map(|part| Ok(number::uint_decimal(part)?.to_string()))
            .collect(),
        Kind::Slice => {
            let fields = csv::record(value)?;
            match fields.iter().find(|field| !csv::is_plain(field)) {
                Some(field) => Err(Problem::new(format!(
                    "\"{field}\" needs quotes to stand in a comma-separated list, and so could be read in more than one way"
                ))),
                None => Ok(fields),
            }
        }
        Kind::SliceBefore5 if csv::is_plain(value) => one(value.to_owned()),
        Kind::SliceBefore5 => Err(Problem::new(format!(
            "\"{value}\" is a list for podman 4 and one value for podman 5: give the flag once per value, without comma or quote"
        ))),
    }
}

/// What `podman run` would understand of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunArgs {
    /// The flags in the order they were given.
    pub given: Vec<FlagValue>,
    /// The first word that is no flag; `None` when there is none.
    pub image: Option<String>,
    /// The 1-based position of the image among the arguments; 0 when there is none.
    pub image_index: usize,
    /// All that follows the image.
    pub command: Vec<OsString>,
}

impl RunArgs {
    /// The command line in canonical form, `--` before the image.
    pub fn argv(&self) -> Vec<OsString> {
        let flags = self.given.iter().map(FlagValue::argument);
        let image = self
            .image
            .iter()
            .flat_map(|image| ["--".into(), image.into()]);
        flags
            .chain(image)
            .chain(self.command.iter().cloned())
            .collect()
    }
}

/// Parses what follows `run`. `own` holds the rows of safe-podman's own options, `base` the current directory.
///
/// # Errors
/// An unknown flag, a value that does not parse, a missing value, words that are not UTF-8 before the image.
pub fn parse(
    args: &[OsString],
    own: &'static [Flag],
    base: &Arc<Path>,
) -> Result<RunArgs, Problem> {
    Parser {
        args,
        next: 0,
        own,
        base,
        given: Vec::new(),
    }
    .run()
}

/// Flags that docker has and podman never had, with what takes their place.
const DOCKER_ONLY: &[(&str, &str)] = &[(
    "link",
    "podman network create NAME, and --network=NAME for both containers, which then find each other by name",
)];

fn argument(index: usize, text: &str) -> Origin {
    Origin::Argument {
        index,
        text: text.into(),
    }
}

fn utf8(word: &OsStr, index: usize) -> Result<&str, Problem> {
    word.to_str().ok_or_else(|| {
        Problem::new(format!("argument {index} is not UTF-8: \"{}\"", word.to_string_lossy()))
            .instead("podman's flags and image names are UTF-8; only the container's own arguments may be anything")
    })
}

struct Parser<'a> {
    args: &'a [OsString],
    next: usize,
    own: &'static [Flag],
    base: &'a Arc<Path>,
    given: Vec<FlagValue>,
}

impl Parser<'_> {
    fn run(mut self) -> Result<RunArgs, Problem> {
        while let Some(word) = self.args.get(self.next) {
            if !word.as_encoded_bytes().starts_with(b"-") || word == "-" {
                break;
            }
            self.next = self.next.saturating_add(1);
            if word == "--" {
                break;
            }
            let text = utf8(word, self.next)?;
            match text.strip_prefix("--") {
                Some(long) => self.long(long, text)?,
                None => self.cluster(text)?,
            }
        }
        let mut rest = self.args.iter().skip(self.next);
        let (image, image_index) = match rest.next() {
            Some(word) => {
                let index = self.next.saturating_add(1);
                (Some(utf8(word, index)?.to_owned()), index)
            }
            None => (None, 0),
        };
        Ok(RunArgs {
            given: self.given,
            image,
            image_index,
            command: rest.cloned().collect(),
        })
    }

    fn long(&mut self, word: &str, text: &str) -> Result<(), Problem> {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let index = self.next;
        if name.is_empty() || name.starts_with('-') {
            return Err(
                Problem::new(format!("\"{text}\" is not a flag")).at(&argument(index, text))
            );
        }
        let Some(flag) = self.find(|flag| flag.long == name || flag.aliases.contains(&name)) else {
            return Err(self.unknown(name, text));
        };
        self.push(flag, value, index, text)
    }

    fn cluster(&mut self, text: &str) -> Result<(), Problem> {
        let index = self.next;
        let mut letters = text.trim_start_matches('-');
        loop {
            if letters.starts_with("test.") {
                return Err(
                    Problem::new(format!("podman would silently ignore \"-{letters}\""))
                        .at(&argument(index, text))
                        .instead("leave it out"),
                );
            }
            let mut rest = letters.chars();
            let Some(letter) = rest.next() else {
                return Ok(());
            };
            let rest = rest.as_str();
            let Some(flag) = self.find(|flag| flag.short == Some(letter)) else {
                return Err(self.unknown_letter(letter, text));
            };
            if let Some(value) = rest.strip_prefix('=').filter(|value| !value.is_empty()) {
                return self.push(flag, Some(value.to_owned()), index, text);
            }
            if flag.kind.takes_value() {
                let value = Some(rest.to_owned()).filter(|rest| !rest.is_empty());
                return self.push(flag, value, index, text);
            }
            self.push(flag, None, index, text)?;
            letters = rest;
        }
    }

    fn push(
        &mut self,
        flag: &'static Flag,
        value: Option<String>,
        index: usize,
        text: &str,
    ) -> Result<(), Problem> {
        let (value, text) = match value {
            Some(value) => (value, text.to_owned()),
            None if !flag.kind.takes_value() => ("true".to_owned(), text.to_owned()),
            None => {
                let Some(word) = self.args.get(self.next) else {
                    return Err(Problem::new(format!("--{} needs a value", flag.long))
                        .at(&argument(index, text))
                        .instead(format!("--{}={}", flag.long, flag.value)));
                };
                self.next = self.next.saturating_add(1);
                let value = utf8(word, self.next)?;
                (value.to_owned(), format!("{text} {value}"))
            }
        };
        let origin = argument(index, &text);
        self.given
            .extend(FlagValue::read(flag, &value, &origin, self.base)?);
        Ok(())
    }

    fn find(&self, is_it: impl Fn(&&'static Flag) -> bool) -> Option<&'static Flag> {
        self.own.iter().chain(flags::all()).find(is_it)
    }

    fn unknown(&self, name: &str, text: &str) -> Problem {
        let names = self.own.iter().chain(flags::all()).flat_map(Flag::names);
        let problem =
            Problem::new(format!("unknown flag \"--{name}\"")).at(&argument(self.next, text));
        match (
            DOCKER_ONLY.iter().find(|(flag, _)| *flag == name),
            nearest(name, names),
        ) {
            (Some((_, instead)), _) => problem.instead(*instead),
            (None, Some(name)) => problem.instead(format!("--{name}")),
            (None, None) => problem.instead("see safe-podman-run(1) for the flags there are"),
        }
    }

    fn unknown_letter(&self, letter: char, text: &str) -> Problem {
        let problem = Problem::new(format!("unknown flag \"-{letter}\" in \"{text}\""))
            .at(&argument(self.next, text));
        let word = text.trim_start_matches('-');
        let word = word.split_once('=').map_or(word, |(name, _)| name);
        match self.find(|flag| flag.long == word) {
            Some(flag) => problem.instead(format!("--{}", flag.long)),
            None => problem.instead("see safe-podman-run(1) for the flags there are"),
        }
    }
}

#[cfg(test)]
mod tests;
