//! `--image-volume=anonymous`.

use crate::podman::value::image_volume::ImageVolume;
use crate::podman::value::path::ContainerPath;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageVolumes,
    title: "the VOLUMEs of the image would become volumes without a name",
    severity: Severity::Low,
    why: "they can be written although the root file system cannot, have no size limit, and stay \
          behind when the container is gone",
    instead: "name a volume for each: -v data:/var/lib/data, or leave --image-volume at tmpfs",
    references: &[
        "CIS 6.2",
        "podman-run(1)",
        "article: 10 security recommendations",
    ],
    bad: &["--image-volume=anonymous"],
    good: &["--image-volume=ignore"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let origin = &spec.image_volume.origin;
    match (spec.image_volume.value, facts.image) {
        (ImageVolume::Ignore | ImageVolume::Tmpfs, _) => Vec::new(),
        (ImageVolume::Anonymous, None) => vec![Hit::inform(RULE.title, origin)],
        (ImageVolume::Anonymous, Some(image)) => {
            let open = image
                .volumes
                .iter()
                .filter(|volume| !is_covered(spec, volume));
            open.map(|volume| {
                let what =
                    format!("the image's VOLUME \"{volume}\" would become a volume without a name");
                Hit::inform(what, origin).instead(format!("-v NAME:{volume}"))
            })
            .collect()
        }
    }
}

fn is_covered(spec: &Spec, volume: &str) -> bool {
    let Ok(volume) = volume.parse::<ContainerPath>() else {
        return false;
    };
    let mut mounts = spec.mounts.iter();
    mounts.any(|mount| mount.value.destination() == Some(&volume))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::{TestRun, shown, silent};

    #[test]
    fn only_where_they_stay() {
        for mode in ["anonymous", "bind", ""] {
            shown("image-volumes", &["--image-volume", mode]);
        }
        silent("image-volumes", &["--image-volume=tmpfs"]);
        silent(
            "image-volumes",
            &["--image-volume=bind", "--image-volume=ignore"],
        );
    }

    #[test]
    fn each_volume_of_a_known_image() {
        let host = Fake::rootful();
        let image = ImageConfig {
            volumes: vec!["/data".into(), "/cache".into()],
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        let found = |args: &[&str]| run.findings("image-volumes", args).len();
        let mode = "--image-volume=anonymous";
        assert_eq!(found(&[mode]), 2);
        assert_eq!(found(&[mode, "-v", "data:/data", "--tmpfs=/cache"]), 0);
        assert_eq!(found(&[mode, "-v", "data:/data/x"]), 2);
        assert_eq!(found(&[]), 0);
        let tmpfs = |args: &[&str]| {
            let argv = run.judge(args).argv;
            let mut argv = argv.iter().map(|argument| argument.to_string_lossy());
            argv.any(|argument| argument.starts_with("--tmpfs=/data"))
        };
        assert!(tmpfs(&[]) && !tmpfs(&[mode]) && !tmpfs(&["--image-volume=ignore"]));
    }
}
