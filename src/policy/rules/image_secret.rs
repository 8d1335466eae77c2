//! A secret in the image's `ENV`.

use crate::origin::Origin;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::secret;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageSecret,
    title: "the image carries a secret in its environment",
    severity: Severity::High,
    why: "everybody who can pull the image can read it, and so can every process in the container",
    instead: "rebuild it without and give it at run time: --secret=NAME,type=env,target=VARIABLE",
    references: &["CIS 4.10", "NIST 800-190 4.1.4"],
    bad: &[],
    good: &["--unsetenv-all"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let env = facts.image.iter().flat_map(|image| &image.env);
    env.filter_map(|line| {
        let (name, value) = line.split_once('=')?;
        let shown = if secret::names_secret(name) && secret::is_literal(value) {
            format!("the image has a secret in its variable \"{name}\"")
        } else {
            secret::in_url(value)?;
            format!("the image has a password in the URL of its variable \"{name}\"")
        };
        (!is_gone(spec, name)).then(|| Hit::warn(shown, &Origin::Image("ENV")))
    })
    .collect()
}

fn is_gone(spec: &Spec, name: &str) -> bool {
    spec.is_on(&flags::UNSETENV_ALL)
        || spec
            .passed(&flags::UNSETENV)
            .any(|given| given.value == name)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::Verdict;
    use crate::testing::TestRun;

    fn found(line: &str, args: &[&str]) -> usize {
        let host = Fake::rootful();
        let image = ImageConfig {
            env: vec![line.to_owned()],
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        let found = run.findings("image-secret", args);
        for finding in &found {
            assert_eq!(finding.verdict, Verdict::Noted);
            assert!(!finding.what.contains("hunter2"), "{finding:?}");
        }
        found.len()
    }

    #[test]
    fn secrets_in_the_environment() {
        for line in [
            "DB_PASSWORD=hunter2",
            "API_KEY=hunter2",
            "DB=postgres://u:hunter2@db/x",
        ] {
            assert_eq!(found(line, &[]), 1, "{line}");
            assert_eq!(found(line, &["--unsetenv-all"]), 0, "{line}");
        }
        assert_eq!(found("DB_PASSWORD=hunter2", &["--unsetenv=DB_PASSWORD"]), 0);
        assert_eq!(found("DB_PASSWORD=hunter2", &["--unsetenv=OTHER"]), 1);
        for line in [
            "PATH=/usr/bin",
            "DB_PASSWORD=",
            "DB_PASSWORD_FILE=/run/secrets/x",
            "GPG_KEY",
            "GPG_KEY=A035C8C1",
        ] {
            assert_eq!(found(line, &[]), 0, "{line}");
        }
    }
}
