//! `seccomp: {deny: […]}` that leaves another call for the same.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::seccomp::{Arch, SeccompProfile, Syscall, siblings_left};
use crate::spec::{Seccomp, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::SeccompSiblings,
    title: "a system call is denied, and another one that does the same is not",
    severity: Severity::Low,
    why: "the kernel has older and newer names for one thing, and a program or a C library takes the one that is left",
    instead: "deny the whole family: seccomp: {deny: [mkdir, mkdirat]}",
    references: &["syscalls(2)", "seccomp(2)"],
    bad: &["seccomp: {deny: [mkdir]}"],
    good: &["--security-opt=seccomp="],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let (Seccomp::Denying(denied), Some(arch)) = (&spec.seccomp.value, Arch::native()) else {
        return Vec::new();
    };
    let bounding = spec.bounding();
    let bounding: Vec<&str> = bounding.iter().map(String::as_str).collect();
    let filter = SeccompProfile::denying(facts.seccomp.floor, denied).resolve(arch, &bounding);
    let left = siblings_left(&filter, denied, arch);
    let origin = &spec.seccomp.origin;
    let mut hits = Vec::new();
    if !left.is_empty() {
        let all: Vec<Syscall> = denied.iter().chain(&left).cloned().collect();
        let what = format!("what is denied here can still be done by {}", list(&left));
        let instead = format!("seccomp: {{deny: [{}]}}", list(&all));
        hits.push(Hit::warn(what, origin).instead(instead));
    }
    if denied.iter().any(|call| call.as_str() == "clone") {
        let what = "clone is denied, without which no program starts a process or a thread";
        let instead = "seccomp: {deny: [unshare]}, which closes what clone does to namespaces too";
        hits.push(Hit::warn(what, origin).instead(instead));
    }
    hits
}

fn list(calls: &[Syscall]) -> String {
    let names: Vec<&str> = calls.iter().map(Syscall::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::host::Fake;
    use crate::policy::engine::{Finding, Verdict};
    use crate::testing::{TestRun, layers};

    fn found(line: &str) -> Vec<Finding> {
        let host = Fake::rootful();
        let mut run = TestRun::on(&host);
        run.profile = layers(line, &Path::new("/").into()).unwrap();
        run.findings("seccomp-siblings", &[])
    }

    #[test]
    fn the_advice_closes_what_was_found() {
        for call in [
            "mkdir",
            "rmdir",
            "openat",
            "fchownat",
            "tkill",
            "setuid",
            "sendto",
            "setxattr",
            "renameat2",
            "symlink",
            "mknodat",
            "execveat",
            "accept",
            "chmod",
            "unlinkat",
        ] {
            let finding = found(&format!("seccomp: {{deny: [{call}]}}")).remove(0);
            assert_eq!(finding.verdict, Verdict::Noted, "{call}");
            assert!(
                found(&finding.instead).is_empty(),
                "{call}: {}",
                finding.instead
            );
        }
    }

    #[test]
    fn what_the_floor_denies_anyway_is_no_sibling() {
        for calls in [
            "ptrace",
            "keyctl",
            "mount",
            "unshare",
            "mkdir, mkdirat",
            "read",
            "setns",
        ] {
            assert!(
                found(&format!("seccomp: {{deny: [{calls}]}}")).is_empty(),
                "{calls}"
            );
        }
        let open = "seccomp: {deny: [ptrace]}\ncap_add: [SYS_PTRACE]";
        assert!(
            found(open)
                .remove(0)
                .what
                .ends_with("process_vm_readv, process_vm_writev")
        );
    }

    #[test]
    fn without_clone_nothing_starts() {
        let finding = found("seccomp: {deny: [clone]}").remove(0);
        let (line, _) = finding.instead.split_once(", which").unwrap();
        assert!(found(line).is_empty());
    }
}
