//! Annotations that podman writes.

use super::Fact;
use crate::podman::version::Version;

const INSPECT: &str = "libpod/define/annotations.go";
const CRIO: &str = "pkg/annotations/annotations.go";

/// An annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EngineAnnotation {
    /// Its key.
    pub key: &'static str,
    /// The value that is harmless, where not every one is.
    pub only: Option<&'static str>,
}

const fn any(key: &'static str, source: &'static str) -> Fact<EngineAnnotation> {
    Fact::new(EngineAnnotation { key, only: None }, source)
}

const fn only(
    key: &'static str,
    value: &'static str,
    source: &'static str,
) -> Fact<EngineAnnotation> {
    let only = Some(value);
    Fact::new(EngineAnnotation { key, only }, source)
}

/// What `--privileged` makes podman write, as `TRUE`; by itself it is harmless as `FALSE` only.
pub(crate) const PRIVILEGED: &str = "io.podman.annotations.privileged";

/// All of them.
#[rustfmt::skip]
pub(crate) static ANNOTATIONS: [Fact<EngineAnnotation>; 24] = [
    only("io.container.manager", "libpod", CRIO),
    any("io.kubernetes.cri-o.Created", CRIO),
    any("io.kubernetes.cri-o.TTY", CRIO),
    any("io.podman.annotations.apparmor", INSPECT),
    any("io.podman.annotations.autoremove", INSPECT),
    any("io.podman.annotations.autoremove-image", INSPECT).since(Version(5, 3, 0)),
    any("io.podman.annotations.cid-file", INSPECT),
    any("io.podman.annotations.cpuset", INSPECT).since(Version(5, 6, 0)),
    any("io.podman.annotations.init", INSPECT),
    any("io.podman.annotations.label", INSPECT),
    // One for each of --security-opt label=…: `InspectAnnotationLabel-KEY`.
    any("io.podman.annotations.label-disable", INSPECT),
    any("io.podman.annotations.label-level", INSPECT),
    any("io.podman.annotations.label-type", INSPECT),
    any("io.podman.annotations.memory-nodes", INSPECT).since(Version(5, 6, 0)),
    any("io.podman.annotations.pids-limit", INSPECT).since(Version(5, 5, 0)),
    only(PRIVILEGED, "FALSE", INSPECT),
    any("io.podman.annotations.publish-all", INSPECT),
    any("io.podman.annotations.seccomp", INSPECT),
    any("io.podman.annotations.ulimit", INSPECT).since(Version(4, 5, 0)),
    any("io.podman.annotations.userns", INSPECT).since(Version(5, 0, 0)),
    any("io.podman.annotations.volumes-from", INSPECT),
    any("org.opencontainers.image.stopSignal", "libpod/container_internal_common.go"),
    any("org.systemd.property.KillSignal", "libpod/container_internal_common.go"),
    any("org.systemd.property.TimeoutStopUSec", "libpod/container_internal_common.go"),
];
