//! What is read, what is refused, and what podman makes of it.

use serde_json::{Value, json};

use super::super::*;
use super::{calls, default_filter, default_profile, parse};

/// `linux.seccomp` as podman writes it.
fn oci(filter: &Filter) -> Value {
    let rule = |rule: &FilterRule| {
        let args = rule.args.iter().map(|arg| {
            json!({"index": arg.index, "value": arg.value, "valueTwo": arg.value_two, "op": arg.operator.oci()})
        });
        let mut json = json!({"names": rule.names, "action": rule.action.oci()});
        if let Some(errno) = rule.action.errno() {
            json["errnoRet"] = errno.into();
        }
        if !rule.args.is_empty() {
            json["args"] = args.collect();
        }
        json
    };
    json!({
        "defaultAction": filter.default.oci(),
        "defaultErrnoRet": filter.default.errno(),
        "architectures": filter.arches.iter().map(|arch| arch.oci()).collect::<Vec<_>>(),
        "syscalls": filter.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

#[test]
fn a_written_profile_reads_back_the_same() {
    let mut profile = SeccompProfile::denying(&default_profile(), &calls(&["mkdir", "chmod"]));
    profile.flags.insert(FilterFlag::Log);
    profile.groups[0].includes.min_kernel = Some("4.8".to_owned());
    profile.listener = Some(Listener {
        path: "/run/x".to_owned(),
        metadata: "\"\n".to_owned(),
    });
    assert_eq!(
        SeccompProfile::parse(profile.to_json().as_bytes()).unwrap(),
        profile
    );
    assert_eq!(profile.to_json(), profile.clone().to_json());
    let listed =
        parse(&json!({"defaultAction": "SCMP_ACT_TRAP", "architectures": ["SCMP_ARCH_ARM"]}))
            .unwrap();
    assert_eq!(
        SeccompProfile::parse(listed.to_json().as_bytes()).unwrap(),
        listed
    );
}

#[test]
fn what_podman_writes_reads_as_what_was_resolved() {
    let resolved = default_filter(&["CAP_NET_ADMIN", "CAP_SYS_PTRACE"]);
    let config = oci(&resolved);
    assert_eq!(Filter::from_oci(&config).unwrap(), resolved);
    for hostile in [
        json!(null),
        json!({}),
        json!([]),
        json!({"defaultAction": ""}),
        json!({"defaultAction": "scmp_act_errno"}),
        json!({"defaultAction": "SCMP_ACT_ERRNO", "archMap": []}),
        json!({"defaultAction": "SCMP_ACT_ERRNO", "Syscalls": []}),
        json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"]}]}),
    ] {
        assert!(Filter::from_oci(&hostile).is_err(), "{hostile}");
    }
}

#[test]
fn gates_follow_the_engine() {
    let group = |gates: Value| {
        let mut group = json!({"names": ["bpf"], "action": "SCMP_ACT_ALLOW"});
        group
            .as_object_mut()
            .unwrap()
            .extend(gates.as_object().unwrap().clone());
        let profile =
            parse(&json!({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [group]})).unwrap();
        !profile
            .resolve(Arch::X8664, &["CAP_BPF", "CAP_CHOWN"])
            .rules
            .is_empty()
    };
    assert!(group(json!({})));
    assert!(group(
        json!({"includes": {"caps": ["CAP_BPF", "CAP_CHOWN"]}})
    ));
    assert!(!group(
        json!({"includes": {"caps": ["CAP_BPF", "CAP_SYS_ADMIN"]}})
    ));
    assert!(!group(
        json!({"excludes": {"caps": ["CAP_BPF", "CAP_SYS_ADMIN"]}})
    ));
    assert!(group(json!({"includes": {"arches": ["amd64", "arm64"]}})));
    assert!(!group(
        json!({"includes": {"arches": ["SCMP_ARCH_X86_64"]}})
    ));
    assert!(!group(json!({"excludes": {"arches": ["amd64"]}})));
    // podman applies such a rule on every kernel, and so is it judged.
    assert!(group(json!({"includes": {"minKernel": "99.0"}})));
    let mapped = default_profile();
    assert_eq!(
        mapped.resolve(Arch::X8664, &[]).arches,
        [Arch::X8664, Arch::X86, Arch::X32]
    );
    assert_eq!(mapped.resolve(Arch::Riscv64, &[]).arches, []);
}

/// Each text must be refused with a message that has the part.
fn refused(cases: &[(&str, &str)]) {
    for (text, part) in cases {
        let text = text.replace("DENY", r#""defaultAction":"SCMP_ACT_ERRNO""#);
        let problem = SeccompProfile::parse(text.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(problem.contains(part), "{text} gave {problem}");
    }
}

#[test]
fn what_switches_seccomp_off_or_is_no_profile_is_refused() {
    refused(&[
        ("{}", "switches seccomp off"),
        (r#"{"syscalls":[]}"#, "switches seccomp off"),
        (
            r#"{"defaultAction":null,"syscalls":null}"#,
            "switches seccomp off",
        ),
        (
            r#"{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#,
            "defaultAction",
        ),
        (r#"{"defaultAction":""}"#, "not a seccomp action"),
        ("", "not a seccomp profile"),
        ("null", "not a seccomp profile"),
        ("[]", "not a seccomp profile"),
        ("{DENY} {}", "trailing"),
        (r#"{DENY,"syscalls":[null]}"#, "not a seccomp profile"),
        (&"[".repeat(100_000), "not a seccomp profile"),
        (&format!("{{DENY{}}}", " ".repeat(MAX_BYTES)), "too large"),
    ]);
    assert!(SeccompProfile::parse(b"{\"defaultAction\":\"SCMP_ACT_ERRNO\xff\"}").is_err());
}

#[test]
fn a_profile_that_says_two_things_is_refused() {
    refused(&[
        ("{DENY,DENY}", "duplicate field"),
        (
            r#"{DENY,"DefaultAction":"SCMP_ACT_ALLOW"}"#,
            "unknown field",
        ),
        (
            r#"{"defaultAction":"SCMP_ACT_ALOW"}"#,
            "did you mean SCMP_ACT_ALLOW?",
        ),
        (r#"{DENY,"defaultErrnoRet":4096}"#, "not an error number"),
        (r#"{DENY,"defaultErrnoRet":-1}"#, "not a seccomp profile"),
        (
            r#"{DENY,"defaultErrnoRet":1,"defaultErrno":"ENOSYS"}"#,
            "keep one of the two",
        ),
        (r#"{DENY,"defaultErrno":"ENONSENSE"}"#, "not an error name"),
        (
            r#"{DENY,"flags":["SECCOMP_FILTER_FLAG_LOGS"]}"#,
            "did you mean SECCOMP_FILTER_FLAG_LOG?",
        ),
        (r#"{DENY,"architectures":["amd64"]}"#, "not an architecture"),
        (
            r#"{DENY,"architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_ARM"}]}"#,
            "keep one of the two",
        ),
        (r#"{DENY,"listenerMetadata":"x"}"#, "without a listenerPath"),
    ]);
}

#[test]
fn a_rule_that_says_two_things_is_refused() {
    for (more, part) in [
        (r#""errnoRet":1"#, "takes no error number"),
        (r#""name":"write""#, "beside \"names\""),
        (r#""action":"SCMP_ACT_LOG""#, "duplicate field"),
        (r#""priority":1"#, "unknown field"),
        (r#""includes":{"cap":[]}"#, "unknown field"),
        (
            r#""args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]"#,
            "not the index",
        ),
        (
            r#""args":[{"index":0,"value":0,"op":"SCMP_CMP_EQU"}]"#,
            "did you mean SCMP_CMP_EQ?",
        ),
        (
            r#""args":[{"index":0,"value":-1,"op":"SCMP_CMP_EQ"}]"#,
            "not a seccomp profile",
        ),
        (
            r#""args":[{"value":0,"op":"SCMP_CMP_EQ"}]"#,
            "missing field",
        ),
        (r#""args":[null]"#, "not a seccomp profile"),
    ] {
        let rule = r#"{"names":["read"],"action":"SCMP_ACT_ALLOW",MORE}"#.replace("MORE", more);
        refused(&[(&format!(r#"{{DENY,"syscalls":[{rule}]}}"#), part)]);
    }
    let seven = [r#"{"index":0,"value":0,"op":"SCMP_CMP_EQ"}"#; 7].join(",");
    let seven = format!(
        r#"{{DENY,"syscalls":[{{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{seven}]}}]}}"#
    );
    refused(&[
        (&seven, "at most six"),
        (
            r#"{DENY,"syscalls":[{"names":[""],"action":"SCMP_ACT_ALLOW"}]}"#,
            "not a system call",
        ),
    ]);
}

#[test]
fn the_spellings_podman_reads_are_read() {
    let profile = parse(&json!({"defaultAction": "SCMP_ACT_KILL", "syscalls": [
        {"name": "read", "names": [], "action": "SCMP_ACT_ERRNO", "errno": "EINVAL", "args": null, "includes": null},
        {"names": ["write"], "action": "SCMP_ACT_ERRNO", "errno": "38", "errnoRet": 38},
        {"names": ["open"], "action": "SCMP_ACT_ERRNO"}]})).unwrap();
    assert_eq!(profile.default, FilterAction::KillThread);
    let actions: Vec<_> = profile
        .groups
        .iter()
        .map(|group| group.rule.action)
        .collect();
    assert_eq!(
        actions,
        [
            FilterAction::Errno(22),
            FilterAction::Errno(38),
            FilterAction::Errno(1)
        ]
    );
    assert_eq!(profile.groups[0].rule.names, ["read"]);
}
