//! `SELinux` labels that confine less than the container's own.

use crate::podman::value::label_opt::{LabelOpt, is_confined, is_narrow};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// File types that belong to containers.
const FILES: [&str; 3] = [
    "container_file_t",
    "container_ro_file_t",
    "container_share_t",
];

pub(super) static RULE: Rule = Rule {
    id: RuleId::SelinuxDisabled,
    title: "SELinux would not confine the container",
    severity: Severity::High,
    why: "the label is what stops a process that has left the container from touching the host's files; spc_t and a level of \
          all categories are as good as no label",
    instead: "leave the label alone; for a denied directory mount it with :Z, or write a type of your own with udica",
    references: &[
        "CIS 5.3",
        "PSS baseline: SELinux",
        "article: basic security principles",
        "container_selinux(8)",
    ],
    bad: &["--security-opt=label=disable"],
    good: &["--security-opt=label=level:s0:c100,c200"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let loose = spec.label.iter().filter(|label| !confines(&label.value));
    loose
        .map(|label| {
            Hit::refuse(
                format!("{}: label={}", RULE.title, label.value),
                &label.origin,
            )
        })
        .collect()
}

fn confines(label: &LabelOpt) -> bool {
    match label {
        LabelOpt::Disable | LabelOpt::Nested | LabelOpt::User(_) | LabelOpt::Role(_) => false,
        LabelOpt::Type(name) => is_confined(name) || is_of_udica(name),
        LabelOpt::Filetype(name) => FILES.contains(&name.as_str()),
        LabelOpt::Level(level) => is_narrow(level),
    }
}

/// `NAME.process`: what udica(8) calls the type that it writes for one container. No type of the system's own policy has
/// a dot, and only root can load another policy.
fn is_of_udica(name: &str) -> bool {
    name.strip_suffix(".process")
        .is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_way_out() {
        for label in [
            ":disable",
            "=disable",
            "=type:spc_t",
            "=type:.process",
            "=type:my_container.processes",
            "=type:container_runtime_t",
            "=nested",
            "=user:system_u",
            "=role:system_r",
            "=level:s0-s0:c0.c1023",
            "=level:s0:c0.c1023",
            "=filetype:etc_t",
        ] {
            refused(
                "selinux-disabled",
                &["--security-opt", &format!("label{label}")],
            );
        }
        for label in [
            "=level:s0:c100,c200",
            "=type:container_t",
            "=level:s0",
            "=type:my_web.process",
        ] {
            silent(
                "selinux-disabled",
                &["--security-opt", &format!("label{label}")],
            );
        }
    }
}
