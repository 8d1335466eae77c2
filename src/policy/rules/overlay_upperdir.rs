//! An overlay whose upper layer is a directory of this host.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::policy::sources::{self, Way};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::OverlayUpperdir,
    title: "what the container writes would land in a directory that no mount names",
    severity: Severity::Medium,
    why: "upperdir= and workdir= are host directories that podman writes to on behalf of the \
          container, though the mount looks as if it only read its source",
    instead: "-v SOURCE:DESTINATION:O, which forgets what was written, or a named volume: \
              -v app-data:/data",
    references: &["CIS 5.13", "podman-run(1)"],
    bad: &["-v", "/srv/app:/app:O,upperdir=/srv/up,workdir=/srv/work"],
    good: &["-v", "/srv/app:/app:O"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let sources = sources::all(spec, facts);
    let written = sources
        .iter()
        .filter(|source| matches!(source.way, Way::Overlay(_)));
    written
        .map(|source| Hit::refuse(source.describe(), source.origin))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, refused, silent};

    #[test]
    fn both_directories() {
        let found = findings(
            "overlay-upperdir",
            &["-v", "/srv/app:/app:O,upperdir=/srv/up,workdir=/srv/work"],
        );
        assert_eq!(found.len(), 2);
        assert!(found[0].what.contains("/srv/up"), "{}", found[0].what);
        refused(
            "overlay-upperdir",
            &["-v", "/srv/safe:/x:O,upperdir=/etc,workdir=/srv/t"],
        );
        refused(
            "overlay-upperdir",
            &["-v", "/srv/safe:/x:workdir=/srv/t,upperdir=//etc/.,O"],
        );
        silent(
            "overlay-upperdir",
            &["-v", "/srv/app:/app:O", "-v", "vol:/v:O"],
        );
    }
}
