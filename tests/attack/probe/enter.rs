//! The attack itself: a user namespace, in which a process without any capability has all of them, and what it then reaches.
//! Here the calls are run. All that they change is the namespaces, and those are gone with the process.

use std::fs;
use std::process::ExitCode;

use crate::ask::exit;
use crate::call::syscall;
use crate::say;

/// CLONE_NEWUSER, _NEWNET and _NEWNS.
const NEW: u64 = 0x1000_0000 | 0x4000_0000 | 0x2_0000;
const SIGCHLD: u64 = 17;

/// Tries each way, in a child of its own.
pub fn enter() -> ExitCode {
    let ways: [(&str, fn() -> i64); 3] = [
        ("unshare", || syscall(272, [NEW, 0, 0, 0, 0, 0])),
        ("clone", || syscall(56, [NEW | SIGCHLD, 0, 0, 0, 0, 0])),
        ("clone3", || {
            let args = [NEW, 0, 0, 0, SIGCHLD, 0, 0, 0];
            syscall(
                435,
                [args.as_ptr().expose_provenance() as u64, 64, 0, 0, 0, 0],
            )
        }),
    ];
    for (name, way) in ways {
        in_child(|| {
            let answer = way();
            if answer > 0 {
                wait(answer);
                return;
            }
            tell(&format!("enter by {name}"), answer);
            if answer == 0 {
                attack();
            }
        });
    }
    ExitCode::SUCCESS
}

/// Enters by unshare and goes on there.
pub fn entered(then: fn() -> ExitCode) -> ExitCode {
    match syscall(272, [NEW, 0, 0, 0, 0, 0]) {
        0 => {
            map();
            then()
        }
        error => {
            tell("enter by unshare", error);
            ExitCode::FAILURE
        }
    }
}

/// What is reached from inside.
fn attack() {
    map();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = line.and_then(|line| u64::from_str_radix(line.trim(), 16).ok());
    // CAP_NET_ADMIN and CAP_SYS_ADMIN.
    let has = |all: u64| all >> 12 & 1 == 1 && all >> 21 & 1 == 1;
    tell(
        "inside capabilities",
        if capabilities.is_some_and(has) { 0 } else { -1 },
    );
    tell("inside socket AF_PACKET", syscall(41, [17, 3, 0, 0, 0, 0]));
    tell("inside socket AF_ALG", syscall(41, [38, 5, 0, 0, 0, 0]));
    tell("inside socket AF_VSOCK", syscall(41, [40, 1, 0, 0, 0, 0]));
    tell(
        "inside netlink NETFILTER",
        syscall(41, [16, 3, 12, 0, 0, 0]),
    );
    // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, create): a keyring that ends with the process.
    tell(
        "inside keyctl",
        syscall(250, [0, -2_i64 as u64, 1, 0, 0, 0]),
    );
    let (kind, at) = (c"tmpfs", c"/tmp");
    let kind = kind.as_ptr().expose_provenance() as u64;
    let at = at.as_ptr().expose_provenance() as u64;
    tell(
        "inside mount tmpfs",
        syscall(165, [kind, at, kind, 0, 0, 0]),
    );
}

/// Makes it root there; what it was outside it stays.
fn map() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let id = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        line.and_then(|line| line.split_whitespace().next())
            .map(str::to_owned)
    };
    let _ = fs::write("/proc/self/setgroups", "deny");
    // The id outside is told as the overflow id once inside.
    for (file, outside) in [("uid_map", id("Uid:")), ("gid_map", id("Gid:"))] {
        let _ = fs::write(
            format!("/proc/self/{file}"),
            format!("0 {} 1", outside.unwrap_or_default()),
        );
    }
}

fn tell(name: &str, answer: i64) {
    let answer = if answer < 0 {
        crate::ask::Answer::Denied(-answer)
    } else {
        crate::ask::Answer::Allowed
    };
    say(name, &answer);
}

fn in_child(work: impl FnOnce()) {
    match syscall(56, [SIGCHLD, 0, 0, 0, 0, 0]) {
        0 => {
            work();
            exit();
        }
        child => wait(child),
    }
}

fn wait(child: i64) {
    syscall(61, [child as u64, 0, 0, 0, 0, 0]);
}
