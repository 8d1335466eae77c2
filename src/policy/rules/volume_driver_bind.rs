//! Volumes that are a directory or device of this host in disguise.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::policy::sources::{self, Backing, Way};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::VolumeDriverBind,
    title: "a volume would be a directory or device of this host",
    severity: Severity::High,
    why: "the options of a volume are handed to mount(8): with o=bind and device= the harmless name \
          stands for any directory, with type= and a device for any disk",
    instead: "mount the directory under its own name, so that it can be judged: -v /srv/app:/app:ro",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "podman-volume-create(1)",
    ],
    bad: &[
        "--mount",
        "src=v,dst=/h,volume-opt=o=bind,volume-opt=device=/srv",
    ],
    good: &["--mount", "type=volume,src=app-data,dst=/data"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for mount in &spec.mounts {
        let Mount::Volume(volume) = &mount.value else {
            continue;
        };
        let options = volume.volume_opts.iter();
        match Backing::of(options.map(|(key, value)| (key.as_str(), value.as_str()))) {
            Backing::Own | Backing::Memory => {}
            Backing::Remote => {
                hits.push(Hit::inform(
                    "a volume would be a share of another machine",
                    &mount.origin,
                ));
            }
            Backing::Host => {
                let at = &volume.destination;
                let what =
                    format!("the volume at \"{at}\" would be a directory or device of this host");
                hits.push(Hit::refuse(what, &mount.origin));
            }
        }
    }
    // What an existing volume stands for is judged by the rules for that path.
    let old = sources::all(spec, facts).into_iter();
    hits.extend(
        old.filter(|source| matches!(source.way, Way::OldVolume(_)))
            .map(|source| Hit::inform(source.describe(), source.origin)),
    );
    hits
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn in_every_disguise() {
        for options in [
            "type=none,volume-opt=o=bind,volume-opt=device=/",
            "o=bind,volume-opt=device=srv",
            "device=/etc",
            "type=tmpfs,volume-opt=o=size=1m,volume-opt=device=/etc,volume-opt=o=bind",
            "type=nfs,volume-opt=o=rbind,volume-opt=device=/etc",
            "type=nfs,volume-opt=type=none,volume-opt=device=/etc",
            "type=ext4,volume-opt=device=/dev/sda1",
            "type=overlay,volume-opt=device=overlay,volume-opt=o=lowerdir=/etc:/srv",
            "TYPE=none,volume-opt=O=bind,volume-opt=Device=/etc",
        ] {
            refused(
                "volume-driver-bind",
                &[
                    "--mount",
                    &format!("type=volume,src=v,dst=/h,volume-opt={options}"),
                ],
            );
            refused(
                "volume-driver-bind",
                &["--mount", &format!("dst=/h,volume-opt={options}")],
            );
        }
        silent(
            "volume-driver-bind",
            &[
                "--mount",
                "src=v,dst=/h,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-opt=o=size=1m",
            ],
        );
        silent(
            "volume-driver-bind",
            &["--mount", "src=v,dst=/h,volume-opt=o=uid=1000"],
        );
        silent("volume-driver-bind", &["-v", "data:/data"]);
    }
}
