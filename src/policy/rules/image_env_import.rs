//! ENV entries of the image without a value.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageEnvImport,
    title: "the image takes variables out of the caller's environment",
    severity: Severity::High,
    why: "an ENV entry without a value makes podman copy the caller's variable of that name into \
          the container (CVE-2026-57231)",
    instead: "build the image again with a value for it, or use another one",
    references: &["CVE-2026-57231", "podman-run(1)"],
    bad: &[],
    good: &[],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let entries = facts.image.iter().flat_map(|image| &image.env);
    entries
        .filter(|entry| !entry.contains('='))
        .map(|entry| {
            let what = format!("the image would import the caller's variable \"{entry}\"");
            Hit::refuse(what, &spec.image.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    #[test]
    fn a_name_alone_is_an_import() {
        for (entry, found) in [
            ("AWS_SECRET", 1),
            ("*", 1),
            ("AWS_*", 1),
            ("", 1),
            ("A=", 0),
            ("A=b=c", 0),
        ] {
            let host = Fake::rootful();
            let image = ImageConfig {
                env: vec![entry.to_owned()],
                ..ImageConfig::default()
            };
            let run = TestRun {
                image: Some(image),
                ..TestRun::on(&host)
            };
            let findings = run.findings("image-env-import", &[]);
            assert_eq!(findings.len(), found, "{entry}");
        }
    }
}
