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
    instead: "write below the runtime directory (%t of a systemd unit), the working directory or /tmp",
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
        Some((format!("--{}=", given.flag.long), path, &given.origin))
    });
    let logs = spec
        .log_opt
        .iter()
        .filter(|option| option.value.key == "path");
    let logs = logs.map(|option| {
        (
            "--log-opt=path=".to_owned(),
            Path::new(&option.value.value),
            &option.origin,
        )
    });
    files
        .chain(logs)
        .filter_map(|(flag, path, origin)| judge(&flag, path, origin, facts))
        .collect()
}

fn judge(flag: &str, path: &Path, origin: &Origin, facts: &Facts<'_>) -> Option<Hit> {
    let asked = path.display();
    let what = match places::locate(path, origin, facts) {
        Ok(at) if places::may_write(&at, facts) => return None,
        Ok(at) => format!("{flag}{asked} would write to \"{}\"", at.path.display()),
        Err(why) => format!("{flag}{asked} would write to a file that is not known: {why}"),
    };
    let name = path.file_name().unwrap_or_default();
    let better = places::runtime_directory(facts).join(name);
    Some(Hit::refuse(what, origin).instead(format!("{flag}{}", better.display())))
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{findings, judged_on, refused, silent};

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
    }
}
