//! `--cdi-spec-dir`.

use std::path::Path;

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::places;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The directories that podman reads anyway.
const STANDARD: [&str; 3] = ["/etc/cdi", "/run/cdi", "/var/run/cdi"];

pub(super) static RULE: Rule = Rule {
    id: RuleId::CdiSpecDir,
    title: "device descriptions would be read from a directory of the caller's choice",
    severity: Severity::High,
    why: "a CDI description may add mounts, device nodes, variables and hooks that run on the host; podman does all of it \
          for the one word --device=vendor.com/class=name",
    instead: "leave --cdi-spec-dir out and install the description as root in /etc/cdi",
    references: &[
        "CIS 5.18",
        "podman(1)",
        "Container Device Interface specification",
    ],
    bad: &["--cdi-spec-dir=/tmp/cdi"],
    good: &["--cdi-spec-dir=/etc/cdi"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let roots_own = |value: &str, origin| {
        places::locate(Path::new(value), origin, facts).is_ok_and(|at| {
            let standard = STANDARD.iter().any(|dir| at.path == Path::new(dir));
            standard && at.owner == 0 && at.mode & 0o022 == 0
        })
    };
    let dirs = spec
        .passed(&flags::CDI_SPEC_DIR)
        .filter(|given| !roots_own(&given.value, &given.origin));
    dirs.map(|given| {
        let what = format!("devices would be what \"{}\" says they are", given.value);
        Hit::refuse(what, &given.origin)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn only_the_standard_directories() {
        for dir in ["/tmp/cdi", "/etc/cdi/../../tmp", "cdi", "", "/etc/cdi/sub"] {
            refused("cdi-spec-dir", &["--cdi-spec-dir", dir]);
        }
        silent("cdi-spec-dir", &["--cdi-spec-dir", "/var/run/cdi/"]);
        refused(
            "cdi-spec-dir",
            &["--cdi-spec-dir=/etc/cdi", "--cdi-spec-dir=/srv/cdi"],
        );
    }

    #[test]
    fn and_only_while_they_are_roots() {
        for host in [
            Fake::rootful().directory("/run/cdi", 1000, 0o755),
            Fake::rootful().directory("/run/cdi", 0, 0o777),
            Fake::rootful()
                .directory("/srv/cdi", 0, 0o755)
                .link("/run/cdi", "/srv/cdi"),
        ] {
            let judged = judged_on(&host, &["--cdi-spec-dir=/run/cdi"], Level::Baseline);
            assert!(judged.judgement.is_refused());
        }
    }
}
