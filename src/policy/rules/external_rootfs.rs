//! A directory of this host in the place of an image.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ExternalRootfs,
    title: "a directory of this host would be the container's root",
    severity: Severity::High,
    why: "nothing vouches for what is in it, no image can be pinned or signed, and what the \
          container writes, or root in it owns, is on the host",
    instead: "make an image of it: tar -C DIR -c . | podman import - localhost/NAME",
    references: &["CIS 5.6", "NIST 800-190 4.1.5", "podman-run(1)"],
    bad: &["--rootfs"],
    good: &["--read-only"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let rootfs = spec.external_rootfs.iter();
    rootfs
        .map(|rootfs| {
            let path = &rootfs.value.path;
            let what = format!("\"{path}\" of this host would be the container's root");
            Hit::refuse(what, &rootfs.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on_image, refused, silent};

    #[test]
    fn the_image_is_a_path() {
        refused("external-rootfs", &["--rootfs"]);
        refused("external-rootfs", &["--rootfs=true"]);
        silent("external-rootfs", &["--rootfs=false"]);
        let host = Fake::rootful()
            .directory("/home/user/project", 1000, 0o755)
            .directory("/srv/root", 0, 0o755)
            .link("/srv/lnk", "/");
        for (word, root, argument) in [
            ("/", "host-root", "/"),
            ("/:O", "host-root", "/:O"),
            ("/srv/lnk:O", "host-root", "/:O"),
            ("../../../:idmap", "host-root", "/:idmap"),
            ("/etc", "system-dir-readonly", "/etc"),
            ("/srv/root", "external-rootfs", "/srv/root"),
        ] {
            let judged = judged_on_image(&host, &["--rootfs"], word, Level::Baseline);
            let ids: Vec<&str> = judged
                .judgement
                .findings
                .iter()
                .map(|finding| finding.rule.id.name())
                .collect();
            assert!(
                ids.contains(&root) && ids.contains(&"external-rootfs"),
                "{word}: {ids:?}"
            );
            assert_eq!(judged.argv.last().unwrap(), argument);
        }
    }
}
