//! Temporary file systems that can be executed from, or hold more than the container may use.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::podman::value::limit::Limit;
use crate::podman::value::mount_options::{Dev, Exec, Suid};
use crate::podman::value::tmpfs::{Tmpfs, TmpfsSize};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec, Switch};

pub(super) static RULE: Rule = Rule {
    id: RuleId::TmpfsWeak,
    title: "a temporary file system would be executable or unbounded",
    severity: Severity::Low,
    why: "podman's own default has no size and allows programs to run; memory and a place for tools \
          are what an intruder needs first",
    instead: "--tmpfs /run:size=16m, to which rw,nosuid,nodev,noexec are added",
    references: &[
        "CIS 5.13",
        "article: 10 security recommendations",
        "tmpfs(5)",
    ],
    bad: &["--tmpfs", "/run:exec"],
    good: &["--tmpfs", "/run:size=16m"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for mount in &spec.mounts {
        if let Mount::Tmpfs(tmpfs) = &mount.value {
            for weakness in weaknesses(tmpfs, spec) {
                let what = format!("the tmpfs at \"{}\" {weakness}", tmpfs.destination);
                hits.push(Hit::inform(what, &mount.origin));
            }
        }
    }
    if spec.read_only_tmpfs.value == Switch::On {
        let what = "/run, /tmp and /var/tmp would be executable and without a limit";
        hits.push(Hit::inform(what, &spec.read_only_tmpfs.origin));
    }
    hits
}

/// Phrases that follow “the tmpfs at X”.
fn weaknesses(tmpfs: &Tmpfs, spec: &Spec) -> Vec<&'static str> {
    let is_too_large = match (tmpfs.size.map(TmpfsSize::bytes), &spec.memory.value) {
        (Some(Some(size)), Limit::Max(memory)) => size > memory.0,
        (Some(Some(_)), Limit::Unlimited) => false,
        (Some(None) | None, _) => true,
    };
    let all = [
        (tmpfs.exec == Some(Exec::Exec), "lets programs run"),
        (
            tmpfs.suid == Some(Suid::Suid),
            "lets set-user-ID programs work",
        ),
        (tmpfs.dev == Some(Dev::Dev), "lets devices work"),
        (is_too_large, "may grow larger than the container's memory"),
    ];
    all.into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, what)| what)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, silent};

    #[test]
    fn what_is_not_said_is_safe() {
        let judged = judged_on(&Fake::rootful(), &["--tmpfs", "/x"], Level::Baseline);
        let safe = "--tmpfs=/x:rw,nosuid,nodev,noexec,size=64m,mode=1777,U";
        assert!(judged.argv.contains(&safe.into()), "{:?}", judged.argv);
        silent("tmpfs-weak", &["--tmpfs", "/x"]);
        silent(
            "tmpfs-weak",
            &["--tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=64m"],
        );
        silent("tmpfs-weak", &[]);
    }

    #[test]
    fn what_is_said_is_shown() {
        for tmpfs in ["/x:exec", "/x:suid", "/x:dev", "/x:size=50%", "/x:size=1g"] {
            assert_eq!(
                findings("tmpfs-weak", &["--tmpfs", tmpfs]).len(),
                1,
                "{tmpfs}"
            );
        }
        assert_eq!(
            findings("tmpfs-weak", &["--mount", "type=tmpfs,dst=/x,exec"]).len(),
            1
        );
        assert_eq!(findings("tmpfs-weak", &["--read-only-tmpfs"]).len(), 1);
        silent("tmpfs-weak", &["--memory=2g", "--tmpfs", "/x:size=1g"]);
    }
}
