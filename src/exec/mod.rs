//! The only starter of processes.
//!
//! A program is always named by its absolute path and gets exactly the environment that is handed over. `no_new_privs` is
//! never set on the way: rootless podman needs its set-uid newuidmap.

#![expect(clippy::disallowed_types, reason = "the room that starts processes")]

mod handed;
mod size;

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, IsTerminal as _, Read};
use std::ops::Range;
use std::os::fd::{AsFd as _, RawFd};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use nix::errno::Errno;

use self::handed::Handed;
use crate::host;
use crate::problem::Problem;

pub(crate) use self::handed::MOST_HANDED;
pub(crate) use self::size::outlive_size_limit;

/// The most a program may answer, in bytes: the longest image inspection seen is a tenth of it.
const LONGEST_STDOUT: u64 = 4 << 20;
/// The most that is kept of its standard error, in bytes.
const LONGEST_STDERR: u64 = 64 << 10;
/// The first descriptor of socket activation, `sd_listen_fds(3)`.
const LISTEN_START: RawFd = 3;

/// A whole environment: names and values.
pub(crate) type Variables = [(OsString, OsString)];

/// What a program said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Its whole standard output.
    pub stdout: Vec<u8>,
    /// Its standard error, cut after 64 KiB.
    pub stderr: Vec<u8>,
}

impl Answer {
    /// The standard output of a program that succeeded.
    ///
    /// # Errors
    /// It did not: `doing` completes "podman failed to …", and the program's own last line follows.
    pub(crate) fn success(self, doing: &str) -> Result<Vec<u8>, Problem> {
        if self.code == Some(0) {
            return Ok(self.stdout);
        }
        let said = String::from_utf8_lossy(&self.stderr);
        let last = said.lines().rfind(|line| !line.trim().is_empty());
        let last = last.unwrap_or("it did not say why").trim();
        Err(Problem::new(format!("podman failed to {doing}: {last}")))
    }
}

/// Becomes another program: same process, same signals, same exit code. Returns only when that failed.
///
/// Descriptors inherited from the caller are closed first; `LISTEN_FDS` of them stay when `variables` name it. Each of
/// `texts`, of at most [`MOST_HANDED`] bytes, can be read once by the program, in the file whose path `words` is given.
#[must_use]
pub(crate) fn replace(
    path: &Path,
    variables: &Variables,
    texts: &[Vec<u8>],
    words: &dyn Fn(&[PathBuf]) -> Vec<OsString>,
) -> Problem {
    let handed = close_inherited(&listening(variables))
        .and_then(|()| texts.iter().map(|text| Handed::new(text)).collect());
    let handed: Vec<Handed> = match handed {
        Ok(handed) => handed,
        Err(problem) => return problem,
    };
    let paths: Vec<PathBuf> = handed.iter().map(Handed::path).collect();
    let mut command = command(path, &words(&paths), variables);
    size::forget();
    let error = command.exec();
    cannot_start(path, &error)
}

/// Runs a program with nothing to read and returns what it said.
///
/// # Errors
/// It cannot be started, or says more than 4 MiB.
pub(crate) fn ask(
    path: &Path,
    args: &[OsString],
    variables: &Variables,
) -> Result<Answer, Problem> {
    let mut child = command(path, args, variables)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(path, &error))?;
    listen(&mut child).map_err(|error| {
        let _ = child.kill();
        let _ = child.wait();
        Problem::new(format!("\"{}\" cannot be heard: {error}", path.display()))
    })
}

/// Runs a program before the eyes of the user: both its outputs go to our standard error, since our standard output
/// belongs to the container. It may ask something when we stand at a terminal, but never reads what is piped in for the
/// container.
///
/// # Errors
/// It cannot be started.
pub(crate) fn show(
    path: &Path,
    args: &[OsString],
    variables: &Variables,
) -> Result<ExitStatus, Problem> {
    let run = || {
        let stdin = if io::stdin().is_terminal() {
            Stdio::inherit()
        } else {
            Stdio::null()
        };
        let stdout = io::stderr().as_fd().try_clone_to_owned()?;
        command(path, args, variables)
            .stdin(stdin)
            .stdout(stdout)
            .status()
    };
    run().map_err(|error| cannot_start(path, &error))
}

fn command(path: &Path, args: &[OsString], variables: &Variables) -> Command {
    let mut command = Command::new(path);
    command.args(args).env_clear();
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    command
}

fn listen(child: &mut Child) -> io::Result<Answer> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both at once: a program that blocks on a full stderr would never finish its stdout.
    let (stdout, stderr) = thread::scope(|scope| {
        let stderr = scope.spawn(|| {
            let mut stderr = stderr;
            let text = read(stderr.as_mut(), LONGEST_STDERR);
            // The rest is thrown away, not left in the pipe.
            stderr.map(|mut rest| io::copy(&mut rest, &mut io::sink()));
            text
        });
        let stdout = read(stdout, LONGEST_STDOUT.saturating_add(1));
        (stdout, stderr.join().unwrap_or_else(|_| Ok(Vec::new())))
    });
    let (stdout, stderr) = (stdout?, stderr?);
    if u64::try_from(stdout.len()).map_or(true, |length| length > LONGEST_STDOUT) {
        let what = format!("it says more than {LONGEST_STDOUT} bytes");
        return Err(io::Error::other(what));
    }
    Ok(Answer {
        code: child.wait()?.code(),
        stdout,
        stderr,
    })
}

fn read(source: Option<impl Read>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(source) = source {
        source.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Everything Rust opens is close-on-exec, so a descriptor that is not was handed down by the process that started us, maybe by
/// accident, and podman would hand it on (CVE-2024-21626 was one). Marking them would need `unsafe`; as nothing of this
/// process uses them, they can as well be closed.
fn close_inherited(keep: &Range<RawFd>) -> Result<(), Problem> {
    for descriptor in host::inherited_descriptors()? {
        if descriptor >= LISTEN_START && !keep.contains(&descriptor) {
            nix::unistd::close(descriptor).map_err(|error| {
                Problem::new(format!("descriptor {descriptor} cannot be closed: {error}"))
            })?;
        }
    }
    Ok(())
}

fn listening(variables: &Variables) -> Range<RawFd> {
    let count = variables.iter().find(|(name, _)| name == "LISTEN_FDS");
    let count = count.and_then(|(_, count)| count.to_str()?.parse::<RawFd>().ok());
    LISTEN_START..LISTEN_START.saturating_add(count.unwrap_or(0).max(0))
}

fn cannot_start(path: &Path, error: &io::Error) -> Problem {
    let name = path.file_name().unwrap_or(OsStr::new("the program"));
    let (name, path) = (name.display(), path.display());
    let errno = error.raw_os_error().map(Errno::from_raw);
    match (errno, error.kind()) {
        (Some(Errno::E2BIG), _) => Problem::new(format!(
            "{name}'s command line and environment are longer than the kernel takes"
        ))
        .instead("put long values into files: --env-file, --secret or a volume"),
        (None, ErrorKind::InvalidInput) => Problem::new(format!(
            "{name}'s command line or environment would contain a NUL byte"
        ))
        .instead("remove the NUL byte"),
        (Some(Errno::ENOENT), _) => Problem::new(format!(
            "\"{path}\" does not exist, or its interpreter does not"
        ))
        .instead(format!("install {name}")),
        _ => Problem::new(format!("\"{path}\" cannot be started: {error}")),
    }
}

#[cfg(test)]
mod tests;
