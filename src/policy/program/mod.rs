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

/// A file that the kernel executes for the container to start.
pub(super) struct Program<'a> {
    /// Its path in the container.
    pub path: PathBuf,
    /// What is mounted there; none when it is the image's own.
    pub mount: Option<&'a Setting<Mount>>,
    /// Who says that it is started.
    pub origin: Origin,
}

/// What the kernel executes: the program that starts, and where that is a script its interpreter, which is another one where
/// the interpreter is a script or env(1). Empty when it cannot be told.
pub(super) fn programs<'a>(spec: &'a Spec, facts: &Facts<'_>) -> Vec<Program<'a>> {
    let layers = facts.image.map_or(&[][..], |image| &image.layers);
    let container = Container {
        spec,
        image: facts.image,
        host: facts.host,
        files: facts.host.image_files(layers),
    };
    let mut programs = Vec::new();
    let Some((word, origin)) = first_word(spec, facts.image) else {
        return programs;
    };
    let mut next = container.locate(&word);
    while let Some((path, mount)) = next.filter(|_| programs.len() <= MOST_SCRIPTS) {
        next = container
            .interpreter(&path, mount)
            .and_then(|word| container.locate(&word));
        let origin = origin.clone();
        programs.push(Program {
            path,
            mount,
            origin,
        });
    }
    programs
}

/// The word that names the program, and who says it.
fn first_word(spec: &Spec, image: Option<&ImageConfig>) -> Option<(String, Origin)> {
    let asked = spec.passed(&flags::ENTRYPOINT).last();
    if let Some(asked) = asked {
        // podman takes what is no list of words for one word, blanks and all.
        let words = serde_json::from_str::<Vec<String>>(&asked.value);
        let word = words.map_or(Some(asked.value.clone()), |words| words.into_iter().next());
        if let Some(word) = word.filter(|word| !word.is_empty()) {
            return Some((word, asked.origin.clone()));
        }
    }
    let of_image = |words: &[String], what| Some((words.first()?.clone(), Origin::Image(what)));
    let entrypoint = image.filter(|_| asked.is_none());
    if let Some(found) = entrypoint.and_then(|image| of_image(&image.entrypoint, "ENTRYPOINT")) {
        return Some(found);
    }
    match (spec.command.first(), image) {
        // Without the image it is not known whether the word is an argument.
        (Some(word), Some(_)) => Some((word.to_str()?.to_owned(), spec.image.origin.clone())),
        (None, Some(image)) if asked.is_none() => of_image(&image.cmd, "CMD"),
        _ => None,
    }
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
    /// The file that a word leads to: a path from the working directory, or a name in the container's search path.
    fn locate(&self, word: &str) -> Option<Found<'a>> {
        let workdir = self.workdir();
        if word.contains('/') {
            return self.file(&workdir.join(word)).map(|(found, _)| found);
        }
        let search = self.variable("PATH");
        let mut directories = search.as_deref().unwrap_or(PATH).split(':');
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
