//! An image without a digest.

use crate::podman::value::image::Transport;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoDigest,
    title: "the image is not pinned by its digest",
    severity: Severity::Medium,
    why: "whoever may push to the repository may move any tag; only a digest says which bytes run",
    instead: "IMAGE@sha256:…; podman image inspect --format '{{.Digest}}' IMAGE prints it",
    references: &[
        "NIST 800-190 4.1.5",
        "CIS 4.5",
        "article: 10 security recommendations",
    ],
    bad: &["docker.io/library/nginx:1.29"],
    good: &["localhost/nginx:1.29"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let image = &spec.image.value;
    let remote = image
        .transport()
        .is_none_or(|transport| transport == Transport::Docker);
    let local = !remote || image.is_id() || image.registry() == Some("localhost");
    if local || image.has_digest() {
        return Vec::new();
    }
    let what = format!("\"{image}\" may be other bytes at the next pull");
    vec![Hit::inform(what, &spec.image.origin)]
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::testing::{TestRun, judged_on, shown, silent};

    const ID: &str = "886f140bf6f6db5f45c2b614cb634144aa2179bfd76ae088a21c8641112f3412";

    #[test]
    fn only_a_digest_is_a_pin() {
        for image in [
            "alpine",
            "docker.io/library/alpine:3.22.1",
            "docker://x:1",
            "localhost:5000/x:1",
        ] {
            shown("no-digest", &[image]);
        }
        for image in [ID, "886f140bf6f6", "localhost/x", "localhost/x:1", "oci:/x"] {
            silent("no-digest", &[image]);
        }
        silent("no-digest", &[&format!("alpine@sha256:{ID}")]);
    }

    #[test]
    fn an_image_gets_one_note() {
        let naming = ["short-name", "mutable-tag", "no-digest"];
        for (image, notes) in [
            ("alpine", 1),
            ("alpine:latest", 1),
            ("alpine:3.22", 1),
            ("quay.io/x", 1),
            ("quay.io/x:1", 0),
            ("localhost/x", 0),
            (ID, 0),
        ] {
            let judged = judged_on(&Fake::rootful(), &[image], Level::Baseline);
            let found = judged.judgement.findings.iter();
            let found = found.filter(|found| naming.contains(&found.rule.id.name()));
            let noted = found.filter(|found| found.verdict == Verdict::Noted);
            assert_eq!(noted.count(), notes, "{image}");
        }
    }

    #[test]
    fn restricted_wants_it() {
        let host = Fake::rootful();
        let run = TestRun {
            level: Level::Restricted,
            ..TestRun::on(&host)
        };
        for (rule, image) in [
            ("no-digest", "quay.io/x:1"),
            ("mutable-tag", "alpine"),
            ("short-name", "alpine"),
        ] {
            let found = run.findings(rule, &[image]);
            assert!(matches!(found[0].verdict, Verdict::Refused(_)), "{found:?}");
        }
    }
}
