//! `--cidfile`, `--log-opt path=` and the other flags that name a file for podman to write.

use std::path::Path;

use crate::origin::Origin;
use crate::podman::flags::PathUse;
use crate::policy::facts::Facts;
use crate::policy::places;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HostFileWrite,
    title: "podman would write to a file of the host that is not for this",
    severity: Severity::High,
    why: "podman overwrites what is there and follows symbolic links, and a log holds whatever the container prints: run by \
          root, that is a line in cron.d or authorized_keys",
    instead: "write to a directory that is yours alone, or to a name that ends with .cid, .ctr-id or .pid in the runtime \
              directory (%t of a systemd unit)",
    references: &["podman-run(1)", "NIST 800-190 4.5.5", "CIS 5.6"],
    bad: &["--log-opt=path=/etc/cron.d/x"],
    good: &["--cidfile=/run/app.service.ctr-id"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let flags = spec
        .passed
        .iter()
        .filter(|given| given.flag.path == PathUse::Writes);
    let files = flags.filter_map(|given| {
        let path = given.flag.path_in(&given.value)?;
        judge(given.flag.long, path, &given.origin, facts)
    });
    let logs = spec.log_opt.iter();
    let logs = logs.filter(|option| option.value.key == "path" && !option.value.value.is_empty());
    let logs = logs.filter_map(|option| {
        let path = Path::new(&option.value.value);
        let judge = |path: &Path| judge("log-opt=path", path, &option.origin, facts);
        // What conmon makes of it when the log is full, to be the next log.
        judge(path).or_else(|| judge(Path::new(&format!("{}.tmp", option.value.value))))
    });
    files.chain(logs).collect()
}

fn judge(flag: &str, path: &Path, origin: &Origin, facts: &Facts<'_>) -> Option<Hit> {
    let asked = path.display();
    let what = match places::locate(path, origin, facts) {
        Ok(at) => {
            let what = format!("--{flag}={asked} would write to \"{}\"", at.path.display());
            match places::may_write(path, &at, facts) {
                Ok(()) => return None,
                Err(None) => what,
                Err(Some(why)) => format!("{what}: {}", why.what),
            }
        }
        Err(why) => format!("--{flag}={asked} would write to a file that is not known: {why}"),
    };
    let hit = Hit::refuse(what, origin);
    Some(match places::for_writing(flag, path, facts) {
        Some(better) => hit.instead(format!("--{flag}={}", better.display())),
        None => hit,
    })
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::policy::site::Site;
    use crate::rule_id::RuleId;
    use crate::testing::{TestRun, findings, judged_on, refused, silent};

    fn is_refused(host: &Fake, arg: &str) -> bool {
        let judged = judged_on(host, &[arg], Level::Baseline);
        judged
            .judgement
            .findings
            .iter()
            .any(|finding| finding.rule.id == RuleId::HostFileWrite)
    }

    #[test]
    fn every_flag_that_writes() {
        for flag in [
            "--cidfile=",
            "--pidfile=",
            "--conmon-pidfile=",
            "--log-opt=path=",
            "--log-opt=PATH=",
            "--cpu-profile=",
            "--memory-profile=",
            "--health-log-destination=",
        ] {
            refused("host-file-write", &[&format!("{flag}/etc/cron.d/x")]);
            silent("host-file-write", &[&format!("{flag}/run/app/x")]);
        }
        silent(
            "host-file-write",
            &["--health-log-destination=events_logger"],
        );
        silent("host-file-write", &["--log-opt=tag=/etc/cron.d/x"]);
        silent("host-file-write", &["--cidfile="]);
    }

    #[test]
    fn what_a_generated_unit_writes() {
        let unit = [
            "--cidfile=/run/app.ctr-id",
            "--conmon-pidfile=/run/app.pid",
            "--cgroups=no-conmon",
        ];
        silent("host-file-write", &unit);
        assert!(!is_refused(
            &Fake::rootless(),
            "--cidfile=/run/user/1000/app.ctr-id"
        ));
    }

    fn root(path: &str) -> Fake {
        Fake::rootful()
            .directory("/tmp", 0, 0o1777)
            .directory("/tmp/mine", 0, 0o700)
            .file("/tmp/made", 0, 0o600, "")
            .directory("/home/ann", 1000, 0o755)
            .directory("/home/ann/d", 0, 0o755)
            .directory("/srv/open", 0, 0o775)
            .directory("/run/postgresql", 100, 0o755)
            .link("/home/ann/app", "/run/app")
            .link("/run/app/link", "/run/app/real")
            .directory("/run/app", 0, 0o755)
            .file("/run/nologin", 0, 0o644, "")
            .file(path, 0, 0o644, "the config of something\nmore\n")
    }

    /// podman opens the file with root's rights and by its name, so that nobody else may choose what has the name.
    #[test]
    fn root_writes_where_only_root_does() {
        let host = root("/run/app/other");
        for path in [
            "/run/web.cid",
            "/run/web.service.ctr-id",
            "/run/web.service-pid",
            "/run/app/anything",
            "/run/app/link",
            "/tmp/mine/x",
            "/tmp/made",
        ] {
            assert!(!is_refused(&host, &format!("--cidfile={path}")), "{path}");
        }
        for path in [
            "/tmp/new.cid",
            "/tmp/new/x.cid",
            "/home/ann/x.cid",
            "/home/ann/d/x.cid",
            "/home/ann/app/x.cid",
            "/srv/open/x.cid",
            "/run/postgresql/x.cid",
            "/run/app/other",
        ] {
            assert!(is_refused(&host, &format!("--pidfile={path}")), "{path}");
        }
        // The name that conmon gives a log that is full can be taken by anybody.
        assert!(is_refused(&host, "--log-opt=path=/tmp/made"));
        assert!(!is_refused(&host, "--log-opt=path=/run/app/x.log"));
        let host = root("/run/app/x.log.tmp");
        assert!(is_refused(&host, "--log-opt=path=/run/app/x.log"));
    }

    #[test]
    fn what_other_programs_look_for_in_run() {
        for path in [
            "/run/nologin",
            "/run/reboot-required",
            "/run/utmp",
            "/run/sshd.pid",
            "/run/crond.pid",
            "/run/app",
            "/run/mount/utab",
            "/run/faillock/ann",
            "/run/safe-podman/x",
        ] {
            assert!(
                is_refused(&Fake::rootful(), &format!("--cidfile={path}")),
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_there_was_written_by_podman() {
        let id = "0123456789abcdef".repeat(4);
        let log = "2026-11-27T08:00:00.000000000+00:00 stderr F x\n2026";
        let host = |text: &str| Fake::rootful().file("/run/web.pid", 0, 0o644, text);
        for text in ["", &id, &format!("{id}\n"), "4711\n", log] {
            assert!(!is_refused(&host(text), "--pidfile=/run/web.pid"), "{text}");
        }
        for text in [
            "x",
            "4711\n4712\n",
            &format!("{id}\nx"),
            "\0\u{fffd}",
            "\nx",
        ] {
            assert!(is_refused(&host(text), "--pidfile=/run/web.pid"), "{text}");
        }
        let running = |comm: &str, cgroup: &str| {
            host("4711").file("/proc/4711/comm", 0, 0o444, comm).file(
                "/proc/4711/cgroup",
                0,
                0o444,
                cgroup,
            )
        };
        for (comm, cgroup, refused) in [
            ("conmon\n", "0::/web.service\n", false),
            ("httpd\n", "0::/machine.slice/libpod-x.scope\n", false),
            ("nginx\n", "0::/system.slice/nginx.service\n", true),
        ] {
            let host = running(comm, cgroup);
            assert_eq!(
                is_refused(&host, "--pidfile=/run/web.pid"),
                refused,
                "{comm}"
            );
        }
    }

    #[test]
    fn a_site_that_forbids_it_lets_nobody_choose_the_directory() {
        let host = Fake::rootful();
        let site = Site::parse("forbid: [host-file-write]", "p").unwrap();
        let run = TestRun {
            site,
            ..TestRun::on(&host)
        };
        let count = |arg| run.findings("host-file-write", &[arg]).len();
        assert_eq!(count("--cidfile=app.cid"), 1);
        assert_eq!(count("--cidfile=/run/app.cid"), 0);
    }

    #[test]
    fn places_that_give_orders_or_belong_to_others() {
        for path in [
            "/run/systemd/system/x.service",
            "/run/udev/rules.d/x.rules",
            "/run/sysctl.d/x.conf",
            "/run/user/1000/x",
            "/run",
            "/run/app/../../etc/x",
            "/runner/x",
            "/tmp",
            "/root/.ssh/authorized_keys",
            "/proc/sys/kernel/core_pattern",
        ] {
            refused("host-file-write", &["--cidfile", path]);
        }
        for path in [
            "/run/user/1000/systemd/user/x.service",
            "/run/user/1001/x",
            "/run/x",
            "/home/ann/.bashrc",
        ] {
            assert!(
                is_refused(&Fake::rootless(), &format!("--pidfile={path}")),
                "{path}"
            );
        }
    }

    #[test]
    fn the_working_directory_but_nothing_hidden_in_it() {
        for path in ["app.cid", "./run/app.cid", "/home/user/project/app.cid"] {
            silent("host-file-write", &["--cidfile", path]);
        }
        for path in [
            ".git/hooks/pre-commit",
            "../app.cid",
            "../project-b/app.cid",
            "/home/user/projectile",
        ] {
            refused("host-file-write", &["--cidfile", path]);
        }
    }

    #[test]
    fn links_are_followed() {
        let host = Fake::rootful()
            .link("/run/app", "/etc/cron.d")
            .link("/var/run", "/run")
            .link("/home/user/project/log", "/etc/passwd");
        assert!(is_refused(&host, "--pidfile=/run/app/x"));
        assert!(is_refused(&host, "--log-opt=path=log"));
        assert!(!is_refused(&host, "--pidfile=/var/run/x.pid"));
    }

    #[test]
    fn temporary_files_are_the_callers_own() {
        let host = Fake::rootless()
            .directory("/tmp", 0, 0o1777)
            .directory("/tmp/mine", 1000, 0o700)
            .directory("/tmp/theirs", 1001, 0o777)
            .file("/tmp/other", 1001, 0o666, "")
            .node("/tmp/fifo", FileKind::Fifo, 1000, 0o600);
        for path in ["/tmp/new", "/tmp/mine/x"] {
            assert!(!is_refused(&host, &format!("--cidfile={path}")), "{path}");
        }
        for path in ["/tmp/other", "/tmp/theirs/x", "/tmp/fifo", "/tmp/../etc/x"] {
            assert!(is_refused(&host, &format!("--cidfile={path}")), "{path}");
        }
    }

    #[test]
    fn says_where_it_would_be_fine() {
        assert_eq!(
            findings("host-file-write", &["--pidfile=/etc/x.pid"])[0].instead,
            "--pidfile=/run/x.pid"
        );
        let instead = |flag| findings("host-file-write", &[flag])[0].instead.clone();
        assert_eq!(
            instead("--cidfile=/run/nologin"),
            "--cidfile=/run/nologin.cid"
        );
        assert_eq!(
            instead("--pidfile=/run/sshd.pid"),
            "--pidfile=/run/container-sshd.pid"
        );
        assert!(instead("--log-opt=path=/etc/x").contains("yours alone"));
    }
}
