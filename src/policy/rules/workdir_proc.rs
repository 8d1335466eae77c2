//! `--workdir`, or the image's WORKDIR, below /proc.

use std::path::Path;

use crate::origin::Origin;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::paths;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WorkdirProc,
    title: "the container would start in a directory that is somebody's open file",
    severity: Severity::High,
    why: "the runtime enters the working directory while it still holds directories of the host open, and /proc/self/fd/N \
          leads to them (CVE-2024-21626)",
    instead: "name a directory of the image: --workdir=/",
    references: &["CVE-2024-21626", "proc(5)", "podman-run(1)"],
    bad: &["--workdir=/proc/self/fd/7"],
    good: &["--workdir=/srv"],
    check,
};

/// What leads there by itself, `/proc` with all below it.
const PLACES: [&str; 5] = [
    "/proc",
    "/dev/fd",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
];

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let asked = spec.passed(&flags::WORKDIR);
    let mut asked: Vec<_> = asked
        .map(|given| (given.value.as_str(), given.origin.clone()))
        .collect();
    if let (true, Some(image)) = (asked.is_empty(), facts.image) {
        asked.push((&image.workdir, Origin::Image("WORKDIR")));
    }
    let hit = |(workdir, origin): (&str, Origin)| {
        // podman takes a relative one from the container's root.
        let path = paths::folded(&Path::new("/").join(workdir));
        let is_open = PLACES.iter().any(|place| path.starts_with(place));
        let what = format!("the container would start in \"{workdir}\"");
        is_open.then(|| Hit::refuse(what, &origin))
    };
    asked.into_iter().filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::testing::{TestRun, refused, silent};

    #[test]
    fn whatever_leads_to_an_open_file() {
        for workdir in [
            "/proc/self/fd/7",
            "/proc/1/cwd",
            "/proc",
            "proc/self/fd/7",
            "/srv/../proc//thread-self/./fd/8/../..",
            "/dev/fd/9",
            "/dev/stdin",
        ] {
            refused("workdir-proc", &["--workdir", workdir]);
        }
        for workdir in ["/", "/process", "/dev", "/srv/proc", "/proc/.."] {
            silent("workdir-proc", &["-w", workdir]);
        }
    }

    #[test]
    fn the_image_s_own_counts_when_nobody_says_another() {
        let host = Fake::rootful();
        for (workdir, found) in [("/proc/self/fd/7", 1), ("/app", 0), ("", 0)] {
            let image = ImageConfig {
                workdir: workdir.to_owned(),
                ..ImageConfig::default()
            };
            let run = TestRun {
                image: Some(image),
                ..TestRun::on(&host)
            };
            assert_eq!(run.findings("workdir-proc", &[]).len(), found, "{workdir}");
            assert!(run.findings("workdir-proc", &["-w", "/"]).is_empty());
        }
    }
}
