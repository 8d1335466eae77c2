//! `U` on a directory of this host.

use crate::host::Mode;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::policy::sources::{self, HostSource};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::ChownHostTree,
    title: "files of this host would change their owner",
    severity: Severity::Medium,
    why: "podman gives everything below the source to the container's user, also when it is mounted \
          read-only, and nothing gives it back: on a system directory the host breaks or the \
          container owns it",
    instead: "leave U out where podman runs as an ordinary user: what is yours is written as you; as root chown UID:GID DIR once, \
              or use a named volume",
    references: &["CIS 5.6", "podman-run(1)"],
    bad: &["-v", "/srv/app:/app:U"],
    good: &["-v", "app-data:/app:U"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for source in sources::all(spec, facts) {
        if source
            .options()
            .is_none_or(|options| options.ownership.is_none())
        {
            continue;
        }
        let path = source.path();
        let what = format!("\"{path}\" and all below it would be given to the container's user");
        let is_refused = facts.site.forbids(RULE.id) || source.is_guarded_against_writing(facts);
        let hit = if is_refused {
            Hit::refuse(what, source.origin)
        } else {
            Hit::warn(what, source.origin)
        };
        // Nobody should give away what is refused, by hand either.
        hits.push(match once(spec, facts, &source) {
            Some(once) if !is_refused => hit.instead(once),
            _ => hit,
        });
    }
    hits
}

/// What makes `U` needless here.
fn once(spec: &Spec, facts: &Facts<'_>, source: &HostSource<'_>) -> Option<String> {
    let caller = facts.host.identity();
    if caller.mode == Mode::Rootless {
        let is_theirs = source.found.owner == caller.uid;
        return is_theirs.then(|| {
            "leave U out: the directory is yours, and the container writes to it as you".to_owned()
        });
    }
    let (uid, gid) = spec.runner.outside()?;
    Some(format!(
        "chown -R {uid}:{gid} \"{}\" once, without U in the mount, or use a named volume",
        source.path()
    ))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::site::Site;
    use crate::testing::{TestRun, findings, refused, silent};

    #[test]
    fn the_system_never() {
        for volume in [
            "/etc:/e:U",
            "/etc/nginx:/e:ro,U",
            "/etc/localtime:/l:U",
            "/home/ann:/h:U",
            "/usr/share/zoneinfo:/z:ro,U",
            "/var:/v:O,U",
        ] {
            refused("chown-host-tree", &["-v", volume]);
        }
        for key in ["U", "U=true", "chown", "chown=true"] {
            refused(
                "chown-host-tree",
                &["--mount", &format!("type=bind,src=/etc,dst=/e,{key}")],
            );
        }
        silent(
            "chown-host-tree",
            &["--mount", "type=bind,src=/etc,dst=/e,U=false"],
        );
    }

    #[test]
    fn a_directory_of_ones_own_with_a_note() {
        for volume in ["/srv/app:/a:U", "/home/ann/site:/a:rw,U", "/srv/app:/a:O,U"] {
            assert_eq!(
                findings("chown-host-tree", &["-v", volume])[0].verdict,
                Verdict::Noted,
                "{volume}"
            );
        }
        silent(
            "chown-host-tree",
            &["--tmpfs", "/x:U", "-v", "/srv/app:/a:rw"],
        );
    }
    /// Who may type nothing but this program gives away no file of root's.
    #[test]
    fn where_the_site_forbids_it_not_even_that() {
        let host = Fake::rootful();
        let mut run = TestRun::on(&host);
        run.site = Site::parse("forbid: [chown-host-tree]", "p").unwrap();
        let judged = run.judge(&["-v", "/srv/app:/a:U", "--allow", "chown-host-tree=why"]);
        let findings = judged.judgement.findings;
        let is_it = |id: &str| findings.iter().any(|found| found.rule.id.name() == id);
        assert!(is_it("chown-host-tree"));
        let refused =
            |found: &&crate::policy::engine::Finding| matches!(found.verdict, Verdict::Refused(_));
        assert_eq!(findings.iter().filter(refused).count(), 1);
    }
}
