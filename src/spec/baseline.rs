//! What every container gets when nobody asks for anything: the weakest layer, written as flags like any other.

use std::path::Path;
use std::sync::Arc;

use crate::origin::Origin;
use crate::podman::args::FlagValue;
use crate::podman::flags::{self, Flag};
use crate::problem::Problem;

/// One value of the baseline.
#[derive(Debug)]
pub struct Default {
    /// The flag.
    pub flag: &'static Flag,
    /// Its value.
    pub value: &'static str,
    /// Why, for `--explain` and the man page.
    pub why: &'static str,
}

const fn row(flag: &'static Flag, value: &'static str, why: &'static str) -> Default {
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
        &flags::USER,
        USER_AUTO,
        "root in the container is root on the host's files",
    ),
    row(
        &flags::USERNS,
        "host",
        "said aloud, so that no containers.conf says it otherwise",
    ),
    row(
        &flags::PRIVILEGED,
        "false",
        "no containers.conf may switch it on",
    ),
    row(
        &flags::SECURITY_OPT,
        "no-new-privileges",
        "a setuid program in the image gains nothing",
    ),
    row(
        &flags::SECCOMP_POLICY,
        "default",
        "the image may not bring its own filter",
    ),
    row(
        &flags::READ_ONLY,
        "true",
        "what cannot be written cannot be planted",
    ),
    row(
        &flags::READ_ONLY_TMPFS,
        "false",
        "podman's own writable directories have no size limit and allow exec",
    ),
    row(
        &flags::TMPFS,
        "/tmp:rw,nosuid,nodev,noexec,size=64m,mode=1777",
        "scratch space, bounded, nothing in it can be run",
    ),
    row(
        &flags::IMAGE_VOLUME,
        "anonymous",
        "each VOLUME of the image is a mount of its own, as podman makes it",
    ),
    row(&flags::NETWORK, "private", "a network namespace of its own"),
    row(
        &flags::PUBLISH_ALL,
        "false",
        "the image does not choose the ports",
    ),
    row(
        &flags::SYSCTL,
        "net.ipv4.ip_unprivileged_port_start=0",
        "a server binds port 80 without a capability, in a network of its own",
    ),
    row(&flags::PID, "private", "sees no other processes"),
    row(&flags::IPC, "private", "shares no memory with others"),
    row(&flags::UTS, "private", "has its own host name"),
    row(
        &flags::CGROUPNS,
        "private",
        "does not see the host's cgroup tree",
    ),
    row(&flags::CGROUPS, "enabled", "limits need cgroups"),
    row(
        &flags::MEMORY,
        "512m",
        "one container cannot exhaust the host",
    ),
    row(&flags::CPUS, "1", "one container cannot starve the host"),
    row(&flags::PIDS_LIMIT, "256", "a fork bomb stays inside"),
    row(&flags::ULIMIT, "nofile=1024:4096", "open files are bounded"),
    row(
        &flags::ULIMIT,
        "nproc=4096:4096",
        "processes of the user are bounded",
    ),
    row(
        &flags::ULIMIT,
        "core=0:0",
        "no core dumps with the process's memory",
    ),
    row(&flags::SHM_SIZE, "64m", "shared memory is bounded"),
    row(
        &flags::OOM_SCORE_ADJ,
        "0",
        "never spared when memory runs out",
    ),
    row(&flags::RESTART, "no", "a crash is not a loop"),
    row(
        &flags::ENV_HOST,
        "false",
        "the caller's environment stays outside",
    ),
    row(
        &flags::HTTP_PROXY,
        "false",
        "proxy variables may hold credentials",
    ),
    row(
        &flags::LOG_DRIVER,
        "k8s-file",
        "output is kept, in a file with a limit",
    ),
    row(
        &flags::LOG_OPT,
        "max-size=10m",
        "a log cannot fill the disk",
    ),
    row(&flags::SYSTEMD, "false", "no writable cgroup for an init"),
    row(
        &flags::SDNOTIFY,
        "ignore",
        "no notify socket in the container",
    ),
];

/// The baseline as a layer.
///
/// # Errors
/// Never, as the tests show: every row is a flag with a value that parses.
pub fn layer() -> Result<Vec<FlagValue>, Problem> {
    let base: Arc<Path> = Path::new("/").into();
    let mut given = Vec::new();
    for row in BASELINE {
        given.extend(FlagValue::read(
            row.flag,
            row.value,
            &Origin::Baseline,
            &base,
        )?);
    }
    Ok(given)
}

/// Why the baseline has this flag; the first row where there are several.
pub fn why(flag: &Flag) -> Option<&'static str> {
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
