//! Mounts on which set-user-ID programs, devices or programs work.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::podman::value::mount_options::{Dev, Exec, MountOptions, Suid};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::MountSuidDevExec,
    title: "a mount would keep its set-user-ID programs, devices or programs",
    severity: Severity::Low,
    why: "every mount is nosuid and nodev, and noexec where the container can write, so that nothing \
          planted in it can be run or gains anything",
    instead: "leave suid, dev and exec out; where programs must run from it, mount it read-only",
    references: &["NIST 800-190 4.4.2", "mount(8)"],
    bad: &["-v", "/srv/app:/app:rw,exec"],
    good: &["-v", "/srv/app:/app:rw"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for mount in &spec.mounts {
        let options = match &mount.value {
            Mount::Bind(bind) => &bind.options,
            Mount::Volume(volume) => &volume.options,
            Mount::Other(other) => match other.options() {
                Some(options) => options,
                None => continue,
            },
            Mount::Tmpfs(_) => continue,
        };
        for word in asked(options) {
            hits.push(Hit::inform(
                format!("a mount has the option \"{word}\""),
                &mount.origin,
            ));
        }
    }
    hits
}

fn asked(options: &MountOptions) -> impl Iterator<Item = &'static str> {
    [
        options
            .suid
            .filter(|suid| *suid == Suid::Suid)
            .map(Suid::as_str),
        options.dev.filter(|dev| *dev == Dev::Dev).map(Dev::as_str),
        options
            .exec
            .filter(|exec| *exec == Exec::Exec)
            .map(Exec::as_str),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, silent};

    #[test]
    fn each_word_by_itself() {
        assert_eq!(
            findings("mount-suid-dev-exec", &["-v", "/srv/a:/a:suid,dev,exec"]).len(),
            3
        );
        assert_eq!(
            findings(
                "mount-suid-dev-exec",
                &["--mount=type=volume,src=v,dst=/a,exec"]
            )
            .len(),
            1
        );
        silent(
            "mount-suid-dev-exec",
            &["-v", "/srv/a:/a:nosuid,nodev,noexec", "-v", "v:/b"],
        );
        silent("mount-suid-dev-exec", &["-v", "/srv/suid:/dev2:ro"]);
    }
}
