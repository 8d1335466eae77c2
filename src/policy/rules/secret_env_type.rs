//! `--secret NAME,type=env`.

use crate::podman::value::secret::SecretKind;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SecretEnvType,
    title: "a secret would be an environment variable",
    severity: Severity::Low,
    why: "every process of the container's user, every child and most crash reports can read it; \
          a file can be kept from them",
    instead: "--secret=NAME,uid=UID,mode=0400, and let the program read /run/secrets/NAME",
    references: &["podman-run(1)", "podman-secret-create(1)"],
    bad: &["--secret=db,type=env"],
    good: &["--secret=db,mode=0400"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let secrets = spec.secret.iter();
    let env = secrets.filter(|secret| matches!(secret.value.kind, SecretKind::Env { .. }));
    env.map(|secret| {
        let what = format!(
            "the secret \"{}\" would be an environment variable",
            secret.value.name
        );
        Hit::inform(what, &secret.origin)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn only_type_env() {
        shown("secret-env-type", &["--secret", "db,type=env"]);
        shown(
            "secret-env-type",
            &["--secret", "target=PGPASSWORD,type=env,source=db"],
        );
        silent("secret-env-type", &["--secret", "db"]);
        silent(
            "secret-env-type",
            &["--secret", "db,type=mount,target=/run/secrets/x"],
        );
    }
}
