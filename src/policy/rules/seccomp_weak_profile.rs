//! A seccomp profile that lets through more than the default does.

use crate::caps::{Cap, CapArg};
use crate::policy::facts::Facts;
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
    instead: "start from /usr/share/containers/seccomp.json and take away, or write seccomp: {deny: […]} in a profile",
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
    if let (Seccomp::File(path), Some(bytes)) = (&spec.seccomp.value, facts.seccomp_file)
        && let Some(what) = weakness(bytes, facts.seccomp_default, spec)
    {
        hits.push(Hit::refuse(
            format!("\"{}\" {what}", path.display()),
            &spec.seccomp.origin,
        ));
    }
    hits
}

/// What is weak about a profile, compared with the default for the same capabilities; `None` when nothing is.
fn weakness(profile: &[u8], default: &[u8], spec: &Spec) -> Option<String> {
    if profile.is_empty() {
        let what = "cannot be used: it is empty, or not for everybody to read, and then what is wrong is not shown";
        return Some(what.to_owned());
    }
    let profile = match SeccompProfile::parse(profile) {
        Ok(profile) => profile,
        Err(problem) => return Some(format!("cannot be used: {problem}")),
    };
    let (Ok(default), Some(arch)) = (SeccompProfile::parse(default), Arch::native()) else {
        return Some("cannot be compared with the default profile of this host".to_owned());
    };
    let caps: Vec<String> = bounding(spec).map(|cap| format!("CAP_{cap}")).collect();
    let caps: Vec<&str> = caps.iter().map(String::as_str).collect();
    let wider = profile
        .resolve(arch, &caps)
        .wider_than(&default.resolve(arch, &caps));
    if wider.is_empty() {
        return None;
    }
    let named: Vec<String> = wider.iter().take(NAMED).map(ToString::to_string).collect();
    let more = wider.len().saturating_sub(named.len());
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    Some(format!(
        "lets through more than the default: {}{more}",
        named.join(", ")
    ))
}

fn bounding(spec: &Spec) -> impl Iterator<Item = Cap> {
    let all = spec.cap_add.iter().any(|cap| cap.value == CapArg::All);
    Cap::all().filter(move |cap| {
        all || spec
            .cap_add
            .iter()
            .any(|granted| granted.value == CapArg::One(*cap))
    })
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_on, refused, silent};

    const DEFAULT: &[u8] = br#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","write"],"action":"SCMP_ACT_ALLOW"}]}"#;

    fn fires_with(profile: &str) -> bool {
        let host = Fake::rootful()
            .file(
                "/usr/share/containers/seccomp.json",
                0,
                0o644,
                DEFAULT.to_vec(),
            )
            .file(
                "/home/user/project/own.json",
                1000,
                0o644,
                profile.as_bytes().to_vec(),
            );
        let judged = judged_on(&host, &["--security-opt=seccomp=own.json"], Level::Baseline);
        judged
            .judgement
            .findings
            .iter()
            .any(|finding| finding.rule.id == RuleId::SeccompWeakProfile)
    }

    #[test]
    fn is_compared_with_the_default() {
        for weak in [
            "{}",
            "not json",
            r#"{"defaultAction":"SCMP_ACT_ALLOW"}"#,
            r#"{"defaultAction":"SCMP_ACT_LOG"}"#,
            r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","ptrace"],"action":"SCMP_ACT_ALLOW"}]}"#,
        ] {
            assert!(fires_with(weak), "{weak}");
        }
        assert!(!fires_with(
            r#"{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#
        ));
        refused("seccomp-weak-profile", &["--seccomp-policy=image"]);
        silent("seccomp-weak-profile", &[]);
    }
}
