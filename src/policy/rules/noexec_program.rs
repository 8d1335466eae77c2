//! A program in a mount from which nothing can be executed.

use crate::origin::Origin;
use crate::podman::value::mount_options::{Access, Exec, MountOptions, Ownership, Relabel};
use crate::policy::facts::Facts;
use crate::policy::program::{Program, Programs, programs};
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::NoexecProgram,
    title: "the program that starts lies where nothing can be executed",
    severity: Severity::Low,
    why: "a mount that the container can write to is noexec unless exec is said, so that nothing planted in it can be run; \
          the kernel refuses to start a program from it: permission denied",
    instead: "say exec for that mount: -v ./app:/app:rw,exec; or leave it read-only where the container need not write",
    references: &["mount(8)", "execve(2)"],
    bad: &[
        "-v",
        "/home/user/project:/app:rw",
        "--entrypoint=/app/server",
    ],
    good: &[
        "-v",
        "/home/user/project:/app:rw,exec",
        "--entrypoint=/app/server",
    ],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let Programs { first, later } = programs(spec, facts);
    let first = first
        .iter()
        .filter_map(|program| judge(program, Hit::refuse));
    // Not every script starts what the next words name.
    let later = later.iter().filter_map(|program| judge(program, Hit::warn));
    // A script and its interpreter in one mount need one word.
    first.chain(later).take(1).collect()
}

fn judge(program: &Program<'_>, hit: fn(String, &Origin) -> Hit) -> Option<Hit> {
    let mount = program.mount?;
    let at = mount.value.destination()?;
    let instead = match &mount.value {
        Mount::Bind(bind) => {
            let options = executable(&bind.options)?;
            format!("-v {}:{at}:{options}", bind.asked)
        }
        Mount::Volume(volume) => {
            let options = executable(&volume.options)?;
            match &volume.name {
                Some(name) => format!("-v {name}:{at}:{options}"),
                None => format!("-v NAME:{at}:{options}"),
            }
        }
        Mount::Tmpfs(tmpfs) if tmpfs.exec == Some(Exec::NoExec) => format!("--tmpfs {at}:exec"),
        Mount::Tmpfs(_) | Mount::Other(_) => return None,
    };
    let what = format!(
        "\"{}\" cannot be started: what is mounted at \"{at}\" is noexec",
        program.path.display()
    );
    Some(hit(what, &mount.origin).instead(instead))
}

/// The options of a mount with `exec`, without what is added by itself; none when it has no `noexec`.
fn executable(options: &MountOptions) -> Option<String> {
    if options.exec != Some(Exec::NoExec) {
        return None;
    }
    let words = [
        options.access.map(Access::as_str),
        Some(Exec::Exec.as_str()),
        options.relabel.map(Relabel::as_str),
        options.ownership.map(Ownership::as_str),
    ];
    Some(words.into_iter().flatten().collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::{Finding, Verdict};
    use crate::testing::TestRun;

    fn found(args: &[&str]) -> Vec<Finding> {
        let host = Fake::rootful()
            .file("/layers/1/app/server", 0, 0o755, "")
            .file("/srv/app/server", 0, 0o755, "");
        let image = ImageConfig {
            layers: vec!["/layers/1".into()],
            cmd: vec!["/app/server".to_owned()],
            ..ImageConfig::default()
        };
        let run = TestRun {
            image: Some(image),
            ..TestRun::on(&host)
        };
        run.findings("noexec-program", args)
    }

    #[test]
    fn is_refused_and_what_it_says_instead_is_not() {
        for args in [
            &["-v", "/srv/app:/app:rw"][..],
            &["-v", "/srv/app:/app:rw,Z"],
            &["-v", "/srv/app:/app:noexec"],
            &["--mount", "type=bind,src=/srv/app,dst=/app,ro=false"],
            &["-v", "data:/app"],
            &["-v", "data:/app:U"],
            &["--tmpfs", "/app"],
        ] {
            let found = found(args);
            assert!(matches!(found[0].verdict, Verdict::Refused(_)), "{args:?}");
            let instead: Vec<&str> = found[0].instead.split(' ').collect();
            assert!(self::found(&instead).is_empty(), "{instead:?}");
        }
        assert_eq!(
            found(&["-v", "/srv/app:/app:rw,Z"])[0].instead,
            "-v /srv/app:/app:rw,exec,Z"
        );
    }

    #[test]
    fn where_it_can_be_executed_it_is() {
        for args in [
            &[][..],
            &["-v", "/srv/app:/app"],
            &["-v", "/srv/app:/app:rw,exec"],
            &["-v", "/srv/app:/data:rw"],
            &["-v", "data:/app:exec"],
        ] {
            assert!(found(args).is_empty(), "{args:?}");
        }
    }
}
