//! `--security-opt no-new-privileges=false`.

use crate::podman::value::security_opt::NoNewPrivileges;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NewPrivileges,
    title: "a set-uid program in the image could gain privileges",
    severity: Severity::Medium,
    why: "without no_new_privs a set-uid or file-capability program in the image hands its privileges to whoever runs it, \
          which undoes the change to a harmless user",
    instead: "leave the option out; a program that needs sudo or su runs as the right user with --user",
    references: &[
        "CIS 5.26",
        "PSS restricted: privilege escalation",
        "prctl(2)",
        "article: simple container security",
    ],
    bad: &["--security-opt=no-new-privileges=false"],
    good: &["--security-opt=no-new-privileges:true"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.new_privileges.value {
        NoNewPrivileges::Off => vec![Hit::refuse(RULE.title, &spec.new_privileges.origin)],
        NoNewPrivileges::On => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn every_spelling_of_off_and_the_last_one_wins() {
        for value in ["=0", ":F", ":FALSE", "=False", ":false", "=f"] {
            refused(
                "new-privileges",
                &["--security-opt", &format!("no-new-privileges{value}")],
            );
        }
        refused(
            "new-privileges",
            &[
                "--security-opt=no-new-privileges",
                "--security-opt=no-new-privileges:false",
            ],
        );
        silent(
            "new-privileges",
            &[
                "--security-opt=no-new-privileges:false",
                "--security-opt=no-new-privileges",
            ],
        );
        silent("new-privileges", &[]);
    }
}
