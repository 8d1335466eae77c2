//! Programs as runtimes load them.

use serde_json::json;

use super::super::*;
use super::{default_filter, filter, named};

/// `struct sock_filter`.
fn instruction(code: u16, yes: u8, no: u8, k: u32) -> Vec<u8> {
    let ([code_0, code_1], k) = (code.to_ne_bytes(), k.to_ne_bytes());
    [vec![code_0, code_1, yes, no], k.to_vec()].concat()
}

/// runc puts this before libseccomp's program: calls newer than any that the profile names are unknown to the kernel, so that
/// a libc tries older ones. x32's are told by their bit.
fn patched(program: &[u8], last: u32) -> Vec<u8> {
    let (load, equal, greater, any_bit) = (0x20, 0x15, 0x25, 0x45);
    let x32 = 0x4000_0000;
    let prefix = [
        instruction(load, 0, 0, 4),
        instruction(equal, 0, 6, Arch::X8664.audit()),
        instruction(load, 0, 0, 0),
        instruction(any_bit, 1, 0, x32),
        instruction(greater, 2, 1, last),
        instruction(greater, 1, 0, x32 + last),
        instruction(0x05, 0, 0, 1),
        instruction(0x06, 0, 0, 0x0005_0026),
    ];
    [prefix.concat(), program.to_vec()].concat()
}

fn wider(programs: &[Vec<u8>], promised: &Filter) -> Vec<Wider> {
    LoadedFilters::read(programs).unwrap().wider_than(promised)
}

#[test]
fn what_runc_puts_before_a_program_is_read() {
    let promised = default_filter(&[]);
    let program = promised.program().unwrap();
    assert_eq!(wider(&[patched(&program, 450)], &promised), []);
    let mut less = promised.clone();
    for rule in &mut less.rules {
        rule.names.retain(|name| name != "epoll_wait");
    }
    let found = wider(&[patched(&program, 450)], &less);
    assert_eq!(named(&found), ["epoll_wait"]);
    // The number of epoll_wait on amd64 is 232, so there it does not exist any more.
    let found = wider(&[patched(&program, 231)], &less);
    assert!(
        !found.iter().any(|wider| wider.why.contains("amd64")),
        "{found:?}"
    );
}

#[test]
fn a_program_that_is_a_tree_is_read() {
    let promised = default_filter(&[]);
    let tree = promised.tree().unwrap();
    assert_ne!(tree, promised.program().unwrap());
    assert_eq!(wider(std::slice::from_ref(&tree), &promised), []);
    let admin = default_filter(&["CAP_SYS_ADMIN"]).tree().unwrap();
    let found = wider(&[admin], &promised);
    assert!(named(&found).contains(&"bpf"), "{found:?}");
}

#[test]
fn of_several_filters_each_takes_something_away() {
    let promised = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"}]}));
    let without = |name: &str| {
        filter(&json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
            {"names": [name], "action": "SCMP_ACT_ERRNO"}]}))
        .program()
        .unwrap()
    };
    let program = promised.program().unwrap();
    let more = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read", "write", "acct", "mount"], "action": "SCMP_ACT_ALLOW"}]}));
    let more = more.program().unwrap();
    assert_eq!(
        named(&wider(std::slice::from_ref(&more), &promised)),
        ["acct", "mount"]
    );
    let both = [without("acct"), more.clone()];
    assert_eq!(named(&wider(&both, &promised)), ["mount"]);
    assert_eq!(
        wider(
            &[more.clone(), without("acct"), without("mount")],
            &promised
        ),
        []
    );
    assert_eq!(wider(&[more.clone(), program.clone()], &promised), []);
    // A store, which no runtime writes.
    let unfamiliar = instruction(0x02, 0, 0, 0);
    assert!(LoadedFilters::read(std::slice::from_ref(&unfamiliar)).is_err());
    assert!(LoadedFilters::read(&[vec![0; 7]]).is_err());
    assert!(LoadedFilters::read(&[]).is_err());
    assert_eq!(wider(&[unfamiliar.clone(), program], &promised), []);
    assert_eq!(
        named(&wider(&[unfamiliar, more], &promised)),
        ["acct", "mount"]
    );
}

/// A number that this libseccomp has no name for, let through by a program.
#[test]
fn a_newer_library_of_the_runtime_knows_what_this_one_does_not() {
    let with = |names: &[&str]| {
        filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
            {"names": names, "action": "SCMP_ACT_ALLOW"}]}))
    };
    let allowing = |numbers: &[u32]| {
        let mut program = instruction(0x20, 0, 0, 0);
        for number in numbers {
            program.extend(instruction(0x15, 0, 1, *number));
            program.extend(instruction(0x06, 0, 0, 0x7FFF_0000));
        }
        program.extend(instruction(0x06, 0, 0, 0x0005_0001));
        let only = Arch::native().unwrap().audit();
        // Of another architecture: not let through.
        let before = [
            instruction(0x20, 0, 0, 4),
            instruction(0x15, 1, 0, only),
            instruction(0x06, 0, 0, 0),
        ];
        [before.concat(), program].concat()
    };
    let future = with(&["call_of_2099"]);
    assert_eq!(wider(&[allowing(&[2000])], &future), []);
    assert_eq!(wider(&[allowing(&[2000])], &with(&[])).len(), 1);
    assert_eq!(wider(&[allowing(&[2000, 2002])], &future).len(), 2);
}
