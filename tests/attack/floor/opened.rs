//! What opens a part of the floor opens that part and no other.

use super::run::{Image, plain, safe, safe_of};
use super::table::{ANSWERS, FOREIGN, PASSES, any_fits, faults, opened};
use crate::engine::Engine;
use crate::harness::Tested;

/// Each capability, and the lines that it is for.
const OPENED_BY: &[(&str, &[&str])] = &[
    (
        "NET_RAW",
        &[
            "socket AF_PACKET*",
            "socketpair AF_PACKET*",
            "inet* PACKET*",
        ],
    ),
    (
        "SYS_PTRACE",
        &[
            "ptrace *",
            "process_vm_*",
            "kcmp",
            "pidfd_getfd",
            "process_madvise",
        ],
    ),
    (
        "NET_ADMIN",
        &[
            "netlink SOCK_DIAG*",
            "netlink XFRM*",
            "netlink NETFILTER*",
            "netlink GENERIC*",
        ],
    ),
    ("AUDIT_WRITE", &["netlink AUDIT*"]),
    ("SYS_CHROOT", &["chroot"]),
];

pub(super) fn a_capability_opens_what_it_is_for(engine: &Engine) -> Tested {
    let without = safe(engine, &[], &[]);
    for (capability, lines) in OPENED_BY {
        let flags = [
            &format!("--cap-add={capability}"),
            "--allow=cap-privilege=it is what is tried",
        ];
        let with = safe(engine, &flags, &[]);
        let meant: Vec<&String> = with.keys().filter(|name| any_fits(lines, name)).collect();
        assert_eq!(opened(&with, &without), meant, "{capability}");
        assert_eq!(opened(&without, &with).first(), None, "{capability}");
    }
    Ok(())
}

/// What passes as well with `nesting: true`. clone3 does not: nobody could see which namespaces it makes.
const NESTING: &[&str] = &[
    "unshare *",
    "clone *",
    "setns *",
    "mount*",
    "umount2",
    "pivot_root",
    "chroot",
    "fs*",
    "move_mount",
    "open_tree",
    "sethostname",
    "setdomainname",
];

/// Nothing but namespaces and mounts, and inside a new user namespace nothing else either.
pub(super) fn nesting_opens_namespaces_and_mounts(engine: &Engine) -> Tested {
    let profile = engine.profile("nesting", "nesting: true\n");
    let flags = [&*profile, "--allow=user-namespaces=it is what is tried"];
    for words in [&[][..], &["inside"]] {
        let faults = faults(
            &safe(engine, &flags, words),
            &[PASSES, NESTING],
            &[&[FOREIGN], ANSWERS],
        );
        assert!(faults.is_empty(), "{words:?}: {faults:#?}");
    }
    for (name, answer) in safe(engine, &flags, &["enter"]) {
        let is_meant = matches!(
            &*name,
            "enter by unshare" | "enter by clone" | "inside capabilities" | "inside mount tmpfs"
        );
        assert_eq!(answer == "allowed", is_meant, "{name}: {answer}");
    }
    let refused = safe_of(engine, Image::Native, &[&profile], &["true"]);
    assert!(refused.stderr.contains("[user-namespaces]"), "{refused:#?}");
    Ok(())
}

/// `seccomp: engine` is what plain podman would take, with the capabilities of ours.
pub(super) fn the_engine_s_filter_is_the_engine_s(engine: &Engine) -> Tested {
    let profile = engine.profile("engine", "seccomp: engine\n");
    let flags = [&*profile, "--allow=seccomp-engine=it is what is tried"];
    let ours = safe(engine, &flags, &[]);
    let plain = plain(engine, &["--cap-drop=all"], &[]);
    let other = |name: &&String| ours[*name] != plain[*name];
    let other: Vec<&String> = plain.keys().filter(other).collect();
    assert!(other.is_empty(), "not the engine's: {other:?}");
    assert_eq!(ours.len(), plain.len());
    let refused = safe_of(engine, Image::Native, &[&profile], &["true"]);
    assert!(refused.stderr.contains("[seccomp-engine]"), "{refused:#?}");
    Ok(())
}
