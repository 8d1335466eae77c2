//! `--root`, `--storage-opt` and the other flags that move podman's own state.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::spec::Spec;

const FLAGS: [&str; 11] = [
    "db-backend",
    "imagestore",
    "namespace",
    "pull-option",
    "root",
    "runroot",
    "storage-driver",
    "storage-opt",
    "tmpdir",
    "transient-store",
    "volumepath",
];

pub(super) static RULE: Rule = Rule {
    id: "storage-redirect",
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
        .passed
        .iter()
        .filter(|given| FLAGS.contains(&given.flag.long) && given.value != "false");
    flags
        .map(|given| {
            let what = format!(
                "--{}={} would move podman's own state",
                given.flag.long, given.value
            );
            Hit::refuse(what, &given.origin).instead(format!("leave --{} out", given.flag.long))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::policy::testing::{refused, silent};

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
}
