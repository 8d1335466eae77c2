//! What every container gets when nobody asks for anything: the weakest layer, written as flags like any other.

use std::path::Path;
use std::sync::Arc;

use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::problem::Problem;

/// One value of the baseline.
#[derive(Debug)]
pub struct Default {
    /// The flag, a row of [`flags::FLAGS`].
    pub flag: &'static str,
    /// Its value.
    pub value: &'static str,
    /// Why, for `--explain` and the man page.
    pub why: &'static str,
}

const fn row(flag: &'static str, value: &'static str, why: &'static str) -> Default {
    Default { flag, value, why }
}

/// The word for a profile's `user: auto`.
pub const USER_AUTO: &str = "auto";

/// The baseline.
///
/// The values that depend on others or on the host (`--memory-swap`, the clamped limits, `--userns` beside a mapping,
/// the seccomp file) are worked out in [`super::build`].
pub static BASELINE: &[Default] = &[
    row(
        "user",
        USER_AUTO,
        "root in the container is root on the host's files",
    ),
    row(
        "userns",
        "host",
        "said aloud, so that no containers.conf says it otherwise",
    ),
    row("privileged", "false", "no containers.conf may switch it on"),
    row(
        "security-opt",
        "no-new-privileges",
        "a setuid program in the image gains nothing",
    ),
    row(
        "seccomp-policy",
        "default",
        "the image may not bring its own filter",
    ),
    row(
        "read-only",
        "true",
        "what cannot be written cannot be planted",
    ),
    row(
        "read-only-tmpfs",
        "false",
        "podman's own writable directories have no size limit and allow exec",
    ),
    row(
        "tmpfs",
        "/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777",
        "scratch space, bounded, nothing in it can be run",
    ),
    row(
        "image-volume",
        "tmpfs",
        "an image's VOLUMEs would be writable for ever",
    ),
    row("network", "private", "a network namespace of its own"),
    row(
        "publish-all",
        "false",
        "the image does not choose the ports",
    ),
    row("pid", "private", "sees no other processes"),
    row("ipc", "private", "shares no memory with others"),
    row("uts", "private", "has its own host name"),
    row("cgroupns", "private", "does not see the host's cgroup tree"),
    row("cgroups", "enabled", "limits need cgroups"),
    row("memory", "512m", "one container cannot exhaust the host"),
    row("cpus", "1", "one container cannot starve the host"),
    row("pids-limit", "256", "a fork bomb stays inside"),
    row("ulimit", "nofile=1024:4096", "open files are bounded"),
    row(
        "ulimit",
        "nproc=4096:4096",
        "processes of the user are bounded",
    ),
    row(
        "ulimit",
        "core=0:0",
        "no core dumps with the process's memory",
    ),
    row("shm-size", "64m", "shared memory is bounded"),
    row("oom-score-adj", "0", "never spared when memory runs out"),
    row("restart", "no", "a crash is not a loop"),
    row(
        "env-host",
        "false",
        "the caller's environment stays outside",
    ),
    row(
        "http-proxy",
        "false",
        "proxy variables may hold credentials",
    ),
    row(
        "log-driver",
        "k8s-file",
        "output is kept, in a file with a limit",
    ),
    row("log-opt", "max-size=10m", "a log cannot fill the disk"),
    row("systemd", "false", "no writable cgroup for an init"),
    row("sdnotify", "ignore", "no notify socket in the container"),
];

/// The baseline as a layer.
///
/// # Errors
/// Never, as the tests show: every row is a flag with a value that parses.
pub fn layer() -> Result<Vec<FlagValue>, Problem> {
    let base: Arc<Path> = Path::new("/").into();
    let mut given = Vec::new();
    for row in BASELINE {
        let flag = flags::by_name(row.flag)
            .ok_or_else(|| Problem::new(format!("no flag --{}", row.flag)))?;
        given.extend(FlagValue::read(flag, row.value, &Origin::Baseline, &base)?);
    }
    Ok(given)
}

/// Why the baseline has this flag; the first row where there are several.
pub fn why(flag: &str) -> Option<&'static str> {
    BASELINE
        .iter()
        .find(|row| row.flag == flag)
        .map(|row| row.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_flag_with_a_value() {
        assert_eq!(layer().unwrap().len(), BASELINE.len());
    }
}
