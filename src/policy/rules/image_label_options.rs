//! Labels of the image that say how it would like to be run.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageLabelOptions,
    title: "the image says how it would like to be run",
    severity: Severity::Medium,
    why: "podman container runlabel and podman auto-update do what such labels say; this run takes \
          no more than sizes in memory from them, but somebody may believe them",
    instead: "read the label, and write what is needed into a profile",
    references: &[
        "podman-container-runlabel(1)",
        "podman-auto-update(1)",
        "CVE-2026-121885",
    ],
    bad: &[],
    good: &[],
    check,
};

/// Labels that a command of podman's obeys, in any case.
const LABELS: [&str; 8] = [
    "run",
    "install",
    "uninstall",
    "io.containers.autoupdate",
    "io.containers.autoupdate.authfile",
    "io.containers.capabilities",
    "io.containers.seccomp.profile",
    // The unit of the host that podman auto-update restarts (CVE-2026-121885).
    "podman_systemd_unit",
];

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let labels = facts.image.iter().flat_map(|image| image.labels.keys());
    labels
        .filter(|key| LABELS.iter().any(|label| key.eq_ignore_ascii_case(label)))
        .map(|key| {
            Hit::warn(
                format!("the image has the label \"{key}\""),
                &spec.image.origin,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    #[test]
    fn labels_that_somebody_obeys() {
        for (label, found) in [
            ("RUN", 1),
            ("run", 1),
            ("io.containers.autoupdate", 1),
            ("PODMAN_SYSTEMD_UNIT", 1),
            ("io.containers.autoupdate.authfile", 1),
            ("runner", 0),
            ("maintainer", 0),
        ] {
            let host = Fake::rootful();
            let image = ImageConfig {
                labels: [(label.to_owned(), "x".to_owned())].into(),
                ..ImageConfig::default()
            };
            let run = TestRun {
                image: Some(image),
                ..TestRun::on(&host)
            };
            assert_eq!(
                run.findings("image-label-options", &[]).len(),
                found,
                "{label}"
            );
        }
    }
}
