//! An image without a `USER`, or with root.

use crate::podman::value::user::{Rootness, User};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageRoot,
    title: "the image is made to run as root",
    severity: Severity::Medium,
    why: "nobody thought about a user when it was built, so its files and programs may expect to \
          own everything",
    instead: "say who it runs as: --user=1000:1000, or build it with USER",
    references: &[
        "CIS 4.1",
        "PSS restricted: running as non-root user",
        "article: simple container security",
    ],
    bad: &[],
    good: &["--user=1000:1000"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    // Whoever names a user has thought about it, and root-user judges that one.
    let Some(image) = facts.image.filter(|_| !spec.user.origin.is_asked()) else {
        return Vec::new();
    };
    let user: Option<User> = image.user.parse().ok();
    if user.is_some_and(|user| user.is_root() != Rootness::Root) {
        return Vec::new();
    }
    let what = format!(
        "the image's user is root; it would run as {}",
        spec.user.value
    );
    vec![Hit::inform(what, &spec.image.origin)]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    fn found(user: &str, args: &[&str]) -> usize {
        let host = Fake::rootful();
        let image = ImageConfig {
            user: user.to_owned(),
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        run.findings("image-root", args).len()
    }

    #[test]
    fn an_image_whose_user_is_root() {
        for user in ["", "0", "root", "0:0", "root:root", "00"] {
            assert_eq!(found(user, &[]), 1, "{user:?}");
            assert_eq!(found(user, &["--user=1000:1000"]), 0, "{user:?}");
        }
        for user in ["1000", "nobody", "998:998", "app:app"] {
            assert_eq!(found(user, &[]), 0, "{user:?}");
        }
    }
}
