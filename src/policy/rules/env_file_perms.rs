//! Who else can read an env file.

use crate::host::{FileKind, Mode, Resolved, Sticky};
use crate::podman::args::FlagValue;
use crate::podman::flags;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::EnvFilePerms,
    title: "a file of variables can be read or changed by others",
    severity: Severity::Low,
    why: "env files hold passwords as a rule, and whoever may write to one chooses the variables \
          of the container",
    instead: "chmod 600 FILE",
    references: &["podman-run(1)", "chmod(1)"],
    bad: &["--env-file=open.env"],
    good: &["--env-file=missing.env"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let files = spec
        .passed(&flags::ENV_FILE)
        .chain(spec.passed(&flags::LABEL_FILE));
    files.filter_map(|given| judge(given, facts)).collect()
}

/// What root's podman reads for somebody who may not read it. Root itself keeps its secrets in such files, units start with
/// nobody logged in, and whoever is root through sudo(8) is the administrator mostly: a note. Where the site forbids it, the
/// person at the keyboard is not trusted, nor is a way to the file that others can change until podman goes it.
fn of_another(name: &str, found: &Resolved, given: &FlagValue, facts: &Facts<'_>) -> Option<Hit> {
    let host = facts.host;
    if host.identity().mode == Mode::Rootless {
        return None;
    }
    let is_private = !host.may_everybody_read(&found.path, found.mode);
    let what = || format!("root's podman would read \"{name}\", which not everybody may read");
    if facts.site.forbids(RULE.id) {
        let is_led = || {
            host.only_changed_by(&found.path, &[0], Sticky::Refused)
                .is_err()
        };
        let hit = || {
            let instead = "a file that everybody may read, in a directory of root's";
            Hit::refuse(what(), &given.origin).instead(instead)
        };
        return (is_private || is_led()).then(hit);
    }
    let person = host
        .login_uid()
        .filter(|person| *person != 0 && *person != found.owner)?;
    let what = || format!("{}: uid {person}, who logged in, may not", what());
    is_private.then(|| Hit::warn(what(), &given.origin).instead("a file of that person's"))
}

fn judge(given: &FlagValue, facts: &Facts<'_>) -> Option<Hit> {
    let host = facts.host;
    let found = host.resolve(&given.base.join(&given.value)).ok()?;
    let name = &given.value;
    if ["/proc", "/sys"]
        .iter()
        .any(|kernel| found.path.starts_with(kernel))
    {
        let what =
            format!("\"{name}\" is the kernel's: the environment of another process, perhaps");
        let instead = "a file of your own with one NAME=VALUE per line";
        return Some(Hit::refuse(what, &given.origin).instead(instead));
    }
    if found.kind != FileKind::File {
        return None;
    }
    if let Some(hit) = of_another(name, &found, given, facts) {
        return Some(hit);
    }
    let labels = given.flag == &flags::LABEL_FILE;
    let uid = host.identity().uid;
    let what = if found.owner != uid && found.owner != 0 {
        format!(
            "\"{name}\" belongs to uid {}, who may change it",
            found.owner
        )
    } else if found.mode & 0o022 != 0 {
        format!(
            "\"{name}\" can be changed by others (mode {:04o})",
            found.mode
        )
    } else if found.mode & 0o044 != 0 && !labels {
        format!("\"{name}\" can be read by others (mode {:04o})", found.mode)
    } else {
        return None;
    };
    Some(Hit::inform(what, &given.origin).instead(format!("chmod 600 {name}")))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::site::Site;
    use crate::testing::TestRun;

    fn verdicts(host: &Fake, args: &[&str]) -> Vec<Verdict> {
        let found = TestRun::on(host)
            .findings("env-file-perms", args)
            .into_iter();
        found.map(|finding| finding.verdict).collect()
    }

    #[test]
    fn whose_file_it_is() {
        for (owner, mode, count) in [
            (1000, 0o600, 0),
            (0, 0o600, 0),
            (1000, 0o640, 1),
            (1000, 0o604, 1),
            (1000, 0o620, 1),
            (1001, 0o600, 1),
            (0, 0o644, 1),
        ] {
            let host = Fake::rootless().file("/home/user/project/e", owner, mode, "");
            let found = verdicts(&host, &["--env-file", "e"]);
            assert_eq!(found, vec![Verdict::Shown; count], "{owner} {mode:o}");
        }
    }

    #[test]
    fn the_file_that_is_judged_is_the_one_that_is_used() {
        let host = Fake::rootful();
        let argv = TestRun::on(&host)
            .judge(&["--env-file=e", "--env-file=/f"])
            .argv;
        for argument in ["--env-file=/home/user/project/e", "--env-file=/f"] {
            assert!(argv.contains(&argument.into()), "{argv:?}");
        }
    }

    #[test]
    fn labels_are_no_secrets() {
        let host = Fake::rootless()
            .file("/l", 1000, 0o644, "")
            .file("/w", 1000, 0o646, "");
        assert!(verdicts(&host, &["--label-file=/l"]).is_empty());
        assert_eq!(verdicts(&host, &["--label-file=/w"]), [Verdict::Shown]);
    }

    #[test]
    fn the_environment_of_another_process() {
        let host = Fake::rootful()
            .file("/proc/1/environ", 0, 0o400, "")
            .link("/srv/e", "/proc/1/environ");
        for file in ["/proc/1/environ", "/srv/e", "/srv/../proc/1/environ"] {
            assert!(
                matches!(
                    verdicts(&host, &["--env-file", file])[..],
                    [Verdict::Refused(_)]
                ),
                "{file}"
            );
        }
    }

    /// `sudo safe-podman run --env-file /srv/app/env`
    #[test]
    fn root_s_podman_is_not_told_to_read_for_somebody_else() {
        let host = |mode| {
            Fake::rootful()
                .file("/srv/app/e", 0, mode, "")
                .file("/home/ann/e", 1000, 0o600, "")
        };
        let verdicts = |run: &TestRun<'_>, file: &str| {
            let found = run.findings("env-file-perms", &["--env-file", file]);
            found
                .into_iter()
                .map(|found| found.verdict)
                .collect::<Vec<_>>()
        };
        for (login_uid, mode, is_noted) in [
            (None, 0o600, false),
            (Some(0), 0o600, false),
            (Some(1000), 0o600, true),
            (Some(1000), 0o640, true),
            (Some(1000), 0o644, false),
        ] {
            let host = match login_uid {
                Some(uid) => host(mode).with_login_uid(uid),
                None => host(mode),
            };
            let run = TestRun::on(&host);
            let found = verdicts(&run, "/srv/app/e");
            assert_eq!(
                found.contains(&Verdict::Noted),
                is_noted,
                "{login_uid:?} {mode:o}"
            );
            assert!(!verdicts(&run, "/home/ann/e").contains(&Verdict::Noted));
        }
        let is_refused = |run: &TestRun<'_>, file: &str| {
            let found = verdicts(run, file);
            found
                .iter()
                .any(|verdict| matches!(verdict, Verdict::Refused(_)))
        };
        let site = || Site::parse("forbid: [env-file-perms]", "p").unwrap();
        for (mode, file, refused) in [
            (0o600, "/srv/app/e", true),
            (0o644, "/srv/app/e", false),
            (0o644, "/home/ann/e", true),
        ] {
            let host = host(mode).directory("/home/ann", 1000, 0o755);
            let run = TestRun {
                site: site(),
                ..TestRun::on(&host)
            };
            assert_eq!(is_refused(&run, file), refused, "{mode:o} {file}");
        }
    }
}
