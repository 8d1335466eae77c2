//! The VOLUMEs of the image that nothing was mounted at: what is written there, and for how long.

use crate::podman::value::tmpfs::TmpfsSize;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::image_volumes::VOLUME;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::ImageVolumes,
    title: "the image keeps data in a place that nobody named",
    severity: Severity::Low,
    why: "a volume without a name is this container's only: the next one does not find it, and nothing limits or removes it; \
          one in memory is gone at the stop",
    instead: "name a volume for each: -v data:/var/lib/data; --image-volume=tmpfs where nothing is to be kept",
    references: &[
        "CIS 6.2",
        "podman-run(1)",
        "article: 10 security recommendations",
    ],
    bad: &["--image-volume=tmpfs"],
    good: &["--image-volume=ignore"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for mount in spec.mounts.iter().filter(|mount| mount.origin == VOLUME) {
        match &mount.value {
            Mount::Volume(volume) => kept.push((volume.destination.as_str(), None)),
            Mount::Tmpfs(tmpfs) => lost.push((tmpfs.destination.as_str(), tmpfs.size)),
            Mount::Bind(_) | Mount::Other(_) => {}
        }
    }
    let origin = &spec.image_volume.origin;
    let kept = told(&kept).map(|told| {
        let what = format!("{told} kept in a volume without a name, for this container only");
        (what, named(&kept))
    });
    let lost = told(&lost).map(|told| {
        let what = format!("{told} kept in memory, and gone when the container stops");
        (what, named(&lost))
    });
    let hits = kept.into_iter().chain(lost);
    hits.map(|(what, instead)| Hit::warn(what, origin).instead(instead))
        .collect()
}

type Place<'a> = (&'a str, Option<TmpfsSize>);

/// The places, with the sizes of those that have one.
fn told(places: &[Place<'_>]) -> Option<String> {
    let one = |(at, size): &Place<'_>| match size {
        Some(size) => format!("\"{at}\" ({size})"),
        None => format!("\"{at}\""),
    };
    let each: Vec<String> = places.iter().map(one).collect();
    let is = if each.len() == 1 { "is" } else { "are" };
    let kind = if each.len() == 1 { "VOLUME" } else { "VOLUMEs" };
    (!each.is_empty()).then(|| format!("the image's {kind} {} {is}", each.join(" and ")))
}

fn named(places: &[Place<'_>]) -> String {
    let numbered = places.iter().zip(1..);
    let words = numbered.map(|((at, _), number)| match places.len() {
        1 => format!("-v NAME:{at}"),
        _ => format!("-v NAME{number}:{at}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::level::Level;
    use crate::testing::{TestRun, silent};

    /// What a person is told of an image with two VOLUMEs.
    fn told(level: Level, args: &[&str]) -> Vec<String> {
        let host = Fake::rootful();
        let run = TestRun {
            image: Some(ImageConfig {
                volumes: vec!["/data".into(), "/cache".into()],
                ..ImageConfig::default()
            }),
            level,
            ..TestRun::on(&host)
        };
        let findings = run.findings("image-volumes", args).into_iter();
        findings
            .map(|found| format!("{}: {}", found.what, found.instead))
            .collect()
    }

    #[test]
    fn one_sentence_names_them_all() {
        let kept = "the image's VOLUMEs \"/data\" and \"/cache\" are kept in a volume without a name, for this container \
                    only: -v NAME1:/data -v NAME2:/cache";
        let lost = "the image's VOLUMEs \"/data\" (64m) and \"/cache\" (64m) are kept in memory, and gone when the \
                    container stops: -v NAME1:/data -v NAME2:/cache";
        assert_eq!(told(Level::Baseline, &[]), [kept]);
        assert_eq!(told(Level::Baseline, &["--image-volume=bind"]), [kept]);
        assert_eq!(told(Level::Baseline, &["--image-volume=tmpfs"]), [lost]);
        assert_eq!(told(Level::Restricted, &[]), [lost]);
        let one = "the image's VOLUME \"/cache\" is kept in a volume without a name, for this container only: -v NAME:/cache";
        assert_eq!(told(Level::Baseline, &["-v", "d:/data"]), [one]);
    }

    #[test]
    fn what_is_mounted_or_ignored_needs_no_word() {
        for args in [
            &["--image-volume=ignore"][..],
            &["-v", "d:/data", "--tmpfs=/cache"],
        ] {
            assert_eq!(told(Level::Baseline, args), [""; 0], "{args:?}");
        }
        silent("image-volumes", &["--image-volume=bind"]);
    }
}
