//! `m` in the permissions of `--device`.

use crate::podman::value::device::Device;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::DeviceMknod,
    title: "the container could make more nodes of a device",
    severity: Severity::Low,
    why: "a node made in a volume outlives the container and may be opened from another one; using a device never needs it",
    instead: "give rw or r only: --device=/dev/ttyUSB0:/dev/ttyUSB0:rw",
    references: &["CIS 5.18", "mknod(2)"],
    bad: &["--device=/dev/null:/dev/null:rwm"],
    good: &["--device=/dev/null"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for device in &spec.device {
        let Device::Node {
            host,
            container,
            permissions: Some(permissions),
        } = &device.value
        else {
            continue;
        };
        if !permissions.mknod() {
            continue;
        }
        let what = format!(
            "--device={} lets the container make more nodes of it",
            device.value
        );
        let Some(permissions) = permissions.without_mknod() else {
            hits.push(Hit::inform(what, &device.origin));
            continue;
        };
        let old = device.value.clone();
        let new = Device::Node {
            host: host.clone(),
            container: container.clone(),
            permissions: Some(permissions),
        };
        let to = format!("--device={new}");
        hits.push(Hit::rewrite(what, &device.origin, to, move |spec| {
            for device in spec.device.iter_mut().filter(|device| device.value == old) {
                device.value = new.clone();
            }
        }));
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{fires, judged_on, rewritten, silent};

    #[test]
    fn is_taken_off() {
        let argv = rewritten("device-mknod", &["--device=/dev/null:/dev/x:rwm"]);
        assert!(
            argv.contains(&"--device=/dev/null:/dev/x:rw".into()),
            "{argv:?}"
        );
        let argv = rewritten(
            "device-mknod",
            &["--device=/dev/null:mr", "--device=/dev/zero"],
        );
        assert!(argv.contains(&"--device=/dev/null:r".into()), "{argv:?}");
        fires("device-mknod", &["--device=/dev/null:m"]);
    }

    #[test]
    fn is_never_there_by_itself() {
        silent("device-mknod", &["--device=/dev/null"]);
        let argv = judged_on(
            &Fake::rootful(),
            &["--device=/dev/null", "--device=/dev/zero:/dev/z"],
            Level::Baseline,
        )
        .argv;
        for device in ["--device=/dev/null:rw", "--device=/dev/zero:/dev/z:rw"] {
            assert!(argv.contains(&device.into()), "{argv:?}");
        }
    }
}
