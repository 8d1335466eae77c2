//! Images that come from no registry.

use crate::podman::value::image::Transport;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::LocalTransport,
    title: "the image comes from a file or another store of this host",
    severity: Severity::Low,
    why: "no registry and usually no signature stands behind it: it is what whoever wrote the \
          file put there",
    instead: "pull it from a registry, or load it once and run it by its name: podman load -i FILE",
    references: &["containers-transports(5)", "containers-policy.json(5)"],
    bad: &["oci-archive:/srv/image.tar"],
    good: &["docker://docker.io/library/alpine:3.22"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    match spec.image.value.transport() {
        None | Some(Transport::Docker) => Vec::new(),
        Some(_) => {
            let what = format!("\"{}\" is no image of a registry", spec.image.value);
            vec![Hit::inform(what, &spec.image.origin)]
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{shown, silent};

    #[test]
    fn every_local_place() {
        for image in [
            "dir:/x",
            "oci:/x",
            "docker-archive:/x.tar",
            "docker-daemon:x:1",
            "containers-storage:x",
        ] {
            shown("local-transport", &[image]);
        }
        for image in ["docker://x", "docker:dind", "atomic:1", "localhost/x"] {
            silent("local-transport", &[image]);
        }
    }
}
