//! Where podman may write a file when root runs it: only root may be able to choose what is written, or to have put a link
//! in its place, and nobody may act on what stands there.
//!
//! podman and conmon open these files by name and with root's rights; conmon opens the log's name with `.tmp` behind it
//! when the log is full, and again at each restart.

use std::io::{BufRead as _, Read as _};
use std::path::{Path, PathBuf};

use super::facts::Facts;
use crate::host::{FileKind, Host, Links, Resolved, Sticky};
use crate::problem::Problem;

/// How much of a file is read to see who wrote it.
const FIRST_BYTES: u64 = 4096;
/// The most that `/proc/PID/cgroup` holds.
const CGROUP_BYTES: u64 = 1 << 16;

/// How a file of ours in /run itself ends, as the units that podman generates spell it.
const ENDINGS: [&str; 6] = [".cid", "-cid", ".ctr-id", "-ctr-id", ".pid", "-pid"];

/// Services whose process id others look up in /run and send signals to.
const SERVICES: [&str; 40] = [
    "acpid",
    "apache2",
    "atd",
    "auditd",
    "avahi-daemon",
    "chronyd",
    "containerd",
    "cron",
    "crond",
    "cupsd",
    "dbus",
    "dhclient",
    "dhcpcd",
    "dnsmasq",
    "docker",
    "exim4",
    "gssproxy",
    "haproxy",
    "httpd",
    "init",
    "irqbalance",
    "keepalived",
    "lighttpd",
    "mdadm",
    "mysqld",
    "named",
    "nginx",
    "ntpd",
    "postfix",
    "postgresql",
    "rpcbind",
    "rsyslogd",
    "smartd",
    "smbd",
    "sshd",
    "sssd",
    "syslogd",
    "systemd",
    "udevd",
    "xinetd",
];

/// May root's podman write here? `asked` is the absolute path as it was spelled, `at` where it leads.
///
/// # Errors
/// Why not: a sentence.
pub(super) fn by_root(asked: &Path, at: &Resolved, facts: &Facts<'_>) -> Result<(), Problem> {
    if let FileKind::Missing = at.kind {
        for path in [asked, &at.path] {
            let directory = nearest(path, facts.host);
            facts
                .host
                .only_changed_by(&directory, &[0], Sticky::Passed)?;
        }
    } else {
        facts.host.only_changed_by(asked, &[0], Sticky::Passed)?;
    }
    let name = at.path.file_name().map(|name| name.to_string_lossy());
    let name = name.as_deref().unwrap_or_default();
    if at.path.parent() == Some(Path::new("/run")) && at.kind != FileKind::Directory {
        is_ours_by_name(name)?;
    }
    if at.kind == FileKind::File && !is_podmans(&at.path, facts.host) {
        return Err(Problem::new(format!(
            "it is there already, and nothing that podman wrote: \"{name}\" is another program's"
        )));
    }
    Ok(())
}

/// The directory in which the first name of the path that is not there yet would be.
fn nearest(path: &Path, host: &dyn Host) -> PathBuf {
    let is_there = |directory: &&Path| {
        let found = host.resolve(directory);
        found.is_ok_and(|found| found.kind != FileKind::Missing)
    };
    let mut above = path.ancestors().skip(1);
    let directory = above.find(is_there);
    directory.unwrap_or(Path::new("/")).to_owned()
}

/// Programs look for names in /run (`nologin`, `reboot-required`), so that ours have to look like ours.
fn is_ours_by_name(name: &str) -> Result<(), Problem> {
    let Some(stem) = ENDINGS.iter().find_map(|end| name.strip_suffix(end)) else {
        let endings = ".cid, .ctr-id or .pid";
        return Err(Problem::new(format!(
            "what is in /run itself may be a sign to other programs, unless its name ends with {endings}"
        )));
    };
    if SERVICES.contains(&stem) {
        return Err(Problem::new(format!(
            "the process id of the service \"{stem}\" is looked up there"
        )));
    }
    Ok(())
}

/// A name in /run that is taken for ours.
pub(super) fn own_name(name: &str, ending: &str) -> String {
    let stem = name.strip_suffix(".pid").unwrap_or(name);
    if SERVICES.contains(&stem) {
        format!("container-{stem}.{ending}")
    } else if is_ours_by_name(name).is_ok() {
        name.to_owned()
    } else {
        format!("{}.{ending}", name.trim_start_matches('.'))
    }
}

/// Did podman or conmon write it at an earlier run? Nothing, the id of a container, the id of a process that is gone or
/// theirs, or the log of a container.
fn is_podmans(path: &Path, host: &dyn Host) -> bool {
    let mut first = Vec::new();
    let read = host.stream(path).map(|file| {
        let mut file = file.reader.take(FIRST_BYTES);
        file.read_until(b'\n', &mut first)
            .map(|_| file.fill_buf().is_ok_and(<[u8]>::is_empty))
    });
    let Ok(Ok(is_one_line)) = read else {
        return false;
    };
    let Ok(line) = std::str::from_utf8(&first) else {
        return false;
    };
    let line = line.trim_end();
    let is_id = line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    match line.parse::<u32>() {
        Ok(pid) => is_one_line && is_of_a_container(pid, host),
        Err(_) if is_one_line && (line.is_empty() || is_id) => true,
        Err(_) => is_of_a_log(line),
    }
}

/// `2026-11-27T08:00:00.000000000+00:00 stdout F text`
fn is_of_a_log(line: &str) -> bool {
    let mut words = line.splitn(4, ' ');
    let time = words.next().unwrap_or_default();
    let is_time =
        time.len() >= 20 && time.contains('T') && time.starts_with(|c: char| c.is_ascii_digit());
    is_time
        && matches!(words.next(), Some("stdout" | "stderr"))
        && matches!(words.next(), Some("F" | "P"))
}

fn is_of_a_container(pid: u32, host: &dyn Host) -> bool {
    let read = |name: &str| {
        let path = PathBuf::from(format!("/proc/{pid}/{name}"));
        let opened = host.open_file(&path, CGROUP_BYTES, Links::Refuse);
        opened.map(|file| String::from_utf8_lossy(&file.bytes).into_owned())
    };
    match (read("comm"), read("cgroup")) {
        (Ok(comm), _) if comm.trim_end() == "conmon" => true,
        (Ok(_), Ok(cgroup)) => cgroup.contains("libpod"),
        (Err(gone), _) | (_, Err(gone)) => gone.is_missing(),
    }
}
