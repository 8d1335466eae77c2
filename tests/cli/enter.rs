//! Into a mount namespace, and out of a process with what it took.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::{Gid, Pid, Uid};

use crate::harness::Skip;
use crate::stand_in::Caller;

/// Copies a program in a process of its own: while a file of ours is open for writing, a child that another test is just
/// starting holds it too, and then it cannot be run.
pub(crate) fn install(from: &Path, to: &Path) {
    let status = Command::new("/usr/bin/install")
        .args(["-m", "755"])
        .args([from, to])
        .status();
    assert!(status.unwrap().success());
}

pub(crate) fn read_all(pipe: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Waits for the end of a process and gives the processor time that it took, before it is gone.
pub(crate) fn time_used(pid: u32) -> Duration {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    waitid(Id::Pid(Pid::from_raw(pid.try_into().unwrap())), flags).unwrap();
    let stat = fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}

/// Arguments for `unshare`, and the command inside that puts the caller's identity back.
pub(crate) fn namespace(caller: Caller) -> Result<[Vec<String>; 2], Skip> {
    let words = |text: &str| {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let enter = match (Uid::effective().is_root(), caller) {
        (true, Caller::Invoker) => ["--mount".into(), String::new()],
        (true, Caller::Nobody) => [
            "--mount".into(),
            "/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all".into(),
        ],
        (false, Caller::Invoker) => {
            let (uid, gid) = (Uid::effective(), Gid::effective());
            let back = format!("/usr/bin/unshare --user --map-user={uid} --map-group={gid}");
            ["--user --map-root-user --mount".into(), back]
        }
        (false, Caller::Nobody) => return Err(Skip::new("needs root")),
    };
    let enter = enter.map(|text| words(&text));
    let [outer, inner] = &enter;
    let tried = Command::new("/usr/bin/unshare")
        .args(outer)
        .arg("/usr/bin/env")
        .args(inner)
        .arg("true")
        .output();
    match tried {
        Ok(output) if output.status.success() => Ok(enter),
        Ok(output) => Err(Skip(format!(
            "no mount namespace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
        Err(error) => Err(Skip(format!("unshare: {error}"))),
    }
}
