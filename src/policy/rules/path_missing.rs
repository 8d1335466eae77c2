//! A source that does not exist.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::host::FileKind;
use crate::policy::paths::Response;
use crate::policy::sources::{self, Way};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::PathMissing,
    title: "a mount's source does not exist",
    severity: Severity::Low,
    why: "podman will refuse to start; docker would have made an empty directory of root's, and the \
          container would have found none of its data",
    instead: "make the directory first: mkdir -p DIR, or mend the spelling",
    references: &["podman-run(1)"],
    bad: &["-v", "/srv/no-such:/app:ro"],
    good: &["-v", "app-data:/app"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for source in sources::all(spec, facts) {
        let is_mount = matches!(source.way, Way::Bind(_) | Way::Overlay(_));
        // Where a mount is refused anyway, the directory for it should not be made.
        let is_refused = facts
            .worth(&source.found, source.access)
            .is_some_and(|found| found.response == Response::Refuse);
        if is_mount && !is_refused && source.found.kind == FileKind::Missing {
            let path = source.path();
            let hit = Hit::inform(format!("\"{path}\" does not exist"), source.origin);
            hits.push(hit.instead(format!("mkdir -p {path}")));
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, silent};

    #[test]
    fn is_shown_and_no_more() {
        let found = findings("path-missing", &["-v", "/srv/no-such:/app"]);
        assert_eq!(found[0].verdict, Verdict::Shown);
        let host = Fake::rootful().directory("/srv/app", 0, 0o755);
        let judged = judged_on(&host, &["-v", "/srv/app:/app:ro"], Level::Baseline);
        assert!(judged.judgement.findings.is_empty());
        silent("path-missing", &["-v", "/run/docker.sock:/s"]);
    }
}
