//! Mounts that belong to somebody else than the container's user.

use crate::podman::value::mount_options::Access;
use crate::podman::value::path::ContainerPath;
use crate::policy::facts::Facts;
use crate::policy::owners::{self, Closed, Closure, cure};
use crate::policy::rule::{Hit, Rule, Severity};
use crate::rule_id::RuleId;
use crate::spec::Spec;
use crate::spec::runner::CallersOwn;

pub(super) static RULE: Rule = Rule {
    id: RuleId::MountOwner,
    title: "what is mounted belongs to somebody else than the container's user",
    severity: Severity::Medium,
    why: "the container's user is not root, and what it may not write it cannot keep: many a server starts all the same, and its \
          data are gone at the stop",
    instead: "give the directory to the container's user: chown UID:GID DIR, or choose its owner: --user=UID:GID",
    references: &["podman-run(1)", "user_namespaces(7)", "path_resolution(7)"],
    bad: &["-v", "/srv/data:/data:rw"],
    good: &["-v", "/srv/data:/data:rw,U"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    // Before podman was asked about the image nobody knows who will run.
    if facts.image.is_none() {
        return Vec::new();
    }
    let closed = owners::closed(spec, facts);
    let closed = closed.iter().map(|closed| of_another(spec, facts, closed));
    closed.chain(callers(spec)).collect()
}

/// A directory that the container's user cannot use.
fn of_another(spec: &Spec, facts: &Facts<'_>, closed: &Closed<'_>) -> Hit {
    let verb = match closed.access {
        Access::ReadWrite => "write to",
        Access::ReadOnly => "read",
    };
    let what = match closed.what {
        Closure::Bind(bind) => format!("\"{}\"", bind.path),
        Closure::Volume(name) => format!("the volume \"{name}\""),
    };
    let what = format!(
        "{what} belongs to {}, and the container's user {} may not {verb} it at \"{}\"",
        owner(spec, facts, closed),
        spec.user.value,
        closed.at
    );
    let loses = closed.access == Access::ReadWrite && is_volume(closed.at, facts);
    let hit = if loses || is_split(spec, facts, closed) {
        Hit::refuse(what, &closed.mount.origin)
    } else {
        Hit::warn(what, &closed.mount.origin)
    };
    hit.instead(cure::of(spec, facts, closed))
}

/// Data that the image declares to be data.
fn is_volume(at: &ContainerPath, facts: &Facts<'_>) -> bool {
    let mut volumes = facts.image.iter().flat_map(|image| &image.volumes);
    volumes.any(|volume| {
        volume
            .parse()
            .is_ok_and(|volume: ContainerPath| volume == *at)
    })
}

/// The caller's own directory, which a volume keeps the container's user from writing to.
fn is_split(spec: &Spec, facts: &Facts<'_>, closed: &Closed<'_>) -> bool {
    let caller = facts.host.identity().uid;
    spec.runner.is_not_caller_for.is_some() && closed.found.owner == caller
}

/// The owner by this host's number, and by the container's where that is another one.
fn owner(spec: &Spec, facts: &Facts<'_>, closed: &Closed<'_>) -> String {
    let outside = closed.found.owner;
    let name = match facts.host.identity().uid {
        _ if outside == 0 => "root (0)".to_owned(),
        uid if uid == outside => format!("you ({outside})"),
        _ => outside.to_string(),
    };
    match spec.runner.owner_inside(outside) {
        Some(inside) if inside == outside => name,
        Some(inside) => format!("{name}, {inside} in the container"),
        None => format!("{name}, nobody in the container"),
    }
}

/// The caller's own directory made the container's user the caller.
fn callers(spec: &Spec) -> Option<Hit> {
    let own = spec.runner.is_caller_for.as_ref()?;
    let (uid, userns) = (spec.runner.uid?, spec.userns.as_ref()?);
    let own = match own {
        CallersOwn::Path(path) => format!("\"{path}\" is yours"),
        CallersOwn::Volume(name) => format!("the volume \"{}\" is yours", name.as_str()),
    };
    let what = format!(
        "{own}, so the container's user {uid} is you on this host: its files stay yours, and after a breakout it acts as you; the \
         first start of an image may copy it"
    );
    let instead = "--userns=host for an id of its own, and podman unshare chown for the directory";
    Some(Hit::warn(what, &userns.origin).instead(instead))
}

#[cfg(test)]
mod tests {
    use crate::host::{Apparmor, Fake, FileKind, Lsm, Resolved, Selinux};
    use crate::podman::image_config::ImageConfig;
    use crate::policy::engine::Verdict;
    use crate::spec::mount::ExistingVolume;
    use crate::testing::TestRun;

    /// 999 owns `/data`, a VOLUME.
    fn run(host: &Fake) -> TestRun<'_> {
        let image = ImageConfig {
            volumes: vec!["/data".into()],
            layers: vec!["/layers/1".into()],
            ..ImageConfig::default()
        };
        TestRun {
            image: Some(image),
            ..TestRun::on(host)
        }
    }

    fn rootful() -> Fake {
        Fake::rootful()
            .directory("/layers/1/data", 999, 0o755)
            .directory("/srv/root", 0, 0o755)
            .directory("/srv/open", 0, 0o1777)
            .directory("/srv/closed", 0, 0o700)
            .directory("/srv/group", 0, 0o775)
            .file("/srv/key", 0, 0o600, "")
            .directory("/srv/it's mine", 0, 0o755)
            .directory("/etc/app", 0, 0o700)
            .directory("/mnt", 0, 0o755)
            .directory("/srv/ann", 1000, 0o755)
    }

    fn rootless() -> Fake {
        Fake::rootless()
            .directory("/layers/1/data", 100_998, 0o755)
            .directory("/home/ann/d", 1000, 0o755)
            .directory("/home/ann/closed", 1000, 0o700)
            .directory("/home/ann/pg", 100_996, 0o700)
            .directory("/srv/root", 0, 0o755)
    }

    /// Refused or noted, the sentence and the cure.
    fn said(run: &TestRun<'_>, args: &[&str]) -> Vec<String> {
        let findings = run.findings("mount-owner", args).into_iter();
        findings
            .map(|found| {
                let verdict = match found.verdict {
                    Verdict::Refused(_) => "refused",
                    _ => "noted",
                };
                format!("{verdict}: {}\n  {}", found.what, found.instead)
            })
            .collect()
    }

    fn volume(owner: u32) -> ExistingVolume {
        ExistingVolume {
            driver: "local".into(),
            content: Some(Resolved {
                path: "/volumes/v/_data".into(),
                kind: FileKind::Directory,
                owner,
                group: owner,
                mode: 0o755,
            }),
            ..ExistingVolume::default()
        }
    }

    #[test]
    fn what_each_is_told() {
        let (root, user) = (rootful(), rootless());
        let mut all = Vec::new();
        for args in [
            &["-v", "/srv/root:/data:rw"][..],
            &["-v", "/srv/root:/x:rw"],
            &["-v", "/srv/ann:/x:rw"],
            &["-v", "/srv/closed:/x:ro"],
            &["-v", "/srv/key:/key:ro"],
            &["-v", "/srv/it's mine:/x:rw"],
            &["-v", "/etc/app:/x:ro"],
            &["-v", "/mnt:/x:rw"],
        ] {
            all.extend(said(&run(&root), args));
        }
        let mut with_volume = run(&root);
        with_volume.volumes.insert("v".into(), volume(65_532));
        all.extend(said(&with_volume, &["-v", "v:/data"]));
        for args in [
            &["-v", "/home/ann/d:/data:rw"][..],
            &["-v", "/home/ann/d:/data:rw", "--userns=host"],
            &["-v", "/home/ann/d:/data:rw", "--network=container:web"],
            &["-v", "/home/ann/d:/data:rw", "--user=999:0"],
            &["-v", "/home/ann/d:/data:rw", "-v", "/home/ann/pg:/x:rw"],
            &["-v", "/srv/root:/data:rw"],
            &["-v", "/home/ann/closed:/x:ro"],
            &["-v", "/home/ann/pg:/x:rw"],
            &["-v", "/srv/root:/x:rw"],
        ] {
            all.extend(said(&run(&user), args));
        }
        let mut with_volume = run(&user);
        with_volume.volumes.insert("v".into(), volume(100_998));
        all.extend(said(
            &with_volume,
            &["-v", "v:/data", "-v", "/home/ann/d:/x:rw"],
        ));
        let lsm = Lsm {
            selinux: Selinux::Enforcing,
            apparmor: Apparmor::Disabled,
        };
        let fedora = rootful().with_lsm(lsm);
        all.extend(said(&run(&fedora), &["-v", "/srv/root:/x:rw"]));
        insta::assert_snapshot!("mount_owner", all.join("\n\n"));
    }

    #[test]
    fn what_the_user_can_use_needs_no_word() {
        let root = rootful();
        for args in [
            &["-v", "/srv/root:/x:ro"][..],
            &["-v", "/srv/open:/data:rw"],
            &["-v", "/srv/root:/data:rw,U"],
            &["-v", "/srv/root:/data:O"],
            &["-v", "new:/data"],
            &["-v", "/srv/group:/x:rw", "--group-add=0"],
            &["-v", "/srv/group:/x:rw", "--user=7:0"],
            &["-v", "/srv/ann:/x:rw", "--user=1000"],
            &[
                "-v",
                "/srv/root:/data:rw",
                "--cap-add=DAC_OVERRIDE",
                "--allow=cap-privilege=t",
            ],
            &["-v", "/srv/nowhere:/x:rw"],
            &["-v", "/srv/root:/x:rw", "--userns=auto"],
        ] {
            assert_eq!(said(&run(&root), args), [""; 0], "{args:?}");
        }
        let shared = rootful().with_attribute("/srv/root", "system.posix_acl_access", "x");
        assert_eq!(said(&run(&shared), &["-v", "/srv/root:/data:rw"]), [""; 0]);
        let mut unknown = run(&root);
        unknown.image = None;
        assert_eq!(said(&unknown, &["-v", "/srv/root:/data:rw"]), [""; 0]);
    }
}
