//! Variables in the words of a run: which of them matter, and what stands in for those that do not.

use std::ffi::OsString;

use super::command::Run;
use super::lex::{ShellLine, is_unknown};
use crate::origin::Origin;
use crate::podman::flags::{self, Flag};

/// What stands for a name that is not known.
const SOME: &str = "unknown";
/// What stands for an image that is not known.
const SOME_IMAGE: &str = "localhost/unknown";

/// A run of which everything that can be known is in its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// What can be judged.
    pub words: Vec<OsString>,
    /// What cannot, each with the word that hides it.
    pub unreadable: Vec<Unreadable>,
    /// For each word: its 0-based position in the row's run, and how it was written there.
    places: Vec<(usize, String)>,
}

/// A word that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Why: a phrase.
    pub why: String,
    /// Where it stands.
    pub origin: Origin,
}

impl Settled {
    /// Says of an argument of [`words`](Self::words) where it stands in the row and how it was written there.
    pub(crate) fn origin(&self, origin: &Origin) -> Origin {
        let Origin::Argument { index, text } = origin else {
            return origin.clone();
        };
        let place = |index: usize| self.places.get(index.checked_sub(1)?);
        let Some((at, written)) = place(*index) else {
            return origin.clone();
        };
        let judged = index.checked_sub(1).and_then(|index| self.words.get(index));
        let is_alone = judged.is_none_or(|word| **word == **text);
        let text = match place(index.saturating_add(1)) {
            Some((_, value)) if !is_alone => format!("{written} {value}"),
            _ => written.clone(),
        };
        Origin::Argument {
            index: at.saturating_add(1),
            text: text.into(),
        }
    }
}

/// Settles the words of a run. After `cd`, `has_moved`, it is unknown where relative paths start.
pub(crate) fn settle(line: &ShellLine, run: &Run, has_moved: bool) -> Settled {
    let mut settler = Settler {
        line,
        words: &run.words,
        has_moved,
        settled: Settled::default(),
    };
    settler.run();
    settler.settled
}

struct Settler<'a> {
    line: &'a ShellLine,
    words: &'a [String],
    has_moved: bool,
    settled: Settled,
}

/// A flag with its value, as it stands in the words.
struct Unit<'a> {
    flag: Option<&'static Flag>,
    /// What stands before the value in the same word.
    head: &'a str,
    /// The value, when it stands in the same word.
    value: Option<&'a str>,
}

impl<'a> Unit<'a> {
    fn of(word: &'a str) -> Self {
        if let Some(long) = word.strip_prefix("--") {
            let name = long.split_once('=').map_or(long, |(name, _)| name);
            let value = long.split_once('=').map(|(_, value)| value);
            return Self::new(flags::by_name(name), word, value);
        }
        let mut letters = word.trim_start_matches('-').chars();
        while let Some(letter) = letters.next() {
            let Some(flag) = flags::by_letter(letter) else {
                return Self::new(None, word, None);
            };
            let rest = letters.as_str();
            let value = rest.strip_prefix('=').filter(|value| !value.is_empty());
            if value.is_some() || flag.kind.takes_value() {
                return Self::new(
                    Some(flag),
                    word,
                    value.or(Some(rest)).filter(|value| !value.is_empty()),
                );
            }
        }
        Self::new(None, word, None)
    }

    fn new(flag: Option<&'static Flag>, word: &'a str, value: Option<&'a str>) -> Self {
        let head = word.strip_suffix(value.unwrap_or_default()).unwrap_or(word);
        Self { flag, head, value }
    }

    fn takes_next(&self) -> bool {
        self.value.is_none() && self.flag.is_some_and(|flag| flag.kind.takes_value())
    }
}

impl Settler<'_> {
    fn run(&mut self) {
        let mut at: usize = 0;
        while let Some(word) = self.words.get(at) {
            if !word.starts_with('-') || word == "-" {
                break;
            }
            let next = at.saturating_add(1);
            if word == "--" {
                self.keep(at, word.clone());
                at = next;
                break;
            }
            let unit = Unit::of(word);
            if unit.takes_next() {
                self.pair(&unit, at);
                at = next.saturating_add(1);
            } else {
                self.single(&unit, at, word);
                at = next;
            }
        }
        if let Some(image) = self.words.get(at) {
            self.image(at, image);
        }
        for (index, word) in self.words.iter().enumerate().skip(at.saturating_add(1)) {
            self.keep(index, self.line.written(word));
        }
    }

    fn keep(&mut self, at: usize, word: String) {
        let written = self.words.get(at).map(|word| self.line.written(word));
        self.settled.places.push((at, written.unwrap_or_default()));
        self.settled.words.push(word.into());
    }

    fn lose(&mut self, at: usize, words: &[&str], why: &str) {
        let text = words
            .iter()
            .map(|word| self.line.written(word))
            .collect::<Vec<_>>()
            .join(" ");
        let origin = Origin::Argument {
            index: at.saturating_add(1),
            text: text.into(),
        };
        self.settled.unreadable.push(Unreadable {
            why: why.to_owned(),
            origin,
        });
    }

    /// A flag whose value, if it has one, stands in the same word.
    fn single(&mut self, unit: &Unit<'_>, at: usize, word: &str) {
        if unit.head.contains(is_unknown) {
            return self.lose(at, &[word], "it decides which flag this is");
        }
        match unit.value.map(|value| self.value(unit.flag, value)) {
            None => self.keep(at, word.to_owned()),
            Some(Ok(value)) => self.keep(at, format!("{}{value}", unit.head)),
            Some(Err(why)) => self.lose(at, &[word], why),
        }
    }

    /// A flag and the next word.
    fn pair(&mut self, unit: &Unit<'_>, at: usize) {
        let next = at.saturating_add(1);
        let Some(value) = self.words.get(next) else {
            return self.keep(at, unit.head.to_owned());
        };
        if unit.head.contains(is_unknown) {
            return self.lose(at, &[unit.head, value], "it decides which flag this is");
        }
        match self.value(unit.flag, value) {
            Ok(value) => {
                self.keep(at, unit.head.to_owned());
                self.keep(next, value);
            }
            Err(why) => self.lose(at, &[unit.head, value], why),
        }
    }

    fn image(&mut self, at: usize, image: &str) {
        if !image.contains(is_unknown) {
            return self.keep(at, image.to_owned());
        }
        // Only the tag may be unknown: what follows the last colon behind the last slash.
        let tag = image.rsplit_once(':').filter(|(name, tag)| {
            !name.is_empty()
                && !name.contains(is_unknown)
                && !name.contains('@')
                && !tag.contains('/')
                && !self.line.splits(tag)
        });
        if tag.is_some() {
            return self.keep(at, fill(image, SOME));
        }
        self.lose(
            at,
            &[image],
            "it decides about the image, or hides flags before it",
        );
        self.keep(at, SOME_IMAGE.to_owned());
    }

    /// What is judged instead of a value with variables.
    fn value(&self, flag: Option<&'static Flag>, value: &str) -> Result<String, &'static str> {
        let long = flag.map(|flag| flag.long);
        if self.has_moved && matches!(long, Some("volume" | "mount")) && names_relative(value) {
            return Err("a cd before it decides where this path starts");
        }
        if !value.contains(is_unknown) {
            return Ok(value.to_owned());
        }
        if self.line.splits(value) {
            return Err("it may become several words, flags among them");
        }
        match long {
            Some("name" | "hostname" | "entrypoint" | "health-cmd") => Ok(fill(value, SOME)),
            Some("workdir") => Ok(inside(value)),
            // An env without "=" is copied from the host, and one that ends in "*" copies every variable of that start.
            Some("env" | "label") => match value.split_once('=') {
                Some((name, _)) if !name.contains(is_unknown) => Ok(self.line.written(value)),
                _ => Err("it decides which variables or labels there are"),
            },
            Some("volume") => volume(value),
            Some("mount") => mount(value),
            Some("publish") => Err("it decides about a port"),
            _ => Err("it decides what this flag does"),
        }
    }
}

/// Does a volume or mount have a source that starts from the current directory?
fn names_relative(value: &str) -> bool {
    value
        .split(',')
        .map(|field| field.split_once('=').map_or(field, |(_, value)| value))
        .any(|source| source.starts_with('.'))
}

fn volume(value: &str) -> Result<String, &'static str> {
    let fields: Vec<&str> = value.split(':').collect();
    match fields.as_slice() {
        [inner] if !inner.starts_with(is_unknown) => Ok(fill(inner, SOME)),
        [source, inner] => Ok(format!("{}:{}", host_path(source)?, inside(inner))),
        [source, inner, options] if !options.contains(is_unknown) => Ok(format!(
            "{}:{}:{options}",
            host_path(source)?,
            inside(inner)
        )),
        _ => Err("it decides what is mounted, and how"),
    }
}

fn mount(value: &str) -> Result<String, &'static str> {
    let field = |field: &str| match field.split_once('=') {
        _ if !field.contains(is_unknown) => Ok(field.to_owned()),
        Some((key @ ("source" | "src"), path)) => Ok(format!("{key}={}", host_path(path)?)),
        Some((key @ ("destination" | "dst" | "target"), path)) => {
            Ok(format!("{key}={}", inside(path)))
        }
        _ => Err("it decides what is mounted, and how"),
    };
    let fields: Result<Vec<String>, _> = value.split(',').map(field).collect();
    fields.map(|fields| fields.join(","))
}

/// A path on the host, or the name of a volume. Of a path whose end is unknown the directory before is judged: when that
/// one may be mounted, all below may.
fn host_path(path: &str) -> Result<String, &'static str> {
    const DECIDES: &str = "it decides which host path is mounted";
    let Some((known, rest)) = path.split_once(is_unknown) else {
        return Ok(path.to_owned());
    };
    if known.starts_with(['/', '.']) {
        let (directory, _) = known.rsplit_once('/').ok_or(DECIDES)?;
        let is_root = directory.split('/').all(str::is_empty);
        let climbs = rest.split('/').any(|part| part == "..");
        return if is_root || climbs {
            Err(DECIDES)
        } else {
            Ok(directory.to_owned())
        };
    }
    let is_name = known.starts_with(|c: char| c.is_ascii_alphanumeric()) && !path.contains('/');
    if is_name {
        Ok(fill(path, SOME))
    } else {
        Err(DECIDES)
    }
}

/// A path in the container.
fn inside(path: &str) -> String {
    let filled = fill(path, SOME);
    if path.starts_with(is_unknown) {
        format!("/{filled}")
    } else {
        filled
    }
}

fn fill(text: &str, with: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_unknown(c) {
                out.push_str(with);
            } else {
                out.push(c);
            }
            out
        })
}

#[cfg(test)]
mod tests;
