//! An image without a registry.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ShortName,
    title: "the image has no registry in its name",
    severity: Severity::Medium,
    why: "podman takes it from whichever registry in its search list answers first, or from an \
          alias: not always the one that was meant",
    instead: "write the registry, too: docker.io/library/alpine:3.22",
    references: &[
        "NIST 800-190 4.1.5",
        "containers-registries.conf(5)",
        "article: basic security principles",
    ],
    bad: &["alpine:3.22"],
    good: &["quay.io/prometheus/node-exporter:v1.9.1"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let image = &spec.image.value;
    if !image.is_short_name() {
        return Vec::new();
    }
    let what = format!("\"{image}\" names no registry");
    let library = if image.path().contains('/') {
        ""
    } else {
        "library/"
    };
    let full = format!("docker.io/{library}{image}");
    // A digest says what the content is, wherever it comes from.
    let hit = if image.has_digest() {
        Hit::inform
    } else {
        Hit::warn
    };
    vec![hit(what, &spec.image.origin).instead(full)]
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, noted, shown, silent};

    const DIGEST: &str = "sha256:886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";

    #[test]
    fn a_name_without_registry() {
        for image in [
            "alpine",
            "alpine:3.19",
            "grafana/grafana",
            "a/b/c:1",
            "886f140bf6f6:x",
        ] {
            noted("short-name", &[image]);
        }
        shown("short-name", &[&format!("alpine@{DIGEST}")]);
        for image in [
            "localhost/x",
            "docker.io/alpine",
            "docker://alpine",
            "r:5000/x",
            DIGEST,
            "oci:/x",
        ] {
            silent("short-name", &[image]);
        }
    }

    #[test]
    fn the_full_name_is_spelled_out() {
        let instead = |image| findings("short-name", &[image])[0].instead.clone();
        assert_eq!(instead("alpine:3"), "docker.io/library/alpine:3");
        assert_eq!(instead("grafana/grafana"), "docker.io/grafana/grafana");
    }
}
