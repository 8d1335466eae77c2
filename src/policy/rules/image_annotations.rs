//! Annotations of the image's manifest that podman and the runtimes take for orders.

use crate::podman::value::annotation::is_order;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageAnnotations,
    title: "the image gives orders to podman or to the OCI runtime",
    severity: Severity::Critical,
    why: "with a checkpoint annotation podman restores a container that the image describes and \
          ignores every flag (CVE-2026-94603); older releases hand the other ones to the runtime, \
          which obeys them",
    instead: "build the image again without these annotations, or use another one",
    references: &["CVE-2026-94603", "crun(1)", "podman-run(1)"],
    bad: &[],
    good: &[],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let annotations = facts
        .image
        .iter()
        .flat_map(|image| image.annotations.keys());
    annotations
        .filter(|key| is_order(key))
        .map(|key| {
            let what =
                format!("the image's annotation \"{key}\" is an order to podman or the runtime");
            Hit::refuse(what, &spec.image.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::TestRun;

    fn found(key: &str) -> usize {
        let host = Fake::rootful();
        let image = ImageConfig {
            annotations: [(key.to_owned(), "x".to_owned())].into(),
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        run.findings("image-annotations", &[]).len()
    }

    #[test]
    fn orders_and_not_descriptions() {
        for key in [
            "io.podman.annotations.checkpoint.runtime.name",
            "io.podman.annotations.privileged",
            "run.oci.seccomp_bpf_data",
            "run.oci.handler",
            "org.systemd.property.DeviceAllow",
            "module.wasm.image/variant",
            "safe-podman.promise",
            "krun.cpus",
            "org.criu.config",
        ] {
            assert_eq!(found(key), 1, "{key}");
        }
        for key in [
            "org.opencontainers.image.title",
            "run",
            "com.example.run.oci.x",
        ] {
            assert_eq!(found(key), 0, "{key}");
        }
    }
}
