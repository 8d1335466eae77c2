//! Destinations that hold what the container is protected by, or the code that every program in it loads.

use std::path::Path;

use crate::origin::Setting;
use crate::podman::value::device::Device;
use crate::podman::value::mount_options::Access;
use crate::podman::value::path::ContainerPath;
use crate::policy::facts::Facts;
use crate::policy::paths;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::image_volumes::VOLUME;
use crate::spec::mount::Bind;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::DestInjection,
    title: "a mount would cover what the container itself trusts",
    severity: Severity::High,
    why: "a library, shell or passwd file put there runs or counts before the program does, and a \
          mount over /proc, /sys or /dev hides the masks that podman puts on them",
    instead: "mount it where the program looks for its own files: /usr/local/bin, /opt/app, /etc/app",
    references: &["CIS 5.6", "NIST 800-190 4.4.3"],
    bad: &["-v", "/srv/x:/etc/ld.so.preload"],
    good: &["-v", "/srv/x:/usr/local/bin/x:ro"],
    check,
};

/// What a destination is to the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    /// podman's own file systems, with its masks.
    Masked,
    /// Code and accounts that other programs rely on.
    Trusted,
    /// Anything else.
    Free,
}

/// Each with all below it, except /dev/shm: nothing there is trusted.
const MASKED: &[&str] = &["/proc", "/sys", "/dev"];
const SHARED_MEMORY: &str = "/dev/shm";
const TRUSTED: &[&str] = &[
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/passwd",
    "/etc/shadow",
];
/// podman puts the secrets there.
const SECRETS: &str = "/run/secrets";

impl Destination {
    fn of(destination: &ContainerPath) -> Self {
        let path = paths::folded(Path::new(destination.as_str()));
        let is_in = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
        if path == Path::new("/") || (is_in(MASKED) && !path.starts_with(SHARED_MEMORY)) {
            Self::Masked
        } else if is_in(TRUSTED) || path == Path::new(SECRETS) || holds_trusted(&path) {
            Self::Trusted
        } else {
            Self::Free
        }
    }
}

/// A directory above them replaces them all: /etc, /usr.
fn holds_trusted(path: &Path) -> bool {
    TRUSTED
        .iter()
        .any(|trusted| Path::new(trusted).starts_with(path))
}

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for mount in &spec.mounts {
        let Some(at) = mount.value.destination() else {
            continue;
        };
        let what = || format!("a mount at \"{at}\" would cover what the container itself trusts");
        match (Destination::of(at), &mount.value) {
            (Destination::Free, _) => {}
            // Nobody here asked for it, and it can be written although the root file system cannot.
            _ if mount.origin == VOLUME => hits.push(volume(at, spec)),
            (Destination::Trusted, Mount::Tmpfs(_)) => {}
            (_, Mount::Bind(bind)) if is_hosts_own(bind, facts) => {
                hits.push(Hit::inform(what(), &mount.origin));
            }
            (Destination::Masked | Destination::Trusted, _) => {
                hits.push(Hit::refuse(what(), &mount.origin));
            }
        }
    }
    let secrets = spec.secret.iter().filter_map(|secret| {
        let at = secret.value.destination()?;
        let what = format!("a secret at \"{at}\" would cover what the container itself trusts");
        (Destination::of(&at) != Destination::Free).then(|| Hit::refuse(what, &secret.origin))
    });
    hits.extend(secrets);
    hits.extend(spec.device.iter().filter_map(device));
    hits
}

fn volume(at: &ContainerPath, spec: &Spec) -> Hit {
    let what = format!("the image's VOLUME \"{at}\" would cover what the container itself trusts");
    Hit::refuse(what, &spec.image.origin).instead(format!(
        "--image-volume=ignore, or mount what belongs there: -v NAME:{at}:ro"
    ))
}

/// A device node where the container looks for something else; in /dev it belongs.
fn device(device: &Setting<Device>) -> Option<Hit> {
    let Device::Node {
        container: Some(at),
        ..
    } = &device.value
    else {
        return None;
    };
    let what = format!("a device at \"{at}\" would cover what the container itself trusts");
    let belongs =
        Path::new(at.as_str()).starts_with("/dev") || Destination::of(at) == Destination::Free;
    (!belongs).then(|| Hit::refuse(what, &device.origin))
}

/// A read-only bind of a host path at the same path: the container sees there what the host itself uses. Whether the host
/// may give it away is decided by the rule for that path.
fn is_hosts_own(bind: &Bind, facts: &Facts<'_>) -> bool {
    let place = |path: &str| paths::folded(Path::new(path));
    let is_same_place = place(bind.path.as_str()) == place(bind.destination.as_str())
        || place(bind.asked.as_str()) == place(bind.destination.as_str());
    let is_roots = bind.source.owner == 0 && bind.source.mode & 0o022 == 0;
    let is_refused = facts
        .worth(&bind.source, Access::ReadOnly)
        .is_some_and(|found| found.response == paths::Response::Refuse);
    is_same_place && (is_refused || (is_roots && bind.options.access == Some(Access::ReadOnly)))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{TestRun, findings, judged_on, refused, silent};

    #[test]
    fn by_components_after_cleaning() {
        for at in [
            "/",
            "/proc",
            "/proc/sys",
            "/sys/fs/cgroup",
            "/dev",
            "/dev/null",
            "/etc/ld.so.preload",
            "/etc/passwd",
            "/etc/shadow",
            "/lib",
            "/lib64/ld-linux.so.2",
            "/lib/x86_64-linux-gnu/libc.so.6",
            "/usr/lib/x",
            "/bin/sh",
            "/sbin",
            "/usr/bin/env",
            "/usr/sbin/x",
            "/etc/../lib/x",
            "//bin//sh",
            "/x/../proc",
            "/proc/self/root/tmp",
            "/run/secrets",
            "/var/run/secrets",
            "/usr",
            "/etc",
        ] {
            refused("dest-injection", &["-v", &format!("/srv/x:{at}")]);
            refused("dest-injection", &["-v", &format!("/srv/x:{at}:ro")]);
            refused("dest-injection", &["-v", &format!("vol:{at}")]);
            refused(
                "dest-injection",
                &["--mount", &format!("type=bind,src=/srv/x,dst={at},ro")],
            );
        }
        for at in ["/", "/proc/acpi", "/sys", "/dev"] {
            refused("dest-injection", &["--tmpfs", at]);
        }
        refused(
            "dest-injection",
            &["--mount", "type=image,src=localhost/x,dst=/usr/lib"],
        );
        refused(
            "dest-injection",
            &["--secret", "x,target=/etc/ld.so.preload"],
        );
    }

    #[test]
    fn devices_belong_in_dev() {
        refused("dest-injection", &["--device=/dev/null:/etc/shadow"]);
        refused("dest-injection", &["--device=/dev/null:/dev/../proc/x"]);
        silent("dest-injection", &["--device=/dev/sda:/dev/xvda"]);
        silent("dest-injection", &["--device=/dev/null:/srv/null"]);
    }

    #[test]
    fn ordinary_places_are_free() {
        for at in [
            "/app",
            "/etc/nginx/nginx.conf",
            "/etc/passwd.d",
            "/usr/local/bin/x",
            "/library",
            "/binary",
            "/process",
            "/devices",
            "/usr/share/x",
            "/usr/src/app",
            "/run/secrets/db",
            "/dev/shm/logs",
            "/opt",
        ] {
            silent("dest-injection", &["-v", &format!("/srv/x:{at}:rw")]);
        }
        for at in [
            "/run",
            "/run/secrets",
            "/dev/shm",
            "/tmp",
            "/usr/lib/app/cache",
        ] {
            silent("dest-injection", &["--tmpfs", at]);
        }
        silent(
            "dest-injection",
            &["--secret", "db", "--secret", "key,target=/etc/app/key"],
        );
    }

    #[test]
    fn the_hosts_own_file_at_its_own_place() {
        let host = Fake::rootful().file("/etc/passwd", 0, 0o644, "").file(
            "/etc/ld.so.preload",
            1000,
            0o644,
            "",
        );
        let verdict = |volume: &str| {
            let judged = judged_on(&host, &["-v", volume], Level::Baseline);
            let found = judged
                .judgement
                .findings
                .into_iter()
                .find(|finding| finding.rule.id == RuleId::DestInjection);
            found.map(|finding| finding.verdict)
        };
        assert_eq!(verdict("/etc/passwd:/etc/passwd:ro"), Some(Verdict::Shown));
        assert_eq!(verdict("/etc/passwd:/etc/passwd"), Some(Verdict::Shown));
        assert!(matches!(
            verdict("/etc/passwd:/etc/shadow:ro"),
            Some(Verdict::Refused(_))
        ));
        assert!(matches!(
            verdict("/etc/ld.so.preload:/etc/ld.so.preload:ro"),
            Some(Verdict::Refused(_))
        ));
        assert!(matches!(
            verdict("/etc/passwd:/etc/passwd:rw"),
            Some(Verdict::Refused(_))
        ));
        assert_eq!(
            findings("dest-injection", &["-v", "/lib/modules:/lib/modules:ro"])[0].verdict,
            Verdict::Shown
        );
    }

    #[test]
    fn a_volume_of_the_image_s_stays_where_data_is() {
        let host = Fake::rootful();
        let found = |at: &str, args: &[&str]| {
            let image = ImageConfig {
                volumes: vec![at.to_owned()],
                ..ImageConfig::default()
            };
            let run = TestRun {
                image: Some(image),
                ..TestRun::on(&host)
            };
            run.findings("dest-injection", args).len()
        };
        for at in [
            "/etc",
            "/usr",
            "/usr/lib",
            "/bin",
            "/",
            "/proc",
            "/run/secrets",
        ] {
            assert_eq!(found(at, &[]), 1, "{at}");
            assert_eq!(found(at, &["--image-volume=anonymous"]), 1, "{at}");
            assert_eq!(found(at, &["--image-volume=ignore"]), 0, "{at}");
        }
        for at in [
            "/data",
            "/var/lib/x",
            "/etc/app",
            "/usr/local/share/x",
            "/run/x",
        ] {
            assert_eq!(found(at, &[]), 0, "{at}");
        }
        assert_eq!(found("/etc", &["--tmpfs=/etc"]), 0, "asked for");
    }
}
