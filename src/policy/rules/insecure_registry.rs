//! Pulling without TLS, or under another policy.

use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::InsecureRegistry,
    title: "images would be pulled without the host's own checks",
    severity: Severity::High,
    why: "without certificates, or under another trust policy, anybody on the way can hand over \
          an image of their own",
    instead: "leave it out; for a registry with a CA of its own put the certificate into \
          /etc/containers/certs.d/HOST/",
    references: &[
        "CIS 2.5",
        "NIST 800-190 4.2.1",
        "containers-policy.json(5)",
        "article: 10 security recommendations",
    ],
    bad: &["--tls-verify=false"],
    good: &["--tls-verify=true"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let tls = spec
        .passed(&flags::TLS_VERIFY)
        .last()
        .filter(|_| !spec.is_on(&flags::TLS_VERIFY));
    if let Some(given) = tls {
        hits.push(Hit::refuse(
            "the registry would not have to prove who it is",
            &given.origin,
        ));
    }
    for given in spec.passed(&flags::SIGNATURE_POLICY) {
        let what = format!("\"{}\" would decide whose images are trusted", given.value);
        let instead = "leave it out: /etc/containers/policy.json holds";
        hits.push(Hit::refuse(what, &given.origin).instead(instead));
    }
    for given in spec.passed(&flags::REGISTRIES_CONF) {
        let what = format!("\"{}\" would decide where images come from", given.value);
        let instead = "leave it out: /etc/containers/registries.conf holds";
        hits.push(Hit::refuse(what, &given.origin).instead(instead));
    }
    for given in spec.passed(&flags::CERT_DIR) {
        let what = format!(
            "the certificates in \"{}\" would be trusted, too",
            given.value
        );
        hits.push(Hit::inform(what, &given.origin));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, shown, silent};

    #[test]
    fn every_way_round() {
        refused("insecure-registry", &["--tls-verify=false"]);
        refused("insecure-registry", &["--tls-verify=F"]);
        refused("insecure-registry", &["--tls-verify", "--tls-verify=0"]);
        refused(
            "insecure-registry",
            &["--signature-policy", "/tmp/policy.json"],
        );
        refused("insecure-registry", &["--registries-conf=/tmp/r.conf"]);
        shown("insecure-registry", &["--cert-dir=/srv/certs"]);
        silent("insecure-registry", &["--tls-verify=false", "--tls-verify"]);
        silent("insecure-registry", &["--authfile=/srv/auth.json"]);
    }
}
