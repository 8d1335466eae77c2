//! Binds that do not say whether the container may write to them.

use crate::host::FileKind;
use crate::origin::Origin;
use crate::podman::value::mount_options::{Access, Recursion};
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources::{self, HostSource, Way};
use crate::rule_id::RuleId;
use crate::spec::Spec;
use crate::spec::mount::Bind;

pub(super) static RULE: Rule = Rule {
    id: RuleId::WritableBind,
    title: "the container could write to a directory of this host",
    severity: Severity::Medium,
    why: "a program that is taken over changes what it can write to; most containers only read what \
          they are given, so a mount is read-only unless :rw is said",
    instead: "say :ro, or :rw where the container must write: -v /srv/app/data:/data:rw; programs in it run with :rw,exec \
              only",
    references: &[
        "CIS 5.13",
        "article: 10 security recommendations",
        "podman-run(1)",
    ],
    bad: &["-v", "/srv/app:/app"],
    good: &["-v", "/srv/app:/app:ro"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for source in sources::all(spec, facts) {
        if let Way::Bind(bind) = source.way {
            hits.extend(open_submounts(bind, &source));
            hits.extend(unsaid(bind, &source, facts));
        }
    }
    hits
}

/// In a profile read-only is what a mount says when it says nothing; on a command line podman means the opposite.
fn unsaid(bind: &Bind, source: &HostSource<'_>, facts: &Facts<'_>) -> Option<Hit> {
    let is_unsaid = bind.asked_access.is_none()
        && bind.options.overlay.is_none()
        && matches!(source.origin, Origin::Argument { .. });
    let is_socket = source.found.kind == FileKind::Socket;
    if !is_unsaid || is_socket || source.is_guarded_against_writing(facts) {
        return None;
    }
    let (path, at) = (&bind.path, &bind.destination);
    let mut what = format!(
        "\"{path}\" is mounted read-only at \"{at}\"; add :rw if the container must write to it"
    );
    let mut instead = format!("-v {path}:{at}:ro, or -v {path}:{at}:rw");
    // A read-only mount lets programs run, and a writable one does not.
    if source.found.kind != FileKind::File {
        what.push_str(", and :rw,exec if it also runs programs that lie there");
        instead = format!("{instead}, or -v {path}:{at}:rw,exec");
    }
    Some(Hit::warn(what, source.origin).instead(instead))
}

/// `ro` does not reach the mounts that `rbind` carries along.
fn open_submounts(bind: &Bind, source: &HostSource<'_>) -> Option<Hit> {
    let carries = bind.options.recursion == Some(Recursion::Rbind)
        && bind.options.access == Some(Access::ReadOnly);
    let submount = bind.submounts.first().filter(|_| carries)?;
    let (path, at) = (&bind.path, &bind.destination);
    let what = format!(
        "\"{path}\" would be read-only at \"{at}\", but \"{}\", a mount below it, writable",
        submount.display()
    );
    Some(Hit::refuse(what, source.origin).instead(format!("-v {path}:{at}:ro,bind")))
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::testing::{findings, judged_on, silent};

    #[test]
    fn a_word_settles_it() {
        for volume in [
            "/srv/app:/app",
            "/srv/app:/app:Z",
            "./data:/app",
            "/srv/app:/app:bind",
        ] {
            let found = findings("writable-bind", &["-v", volume]);
            assert_eq!(found[0].verdict, Verdict::Noted, "{volume}");
        }
        let found = findings("writable-bind", &["-v", "/srv/app:/app"]);
        assert_eq!(
            found[0].instead,
            "-v /srv/app:/app:ro, or -v /srv/app:/app:rw, or -v /srv/app:/app:rw,exec"
        );
        let file = Fake::rootful().node("/srv/conf", FileKind::File, 0, 0o644);
        let judged = judged_on(&file, &["-v", "/srv/conf:/c"], Level::Baseline);
        let of_file = judged.judgement.findings.iter();
        let mut words = of_file.map(|finding| finding.instead.as_str());
        assert!(words.any(|words| words == "-v /srv/conf:/c:ro, or -v /srv/conf:/c:rw"));
        for volume in [
            "/srv/app:/app:ro",
            "/srv/app:/app:rw",
            "/srv/app:/app:O",
            "vol:/app",
            "/app",
        ] {
            silent("writable-bind", &["-v", volume]);
        }
        silent(
            "writable-bind",
            &["--mount", "type=bind,src=/srv/app,dst=/app,rw"],
        );
        silent("writable-bind", &["-v", "/etc/localtime:/etc/localtime"]);
    }

    #[test]
    fn mounts_below_a_read_only_one() {
        let host = Fake::rootful()
            .directory("/srv/app/sub", 0, 0o755)
            .mount("/srv/app/sub");
        for (options, refused) in [
            ("ro,rbind", true),
            ("rbind", true),
            ("ro", false),
            ("ro,bind", false),
            ("rw,rbind", false),
        ] {
            let judged = judged_on(
                &host,
                &["-v", &format!("/srv/app:/app:{options}")],
                Level::Baseline,
            );
            assert_eq!(judged.judgement.is_refused(), refused, "{options}");
        }
        let judged = judged_on(&host, &["-v", "/srv:/srv:ro,rbind"], Level::Baseline);
        assert!(judged.judgement.is_refused());
    }
}
