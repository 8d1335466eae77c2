//! The administrator's policy, obeyed by the real program: whatever is refused here starts without it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use nix::unistd::Uid;
use tempfile::TempDir;

use crate::engine::{Engine, IMAGE};
use crate::harness::{Skip, Tested, tests};
use crate::process::{Said, said};

tests!(fn(&Engine) -> Tested:
    what_the_policy_refuses_starts_without_it,
    the_level_is_the_policy_s,
    in_mode_warn_a_refusal_is_a_note,
    an_override_ends_with_its_last_day,
    a_policy_that_others_may_write_stops_every_run,
);

/// An `/etc` with a policy, which only the commands started [`under`](Policy::under) see.
struct Policy<'a> {
    engine: &'a Engine,
    etc: TempDir,
}

impl<'a> Policy<'a> {
    fn new(engine: &'a Engine, text: &str) -> Result<Self, Skip> {
        if !Uid::effective().is_root() {
            return Err(Skip::new("only root mounts over /etc"));
        }
        let etc = tempfile::tempdir_in(engine.work_dir()).unwrap();
        fs::set_permissions(etc.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut copy = Command::new("cp");
        copy.args(["-a", "/etc/."]).arg(etc.path());
        assert!(copy.status().unwrap().success());
        let policy = Self { engine, etc };
        fs::create_dir_all(policy.etc.path().join("safe-podman")).unwrap();
        fs::write(policy.file(), text).unwrap();
        Ok(policy)
    }

    fn file(&self) -> PathBuf {
        self.etc.path().join("safe-podman/policy.yaml")
    }

    /// The account's command, in a mount namespace that ends with it.
    fn under(&self, inner: &Command) -> Said {
        let account = fs::metadata(self.engine.work_dir()).unwrap();
        let mut command = self.engine.command("unshare");
        command
            .args(["--mount", "--propagation=private", "sh", "-c"])
            .arg("mount --bind \"$1\" /etc && shift && exec setpriv --clear-groups \"$@\"")
            .arg("sh")
            .arg(self.etc.path())
            .arg(format!("--reuid={}", account.uid()))
            .arg(format!("--regid={}", account.gid()))
            .arg(inner.get_program())
            .args(inner.get_args());
        said(command.uid(0).gid(0), &[])
    }
}

/// `safe-podman SUBCOMMAND` of a container that says that it runs.
fn started(engine: &Engine, subcommand: &str, words: &[&str]) -> Command {
    let mut command = engine.safe_command(subcommand);
    command.arg("--rm").args(words);
    command.args(["--network=none", IMAGE, "echo", "it runs"]);
    command
}

#[track_caller]
fn runs(said: Said) -> String {
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (0, "it runs\n"),
        "{said:#?}"
    );
    said.stderr
}

#[track_caller]
fn refuses(said: &Said, words: &[&str]) {
    assert_eq!((said.code, said.stdout.as_str()), (125, ""), "{said:#?}");
    for word in words {
        assert!(said.stderr.contains(word), "{word}: {said:#?}");
    }
}

fn what_the_policy_refuses_starts_without_it(engine: &Engine) -> Tested {
    let data = format!("--volume={}:/data", engine.dir("not-below-srv").display());
    for (policy, words, refusal) in [
        (
            "forbid: [uts-host]",
            &["--uts=host", "--allow=uts-host=why"][..],
            ["[uts-host]", "policy.yaml forbids it"],
        ),
        (
            "registries: [quay.io]",
            &["--allow=untrusted-registry=why"],
            ["[untrusted-registry]", "does not come from quay.io"],
        ),
        (
            "bind_roots: [/srv]",
            &[&data, "--allow=bind-root=why"],
            ["[bind-root]", "is not below /srv"],
        ),
        (
            "max: {pids_limit: 64}",
            &["--pids-limit=65", "--allow=site-maximum=why"],
            ["[site-maximum]", "policy.yaml"],
        ),
    ] {
        let mut run = started(engine, "run", words);
        runs(said(&mut run, &[]));
        refuses(&Policy::new(engine, policy)?.under(&run), &refusal);
    }
    Ok(())
}

fn the_level_is_the_policy_s(engine: &Engine) -> Tested {
    let words = ["--level=baseline", "--publish=8080:8000"];
    let mut run = started(engine, "run", &words);
    let notes = runs(said(&mut run, &[]));
    assert!(notes.contains("note[no-port-address]"), "{notes}");
    let restricted = Policy::new(engine, "level: restricted")?;
    refuses(&restricted.under(&run), &["[no-port-address]"]);
    let checked = restricted.under(&started(engine, "check", &words));
    assert!(checked.stdout.contains("level restricted"), "{checked:#?}");
    Ok(())
}

fn in_mode_warn_a_refusal_is_a_note(engine: &Engine) -> Tested {
    let mut run = started(engine, "run", &["--uts=host"]);
    refuses(&said(&mut run, &[]), &["refused", "[uts-host]"]);
    let notes = runs(Policy::new(engine, "mode: warn")?.under(&run));
    assert!(notes.contains("note[uts-host]"), "{notes}");
    Ok(())
}

fn an_override_ends_with_its_last_day(engine: &Engine) -> Tested {
    let day = |day: &str| {
        let mut date = engine.command("date");
        said(date.args(["--utc", "--date", day, "+%F"]), &[]).ok()
    };
    let run = |until: &str| {
        let until = until.trim();
        let text = format!("allow: [{{rule: uts-host, reason: a move, until: {until}}}]\n");
        let profile = engine.profile("until", &text);
        said(&mut started(engine, "run", &[&profile, "--uts=host"]), &[])
    };
    runs(run(&day("today")));
    let yesterday = day("yesterday");
    let until = format!("it was allowed until {}: a move", yesterday.trim());
    refuses(&run(&yesterday), &["[uts-host]", &until]);
    Ok(())
}

fn a_policy_that_others_may_write_stops_every_run(engine: &Engine) -> Tested {
    let run = started(engine, "run", &[]);
    let policy = Policy::new(engine, "mode: enforce")?;
    runs(policy.under(&run));
    fs::set_permissions(policy.file(), fs::Permissions::from_mode(0o666)).unwrap();
    refuses(&policy.under(&run), &["policy.yaml", "others than root"]);
    Ok(())
}
