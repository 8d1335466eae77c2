//! The root of this host.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HostRoot,
    title: "the container would see the whole host",
    severity: Severity::Critical,
    why: "it holds every password, key, socket and container of this host; read-only is no protection, because sockets \
          and devices in it work all the same",
    instead: "mount the one directory that is needed, read-only: -v /srv/app:/app:ro",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "article: 10 security recommendations",
    ],
    bad: &["-v", "/:/host:ro"],
    good: &["-v", "/srv/app:/host:ro"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::HostRoot,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn in_every_spelling() {
        for source in [
            "/",
            "//",
            "/.",
            "/..",
            "/./../.",
            "/proc/1/root",
            "/proc/self/root/",
            "/proc/self/task/1/root",
        ] {
            for access in ["", ":ro", ":rw", ":ro,rslave", ":O"] {
                refused("host-root", &["-v", &format!("{source}:/h{access}")]);
            }
        }
        refused("host-root", &["--mount=type=bind,source=/,target=/h,ro"]);
        refused(
            "host-root",
            &["--mount=src=v,dst=/h,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/"],
        );
        refused(
            "host-root",
            &["--mount=src=v,dst=/h,volume-opt=device=/srv,volume-opt=device=/,volume-opt=o=bind"],
        );
        refused("host-root", &["--mount=type=glob,src=/*,dst=/h"]);
        refused(
            "host-root",
            &["-v", "/srv/app:/a:O,upperdir=/,workdir=/srv/w"],
        );
        silent("host-root", &["-v", "/hostess:/h", "-v", "/srv:/s"]);
    }

    #[test]
    fn behind_links_and_dots() {
        let host = Fake::rootful()
            .directory("/usr", 0, 0o755)
            .link("/srv/up", "../..");
        for source in ["/usr/..", "/srv/up", "/srv/up/usr/.."] {
            let judged = judged_on(&host, &["-v", &format!("{source}:/h")], Level::Baseline);
            let ids: Vec<&str> = judged
                .judgement
                .findings
                .iter()
                .map(|finding| finding.rule.id.name())
                .collect();
            assert_eq!(ids.first(), Some(&"host-root"), "{source}");
        }
    }
}
