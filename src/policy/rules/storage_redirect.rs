//! `--root`, `--storage-opt` and the other flags that move podman's own state.

use crate::podman::value::image::Transport;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::StorageRedirect,
    title: "podman would take images, volumes or its own state from another place",
    severity: Severity::High,
    why: "an image or volume of the approved name may be something else there, and storage options can name a program \
          (mount_program) that the host then runs",
    instead: "leave the flag out; where podman keeps things is said in storage.conf",
    references: &[
        "NIST 800-190 4.2.3",
        "podman(1)",
        "containers-storage.conf(5)",
    ],
    bad: &["--root=/tmp/store"],
    good: &["--rm"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let flags = spec
        .judged_by(RULE.id)
        .filter(|given| given.value != "false");
    let flags = flags.map(|given| {
        let what = format!(
            "--{}={} would move podman's own state",
            given.flag.long, given.value
        );
        Hit::refuse(what, &given.origin).instead(format!("leave --{} out", given.flag.long))
    });
    flags.chain(other_store(spec)).collect()
}

/// `containers-storage:[DRIVER@GRAPHROOT+RUNROOT:OPTIONS]IMAGE`: the same flags as a part of the image's name.
fn other_store(spec: &Spec) -> Option<Hit> {
    let image = &spec.image.value;
    let names_store =
        image.transport() == Some(Transport::ContainersStorage) && image.path().starts_with('[');
    names_store.then(|| {
        let what = format!("\"{image}\" would come from a store of its own");
        Hit::refuse(what, &spec.image.origin).instead("name the image alone")
    })
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_on_image, refused, silent};

    #[test]
    fn every_flag_of_the_store() {
        for arg in [
            "--root=/x",
            "--runroot=/x",
            "--imagestore=/x",
            "--volumepath=/x",
            "--tmpdir=/x",
            "--storage-driver=vfs",
            "--storage-opt=overlay.mount_program=/x",
            "--ns=other",
            "--namespace=other",
            "--db-backend=boltdb",
            "--pull-option=enable_partial_images=true",
            "--transient-store",
        ] {
            refused("storage-redirect", &[arg]);
        }
        silent("storage-redirect", &["--transient-store=false"]);
        silent("storage-redirect", &["--tmpfs=/root"]);
    }

    #[test]
    fn a_store_in_the_name_of_the_image() {
        for (image, count) in [
            ("containers-storage:[overlay@/srv/g+/srv/r]app", 1),
            ("containers-storage:[/srv/g]app", 1),
            ("containers-storage:localhost/app", 0),
            ("localhost/app", 0),
        ] {
            let judged = judged_on_image(&Fake::rootful(), &[], image, Level::Baseline);
            let found = judged.judgement.findings.into_iter();
            let found = found.filter(|found| found.rule.id == RuleId::StorageRedirect);
            assert_eq!(found.count(), count, "{image}");
        }
    }
}
