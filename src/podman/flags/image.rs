//! Flags about the image and the registry it comes from.

use super::row::{
    Flag,
    Kind::{Bool, SliceBefore5, Text, Uint},
    NeededBy, PathUse, Topic,
    Treatment::{Judged, NoOp, Pass},
    flag, flags,
};
use crate::rule_id::RuleId;

flags! { IMAGE: Topic::Image;

    ARCH: flag("arch", Text, Pass, "ARCH", "choose the image for another architecture")
        .aliases(&["override-arch"]).needed_by(NeededBy::Pull).example("arm64");
    AUTHFILE: flag("authfile", Text, Pass, "FILE", "read registry credentials from FILE")
        .path(PathUse::Reads).needed_by(NeededBy::Pull).example("./auth.json");
    CERT_DIR: flag("cert-dir", Text, Judged(RuleId::InsecureRegistry), "DIR",
        "certificates for talking to registries").since(5, 7, 0).path(PathUse::Directory)
        .needed_by(NeededBy::Pull).example("./certs");
    CREDS: flag("creds", Text, Judged(RuleId::CredsOnArgv), "USER:PASSWORD", "registry credentials")
        .since(5, 7, 0).needed_by(NeededBy::Pull).example("user:password");
    DECRYPTION_KEY: flag("decryption-key", SliceBefore5, Judged(RuleId::CredsOnArgv), "KEY",
        "key for encrypted images").since(4, 4, 0).needed_by(NeededBy::Pull).example("[./key.pem]");
    DISABLE_CONTENT_TRUST: flag("disable-content-trust", Bool, NoOp, "",
        "does nothing in podman; accepted for docker's sake");
    OS: flag("os", Text, Pass, "OS", "choose the image for another system")
        .aliases(&["override-os"]).needed_by(NeededBy::Pull).example("linux");
    PLATFORM: flag("platform", Text, Pass, "OS/ARCH", "choose the image for another platform")
        .needed_by(NeededBy::Pull).example("linux/arm64");
    PULL: flag("pull", Text, Pass, "POLICY", "when to pull the image").example("missing");
    RETRY: flag("retry", Uint, Pass, "NUMBER", "pull retries")
        .since(5, 0, 0).needed_by(NeededBy::Pull).example("3");
    RETRY_DELAY: flag("retry-delay", Text, Pass, "DURATION", "time between pull retries")
        .since(5, 0, 0).needed_by(NeededBy::Pull).example("2s");
    RMI: flag("rmi", Bool, Pass, "", "remove the image when the container ends");
    ROOTFS: flag("rootfs", Bool, Judged(RuleId::ExternalRootfs), "",
        "take a host directory instead of an image");
    SIGNATURE_POLICY: flag("signature-policy", Text, Judged(RuleId::InsecureRegistry), "FILE",
        "replace the host's signature policy").path(PathUse::Reads).example("./policy.json");
    TLS_VERIFY: flag("tls-verify", Bool, Judged(RuleId::InsecureRegistry), "",
        "check certificates when pulling").needed_by(NeededBy::Pull);
    VARIANT: flag("variant", Text, Pass, "VARIANT", "choose the image for another variant")
        .aliases(&["override-variant"]).needed_by(NeededBy::Pull).example("v8");
}
