//! Images from elsewhere than the site policy says.

use crate::origin::Origin;
use crate::podman::value::image::ImageRef;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::UntrustedRegistry,
    title: "the image comes from a registry that the site policy does not name",
    severity: Severity::Medium,
    why: "the administrator said which registries images may come from, because anybody can push \
          to the others",
    instead: "an image from one of the registries in /etc/safe-podman/policy.yaml",
    references: &[
        "NIST 800-190 4.2.1",
        "article: basic security principles",
        "safe-podman(1)",
    ],
    bad: &["docker.io/library/alpine"],
    good: &["localhost/web:1.4"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let registries = &facts.site.registries;
    if registries.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = registries.iter().map(ToString::to_string).collect();
    let names = names.join(" or ");
    images(spec)
        .filter(|(image, _)| !registries.iter().any(|scope| scope.holds(image)))
        .map(|(image, origin)| {
            let what = if image.is_short_name() {
                format!("\"{image}\" names no registry, and the site policy wants one of {names}")
            } else {
                format!("\"{image}\" does not come from {names}")
            };
            Hit::refuse(what, origin)
        })
        .collect()
}

/// The image and those that are mounted.
fn images(spec: &Spec) -> impl Iterator<Item = (&ImageRef, &Origin)> {
    let mounted = spec.mounts.iter().filter_map(|mount| match &mount.value {
        Mount::Other(other) => Some((other.image()?, &mount.origin)),
        Mount::Bind(_) | Mount::Volume(_) | Mount::Tmpfs(_) => None,
    });
    std::iter::once((&spec.image.value, &spec.image.origin)).chain(mounted)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::site::Site;
    use crate::testing::TestRun;

    #[test]
    fn what_the_policy_names_and_nothing_else() {
        let host = Fake::rootful();
        let site = Site::parse("registries: [quay.io/prometheus, docker.io/library]", "p").unwrap();
        let run = TestRun {
            site,
            ..TestRun::on(&host)
        };
        let found = |args: &[&str]| run.findings("untrusted-registry", args);
        for image in [
            "quay.io/prometheus/x:1",
            "docker.io/alpine",
            "docker://alpine",
        ] {
            assert!(found(&[image]).is_empty(), "{image}");
        }
        for image in [
            "alpine",
            "quay.io/prometheusx/y",
            "quay.io/x",
            "localhost/x",
            "oci:/x",
            "dir:/quay.io/prometheus/x",
        ] {
            let found = found(&[image]);
            assert!(
                matches!(found[0].verdict, Verdict::Refused(_)),
                "{image}: {found:?}"
            );
        }
        let mount = "--mount=type=image,src=quay.io/evil/x,dst=/x";
        assert_eq!(found(&[mount, "docker.io/alpine"]).len(), 1);
    }
}
