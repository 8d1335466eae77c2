//! A root file system that the container can write to.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::rule_id::RuleId;
use crate::spec::{RootFs, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::RootfsWritable,
    title: "the container could change its own programs",
    severity: Severity::Medium,
    why: "what can be written can be replaced: a program that is taken over plants its tools in /usr \
          and they are there after the next start",
    instead: "leave --read-only=false out; give it the directories it writes to: --tmpfs \
              /run:size=16m, -v app-data:/var/lib/app",
    references: &[
        "CIS 5.13",
        "NIST 800-190 4.4.3",
        "article: simple container security",
        "article: 10 security recommendations",
    ],
    bad: &["--read-only=false"],
    good: &["--read-only"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.root_fs.value {
        RootFs::Writable => vec![Hit::refuse(RULE.title, &spec.root_fs.origin)],
        RootFs::ReadOnly => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn the_last_word_counts() {
        for value in ["false", "0", "f", "F", "FALSE", "False"] {
            refused("rootfs-writable", &[&format!("--read-only={value}")]);
            refused(
                "rootfs-writable",
                &["--read-only", &format!("--read-only={value}")],
            );
            silent(
                "rootfs-writable",
                &[&format!("--read-only={value}"), "--read-only"],
            );
        }
        silent(
            "rootfs-writable",
            &["--read-only", "--read-only-tmpfs=false"],
        );
    }
}
