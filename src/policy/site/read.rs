//! The policy's YAML becomes a [`Site`].

use std::fmt::Display;
use std::path::{Component, PathBuf};
use std::str::FromStr;

use super::{Maximum, Site};
use crate::nearest::nearest;
use crate::podman::value::limit::Limit;
use crate::problem::Problem;
use crate::rule_id::RuleId;
use crate::yaml::{self, MapKey, Node, NodeKind, SourceText, visible};

const KEYS: [&str; 7] = [
    "level",
    "mode",
    "forbid",
    "registries",
    "bind_roots",
    "max",
    "engine",
];
const MAX_KEYS: [&str; 3] = ["memory", "cpus", "pids_limit"];

/// See [`Site::parse`].
pub(super) fn site(bytes: &[u8], file: &str) -> Result<Site, Problem> {
    let source = SourceText::new(file.into(), bytes)?;
    let root = yaml::parse(&source)?;
    let reader = PolicyReader { source: &source };
    let mut site = Site::default();
    for (key, node) in reader.map(&root)? {
        match key.text.as_str() {
            "level" => site.level = reader.value(node)?,
            "mode" => site.mode = reader.value(node)?,
            "forbid" => site.forbid = reader.list(key, node, |node| reader.rule(node))?,
            "registries" => {
                site.registries = reader.list(key, node, |node| reader.value(node))?;
            }
            "bind_roots" => site.bind_roots = reader.list(key, node, |node| reader.path(node))?,
            "max" => site.max = reader.maximum(node)?,
            "engine" => site.engine = Some(reader.path(node)?),
            _ => return Err(reader.unknown(key, &KEYS)),
        }
    }
    Ok(site)
}

struct PolicyReader<'a> {
    source: &'a SourceText,
}

impl PolicyReader<'_> {
    fn map<'n>(&self, node: &'n Node) -> Result<&'n [(MapKey, Node)], Problem> {
        match &node.kind {
            NodeKind::Map(entries) => Ok(entries),
            NodeKind::Scalar(..) | NodeKind::List(_) => Err(self
                .source
                .problem(node.place, "this must be a list of \"key: value\" lines")
                .instead("max: {memory: 1g}")),
        }
    }

    fn list<T>(
        &self,
        key: &MapKey,
        node: &Node,
        read: impl Fn(&Node) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        match &node.kind {
            NodeKind::List(items) if !items.is_empty() => items.iter().map(read).collect(),
            NodeKind::List(_) => Err(self
                .source
                .problem(
                    node.place,
                    format!("an empty list of {} permits all or nothing", key.text),
                )
                .instead("name what you mean, or leave the key out")),
            NodeKind::Scalar(..) | NodeKind::Map(_) => Err(self
                .source
                .problem(node.place, format!("\"{}\" takes a list", key.text))
                .instead(format!("{}: [ITEM, ITEM]", key.text))),
        }
    }

    fn text<'n>(&self, node: &'n Node) -> Result<&'n str, Problem> {
        match &node.kind {
            NodeKind::Scalar(text, _) => Ok(text),
            NodeKind::List(_) | NodeKind::Map(_) => Err(self
                .source
                .problem(node.place, "one value is expected here")
                .instead("write a word, a number or a path")),
        }
    }

    fn value<T: FromStr<Err: Display>>(&self, node: &Node) -> Result<T, Problem> {
        let parsed = self.text(node)?.parse();
        parsed.map_err(|error: T::Err| self.source.problem(node.place, error.to_string()))
    }

    fn rule(&self, node: &Node) -> Result<RuleId, Problem> {
        let id = self.text(node)?;
        RuleId::find(id).map_err(|instead| {
            let what = format!("there is no rule \"{}\" to forbid", visible(id));
            self.source.problem(node.place, what).instead(instead)
        })
    }

    fn path(&self, node: &Node) -> Result<PathBuf, Problem> {
        let path = PathBuf::from(self.text(node)?);
        let plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
        if path.is_absolute() && path.components().all(plain) {
            return Ok(path);
        }
        let what = format!(
            "\"{}\" is no absolute path without \"..\"",
            visible(&path.to_string_lossy())
        );
        let problem = self.source.problem(node.place, what);
        Err(problem.instead("a path from the root on, like /srv"))
    }

    fn maximum(&self, node: &Node) -> Result<Maximum, Problem> {
        let mut max = Maximum::default();
        for (key, node) in self.map(node)? {
            match key.text.as_str() {
                "memory" => max.memory = Some(self.bound(node)?),
                "cpus" => max.cpus = Some(self.bound(node)?),
                "pids_limit" => max.pids_limit = Some(self.bound(node)?),
                _ => return Err(self.unknown(key, &MAX_KEYS)),
            }
        }
        Ok(max)
    }

    /// A limit that is one.
    fn bound<T>(&self, node: &Node) -> Result<T, Problem>
    where
        Limit<T>: FromStr<Err: Display>,
    {
        match self.value(node)? {
            Limit::Max(most) => Ok(most),
            Limit::Unlimited => Err(self
                .source
                .problem(
                    node.place,
                    "this is no maximum: podman takes it for no limit",
                )
                .instead("a number above 0, or leave the key out")),
        }
    }

    fn unknown(&self, key: &MapKey, known: &[&'static str]) -> Problem {
        let what = format!("unknown key \"{}\"", visible(&key.text));
        let problem = self.source.problem(key.place, what);
        match nearest(&key.text, known.iter().copied()) {
            Some(name) => problem.instead(name),
            None => problem.instead(format!("one of {}", known.join(", "))),
        }
    }
}
