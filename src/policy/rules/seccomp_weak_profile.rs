//! A seccomp profile that lets through more than the default does.

use crate::policy::facts::{Facts, SeccompFacts};
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::seccomp::{Arch, SeccompProfile};
use crate::spec::{Seccomp, SeccompPolicy, Spec};

/// How many calls a message names.
const NAMED: usize = 5;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SeccompWeakProfile,
    title: "the seccomp filter would let through more than the default",
    severity: Severity::High,
    why: "a profile that allows by default, or opens a call that the default keeps shut, is as good as none while its name \
          still looks like protection; /proc shows the same for both",
    instead: "seccomp: {deny: […]} in a profile takes away; to write a file, start from that of: safe-podman seccomp show \
              --format json",
    references: &[
        "CIS 5.22",
        "PSS baseline: seccomp",
        "seccomp(2)",
        "containers-common: seccomp.json",
    ],
    bad: &["--seccomp-policy=image"],
    good: &["--seccomp-policy=default"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if spec.seccomp_policy.value == SeccompPolicy::Image {
        hits.push(Hit::refuse(
            "the image would bring its own seccomp filter",
            &spec.seccomp_policy.origin,
        ));
    }
    let SeccompFacts { floor, file, .. } = &facts.seccomp;
    let weakness = match (&spec.seccomp.value, file) {
        (Seccomp::File(path), Some(bytes)) => {
            let what = weakness(read(bytes), floor, spec);
            what.map(|what| format!("\"{}\" {what}", path.display()))
        }
        (Seccomp::Allowing(names), _) => {
            let what = weakness(Ok(facts.seccomp.allowing(spec, names)), floor, spec);
            what.map(|what| format!("seccomp: {{allow: […]}} {what}"))
        }
        // No less than the floor, or another rule's.
        (Seccomp::Default | Seccomp::Engine | Seccomp::Denying(_) | Seccomp::Unconfined, _)
        | (Seccomp::File(_), None) => None,
    };
    hits.extend(weakness.map(|what| Hit::refuse(what, &spec.seccomp.origin)));
    hits
}

fn read(profile: &[u8]) -> Result<SeccompProfile, String> {
    if profile.is_empty() {
        let what = "it is empty, or not for everybody to read, and then what is wrong is not shown";
        return Err(what.to_owned());
    }
    SeccompProfile::parse(profile).map_err(|problem| problem.to_string())
}

/// What is weak about a profile, compared with the floor for the same container; `None` when nothing is.
fn weakness(
    profile: Result<SeccompProfile, String>,
    floor: &SeccompProfile,
    spec: &Spec,
) -> Option<String> {
    let profile = match profile {
        Ok(profile) => profile,
        Err(problem) => return Some(format!("cannot be used: {problem}")),
    };
    let Some(arch) = Arch::native() else {
        return Some("cannot be compared with the default filter".to_owned());
    };
    let caps = spec.bounding();
    let caps: Vec<&str> = caps.iter().map(String::as_str).collect();
    let floor = floor.resolve(arch, &caps);
    let (profile, foreign) = profile.resolve(arch, &caps).without_foreign(&floor, arch);
    let programs = foreign
        .iter()
        .map(|arch| format!("programs of {} (architectures)", arch.engine()));
    let calls = profile.wider_than(&floor);
    let wider: Vec<String> = programs
        .chain(calls.iter().map(ToString::to_string))
        .collect();
    let (named, more) = wider.split_at_checked(NAMED).unwrap_or((&wider, &[]));
    let more = match more.len() {
        0 if named.is_empty() => return None,
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "lets through more than the default: {}{more}",
        named.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{TestRun, judged_on, layers, refused, silent};

    /// Is a file with this profile refused on a host whose engines have this default?
    fn fires_on(default: &str, profile: &str) -> bool {
        let host = Fake::rootful()
            .file("/usr/share/containers/seccomp.json", 0, 0o644, default)
            .file("/home/user/project/own.json", 1000, 0o644, profile);
        let judged = judged_on(&host, &["--security-opt=seccomp=own.json"], Level::Baseline);
        judged
            .judgement
            .findings
            .iter()
            .any(|finding| finding.rule.id == RuleId::SeccompWeakProfile)
    }

    fn allowing(name: &str, args: &str) -> String {
        format!(
            r#"{{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{{"names":["execve","read"],"action":"SCMP_ACT_ALLOW"}},
                {{"names":["{name}"],"action":"SCMP_ACT_ALLOW","args":[{args}]}}]}}"#
        )
    }

    #[test]
    fn is_compared_with_the_floor_whatever_the_host_has() {
        let unix = r#"{"index":0,"value":4294967295,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}"#;
        let packet = r#"{"index":0,"value":4294967295,"valueTwo":17,"op":"SCMP_CMP_MASKED_EQ"}"#;
        for default in ["{}", r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#] {
            for weak in [
                "{}",
                "not json",
                r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#,
                r#"{"defaultAction":"SCMP_ACT_LOG"}"#,
                &allowing("ptrace", ""),
                &allowing("unshare", ""),
                &allowing("socket", ""),
                &allowing("socket", packet),
            ] {
                assert!(fires_on(default, weak), "{weak}");
            }
            for strong in [&allowing("write", ""), &allowing("socket", unix)] {
                assert!(!fires_on(default, strong), "{strong}");
            }
        }
        refused("seccomp-weak-profile", &["--seccomp-policy=image"]);
        silent("seccomp-weak-profile", &[]);
    }

    /// One file may serve two kinds of machine; it may not open another table of this one.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn only_architectures_that_this_kernel_runs_count() {
        let on = |arch: &str| {
            allowing("write", "").replacen(
                '{',
                &format!(r#"{{"architectures":["SCMP_ARCH_X86_64","{arch}"],"#),
                1,
            )
        };
        assert!(!fires_on("{}", &on("SCMP_ARCH_AARCH64")));
        assert!(fires_on("{}", &on("SCMP_ARCH_X86")));
        assert!(fires_on("{}", &on("SCMP_ARCH_X32")));
    }

    #[test]
    fn a_stricter_host_is_the_measure() {
        let host = allowing("write", "");
        assert!(fires_on(&host, &allowing("mkdir", "")));
        assert!(!fires_on(&host, &allowing("write", "")));
    }

    #[test]
    fn what_a_profile_allows_is_held_against_the_floor_too() {
        let engine = r#"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}"#;
        let engine_lists = allowing("ptrace", "");
        let found = |default: &str, line: &str| {
            let host =
                Fake::rootful().file("/usr/share/containers/seccomp.json", 0, 0o644, default);
            let mut run = TestRun::on(&host);
            run.profile = layers(line, &run.directory).unwrap();
            run.findings("seccomp-weak-profile", &[]).len()
        };
        assert_eq!(found(&engine_lists, "seccomp: {allow: [read, ptrace]}"), 1);
        assert_eq!(found(&engine_lists, "seccomp: {allow: [read]}"), 0);
        assert_eq!(
            found(engine, "seccomp: {allow: [read, unshare, socket, clone]}"),
            0
        );
        assert_eq!(
            found(
                engine,
                "seccomp: {allow: [read, ptrace]}\ncap_add: [SYS_PTRACE]"
            ),
            0
        );
    }
}
