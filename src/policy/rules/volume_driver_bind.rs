//! Volumes that are a directory or device of this host in disguise.

use crate::origin::{Origin, Setting};
use crate::podman::value::volume::VolumeName;
use crate::policy::backing::{Backing, LOCAL};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources::{self, Way};
use crate::rule_id::RuleId;
use crate::spec::mount::NamedVolume;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::VolumeDriverBind,
    title: "a volume would be a directory, device or kernel file system of this host",
    severity: Severity::High,
    why: "the options of a volume are handed to mount(8): with o=bind and device= the harmless name \
          stands for any directory, with type= and a device for any disk or for /proc, whoever made \
          the volume",
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
    for Setting { value, origin } in &spec.mounts {
        let Mount::Volume(volume) = value else {
            continue;
        };
        let options = volume.volume_opts.iter();
        let options = options.map(|(key, value)| (key.as_str(), value.as_str()));
        hits.extend(of_new(volume, &Backing::of(LOCAL, options), origin));
        if let Some(old) = facts.existing(volume) {
            let backing = Backing::of(&old.driver, old.options());
            hits.extend(of_existing(volume, &backing, origin));
        }
    }
    // What an existing volume that is a directory stands for is judged by the rules for that path.
    let old = sources::all(spec, facts).into_iter();
    hits.extend(
        old.filter(|source| matches!(source.way, Way::OldVolume(_)))
            .map(|source| Hit::inform(source.describe(), source.origin)),
    );
    hits
}

fn of_new(volume: &NamedVolume, backing: &Backing, origin: &Origin) -> Option<Hit> {
    let at = &volume.destination;
    match backing {
        Backing::Own | Backing::Memory | Backing::Image => None,
        Backing::Remote => {
            let what = "a volume would be a share of another machine";
            Some(Hit::inform(what, origin))
        }
        Backing::Bind(_) => {
            let what =
                format!("the volume at \"{at}\" would be a directory or device of this host");
            Some(Hit::refuse(what, origin))
        }
        Backing::Host(thing) => {
            let what = format!("the volume at \"{at}\" would be {thing}");
            Some(Hit::refuse(what, origin))
        }
    }
}

fn of_existing(volume: &NamedVolume, backing: &Backing, origin: &Origin) -> Option<Hit> {
    let name = volume.name.as_ref().map_or("", VolumeName::as_str);
    match backing {
        Backing::Own | Backing::Memory | Backing::Bind(_) => None,
        Backing::Remote => {
            let what = format!("the volume \"{name}\" is a share of another machine");
            Some(Hit::inform(what, origin))
        }
        Backing::Image => {
            let what = format!("the volume \"{name}\" is the content of an image");
            Some(Hit::inform(what, origin))
        }
        Backing::Host(thing) => {
            let what = format!("the volume \"{name}\" is {thing}");
            let look = format!(
                "podman volume inspect {name} shows what it is; podman volume create NAME makes one \
                 that is a directory of podman's own"
            );
            Some(Hit::refuse(what, origin).instead(look))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::facts::ExistingVolume;
    use crate::testing::TestRun;
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
            "type=tmpfs,volume-opt=device=-T/home/ann/fstab",
            "type=nfs,volume-opt=device=127.0.0.1:/etc",
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

    /// The verdicts on `-v data:/data` when the volume exists with these options.
    fn existing(driver: &str, options: &[(&str, &str)]) -> Vec<Verdict> {
        let options = options
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let volume = ExistingVolume {
            driver: driver.into(),
            options: options.collect(),
            ..ExistingVolume::default()
        };
        let host = Fake::rootful();
        let mut run = TestRun::on(&host);
        run.volumes.insert("data".into(), volume);
        let found = run.findings("volume-driver-bind", &["-v", "data:/data"]);
        found.into_iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn whoever_made_it() {
        let of_type = |kind| [("type", kind), ("device", "x")];
        for kind in ["proc", "sysfs", "devtmpfs", "cgroup2", "mqueue", "debugfs"] {
            let found = existing("local", &of_type(kind));
            assert!(matches!(found[..], [Verdict::Refused(_)]), "{kind}");
        }
        for device in ["LABEL=root", "UUID=12", "PARTUUID=12", "-Lroot"] {
            let found = existing("local", &[("type", "ext4"), ("device", device)]);
            assert!(matches!(found[..], [Verdict::Refused(_)]), "{device}");
        }
        let disk = [("type", "xfs"), ("device", "/srv/disk.img"), ("o", "loop")];
        assert!(matches!(
            existing("local", &disk)[..],
            [Verdict::Refused(_), Verdict::Shown]
        ));
        assert!(matches!(existing("rclone", &[])[..], [Verdict::Refused(_)]));
    }

    #[test]
    fn a_volume_that_is_what_it_seems_is_left_alone() {
        let bind = [("type", "none"), ("o", "bind"), ("device", "/srv/app")];
        assert_eq!(existing("local", &bind), [Verdict::Shown]);
        let tmpfs = [("type", "tmpfs"), ("device", "tmpfs"), ("o", "size=1m")];
        assert_eq!(existing("local", &tmpfs), []);
        assert_eq!(existing("local", &[]), []);
        let nfs = [("type", "nfs"), ("device", "192.0.2.1:/home"), ("o", "rw")];
        assert_eq!(existing("local", &nfs), [Verdict::Shown]);
        assert_eq!(existing("image", &[("image", "x")]), [Verdict::Shown]);
    }
}
