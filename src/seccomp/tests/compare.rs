//! Filters compiled and compared.

use serde_json::{Value, json};

use super::super::*;
use super::{default_filter, default_profile, filter, lets_through, named, native};

#[test]
fn the_default_profile_compiles_with_and_without_capabilities() {
    for caps in [
        &[][..],
        &["CAP_SYS_ADMIN"],
        &["CAP_AUDIT_WRITE", "CAP_SYS_PTRACE"],
    ] {
        assert!(default_filter(caps).compile().unwrap().len() > 1);
    }
}

#[test]
fn capabilities_open_calls_of_the_default_profile() {
    let (none, admin) = (default_filter(&[]), default_filter(&["CAP_SYS_ADMIN"]));
    assert!(!lets_through(&none, "bpf", &[]));
    assert!(lets_through(&admin, "bpf", &[]));
    assert!(lets_through(&none, "read", &[]));
    assert_eq!(none.wider_than(&none.clone()), []);
    assert_eq!(none.wider_than(&admin), []);
    let wider = admin.wider_than(&none);
    assert!(named(&wider).contains(&"bpf"), "{wider:?}");
    assert!(!named(&wider).contains(&"read"), "{wider:?}");
    assert!(!named(&wider).contains(&"*"), "{wider:?}");
    let lower = default_filter(&["cap_sys_admin", "SYS_ADMIN"]);
    assert_eq!(lower, none);
}

#[test]
fn socket_conditions_are_compared() {
    let (without, with) = (default_filter(&[]), default_filter(&["CAP_AUDIT_WRITE"]));
    assert!(!lets_through(&without, "socket", &[16, 3, 9]));
    assert_eq!(without.wider_than(&with), []);
    let wider = with.wider_than(&without);
    assert_eq!(named(&wider), ["socket"]);
    assert!(
        wider[0]
            .why
            .starts_with("let through with some arguments on "),
        "{wider:?}"
    );
}

#[test]
fn one_call_more_is_one_line() {
    for name in ["acct", "kexec_load", "bpf", "s390_runtime_instr"] {
        let mut profile = default_profile();
        let mut more = profile.groups[1].clone();
        more.rule = FilterRule {
            names: vec![name.to_owned()],
            action: FilterAction::Log,
            args: Vec::new(),
        };
        for group in &mut profile.groups {
            group.rule.names.retain(|other| other != name);
        }
        profile.groups.push(more);
        let wider = profile
            .resolve(native(), &[])
            .wider_than(&default_filter(&[]));
        // A call this architecture has not got opens nothing.
        let expected: &[&str] = if name.starts_with("s390") {
            &[]
        } else {
            &[name]
        };
        assert_eq!(named(&wider), expected);
    }
}

#[test]
fn a_filter_that_allows_by_default_is_wider() {
    for action in ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"] {
        let open = filter(&json!({"defaultAction": action}));
        let wider = open.wider_than(&default_filter(&[]));
        for name in ["mount", "ptrace", "kexec_load", "add_key"] {
            let expected = !lets_through(&default_filter(&[]), name, &[]);
            assert_eq!(named(&wider).contains(&name), expected, "{action} {name}");
        }
        assert!(
            named(&wider)
                .iter()
                .any(|name| name.starts_with("numbers from ")),
            "{wider:?}"
        );
    }
    let closed = filter(&json!({"defaultAction": "SCMP_ACT_KILL_PROCESS"}));
    assert_eq!(closed.wider_than(&default_filter(&[])), []);
}

#[test]
fn conditions_are_judged_by_what_they_let_through() {
    let with = |args: Value| {
        filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": args}]}))
    };
    let arg = |op: &str, value: u64, two: u64| json!([{"index": 0, "value": value, "valueTwo": two, "op": op}]);
    let small = with(arg("SCMP_CMP_LT", 8, 0));
    for (args, fits) in [
        (arg("SCMP_CMP_EQ", 7, 0), true),
        (arg("SCMP_CMP_LE", 7, 0), true),
        (arg("SCMP_CMP_EQ", 8, 0), false),
        (arg("SCMP_CMP_EQ", 1 << 32, 0), false),
        (arg("SCMP_CMP_NE", 8, 0), false),
        (arg("SCMP_CMP_GE", 0, 0), false),
        (json!([]), false),
        (arg("SCMP_CMP_MASKED_EQ", u64::MAX, 3), true),
        (arg("SCMP_CMP_MASKED_EQ", 0xFFFF_FFFF, 3), false),
    ] {
        let other = with(args.clone());
        assert_eq!(other.wider_than(&small).is_empty(), fits, "{args}");
    }
}

#[test]
fn two_conditions_on_one_argument_are_either_or() {
    let between = json!([
        {"index": 0, "value": 1, "op": "SCMP_CMP_GE"},
        {"index": 0, "value": 5, "op": "SCMP_CMP_LE"}]);
    let between = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": between}]}));
    assert!(lets_through(&between, "personality", &[100]));
    let all = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW"}]}));
    assert_eq!(all.wider_than(&between), []);
}

#[test]
fn another_architecture_flag_or_listener_is_wider() {
    let promised = json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW"}]});
    let changed = |key: &str, value: Value| {
        let mut profile = promised.clone();
        profile[key] = value;
        filter(&profile).wider_than(&filter(&promised))
    };
    let foreign = if native() == Arch::Aarch64 {
        "SCMP_ARCH_ARM"
    } else {
        "SCMP_ARCH_X86"
    };
    if matches!(native(), Arch::X8664 | Arch::Aarch64) {
        let wider = changed("architectures", json!([foreign]));
        assert_eq!(named(&wider), ["read"], "{wider:?}");
        assert!(!wider[0].why.contains("64"), "{wider:?}");
    }
    assert_eq!(
        named(&changed("flags", json!(["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]))),
        ["*"]
    );
    assert_eq!(
        named(&changed("flags", json!(["SECCOMP_FILTER_FLAG_LOG"]))),
        [""; 0]
    );
    assert_eq!(
        named(&changed("listenerPath", json!("/run/agent.sock"))),
        ["*"]
    );
    let mut logged = promised.clone();
    logged["flags"] = json!(["SECCOMP_FILTER_FLAG_LOG"]);
    // crun turns the mitigation off when the list is empty.
    assert_eq!(
        named(&filter(&promised).wider_than(&filter(&logged))),
        ["*"]
    );
}

#[test]
fn a_name_only_a_newer_library_knows_is_not_forgotten() {
    let with =
        |syscalls: Value| filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": syscalls}));
    let plain = with(json!([]));
    let future = with(json!([{"names": ["call_of_2099"], "action": "SCMP_ACT_ALLOW"}]));
    assert!(future.compile().is_ok());
    assert_eq!(named(&future.wider_than(&plain)), ["call_of_2099"]);
    assert_eq!(plain.wider_than(&future), []);
    let refused = with(json!([
        {"names": ["call_of_2099"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["call_of_2099"], "action": "SCMP_ACT_KILL"}]));
    assert_eq!(named(&future.wider_than(&refused)), ["call_of_2099"]);
}

#[test]
fn what_does_not_compile_is_wider() {
    let plain = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO"}));
    let many: Vec<Value> = (0..5000u64)
        .map(|value| {
            json!({"names": ["personality"], "action": "SCMP_ACT_ALLOW",
            "args": [{"index": 0, "value": value, "op": "SCMP_CMP_EQ"}]})
        })
        .collect();
    let many = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": many}));
    assert_eq!(named(&many.wider_than(&plain)), ["*"]);
    assert_eq!(named(&plain.wider_than(&many)), ["*"]);
}

#[test]
fn rules_that_would_keep_the_library_busy_for_minutes_are_refused() {
    let rule = |number: u64| {
        let args = (0..6).map(|index| json!({"index": index, "value": (number * 13 + index * 7) % 61, "op": "SCMP_CMP_GT"}));
        json!({"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": args.collect::<Value>()})
    };
    let rules: Value = (0..12).map(rule).collect();
    let problem = filter(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules}))
        .compile()
        .unwrap_err();
    assert!(
        problem.to_string().contains("does not finish in time"),
        "{problem}"
    );
}

/// libseccomp compares the halves of an argument again and again; a way that asks for a low half of 0 and for a bit in it is
/// none.
#[test]
fn ways_that_no_call_takes_are_no_difference() {
    let arg = |index: u8, op: &str, value: u64| json!({"index": index, "value": value, "op": op});
    for args in [
        [
            json!([arg(1, "SCMP_CMP_LT", 1)]),
            json!([
                arg(1, "SCMP_CMP_LE", 1 << 32),
                arg(1, "SCMP_CMP_MASKED_EQ", 2)
            ]),
        ],
        [
            json!([arg(0, "SCMP_CMP_LT", 0)]),
            json!([arg(1, "SCMP_CMP_MASKED_EQ", 1), arg(0, "SCMP_CMP_NE", 0)]),
        ],
    ] {
        for actions in [["ERRNO", "ALLOW"], ["ALLOW", "ERRNO"]] {
            let rules = actions.iter().zip(&args).map(|(action, args)| {
                json!({"names": ["personality"], "action": format!("SCMP_ACT_{action}"), "args": args})
            });
            let whole = filter(
                &json!({"defaultAction": "SCMP_ACT_LOG", "syscalls": rules.collect::<Value>()}),
            );
            let mut other = whole.clone();
            other.rules.push(FilterRule {
                names: vec!["acct".to_owned()],
                action: FilterAction::KillProcess,
                args: Vec::new(),
            });
            assert_eq!(other.wider_than(&whole), [], "{args:?}");
            assert_eq!(named(&whole.wider_than(&other)), ["acct"], "{args:?}");
        }
    }
}
