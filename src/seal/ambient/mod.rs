//! What weakens a container without standing on its command line: containers.conf and its kin.
//!
//! Scalars of containers.conf are beaten by the flags that every run has. Lists are not: podman adds them to whatever the
//! command line says. From 4.5 on a last file of ours ([`OVERRIDE`]) empties them; for older releases the files are read
//! and a line that would add something stops the run. What is left is the seal's.

mod conf;
pub(crate) mod files;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod keys;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use self::conf::{ConfFindings, HostProgram};
use crate::digest::sha256;
use crate::env::Scrubbed;
use crate::host::{FileKind, Host};
use crate::podman::releases::conf::{self as keys_of, ConfKey};
use crate::podman::releases::files as facts;
use crate::podman::version::Version;
use crate::problem::Problem;

/// The variable that names a containers.conf which podman loads last, where the release has one.
pub(crate) const OVERRIDE: &str = facts::OVERRIDE.what;
/// The file for `--default-mounts-file`, which takes the place of every mounts.conf.
pub(crate) const MOUNTS_FILE: &str = "/dev/null";

/// What was looked at and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ambient {
    /// The files that exist, in the order podman loads them.
    pub files: Vec<PathBuf>,
    /// A line for each thing neutralised.
    pub neutralised: Vec<String>,
    /// The file for [`OVERRIDE`].
    pub overriding: Option<PathBuf>,
    /// Where podman keeps volumes, when a file says so.
    pub volume_path: Option<PathBuf>,
    /// The program of `--init`, when a file says so.
    pub init_path: Option<PathBuf>,
    /// Where `podman start` looks for hooks, when a file says so.
    pub hooks_dir: Option<Vec<PathBuf>>,
}

/// Looks at the files that this podman will load for this user, and takes out of them what no flag takes back: podman
/// gets [`Ambient::overriding`] as its last file. That one names the directories of `hooks` too: what conmon starts again
/// inherits the variable, and before podman 5.6 no other trace of `--hooks-dir`.
///
/// # Errors
/// A file is no TOML or cannot be read; it names a program that others than root may change; a line that nothing takes
/// back, of which there are more before 4.5.
pub(crate) fn neutralise(
    host: &dyn Host,
    version: Version,
    scrubbed: &Scrubbed,
    state: &Path,
    hooks: &[PathBuf],
) -> Result<Ambient, Problem> {
    let mut ambient = Ambient::default();
    for path in files::all(host, version, scrubbed) {
        let Some(text) = files::read(host, &path)? else {
            continue;
        };
        let found = conf::read(&path, &text)?;
        refuse(host, version, &path, &found)?;
        let lines = found
            .weak
            .iter()
            .filter(|weak| weak.key.key.holds_in(version));
        ambient.neutralised.extend(lines.map(|weak| {
            let (file, key) = (path.display(), weak.key.key.what.name);
            format!("{file}:{}: {key}", weak.line)
        }));
        ambient.volume_path = found.volume_path.or(ambient.volume_path);
        ambient.init_path = found.init_path.or(ambient.init_path);
        ambient.hooks_dir = found.hooks_dir.or(ambient.hooks_dir);
        ambient.files.push(path);
    }
    ambient.overriding = last_file(host, version, state, hooks)?;
    Ok(ambient)
}

/// Keeps the file for [`OVERRIDE`] below the state directory; none for a podman that does not know the variable.
///
/// # Errors
/// It cannot be written.
pub(crate) fn last_file(
    host: &dyn Host,
    version: Version,
    state: &Path,
    hooks: &[PathBuf],
) -> Result<Option<PathBuf>, Problem> {
    if !facts::OVERRIDE.holds_in(version) {
        return Ok(None);
    }
    let text = overriding(version, hooks);
    // One file for each text: runs of two releases do not replace each other's.
    let name: String = sha256(text.as_bytes()).chars().take(16).collect();
    let name = format!("containers-{name}.conf");
    host.keep(state, &name, text.as_bytes()).map(Some)
}

/// Stops the run at what nothing takes back.
fn refuse(
    host: &dyn Host,
    version: Version,
    file: &Path,
    found: &ConfFindings,
) -> Result<(), Problem> {
    let place = |line: usize, key: &str| format!("{}:{line}: {key}", file.display());
    for program in &found.programs {
        is_roots(host, program).map_err(|problem| {
            let (place, does) = (
                place(program.line, program.key.key.what.name),
                program.key.does,
            );
            Problem::new(format!("{place} {does}: {}", problem.what)).instead(
                problem
                    .instead
                    .unwrap_or_else(|| "take the line out".into()),
            )
        })?;
    }
    let stays = |key: &keys::LastingKey| {
        let is_overridden =
            facts::OVERRIDE.holds_in(version) && key.neutral(|_| String::new()).is_some();
        key.key.holds_in(version) && !is_overridden && key.key.what != keys::FLAGS_TAKE_BACK
    };
    let lasting: Vec<_> = found.weak.iter().filter(|weak| stays(weak.key)).collect();
    if lasting.is_empty() {
        return Ok(());
    }
    let line = |weak: &&conf::Weak| {
        let place = place(weak.line, weak.key.key.what.name);
        format!("{place} {}", weak.key.does)
    };
    let lines: Vec<String> = lasting.iter().map(line).collect();
    let is_neutral = |weak: &&conf::Weak| weak.key.neutral(|_| String::new()).is_some();
    let instead = if lasting.iter().all(is_neutral) {
        "take the line out, or use podman 4.8 or newer, and ask for it in a profile"
    } else {
        "take the line out: no podman takes it back"
    };
    let what = format!(
        "{}, and podman {version} lets no flag take that back",
        lines.join("; ")
    );
    Err(Problem::new(what).instead(instead))
}

/// What podman would start must not be others' to change.
fn is_roots(host: &dyn Host, program: &HostProgram) -> Result<(), Problem> {
    let path = program.path.as_path();
    let is_name = path.components().count() == 1 && !path.has_root();
    let by_name = is_name && matches!(program.key.value, keys::ConfValue::Program);
    // $BINDIR is the directory that podman itself lies in, which was looked at already.
    if by_name || path.starts_with("$BINDIR") {
        return Ok(());
    }
    if !path.is_absolute() {
        let what = format!("\"{}\" depends on the current directory", path.display());
        return Err(Problem::new(what).instead("write the whole path"));
    }
    // A path that does not exist yet can be created by any user who may write to a directory above it.
    let mut existing = path.ancestors();
    let found = existing.find(|path| {
        let kind = host.resolve(path).map(|found| found.kind);
        kind.is_ok_and(|kind| kind != FileKind::Missing)
    });
    host.trusted(found.unwrap_or(path))
}

/// The file that podman loads last.
fn overriding(version: Version, hooks: &[PathBuf]) -> String {
    let list = |entries: Vec<String>| {
        let clear = facts::APPEND
            .holds_in(version)
            .then(|| facts::APPEND.what.to_owned());
        let entries: Vec<String> = entries.into_iter().chain(clear).collect();
        format!("[{}]", entries.join(", "))
    };
    let kept = |kept: &[&str]| list(kept.iter().map(|entry| format!("\"{entry}\"")).collect());
    let mut text = String::new();
    let mut section = "";
    for key in keys::KEYS.iter().filter(|key| key.key.holds_in(version)) {
        let Some(value) = key.neutral(kept) else {
            continue;
        };
        let ConfKey { section: of, name } = key.key.what;
        if of != section {
            section = of;
            let _ = writeln!(text, "[{section}]");
        }
        let _ = writeln!(text, "{name} = {value}");
    }
    if !hooks.is_empty() {
        // A string of JSON is one of TOML.
        let quoted = |path: &PathBuf| serde_json::Value::from(path.to_string_lossy()).to_string();
        let directories = list(hooks.iter().map(quoted).collect());
        let _ = writeln!(text, "{} = {directories}", keys_of::HOOKS_DIR.what.name);
    }
    text
}

#[cfg(test)]
mod tests;
