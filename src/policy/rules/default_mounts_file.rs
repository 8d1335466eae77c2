//! `--default-mounts-file`.

use std::path::Path;

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::DefaultMountsFile,
    title: "a file would add mounts of host paths that no flag shows",
    severity: Severity::Critical,
    why: "each line of it puts a host path into the container, unseen by every rule about mounts",
    instead: "name each mount: -v SOURCE:DESTINATION:ro",
    references: &[
        "containers-mounts.conf(5)",
        "PSS baseline: hostPath volumes",
    ],
    bad: &["--default-mounts-file=/tmp/mounts.conf"],
    good: &["--default-mounts-file=/dev/null"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let files = spec
        .passed(&flags::DEFAULT_MOUNTS_FILE)
        .filter(|given| Path::new(&given.value) != Path::new("/dev/null"));
    let hit =
        |value: &str| format!("whatever \"{value}\" lists would be mounted into the container");
    files
        .map(|given| Hit::refuse(hit(&given.value), &given.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn only_the_empty_file() {
        for file in [
            "/tmp/m",
            "mounts.conf",
            "/dev/null/../../tmp/m",
            "/etc/containers/mounts.conf",
            "",
        ] {
            refused("default-mounts-file", &["--default-mounts-file", file]);
        }
        silent(
            "default-mounts-file",
            &["--default-mounts-file", "/dev/null"],
        );
    }
}
