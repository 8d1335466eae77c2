//! The system call filters of a running process, read back from the kernel with ptrace(2).
//!
//! A process is stopped for that, as short as it can be, and otherwise left as it was. All is done by a thread of its own:
//! when it ends, however it ends, the kernel lets the process go. What the process was stopped for is only looked at, never
//! taken (`WNOWAIT`), so a signal that it was about to get is delivered then, and one that was stopped stays stopped.

use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

/// How long a process may take to stand still; until then it runs. One that waits for a disk, or is frozen, does not; one whose
/// control group has used up its time does when it gets some again.
const PATIENCE: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_micros(50);
/// More filters than any process has: each costs every call of it time.
const MOST_FILTERS: usize = 1024;
/// The bit of `CAP_SYS_ADMIN`.
const SYS_ADMIN: u64 = 1 << 21;
/// `/proc/self/uid_map` of who is in no user namespace but the first.
const ALL_IDS: [&str; 3] = ["0", "0", "4294967295"];

/// The programs of the filters of a process's first thread, the oldest first; or why they cannot be had, as a clause.
pub(super) fn read(pid: u32) -> Result<Vec<Vec<u8>>, String> {
    may_ask()?;
    // Stopped at the wrong moment, this process would leave the other standing.
    let stops = SigSet::from_iter([Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU]);
    let before = stops
        .thread_swap_mask(SigmaskHow::SIG_BLOCK)
        .map_err(|error| error.to_string())?;
    let looked = thread::Builder::new()
        .spawn(move || look(pid))
        .map_err(|error| error.to_string())
        .and_then(|looking| {
            let looked = looking.join();
            looked.unwrap_or_else(|_| Err("reading it went wrong".to_owned()))
        });
    let _ = before.thread_set_mask();
    looked
}

/// Nobody is stopped for a question that the kernel does not answer.
fn may_ask() -> Result<(), String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let maps = fs::read_to_string("/proc/self/uid_map").map_err(|error| error.to_string())?;
    let capabilities = field(&status, "CapEff").and_then(|set| u64::from_str_radix(set, 16).ok());
    let is_admin = capabilities.is_some_and(|set| set & SYS_ADMIN != 0);
    if !is_admin || !maps.split_whitespace().eq(ALL_IDS) {
        return Err("the kernel gives it to the host's root only".to_owned());
    }
    if field(&status, "Seccomp") != Some("0") {
        return Err("this command runs under a filter itself".to_owned());
    }
    Ok(())
}

fn look(pid: u32) -> Result<Vec<Vec<u8>>, String> {
    let ended = || format!("process {pid} ended");
    let traced = i32::try_from(pid).map(Pid::from_raw);
    let traced = traced.map_err(|_| format!("there is no process {pid}"))?;
    let seized = ptrace::seize(traced, ptrace::Options::empty());
    seized
        .and_then(|()| ptrace::interrupt(traced))
        .map_err(|error| match (error, tracer(pid)) {
            (Errno::ESRCH, _) => ended(),
            (_, Some(other)) => format!("process {other} traces process {pid} already"),
            (error, None) => format!("process {pid} may not be traced: {error}"),
        })?;
    let since = Instant::now();
    while !stands_still(traced).map_err(|_| ended())? {
        if since.elapsed() > PATIENCE {
            return Err(format!("process {pid} did not stand still"));
        }
        thread::sleep(GLANCE);
    }
    let mut programs = Vec::new();
    while programs.len() < MOST_FILTERS {
        match loaded_filter::read(pid, programs.len()) {
            Ok(program) => programs.push(program),
            Err(error) if is(&error, Errno::ENOENT) => break,
            Err(error) if is(&error, Errno::ESRCH) => return Err(ended()),
            Err(error) => return Err(format!("the kernel does not give it: {error}")),
        }
    }
    Ok(programs)
}

fn is(error: &io::Error, errno: Errno) -> bool {
    error.raw_os_error().map(Errno::from_raw) == Some(errno)
}

fn stands_still(pid: Pid) -> Result<bool, Errno> {
    let flags = WaitPidFlag::WSTOPPED
        | WaitPidFlag::WEXITED
        | WaitPidFlag::WNOWAIT
        | WaitPidFlag::WNOHANG
        | WaitPidFlag::__WALL;
    match waitid(Id::Pid(pid), flags) {
        Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => Ok(false),
        Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) => Err(Errno::ESRCH),
        // Stopped by a real-time signal, for which the library has no name.
        Ok(_) | Err(Errno::EINVAL) => Ok(true),
        Err(error) => Err(error),
    }
}

fn tracer(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let tracer = field(&status, "TracerPid")?.parse().ok()?;
    (tracer != 0).then_some(tracer)
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = status.lines();
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}
