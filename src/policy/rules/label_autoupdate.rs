//! `io.containers.autoupdate=registry` without a pin.

use crate::origin::Origin;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

const KEY: &str = "io.containers.autoupdate";

pub(super) static RULE: Rule = Rule {
    id: RuleId::LabelAutoupdate,
    title: "podman auto-update would replace the image by whatever is in the registry",
    severity: Severity::Info,
    why: "whoever may push to the repository decides what runs here after the next update",
    instead: "pin the image by its digest, or require signatures in /etc/containers/policy.json",
    references: &[
        "podman-auto-update(1)",
        "containers-policy.json(5)",
        "article: 10 security recommendations",
    ],
    bad: &["--label=io.containers.autoupdate=registry"],
    good: &["--label=io.containers.autoupdate=local"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    if spec.image.value.has_digest() {
        return Vec::new();
    }
    let own = spec.passed(&flags::LABEL).filter_map(|given| {
        let (key, value) = given.value.split_once('=')?;
        (key == KEY).then(|| (value.to_owned(), given.origin.clone()))
    });
    // podman gives the image's labels to the container unless it has its own.
    let image = facts.image.and_then(|image| image.labels.get(KEY));
    let image = image.map(|value| (value.clone(), Origin::Image("LABEL")));
    let last = own.last().or(image);
    last.filter(|(policy, _)| matches!(policy.as_str(), "registry" | "image"))
        .map(|(_, origin)| Hit::inform(RULE.title, &origin))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::{TestRun, shown, silent};

    #[test]
    fn only_from_a_registry() {
        shown(
            "label-autoupdate",
            &["-l", "io.containers.autoupdate=registry"],
        );
        shown(
            "label-autoupdate",
            &["--label", "io.containers.autoupdate=image", "quay.io/x:1"],
        );
        silent(
            "label-autoupdate",
            &[
                "-lio.containers.autoupdate=registry",
                "-lio.containers.autoupdate=disabled",
            ],
        );
        silent(
            "label-autoupdate",
            &["-lio.containers.autoupdate.authfile=/x"],
        );
        let digest =
            "quay.io/x@sha256:886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";
        silent(
            "label-autoupdate",
            &["-lio.containers.autoupdate=registry", digest],
        );
    }

    #[test]
    fn a_label_of_the_image() {
        let host = Fake::rootful();
        let labels = [("io.containers.autoupdate".to_owned(), "registry".to_owned())];
        let image = ImageConfig {
            labels: labels.into(),
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        assert_eq!(run.findings("label-autoupdate", &[]).len(), 1);
        let own = ["--label=io.containers.autoupdate=disabled"];
        assert!(run.findings("label-autoupdate", &own).is_empty());
    }
}
