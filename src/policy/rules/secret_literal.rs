//! `-e PASSWORD=…`.

use crate::origin::Origin;
use crate::podman::flags;
use crate::podman::value::env::EnvVar;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::secret;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SecretLiteral,
    title: "a secret would stand in the open in an environment variable",
    severity: Severity::High,
    why: "it is seen in ps while podman starts, and for ever in the shell's history, in podman \
          inspect and in the profile",
    instead: "printf %s \"$VALUE\" | podman secret create NAME -, then \
          --secret=NAME,type=env,target=VARIABLE",
    references: &["CIS 4.10", "NIST 800-190 4.1.4", "podman-secret-create(1)"],
    bad: &["-e", "MYSQL_ROOT_PASSWORD=hunter2"],
    good: &["-e", "MYSQL_ROOT_PASSWORD_FILE=/run/secrets/db"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let env = spec.env.iter().filter_map(|var| match &var.value {
        EnvVar::Value { name, value } => Some((name.as_str(), value.as_str(), &var.origin)),
        EnvVar::Import(_) | EnvVar::ImportPrefix(_) => None,
    });
    let merged = spec.passed(&flags::ENV_MERGE).filter_map(|given| {
        let (name, value) = given.value.split_once('=')?;
        Some((name, value, &given.origin))
    });
    env.chain(merged)
        .filter(|(name, value, _)| secret::names_secret(name) && secret::is_literal(value))
        .map(|(name, value, origin)| hit(name, value, origin))
        .collect()
}

fn hit(name: &str, value: &str, origin: &Origin) -> Hit {
    let what = format!("the secret in \"{name}\" stands in the open");
    let key = name.to_ascii_lowercase();
    let instead = format!(
        "podman secret create {key} FILE, then --secret={key},type=env,target={name}; or export it and pass -e {name}"
    );
    Hit::warn(what, &origin.hiding(&format!("{name}="), value)).instead(instead)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{findings, judged_on, noted, silent};

    #[test]
    fn every_spelling_of_the_flag() {
        for args in [
            &["-e", "MYSQL_PASSWORD=x1"][..],
            &["-eMYSQL_PASSWORD=x1"],
            &["--env=PGPASSWORD=x1"],
            &["-ite", "API_KEY=x1"],
            &["--env-merge", "GITHUB_TOKEN=x1"],
        ] {
            noted("secret-literal", args);
        }
        for var in [
            "MYSQL_PASSWORD_FILE=/run/secrets/x",
            "AUTHOR=me",
            "MYSQL_PASSWORD",
            "MYSQL_PASSWORD=",
            "MYSQL_PASSWORD=${PW}",
            "MARIADB_RANDOM_ROOT_PASSWORD=1",
            "ALLOW_EMPTY_PASSWORD=yes",
            "MAX_TOKENS=4096",
            "PWD=/srv",
            "GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/gcp",
        ] {
            silent("secret-literal", &["-e", var]);
        }
        silent(
            "secret-literal",
            &["-e", "DB_PASSWORD=x1", "-e", "DB_PASSWORD"],
        );
    }

    #[test]
    fn it_is_not_repeated() {
        for args in [
            &["-e", "A_PASSWORD=a"][..],
            &["-eA_PASSWORD=a"],
            &["--env=A_PASSWORD=a"],
        ] {
            let found = &findings("secret-literal", args)[0];
            assert!(
                found.origin.to_string().ends_with("A_PASSWORD=…"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn restricted_refuses() {
        let judged = judged_on(&Fake::rootful(), &["-eDB_PASS=x1"], Level::Restricted);
        let mut found = judged.judgement.findings.iter();
        let found = found
            .find(|found| found.rule.id == RuleId::SecretLiteral)
            .unwrap();
        assert!(matches!(found.verdict, Verdict::Refused(_)));
    }
}
