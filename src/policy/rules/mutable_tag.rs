//! An image whose tag moves.

use crate::podman::value::image::Transport;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MutableTag,
    title: "the tag of the image stands for something else tomorrow",
    severity: Severity::Medium,
    why: "latest, main and the like are moved with each release: what runs after the next pull \
          is not what was tested",
    instead: "name a version, or better the digest: IMAGE@sha256:…",
    references: &[
        "CIS 5.28",
        "NIST 800-190 4.1.5",
        "article: 10 security recommendations",
    ],
    bad: &["docker.io/library/nginx"],
    good: &["docker.io/library/nginx:1.29"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let image = &spec.image.value;
    let remote = image
        .transport()
        .is_none_or(|transport| transport == Transport::Docker);
    if !image.tag_is_mutable() || !remote || image.registry() == Some("localhost") {
        return Vec::new();
    }
    let what = match image.tag() {
        Some(tag) => format!("\"{image}\" is whatever \"{tag}\" stands for today"),
        None => format!("\"{image}\" has no tag, so it is whatever \"latest\" stands for today"),
    };
    // One note for an image is enough, and short-name already gives it.
    let hit = if image.is_short_name() {
        Hit::inform
    } else {
        Hit::warn
    };
    vec![hit(what, &spec.image.origin)]
}

#[cfg(test)]
mod tests {
    use crate::testing::{noted, shown, silent};

    const DIGEST: &str = "sha256:886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";

    #[test]
    fn a_tag_that_moves() {
        for image in [
            "quay.io/x",
            "quay.io/x:latest",
            "ghcr.io/a/b:main",
            "docker://x:edge",
            "localhost:5000/x",
        ] {
            noted("mutable-tag", &[image]);
        }
        for image in ["alpine", "alpine:latest", "grafana/grafana:main-ubuntu"] {
            shown("mutable-tag", &[image]);
        }
        for image in [
            "alpine:3.22",
            "localhost/x",
            "localhost/x:dev",
            "quay.io/x:v2",
            DIGEST,
            "dir:/x",
        ] {
            silent("mutable-tag", &[image]);
        }
        silent("mutable-tag", &[&format!("quay.io/x:latest@{DIGEST}")]);
    }
}
