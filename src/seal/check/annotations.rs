//! Annotations: runtimes take orders from them.

use crate::podman::value::annotation::is_order;
use crate::seal::ANNOTATION;
use crate::seal::breach::{Breach, Culprit};
use crate::seal::observed::ObservedConfig;
use crate::seal::promise::{Privilege, Promise, PromisedGroups};

/// What podman 4.3 to 5.4 writes by itself, and the value that is harmless where not every one is.
const ENGINE: [(&str, Option<&str>); 22] = [
    ("io.container.manager", Some("libpod")),
    ("io.kubernetes.cri-o.Created", None),
    ("io.kubernetes.cri-o.TTY", None),
    ("io.podman.annotations.apparmor", None),
    ("io.podman.annotations.autoremove", None),
    ("io.podman.annotations.autoremove-image", None),
    ("io.podman.annotations.cid-file", None),
    ("io.podman.annotations.init", None),
    ("io.podman.annotations.label", None),
    ("io.podman.annotations.label-disable", None),
    ("io.podman.annotations.label-level", None),
    ("io.podman.annotations.label-type", None),
    ("io.podman.annotations.pids-limit", None),
    ("io.podman.annotations.publish-all", None),
    ("io.podman.annotations.seccomp", None),
    ("io.podman.annotations.ulimit", None),
    ("io.podman.annotations.userns", None),
    ("io.podman.annotations.volumes-from", None),
    ("org.opencontainers.image.stopSignal", None),
    ("org.systemd.property.KillSignal", None),
    ("org.systemd.property.TimeoutStopUSec", None),
    (ANNOTATION, None),
];

const PRIVILEGED: &str = "io.podman.annotations.privileged";
const KEEP_GROUPS: &str = "run.oci.keep_original_groups";

pub(super) fn check(promise: &Promise, config: &ObservedConfig<'_>) -> Vec<Breach> {
    let holds = |key: &str, value: &str| {
        let engine = ENGINE.iter().find(|(known, _)| *known == key);
        let engine = engine.is_some_and(|(_, only)| only.is_none_or(|only| only == value));
        let asked = promise
            .annotations
            .get(key)
            .is_some_and(|promised| promised == value);
        engine
            || asked
            || (!is_order(key)
                && promise.image_annotations.contains(key)
                && !promise.annotations.contains_key(key))
            || (key == PRIVILEGED
                && (value == "FALSE" || promise.privilege == Privilege::Privileged))
            || (key == KEEP_GROUPS && promise.groups == PromisedGroups::Any)
    };
    config
        .document
        .annotations
        .iter()
        .filter(|(key, value)| !holds(key, value))
        .map(|(key, value)| {
            let culprit = if promise.image_annotations.contains(key) {
                Culprit::Image("annotations")
            } else {
                Culprit::Conf("annotations")
            };
            Breach::new(
                format!("the annotation {key}={value}"),
                "none but those of --annotation",
                culprit,
            )
        })
        .collect()
}
