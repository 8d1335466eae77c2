//! Annotations that the OCI runtime obeys.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

/// The namespace of keys that only describe.
const DESCRIPTIVE: &str = "org.opencontainers";

pub(super) static RULE: Rule = Rule {
    id: RuleId::RuntimeAnnotation,
    title: "an annotation could steer the runtime",
    severity: Severity::High,
    why: "podman hands annotations to the OCI runtime unread: crun replaces the seccomp filter, loads plugins, writes files \
          and keeps host groups by them, runc and crun set any systemd unit property, hooks start on them",
    instead: "--label for a note of your own; the keys of org.opencontainers.* only describe and are taken",
    references: &["crun(1)", "OCI runtime-spec: annotations", "podman-run(1)"],
    bad: &["--annotation=run.oci.seccomp_bpf_data=x"],
    good: &["--annotation=org.opencontainers.image.title=x"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for annotation in &spec.annotation {
        let key = &annotation.value.key;
        let mut parts = key.split('.');
        let namespace = parts
            .next()
            .zip(parts.next())
            .map(|(a, b)| format!("{a}.{b}"));
        if namespace.as_deref() != Some(DESCRIPTIVE) || parts.next().is_none() {
            let what = format!("the annotation \"{key}\" could steer the runtime");
            hits.push(Hit::refuse(what, &annotation.origin));
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn only_what_describes_is_taken() {
        for key in [
            "run.oci.seccomp.plugins=/x.so",
            "run.oci.keep_original_groups=1",
            "io.containers.trace-syscall=of:/tmp/x.json",
            "org.systemd.property.DevicePolicy=auto",
            "org.criu.config=/x",
            "krun.ram_mib=1",
            "module.wasm.image/variant=x",
            "io.podman.annotations.privileged=TRUE",
            "io.katacontainers.x=1",
            "dev.gvisor.flag.x=1",
            "org.opencontainersx.a=1",
        ] {
            refused("runtime-annotation", &["--annotation", key]);
        }
        silent(
            "runtime-annotation",
            &["--annotation", "org.opencontainers.image.title=x"],
        );
        silent("runtime-annotation", &["--label", "run.oci.handler=x"]);
    }
}
