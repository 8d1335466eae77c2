//! Kinds of mounts whose content or size is not judged.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::podman::value::mount::OtherMount;
use crate::podman::value::mount_options::Access;
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::MountGlob,
    title: "a mount would be of a kind that cannot be judged beforehand",
    severity: Severity::Medium,
    why: "a glob is evaluated again by podman when it starts, a ramfs takes all memory, a writable \
          image mount changes files that are thought fixed, a devpts has terminals of its own",
    instead: "name each file, -v /srv/app/a.conf:/a.conf:ro; for memory --tmpfs /run:size=16m; an \
              image without rw=true",
    references: &["CIS 5.6", "CIS 5.11", "podman-run(1)"],
    bad: &["--mount", "type=glob,src=/srv/*.conf,dst=/conf"],
    good: &["--mount", "type=bind,src=/srv/a.conf,dst=/conf/a.conf,ro"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let hits = spec.mounts.iter().filter_map(|mount| {
        let Mount::Other(value) = &mount.value else {
            return None;
        };
        Some(Hit::refuse(what(value)?, &mount.origin))
    });
    hits.collect()
}

fn what(mount: &OtherMount) -> Option<String> {
    match mount {
        OtherMount::Glob { pattern, .. } => Some(format!(
            "everything that fits \"{pattern}\" when it starts would be mounted"
        )),
        OtherMount::Ramfs { destination, .. } => Some(format!(
            "a file system without any limit would be at \"{destination}\""
        )),
        OtherMount::Devpts { destination, .. } => Some(format!(
            "terminals of its own would be at \"{destination}\""
        )),
        OtherMount::Image {
            image,
            access: Some(Access::ReadWrite),
            ..
        } => Some(format!(
            "the files of the image \"{image}\" would be writable"
        )),
        OtherMount::Image { .. } | OtherMount::Artifact { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn each_kind() {
        for mount in [
            "type=glob,src=/et*,dst=/x",
            "type=glob,src=/srv/*",
            "type=ramfs,dst=/x",
            "type=devpts,dst=/x",
            "type=image,src=localhost/tools,dst=/x,rw=true",
        ] {
            refused("mount-glob", &["--mount", mount]);
        }
        silent(
            "mount-glob",
            &["--mount", "type=image,src=localhost/tools,dst=/x"],
        );
        silent("mount-glob", &["--mount", "type=tmpfs,dst=/x"]);
        silent("mount-glob", &["-v", "/srv/glob:/x"]);
    }
}
