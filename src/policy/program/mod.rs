//! The program that a container starts, looked for where the runtime will: in the image and in what is mounted over it.

use std::path::{Path, PathBuf};

use super::facts::Facts;
use crate::host::{FileKind, Host, ImageFiles, Links};
use crate::origin::{Origin, Setting};
use crate::podman::flags;
use crate::podman::image_config::ImageConfig;
use crate::podman::value::env::EnvVar;
use crate::podman::value::tmpfs::CopyUp;
use crate::spec::mount::Bind;
use crate::spec::{Mount, Spec};

/// Where a container looks for programs when neither it nor its image says.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// The largest script that is read for its first line; a program is larger, or starts otherwise.
const LARGEST_SCRIPT: u64 = 64 << 10;
/// As many scripts as the kernel follows, execve(2).
const MOST_SCRIPTS: usize = 4;
/// As many directories of a search path as are looked in; an ordinary one has six.
const MOST_DIRECTORIES: usize = 64;
/// As many further words as are looked at.
const MOST_WORDS: usize = 16;
/// Programs that become another one, which their words name.
const LAUNCHERS: [&str; 10] = [
    "catatonit",
    "dumb-init",
    "env",
    "gosu",
    "nice",
    "nohup",
    "setpriv",
    "su-exec",
    "timeout",
    "tini",
];

/// A file that the kernel executes for the container to start.
pub(super) struct Program<'a> {
    /// Its path in the container.
    pub path: PathBuf,
    /// What is mounted there; none when it is the image's own.
    pub mount: Option<&'a Setting<Mount>>,
    /// Who says that it is started.
    pub origin: Origin,
}

/// What the kernel executes.
#[derive(Default)]
pub(super) struct Programs<'a> {
    /// The program that starts, and where that is a script its interpreter, which is another one where the interpreter is a
    /// script or env(1). Empty when it cannot be told.
    pub first: Vec<Program<'a>>,
    /// What the further words name, where the first one is a script or a launcher: most of them end with `exec "$@"`.
    pub later: Vec<Program<'a>>,
}

/// The programs of a container.
pub(super) fn programs<'a>(spec: &'a Spec, facts: &Facts<'_>) -> Programs<'a> {
    let layers = facts.image.map_or(&[][..], |image| &image.layers);
    let container = Container {
        spec,
        image: facts.image,
        host: facts.host,
        files: facts.host.image_files(layers),
    };
    let words = words(spec, facts.image);
    let Some((first, rest)) = words.split_first() else {
        return Programs::default();
    };
    let mut programs = Programs {
        first: container.executed(first),
        later: Vec::new(),
    };
    let starts_others = match programs.first.as_slice() {
        [] => false,
        [only] => LAUNCHERS.iter().any(|name| only.path.ends_with(name)),
        _ => true,
    };
    if starts_others {
        let later = rest.iter().take(MOST_WORDS);
        programs.later = later.flat_map(|word| container.executed(word)).collect();
    }
    programs
}

/// The words that the runtime is given, and who says each.
fn words(spec: &Spec, image: Option<&ImageConfig>) -> Vec<(String, Origin)> {
    let of_image = |words: &[String], what| -> Vec<(String, Origin)> {
        let words = words.iter().map(|word| (word.clone(), Origin::Image(what)));
        words.collect()
    };
    let asked = spec.passed(&flags::ENTRYPOINT).last();
    let mut words = match (asked, image) {
        (Some(asked), _) => {
            // podman takes what is no list of words for one word, blanks and all.
            let list = serde_json::from_str(&asked.value);
            let list: Vec<String> = list.unwrap_or_else(|_| vec![asked.value.clone()]);
            let list = list.into_iter().filter(|word| !word.is_empty());
            list.map(|word| (word, asked.origin.clone())).collect()
        }
        (None, Some(image)) => of_image(&image.entrypoint, "ENTRYPOINT"),
        // Without the image it is not known whether the first word is an argument.
        (None, None) => return Vec::new(),
    };
    match image {
        Some(image) if spec.command.is_empty() && asked.is_none() => {
            words.extend(of_image(&image.cmd, "CMD"));
        }
        _ => {
            let said = spec.command.iter().map_while(|word| word.to_str());
            words.extend(said.map(|word| (word.to_owned(), spec.image.origin.clone())));
        }
    }
    words
}

struct Container<'a, 'f> {
    spec: &'a Spec,
    image: Option<&'f ImageConfig>,
    host: &'f dyn Host,
    files: Box<dyn ImageFiles + 'f>,
}

/// A path in the container, and what is mounted there.
type Found<'a> = (PathBuf, Option<&'a Setting<Mount>>);

impl<'a> Container<'a, '_> {
    /// The program that a word names, and the interpreters that it leads to.
    fn executed(&self, (word, origin): &(String, Origin)) -> Vec<Program<'a>> {
        let mut programs = Vec::new();
        let mut next = self.locate(word);
        while let Some((path, mount)) = next.filter(|_| programs.len() <= MOST_SCRIPTS) {
            let interpreter = self.interpreter(&path, mount);
            next = interpreter.and_then(|word| self.locate(&word));
            let origin = origin.clone();
            programs.push(Program {
                path,
                mount,
                origin,
            });
        }
        programs
    }

    /// The file that a word leads to: a path from the working directory, or a name in the container's search path.
    fn locate(&self, word: &str) -> Option<Found<'a>> {
        let workdir = self.workdir();
        if word.contains('/') {
            return self.file(&workdir.join(word)).map(|(found, _)| found);
        }
        let search = self.variable("PATH");
        let directories = search.as_deref().unwrap_or(PATH).split(':');
        let mut directories = directories.take(MOST_DIRECTORIES);
        directories.find_map(|directory| {
            let found = self.file(&workdir.join(directory).join(word));
            found
                .filter(|(_, mode)| mode & 0o111 != 0)
                .map(|(found, _)| found)
        })
    }

    /// The directory that it starts in; podman takes a relative one from the container's root.
    fn workdir(&self) -> PathBuf {
        let asked = self.spec.passed(&flags::WORKDIR).last();
        let asked = asked.map(|given| given.value.as_str());
        let of_image = self.image.map(|image| image.workdir.as_str());
        Path::new("/").join(asked.or(of_image).unwrap_or_default())
    }

    fn variable(&self, name: &str) -> Option<String> {
        let asked = self.spec.env.iter().rev().find_map(|var| match &var.value {
            EnvVar::Value { name: known, value } if known == name => Some(value.clone()),
            EnvVar::Value { .. } | EnvVar::Import(_) | EnvVar::ImportPrefix(_) => None,
        });
        let of_image = || {
            let mut variables = self.image?.env.iter().rev();
            variables.find_map(|var| Some(var.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        };
        asked.or_else(of_image)
    }

    /// The regular file at a path of the container, and its mode. A link of the image may lead below a mount.
    fn file(&self, path: &Path) -> Option<(Found<'a>, u32)> {
        let in_image = self.files.find(path);
        let real = in_image.as_ref().map_or(path, |found| &found.path);
        let in_image = in_image
            .as_ref()
            .filter(|found| found.kind == FileKind::File);
        let Some(mount) = self.mounted_over(real) else {
            return in_image.map(|found| ((real.to_owned(), None), found.mode));
        };
        let mode = match &mount.value {
            Mount::Bind(bind) => {
                let found = self.host.resolve(&behind(bind, real)?).ok()?;
                let is_inside = found.path.starts_with(&bind.source.path);
                (is_inside && found.kind == FileKind::File).then_some(found.mode)
            }
            // podman fills a new volume, and a tmpfs, with what the image has there.
            Mount::Volume(_) => in_image.map(|found| found.mode),
            Mount::Tmpfs(tmpfs) if tmpfs.copy_up != Some(CopyUp::No) => {
                in_image.map(|found| found.mode)
            }
            Mount::Tmpfs(_) | Mount::Other(_) => None,
        };
        Some(((real.to_owned(), Some(mount)), mode?))
    }

    /// The mount that a path of the container lies in: the deepest, and of two at one place the last.
    fn mounted_over(&self, path: &Path) -> Option<&'a Setting<Mount>> {
        let covers = |mount: &&'a Setting<Mount>| {
            let at = mount.value.destination();
            at.is_some_and(|at| path.starts_with(at.as_str()))
        };
        let depth =
            |mount: &&'a Setting<Mount>| mount.value.destination().map(|at| at.as_str().len());
        self.spec.mounts.iter().filter(covers).max_by_key(depth)
    }

    /// What a script's first line names, where the file is a script: `#!INTERPRETER [ARGUMENT]`.
    fn interpreter(&self, path: &Path, mount: Option<&Setting<Mount>>) -> Option<String> {
        let script = match mount.map(|mount| &mount.value) {
            Some(Mount::Bind(bind)) => {
                let opened =
                    self.host
                        .open_file(&behind(bind, path)?, LARGEST_SCRIPT, Links::Refuse);
                opened.ok()?.bytes
            }
            _ => self.files.read(path, LARGEST_SCRIPT)?,
        };
        let line = script
            .strip_prefix(b"#!")?
            .split(|byte| *byte == b'\n')
            .next()?;
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split_ascii_whitespace();
        let interpreter = words.next()?;
        let is_env = Path::new(interpreter).file_name()? == "env";
        match words
            .next()
            .filter(|word| is_env && !word.starts_with('-') && !word.contains('='))
        {
            Some(name) => Some(name.to_owned()),
            None => Some(interpreter.to_owned()),
        }
    }
}

/// The path of this host behind one of the container below a bind.
fn behind(bind: &Bind, path: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(bind.destination.as_str()).ok()?;
    Some(bind.source.path.join(below))
}

#[cfg(test)]
mod tests;
