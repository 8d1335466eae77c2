//! Passwords in URLs and in options.

use std::borrow::Cow;

use crate::origin::Origin;
use crate::podman::flags;
use crate::podman::value::env::EnvVar;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::secret::{self, Exposed};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SecretInUrl,
    title: "a password would stand in the open inside a URL or an option",
    severity: Severity::High,
    why: "it is seen in ps, in podman inspect and in every log that prints the address or the \
          command",
    instead: "keep the password out of it and give it as a secret: \
          --secret=NAME,type=env,target=PGPASSWORD",
    references: &["CIS 4.10", "NIST 800-190 4.1.4", "RFC 3986 7.5"],
    bad: &["-e", "DATABASE_URL=postgres://app:hunter2@db/app"],
    good: &["-e", "DATABASE_URL=postgres://app@db/app"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let env = spec.env.iter().filter_map(|var| match &var.value {
        EnvVar::Value { name, value } => {
            let found = secret::in_url(value).or_else(|| secret::in_settings(value))?;
            Some(hit(
                &found,
                &format!("the variable \"{name}\""),
                &var.origin,
            ))
        }
        EnvVar::Import(_) | EnvVar::ImportPrefix(_) => None,
    });
    let flags = [&flags::ENV_MERGE, &flags::ENTRYPOINT, &flags::HEALTH_CMD];
    let flags = flags
        .into_iter()
        .flat_map(|flag| spec.passed(flag))
        .filter_map(|given| {
            let found = secret::in_url(&given.value)?;
            Some(hit(
                &found,
                &format!("--{}", given.flag.long),
                &given.origin,
            ))
        });
    env.chain(flags).chain(command(spec)).collect()
}

/// The container's own arguments: a URL anywhere, `--password=…`, `--requirepass …`.
fn command(spec: &Spec) -> Option<Hit> {
    let words: Vec<Cow<'_, str>> = spec
        .command
        .iter()
        .map(|word| word.to_string_lossy())
        .collect();
    let alone = words
        .iter()
        .find_map(|word| secret::in_url(word).or_else(|| secret::in_assignment(word)));
    let found = alone.or_else(|| words.windows(2).find_map(|pair| in_pair(pair)))?;
    let origin = spec.image.origin.hiding(&found.before(), found.secret);
    Some(hit(&found, "the container's arguments", &origin))
}

/// `--password SECRET`
fn in_pair<'a>(pair: &'a [Cow<'_, str>]) -> Option<Exposed<'a>> {
    let [option, value] = pair else { return None };
    let is_option = option.starts_with("--") && !option.contains('=');
    let names = is_option && secret::names_secret(option);
    let exposed = names && secret::is_literal(value) && !value.starts_with('-');
    exposed.then_some(Exposed {
        of: option,
        separator: ' ',
        secret: value,
    })
}

fn hit(found: &Exposed<'_>, place: &str, origin: &Origin) -> Hit {
    let what = match (found.of, found.separator) {
        ("", _) => format!("a password stands in the open in {place}"),
        (user, ':') => format!("the password of \"{user}\" stands in the open in {place}"),
        (name, _) => format!("the secret in \"{name}\" stands in the open in {place}"),
    };
    Hit::warn(what, &origin.hiding(&found.before(), found.secret))
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, noted, silent};

    #[test]
    fn in_variables() {
        for var in [
            "DB=postgres://u:x1@db/x",
            "DB=redis://:x1@db",
            "JDBC=jdbc:mysql://db/x?user=u&password=x1",
            "CONN=Server=db;User Id=sa;Password=x1",
            "JAVA_OPTS=-Xmx1g -Ddb.password=x1",
        ] {
            noted("secret-in-url", &["-e", var]);
        }
        for var in [
            "DB=postgres://u@db/x",
            "DB=postgres://u:$PW@db/x",
            "DB=postgres://u:${PW}@db/x",
            "URL=http://host:8080/a@b",
            "MAIL=a@b.c",
            "OPTS=--a=b,c=d",
        ] {
            silent("secret-in-url", &["-e", var]);
        }
        noted(
            "secret-in-url",
            &["--health-cmd", "curl http://u:x1@127.0.0.1/"],
        );
    }

    #[test]
    fn after_the_image() {
        for command in [
            &["redis-server", "--requirepass", "x1"][..],
            &["--password=x1"],
            &["app", "--api-key=x1"],
            &["app", "--token", "x1"],
            &["sh", "-c", "curl http://u:x1@h/"],
            &["env", "PGPASSWORD=x1", "psql"],
        ] {
            let args = [&["localhost/app"], command].concat();
            noted("secret-in-url", &args);
        }
        for command in [
            &["pg_dump", "--no-password", "app"][..],
            &["app", "--password-file", "/run/secrets/x"],
            &["app", "--password=/run/secrets/x"],
            &["app", "--token", "--verbose"],
            &["app", "--password=<PASSWORD>", "x"],
            &["app", "--hashed_password", "sha1:0"],
            &["sh", "-c", "TOKEN=$(cat /run/secrets/t) app"],
            &["git", "clone", "https://git@host/x"],
        ] {
            let args = [&["localhost/app"], command].concat();
            silent("secret-in-url", &args);
        }
    }

    #[test]
    fn it_is_not_repeated() {
        for args in [
            &["-e", "DB=x://u:hunter2@db"][..],
            &["-eO=a;password=hunter2"],
            &["localhost/x", "--token", "hunter2"],
        ] {
            let found = format!("{:?}", findings("secret-in-url", args));
            assert!(!found.contains("hunter2"), "{found}");
        }
    }
}
