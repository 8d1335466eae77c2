//! Paths that podman acts on itself, before the hook can see what they are by then.

use std::path::Path;

use crate::host::{FileKind, Host, Mode, Sticky};
use crate::origin::Origin;
use crate::podman::value::mount_options::Ownership;
use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources::{self, HostSource, Way};
use crate::problem::Problem;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::UnpinnedSource,
    title: "podman would act on a path that others can lead elsewhere",
    severity: Severity::High,
    why: "what podman does by itself to a path (new owners with :U, a layer over it with :O, the mount of a volume) it \
          does to whatever is there at that moment, before anything can be compared; whoever can rename a directory on \
          the way puts a link to /etc in its place",
    instead: "keep it below directories that only root, or for your own podman you, can change, as /srv/app; or mount \
              it as it is: -v /srv/app:/app:ro",
    references: &["podman-run(1)", "symlink(7)"],
    bad: &["-v", "/home/user/project:/app:ro,U", "-u", "1000"],
    good: &["-v", "/srv/app:/app:ro,U", "-u", "1000"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let sources = sources::all(spec, facts);
    let hit = |source: &HostSource<'_>| {
        let (act, instead) = act(source, spec)?;
        let problem = way(source, facts)
            .and_then(|()| pinned(facts.host, &source.found.path, Some(source.found.owner)))
            .err()?;
        let path = source.path();
        let what = format!("podman would {act} \"{path}\", but {}", problem.what);
        Some(Hit::refuse(what, source.origin).instead(instead))
    };
    sources.iter().filter_map(hit).collect()
}

/// What podman does to it, and what to type instead. A bind without more is none of its doings: the runtime mounts it, and
/// what it mounted is compared.
fn act(source: &HostSource<'_>, spec: &Spec) -> Option<(&'static str, String)> {
    let path = source.path();
    let copy = || "copy it below a directory that only root can change, as /srv/app".to_owned();
    match source.way {
        Way::Bind(bind) if bind.options.overlay.is_some() => {
            let plain = format!("-v {path}:{}:ro, which needs no layer", bind.destination);
            Some(("lay a layer over", plain))
        }
        Way::Bind(bind) if bind.options.ownership == Some(Ownership::Chown) => {
            let once = format!("leave :U out, and give its owner {path} once, with chown");
            Some(("change the owners of all in", once))
        }
        Way::NewVolume(volume) | Way::OldVolume(volume) => {
            let plain = format!("-v {path}:{}", volume.destination);
            Some(("mount for a volume", plain))
        }
        Way::Overlay(_) => Some(("write a layer to", copy())),
        Way::RootFs => {
            let rootfs = spec.external_rootfs.as_ref();
            let is_layer = rootfs.is_some_and(|rootfs| rootfs.value.is_overlay());
            is_layer.then(|| ("lay a layer over", copy()))
        }
        Way::Bind(_) | Way::Glob | Way::File(_) => None,
    }
}

/// The way that was typed counts as well: who can put a link there has led us already.
fn way(source: &HostSource<'_>, facts: &Facts<'_>) -> Result<(), Problem> {
    let Way::Bind(bind) = source.way else {
        return Ok(());
    };
    let asked = bind.asked.as_path();
    // A relative path of a profile starts at the profile, which is trusted.
    if asked.is_relative() && !matches!(source.origin, Origin::Argument { .. }) {
        return Ok(());
    }
    pinned(facts.host, &facts.cwd.join(asked), None)
}

/// Can only root, or for a user's podman the user, put something else in the place of a path? Its own mode does not matter,
/// and in a sticky directory only its owner counts, where that is known.
fn pinned(host: &dyn Host, path: &Path, owner: Option<u32>) -> Result<(), Problem> {
    let identity = host.identity();
    let of_user = [0, identity.euid];
    let owners = match identity.mode {
        Mode::Rootful => of_user.get(..1),
        Mode::Rootless => Some(&of_user[..]),
    };
    let owners = owners.unwrap_or_default();
    let is_at_home = identity
        .home
        .as_ref()
        .is_some_and(|home| path.starts_with(home));
    // A user's directories are often writable for the group that is theirs alone.
    let is_own = identity.mode == Mode::Rootless && is_at_home;
    let parent = path.parent().unwrap_or(Path::new("/"));
    let above = host.resolve(parent)?;
    // podman makes no source that is missing.
    if is_own || above.kind == FileKind::Missing {
        return Ok(());
    }
    let is_sticky = above.mode & 0o1000 != 0 && owners.contains(&above.owner);
    let is_known = owner.is_none_or(|owner| owners.contains(&owner));
    let judged = match parent.parent() {
        Some(above) if is_sticky && is_known => above,
        _ => parent,
    };
    host.only_changed_by(judged, owners, Sticky::Passed)
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::level::Level;
    use crate::testing::judged_on;

    fn count(host: &Fake, args: &[&str]) -> usize {
        let judged = judged_on(host, args, Level::Baseline);
        let mut findings = judged.judgement.findings;
        findings.retain(|finding| finding.rule.id == super::RULE.id);
        findings.len()
    }

    #[test]
    fn what_podman_does_by_itself() {
        let host = Fake::rootful()
            .directory("/home/user", 1000, 0o755)
            .directory("/home/user/project", 1000, 0o755)
            .directory("/srv/app", 1000, 0o755);
        let of =
            |path: &str, options: &str| count(&host, &["-v", &format!("{path}:/app:{options}")]);
        for options in ["U", "rw,U", "O", "O,upperdir=/srv/u,workdir=/srv/w"] {
            assert_eq!(of("/home/user/project", options), 1, "{options}");
            assert_eq!(of("/srv/app", options), 0, "{options}");
        }
        for options in ["ro", "rw", "rw,z"] {
            assert_eq!(of("/home/user/project", options), 0, "{options}");
        }
        // A link of theirs that leads to root's.
        let host = host.clone().link("/home/user/link", "/srv/app");
        assert_eq!(count(&host, &["-v", "/home/user/link:/app:O"]), 1);
        let upper = "O,upperdir=/home/user/project,workdir=/srv/w";
        assert_eq!(of("/srv/app", upper), 1);
        let volume = "type=volume,src=v,dst=/v,volume-opt=type=none,volume-opt=o=bind";
        let device = |path: &str| format!("{volume},volume-opt=device={path}");
        assert_eq!(count(&host, &["--mount", &device("/home/user/project")]), 1);
        assert_eq!(count(&host, &["--mount", &device("/srv/app")]), 0);
    }

    #[test]
    fn whose_the_way_is() {
        let dirs = |host: Fake| {
            host.directory("/tmp", 0, 0o1777)
                .directory("/tmp/ours", 0, 0o777)
                .directory("/tmp/theirs", 7, 0o755)
                .directory("/srv/open", 0, 0o777)
                .directory("/srv/open/x", 0, 0o755)
                .directory("/srv/ann", 1000, 0o755)
                .directory("/srv/ann/x", 7, 0o755)
                .directory("/home/ann", 1000, 0o775)
                .directory("/home/ann/project", 1000, 0o775)
        };
        for (path, for_root, for_ann) in [
            ("/tmp/ours", true, true),
            ("/tmp/theirs", false, false),
            ("/srv/open", true, true),
            ("/srv/open/x", false, false),
            ("/srv/ann", true, true),
            ("/srv/ann/x", false, true),
            ("/home/ann/project", false, true),
            ("/nothing/yet", true, true),
        ] {
            for (host, expected) in [(Fake::rootful(), for_root), (Fake::rootless(), for_ann)] {
                let found = count(&dirs(host), &["-v", &format!("{path}:/x:O")]);
                assert_eq!(found == 0, expected, "{path}");
            }
        }
    }
}
