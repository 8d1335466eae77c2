//! `deny` and `allow`: never wider than what they are built from.

use serde_json::json;

use super::super::*;
use super::{calls, default_filter, default_profile, filter, lets_through, named, native, parse};

#[test]
fn denied_calls_are_gone_and_nothing_is_won() {
    let base = default_profile();
    for names in [
        &["mkdir", "mkdirat"][..],
        &["ptrace"],
        &["socket"],
        &["bind", "shmget"],
        &["socketcall"],
        &["mount"],
        &[],
    ] {
        let profile = SeccompProfile::denying(&base, &calls(names));
        for caps in [&[][..], &["CAP_SYS_ADMIN", "CAP_AUDIT_WRITE"]] {
            let (built, whole) = (
                profile.resolve(native(), caps),
                base.resolve(native(), caps),
            );
            assert_eq!(built.wider_than(&whole), [], "{names:?} {caps:?}");
            let open = filter(
                &json!({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}),
            );
            let refused = open.wider_than(&built);
            for name in names {
                let line = refused
                    .iter()
                    .find(|wider| wider.syscall.as_deref() == Some(name))
                    .unwrap();
                assert!(!line.why.contains("some arguments"), "{line}");
            }
        }
    }
}

#[test]
fn a_denied_socket_cannot_be_had_through_socketcall() {
    let built =
        SeccompProfile::denying(&default_profile(), &calls(&["socket"])).resolve(native(), &[]);
    let only = filter(
        &json!({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86"],
        "syscalls": [{"names": ["socketcall"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}]}),
    );
    if native() == Arch::X8664 {
        assert_eq!(named(&only.wider_than(&built)), ["socketcall"]);
        assert_eq!(only.wider_than(&default_filter(&[])), []);
    }
}

#[test]
fn allowed_calls_are_all_there_is() {
    let base = default_profile();
    let profile = SeccompProfile::allowing(
        &base,
        &calls(&["read", "execve", "personality", "socket", "bpf"]),
    );
    assert_eq!(profile.default, base.default);
    for caps in [&[][..], &["CAP_SYS_ADMIN"]] {
        let built = profile.resolve(native(), caps);
        assert_eq!(built.wider_than(&base.resolve(native(), caps)), []);
        assert!(lets_through(&built, "read", &[]));
        assert!(lets_through(&built, "personality", &[8]));
        assert!(!lets_through(&built, "personality", &[1]));
        assert!(!lets_through(&built, "write", &[]));
        assert!(!lets_through(&built, "socket", &[16, 3, 9]));
        assert_eq!(lets_through(&built, "bpf", &[]), !caps.is_empty());
    }
}

#[test]
fn builds_from_a_profile_that_allows_by_default_do_not_allow_by_default() {
    let base = parse(&json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["ptrace", "socket"], "action": "SCMP_ACT_ERRNO"}]}))
    .unwrap();
    let whole = base.resolve(native(), &[]);
    let allowing =
        SeccompProfile::allowing(&base, &calls(&["read", "ptrace"])).resolve(native(), &[]);
    assert_eq!(allowing.wider_than(&whole), []);
    assert!(lets_through(&allowing, "read", &[]));
    assert!(!lets_through(&allowing, "ptrace", &[]) && !lets_through(&allowing, "write", &[]));
    let denying = SeccompProfile::denying(&base, &calls(&["read"])).resolve(native(), &[]);
    assert_eq!(denying.wider_than(&whole), []);
    assert!(!lets_through(&denying, "read", &[]) && lets_through(&denying, "write", &[]));
}
