//! A tree of YAML into a [`Profile`]: which keys there are and what shape their values have.
//!
//! Whether a value is one (is `225m` a size?) is not judged here but where the same value of the command line is.

use std::path::Path;
use std::sync::Arc;

use super::image::ImagePattern;
use super::key::{self, Means};
use crate::allow::{Allow, Date};
use crate::nearest::nearest;
use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags::{self, Flag, Shape};
use crate::problem::Problem;
use crate::yaml::{self, MapKey, Node, NodeKind, Place, SourceText, visible};

/// Where a profile was found, and so what its parents are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// A file that a person named.
    Named,
    /// A directory of the library.
    Library,
    /// In the program.
    BuiltIn,
}

/// One profile, without its parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name in the library, or its file's name without `.yaml`.
    pub name: String,
    /// What messages call it: the path, or `profile NAME (built in)`.
    pub file: Arc<str>,
    /// Its own line about itself.
    pub description: Option<String>,
    /// The profile it is layered upon, a name or a path beside it.
    pub extends: Option<(String, Origin)>,
    /// The images it is chosen for. They are not handed down to those who extend it.
    pub images: Vec<ImagePattern>,
    /// Its settings in the order of the file; [`flags::SECCOMP`] and [`flags::NESTING`] among them.
    pub given: Vec<FlagValue>,
    /// Its overrides.
    pub allow: Vec<Allow>,
    /// The directory that its relative paths start from; absolute.
    pub base: Arc<Path>,
    /// Where it was found.
    pub home: Home,
    source: Arc<SourceText>,
}

impl Profile {
    /// Reads the text of a profile; `base` is the directory it stands in.
    ///
    /// # Errors
    /// What [`yaml`] refuses, an unknown key, a value of the wrong shape; with line, column and a caret.
    pub fn parse(
        name: &str,
        source: SourceText,
        base: &Arc<Path>,
        home: Home,
    ) -> Result<Self, Problem> {
        let root = yaml::parse(&source)?;
        let source = Arc::new(source);
        let reader = ProfileReader {
            source: &source,
            base,
        };
        let mut profile = Self {
            name: name.to_owned(),
            file: Arc::clone(source.file()),
            description: None,
            extends: None,
            images: Vec::new(),
            given: Vec::new(),
            allow: Vec::new(),
            base: Arc::clone(base),
            home,
            source: Arc::clone(&source),
        };
        for (key, node) in reader.map("a profile", &root)? {
            reader.entry(&mut profile, key, node)?;
        }
        Ok(profile)
    }

    /// The line of a value of this profile, with a caret; `None` for the value of another.
    pub fn cite(&self, origin: &Origin) -> Option<String> {
        match origin {
            Origin::Profile { file, line, column } if *file == self.file => {
                Some(self.source.cite(Place {
                    line: *line,
                    column: *column,
                }))
            }
            _ => None,
        }
    }
}

struct ProfileReader<'a> {
    source: &'a SourceText,
    base: &'a Arc<Path>,
}

impl ProfileReader<'_> {
    fn entry(&self, profile: &mut Profile, key: &MapKey, node: &Node) -> Result<(), Problem> {
        let name = key.text.as_str();
        match key::find(name).map_err(|meant| self.unknown(key, meant))? {
            Means::Extends => {
                let text = self.line(name, node)?.to_owned();
                profile.extends = Some((text, self.source.origin(node.place)));
            }
            Means::Description => profile.description = Some(self.line(name, node)?.to_owned()),
            Means::Images => {
                for item in self.list(name, node)? {
                    let pattern = self.text(name, item)?.parse();
                    let place = item.place;
                    profile
                        .images
                        .push(pattern.map_err(|error| self.hold(place, error))?);
                }
            }
            Means::Allow => {
                for item in self.list(name, node)? {
                    profile.allow.push(self.allow(item)?);
                }
            }
            Means::Seccomp => {
                let text = self.seccomp(node)?;
                self.give(&mut profile.given, &flags::SECCOMP, &text, node.place)?;
            }
            Means::Nesting => {
                let text = self.text(name, node)?;
                self.give(&mut profile.given, &flags::NESTING, text, node.place)?;
            }
            Means::Flag(flag) => self.flag(&mut profile.given, name, flag, node)?,
        }
        Ok(())
    }

    fn flag(
        &self,
        given: &mut Vec<FlagValue>,
        name: &str,
        flag: &'static Flag,
        node: &Node,
    ) -> Result<(), Problem> {
        match (flag.shape, &node.kind) {
            (Shape::One, _) | (Shape::OneOrList, NodeKind::Scalar(..)) => {
                self.give(given, flag, self.text(name, node)?, node.place)
            }
            (Shape::Pairs, NodeKind::Map(entries)) => {
                entries.iter().try_for_each(|(key, value)| {
                    if key.text.contains('=') {
                        let what = format!("\"{}\" is a name with \"=\"", visible(&key.text));
                        return Err(self.source.problem(key.place, what).instead("NAME: value"));
                    }
                    let text = format!("{}={}", key.text, self.text(name, value)?);
                    self.give(given, flag, &text, value.place)
                })
            }
            (Shape::List | Shape::OneOrList | Shape::Pairs, _) => self
                .list(name, node)?
                .iter()
                .try_for_each(|item| self.give(given, flag, self.text(name, item)?, item.place)),
        }
    }

    fn give(
        &self,
        given: &mut Vec<FlagValue>,
        flag: &'static Flag,
        text: &str,
        place: Place,
    ) -> Result<(), Problem> {
        let values = FlagValue::read(flag, text, &self.source.origin(place), self.base);
        given.extend(values.map_err(|problem| self.hold(place, problem))?);
        Ok(())
    }

    fn seccomp(&self, node: &Node) -> Result<String, Problem> {
        let wrong = |place, what: String| {
            let instead =
                "seccomp: default, engine, a path, {deny: [ptrace]} or {allow: [read, write]}";
            self.source.problem(place, what).instead(instead)
        };
        let entries = match &node.kind {
            NodeKind::Map(entries) => entries,
            NodeKind::Scalar(text, _) if !text.is_empty() && !text.contains(':') => {
                return Ok(text.clone());
            }
            NodeKind::Scalar(text, _) => {
                let what = format!("\"{}\" is no path of a seccomp profile", visible(text));
                return Err(wrong(node.place, what));
            }
            NodeKind::List(_) => {
                let what = "a list of system calls must say whether they are denied or allowed";
                return Err(wrong(node.place, what.to_owned()));
            }
        };
        let [(key, list)] = entries.as_slice() else {
            let what = "a seccomp map has one key: deny or allow";
            return Err(wrong(node.place, what.to_owned()));
        };
        if !matches!(key.text.as_str(), "deny" | "allow") {
            return Err(self.unknown(key, Some("deny or allow".to_owned())));
        }
        let mut names = Vec::new();
        for item in self.list(&key.text, list)? {
            let name = self.text(&key.text, item)?;
            let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if name.is_empty() || !name.bytes().all(is_name) {
                let what = format!("\"{}\" is not a system call", visible(name));
                return Err(wrong(item.place, what));
            }
            names.push(name);
        }
        if names.is_empty() {
            return Err(wrong(
                list.place,
                format!("\"{}\" names no system call", key.text),
            ));
        }
        Ok(format!("{}:{}", key.text, names.join(",")))
    }

    fn allow(&self, item: &Node) -> Result<Allow, Problem> {
        let example = "{rule: host-network, reason: \"why it is needed\", until: 2027-03-31}";
        let (mut rule, mut reason, mut until) = (None, None, None);
        for (key, node) in self.map("an override", item)? {
            let text = self.line(&key.text, node)?;
            match key.text.as_str() {
                "rule" => rule = Some(text),
                "reason" => reason = Some(text),
                "until" => {
                    let date = text.parse::<Date>();
                    until = Some(date.map_err(|error| self.hold(node.place, error))?);
                }
                word => {
                    let names = ["rule", "reason", "until"];
                    let meant = nearest(word, names.into_iter()).map(str::to_owned);
                    return Err(self.unknown(key, meant));
                }
            }
        }
        let origin = self.source.origin(item.place);
        let missing = |what: &str| {
            let what = format!("an override without a {what}");
            self.source.problem(item.place, what).instead(example)
        };
        let rule = rule.ok_or_else(|| missing("rule"))?;
        let reason = reason.ok_or_else(|| missing("reason"))?;
        Allow::new(rule, reason, until, origin)?.ok_or_else(|| missing("rule or a reason"))
    }

    fn map<'n>(&self, what: &str, node: &'n Node) -> Result<&'n [(MapKey, Node)], Problem> {
        match &node.kind {
            NodeKind::Map(entries) => Ok(entries),
            NodeKind::Scalar(..) | NodeKind::List(_) => Err(self
                .source
                .problem(node.place, format!("{what} is a map"))
                .instead("write \"key: value\"")),
        }
    }

    fn list<'n>(&self, name: &str, node: &'n Node) -> Result<&'n [Node], Problem> {
        let name = visible(name);
        let problem = match &node.kind {
            NodeKind::List(items) => return Ok(items),
            NodeKind::Scalar(text, _) => self
                .source
                .problem(node.place, format!("\"{name}\" takes a list"))
                .instead(format!("write a list: {name}: [\"{}\"]", visible(text))),
            NodeKind::Map(_) => self
                .source
                .problem(node.place, format!("\"{name}\" takes a list, not a map"))
                .instead("write a list, each item after \"- \""),
        };
        Err(problem)
    }

    fn text<'n>(&self, name: &str, node: &'n Node) -> Result<&'n str, Problem> {
        match &node.kind {
            NodeKind::Scalar(text, _) => Ok(text),
            NodeKind::List(_) | NodeKind::Map(_) => Err(self
                .source
                .problem(
                    node.place,
                    format!("\"{}\" takes a single value here", visible(name)),
                )
                .instead("write one value, in quotes if it holds brackets or braces")),
        }
    }

    /// A text of one line that is not blank.
    fn line<'n>(&self, name: &str, node: &'n Node) -> Result<&'n str, Problem> {
        let text = self.text(name, node)?;
        let what = if text.trim().is_empty() {
            "is blank"
        } else if text.contains('\n') {
            "has more than one line"
        } else {
            return Ok(text.trim());
        };
        let what = format!("\"{}\" {what}", visible(name));
        Err(self
            .source
            .problem(node.place, what)
            .instead("write one line"))
    }

    fn unknown(&self, key: &MapKey, meant: Option<String>) -> Problem {
        let what = format!("unknown key \"{}\"", visible(&key.text));
        let problem = self.source.problem(key.place, what);
        problem.instead(meant.unwrap_or_else(|| "see safe-podman-profile(5)".to_owned()))
    }

    /// A problem of a value, at the value.
    fn hold(&self, place: Place, problem: impl Into<Problem>) -> Problem {
        problem
            .into()
            .at(&self.source.origin(place))
            .showing(self.source.cite(place))
    }
}

#[cfg(test)]
mod tests;
