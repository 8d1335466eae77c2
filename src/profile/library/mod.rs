//! The profile library: directories, strongest first, and the profiles in the program itself below them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::image::{ImagePattern, Specificity};
use super::read;
use super::schema::{Home, Profile};
use crate::host::Host;
use crate::nearest::nearest;
use crate::problem::{Invalid, Problem};
use crate::yaml::{SourceText, visible};

/// A profile in the program.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    /// The `images` in its text, so that the rest needs to be read only for one of them.
    images: &'static [&'static str],
}

/// The profiles that are always there, by name.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "default",
        text: include_str!("../../../profiles/default.yaml"),
        images: &[],
    },
    BuiltIn {
        name: "httpd",
        text: include_str!("../../../profiles/httpd.yaml"),
        images: &["docker.io/library/httpd", "localhost/httpd", "httpd"],
    },
    BuiltIn {
        name: "job",
        text: include_str!("../../../profiles/job.yaml"),
        images: &[],
    },
    BuiltIn {
        name: "nginx",
        text: include_str!("../../../profiles/nginx.yaml"),
        images: &["docker.io/library/nginx", "localhost/nginx", "nginx"],
    },
    BuiltIn {
        name: "shell",
        text: include_str!("../../../profiles/shell.yaml"),
        images: &[],
    },
    BuiltIn {
        name: "unbound",
        text: include_str!("../../../profiles/unbound.yaml"),
        images: &[
            "docker.io/mvance/unbound",
            "localhost/unbound",
            "mvance/unbound",
        ],
    },
    BuiltIn {
        name: "web",
        text: include_str!("../../../profiles/web.yaml"),
        images: &[],
    },
];

/// The profile of an image that no other one is for.
const DEFAULT: &str = "default";

/// Where profiles are looked for.
pub(crate) struct Library<'h> {
    host: &'h dyn Host,
    /// Where a relative path of a file that a person names starts.
    directory: Arc<Path>,
    dirs: Vec<PathBuf>,
    stored: OnceCell<Vec<Entry>>,
    default: OnceCell<Profile>,
}

/// A profile of the library, or why it cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The name it is found by.
    pub name: String,
    /// What messages call it.
    pub file: Arc<str>,
    /// The profile.
    pub profile: Result<Profile, Problem>,
}

impl<'h> Library<'h> {
    /// A library of these directories of a host, the strongest first. One that does not exist is empty. `directory` is the
    /// current one.
    pub(crate) fn new(host: &'h dyn Host, directory: Arc<Path>, dirs: Vec<PathBuf>) -> Self {
        Self {
            host,
            directory,
            dirs,
            stored: OnceCell::new(),
            default: OnceCell::new(),
        }
    }

    /// The directories, the strongest first.
    pub(crate) fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// The profile that a person named: by its name in the library or, with a `/` or the ending `.yaml` or `.yml`, by
    /// its file.
    ///
    /// # Errors
    /// There is none, it cannot be read or holds something that is not understood.
    pub(crate) fn find(&self, name_or_file: &str) -> Result<Profile, Problem> {
        if is_file(name_or_file) {
            return self.named(Path::new(name_or_file));
        }
        if !is_name(name_or_file) {
            return Err(self.unknown(name_or_file));
        }
        for dir in &self.dirs {
            if let Some(profile) = self.in_dir(dir, name_or_file)? {
                return Ok(profile);
            }
        }
        match BUILT_IN.iter().find(|known| known.name == name_or_file) {
            Some(built_in) => built_in.profile(),
            None => Err(self.unknown(name_or_file)),
        }
    }

    /// Every profile that can be found by name, in the order of the names; one that is hidden by a stronger directory
    /// is not looked at.
    ///
    /// # Errors
    /// A directory cannot be read. A profile that cannot is an entry with its problem.
    pub(crate) fn list(&self) -> Result<Vec<Entry>, Problem> {
        let mut entries = self.stored()?.to_vec();
        entries.extend(self.unhidden()?.map(BuiltIn::entry));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// The profiles in the directories, which are read once, however many images are asked for.
    fn stored(&self) -> Result<&[Entry], Problem> {
        if let Some(entries) = self.stored.get() {
            return Ok(entries);
        }
        let mut entries = BTreeMap::new();
        for dir in &self.dirs {
            for name in names(self.host, dir)? {
                entries.entry(name.clone()).or_insert_with(|| {
                    let path = dir.join(format!("{name}.yaml"));
                    let gone = || Problem::new(format!("\"{}\" is gone", path.display()));
                    let profile = self.in_dir(dir, &name);
                    let profile = profile.and_then(|found| found.ok_or_else(gone));
                    Entry {
                        name,
                        file: label(&path),
                        profile,
                    }
                });
            }
        }
        Ok(self.stored.get_or_init(|| entries.into_values().collect()))
    }

    /// The profiles in the program that no stored one has the name of.
    fn unhidden(&self) -> Result<impl Iterator<Item = &'static BuiltIn>, Problem> {
        let stored = self.stored()?;
        let is_hidden = |name| stored.iter().any(|entry| entry.name == name);
        Ok(BUILT_IN.iter().filter(move |known| !is_hidden(known.name)))
    }

    /// The profile that is for an image: the one that names it most closely, else `default`.
    ///
    /// # Errors
    /// Two name it equally closely, or one of the library cannot be read: it might have been the one.
    pub(crate) fn for_image(&self, reference: &str) -> Result<Profile, Problem> {
        let mut found = Vec::new();
        for entry in self.stored()? {
            let profile = entry.profile.as_ref().map_err(Problem::clone)?;
            let closest = closest(&profile.images, reference);
            found.extend(closest.map(|closest| (closest, Cow::Borrowed(profile))));
        }
        for built_in in self.unhidden()? {
            if let Some(closest) = closest(&built_in.images()?, reference) {
                found.push((closest, Cow::Owned(built_in.profile()?)));
            }
        }
        let best = found.iter().map(|(closest, _)| *closest).max();
        found.retain(|(closest, _)| Some(*closest) == best);
        found.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        match found.as_slice() {
            [] => self.default(),
            [(_, one)] => Ok(one.clone().into_owned()),
            [(_, first), ..] => {
                let files: Vec<String> = found
                    .iter()
                    .map(|(_, profile)| format!("\"{}\"", visible(&profile.file)))
                    .collect();
                Err(Problem::new(format!(
                    "more than one profile is for the image \"{reference}\": {}",
                    files.join(" and ")
                ))
                .instead(format!("choose one: --profile {}", first.name)))
            }
        }
    }

    fn default(&self) -> Result<Profile, Problem> {
        if let Some(known) = self.default.get() {
            return Ok(known.clone());
        }
        let found = match self.unhidden()?.find(|known| known.name == DEFAULT) {
            Some(built_in) => built_in.profile()?,
            None => self.find(DEFAULT)?,
        };
        Ok(self.default.get_or_init(|| found).clone())
    }

    /// The profile that another one extends; `None` when it extends none.
    ///
    /// # Errors
    /// As [`Library::find`]; the place is that of the child's `extends`.
    pub(crate) fn parent(&self, child: &Profile) -> Result<Option<Profile>, Problem> {
        let Some((text, origin)) = &child.extends else {
            return Ok(None);
        };
        let found = if is_file(text) {
            let path = child.base.join(text);
            match child.home {
                Home::Named => self.named(&path),
                // What the library is held to, it cannot hand over to a file that is not.
                Home::Library | Home::BuiltIn => {
                    self.in_library(&path, &stem(&path)).and_then(|found| {
                        found.ok_or_else(|| {
                            Problem::new(format!("profile \"{}\" does not exist", path.display()))
                        })
                    })
                }
            }
        } else {
            self.find(text)
        };
        found.map(Some).map_err(|problem| {
            if problem.origin.is_some() {
                return problem;
            }
            let cited = child.cite(origin).unwrap_or_default();
            problem.at(origin).showing(cited)
        })
    }

    fn in_dir(&self, dir: &Path, name: &str) -> Result<Option<Profile>, Problem> {
        self.in_library(&dir.join(format!("{name}.yaml")), name)
    }

    fn in_library(&self, path: &Path, name: &str) -> Result<Option<Profile>, Problem> {
        read::read_library(self.host, &self.directory.join(path))?
            .map(|bytes| self.parse(name, path, &bytes, Home::Library))
            .transpose()
    }

    fn named(&self, path: &Path) -> Result<Profile, Problem> {
        let opened = read::read(self.host, &self.directory.join(path), path)?;
        let parsed = self.parse(&stem(path), path, &opened.bytes, Home::Named);
        parsed.map_err(|problem| {
            if self.host.may_show(&opened) {
                problem
            } else {
                problem.veiled(&path.display().to_string())
            }
        })
    }

    fn parse(&self, name: &str, path: &Path, bytes: &[u8], home: Home) -> Result<Profile, Problem> {
        // Components leave out each "." that is not needed.
        let whole: PathBuf = self.directory.join(path).components().collect();
        let base = whole.parent().unwrap_or(Path::new("/"));
        Profile::parse(
            name,
            SourceText::new(label(path), bytes)?,
            &base.into(),
            home,
        )
    }

    fn unknown(&self, name: &str) -> Problem {
        let known = BUILT_IN.iter().map(|known| known.name.to_owned());
        let mut names: Vec<String> = known.collect();
        for dir in &self.dirs {
            // Only for a hint: a directory that cannot be read has already been an error where it matters.
            names.extend(self::names(self.host, dir).unwrap_or_default());
        }
        let mut places: Vec<String> = self
            .dirs
            .iter()
            .map(|dir| dir.display().to_string())
            .collect();
        places.push("built in".to_owned());
        let places = places.join(", ");
        let meant = nearest(name, names.iter().map(String::as_str));
        Problem::new(format!("unknown profile \"{}\"", visible(name))).instead(match meant {
            Some(meant) => format!("{meant}, or a file: ./{name}.yaml (searched: {places})"),
            None => format!("see safe-podman profile list, or name a file (searched: {places})"),
        })
    }
}

/// Is this the name of a file, rather than of a profile in the library?
fn is_file(text: &str) -> bool {
    let ending = Path::new(text).extension();
    text.contains('/') || ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// A letter or digit, then letters, digits, `.`, `_` and `-`.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// The names of the profiles in a directory. What is no name with the ending `.yaml` (an editor's copy, say) is none.
fn names(host: &dyn Host, dir: &Path) -> Result<Vec<String>, Problem> {
    let files = read::names(host, dir)?;
    let names = files.iter().filter_map(|file| file.strip_suffix(".yaml"));
    Ok(names
        .filter(|name| is_name(name) && !is_file(name))
        .map(str::to_owned)
        .collect())
}

/// How closely the closest of these patterns names an image.
fn closest(patterns: &[ImagePattern], reference: &str) -> Option<Specificity> {
    let patterns = patterns.iter();
    patterns
        .filter_map(|pattern| pattern.matches(reference))
        .max()
}

/// The profiles in the program.
pub(crate) fn built_in_entries() -> impl Iterator<Item = Entry> {
    BUILT_IN.iter().map(BuiltIn::entry)
}

impl BuiltIn {
    fn profile(&self) -> Result<Profile, Problem> {
        let source = SourceText::new(self.label(), self.text.as_bytes())?;
        Profile::parse(self.name, source, &Path::new("/").into(), Home::BuiltIn)
    }

    fn images(&self) -> Result<Vec<ImagePattern>, Problem> {
        let patterns = self.images.iter().map(|pattern| pattern.parse());
        Ok(patterns.collect::<Result<_, Invalid>>()?)
    }

    fn entry(&self) -> Entry {
        Entry {
            name: self.name.to_owned(),
            file: self.label(),
            profile: self.profile(),
        }
    }

    fn label(&self) -> Arc<str> {
        format!("profile {} (built in)", self.name).into()
    }
}

fn label(path: &Path) -> Arc<str> {
    path.display().to_string().into()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests;
