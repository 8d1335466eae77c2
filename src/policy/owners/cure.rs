//! What to type where the container's user cannot use what is mounted.

use super::{Closed, Closure};
use crate::host::{Mode, Selinux};
use crate::podman::value::mount_options::Access;
use crate::podman::value::path::{ContainerPath, HostPath};
use crate::policy::facts::Facts;
use crate::spec::{Mount, Spec};

/// What to type, here.
pub(in crate::policy) fn of(spec: &Spec, facts: &Facts<'_>, closed: &Closed<'_>) -> String {
    let mut cures = match closed.what {
        // The host needs such files as they are, and the owner that it gave them.
        Closure::Bind(_) if is_guarded(facts, closed) => {
            return format!(
                "copy what it needs into a directory of its own, and mount that at \"{}\"",
                closed.at
            );
        }
        Closure::Bind(bind) => {
            let path = quoted(&bind.path);
            match facts.host.identity().mode {
                Mode::Rootless => rootless(spec, facts, closed, &path),
                Mode::Rootful => rootful(spec, closed.access, &path),
            }
        }
        Closure::Volume(name) => match closed.access {
            Access::ReadWrite => vec![format!("-v {name}:{}:U", closed.at)],
            Access::ReadOnly => vec![format!("-v {name}:{}:ro,U", closed.at)],
        },
    };
    // Where the caller stands behind the container's user, another user would move all the numbers.
    let inside = spec.runner.owner_inside(closed.found.owner);
    let inside = inside.filter(|owner| *owner != 0 && spec.runner.is_caller_for.is_none());
    cures.extend(inside.map(|owner| format!("--user={owner}:{owner}")));
    let mut cure = cures.join(", or ");
    if matches!(closed.what, Closure::Bind(bind) if bind.options.relabel.is_none())
        && facts.host.lsm().selinux == Selinux::Enforcing
    {
        cure.push_str("; and :Z at the end of the mount, because SELinux is enforcing here");
    }
    cure
}

/// Is it something that the host's own programs trust?
fn is_guarded(facts: &Facts<'_>, closed: &Closed<'_>) -> bool {
    let mut accesses = [Access::ReadOnly, Access::ReadWrite].into_iter();
    accesses.any(|access| facts.worth(closed.found, access).is_some())
}

/// For a shell, without quotes where it needs none.
fn quoted(path: &HostPath) -> String {
    let path = path.to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,".contains(c);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

fn rootful(spec: &Spec, access: Access, path: &str) -> Vec<String> {
    let ids = spec.runner.outside();
    // Everything of the host below a directory such as /srv is nobody's to give away.
    let is_shared = path.matches('/').count() == 1;
    let chown = ids.map(|(uid, gid)| {
        if is_shared {
            format!("a directory of its own: install -d -o {uid} -g {gid} {path}/data")
        } else {
            format!("chown -R {uid}:{gid} {path}")
        }
    });
    let readable =
        (access == Access::ReadOnly && !is_shared).then(|| format!("chmod -R o+rX {path}"));
    chown.into_iter().chain(readable).collect()
}

/// For a user's podman: what is the caller's own is best written as the caller.
fn rootless(spec: &Spec, facts: &Facts<'_>, closed: &Closed<'_>, path: &str) -> Vec<String> {
    let caller = facts.host.identity();
    let runner = &spec.runner;
    let (Some(uid), Some(gid)) = (runner.uid, runner.gid) else {
        return Vec::new();
    };
    let engine = facts.host.engine_ids();
    let engine = engine
        .zip(runner.outside())
        .and_then(|(engine, (uid, gid))| {
            let (uid, gid) = (engine.uids.inside(uid)?, engine.gids.inside(gid)?);
            Some(format!("podman unshare chown -R {uid}:{gid} {path}"))
        });
    if closed.found.owner != caller.uid {
        let is_theirs = runner.owner_inside(closed.found.owner).is_some();
        let roots = format!("sudo chown -R {}:{} {path}", caller.uid, caller.gid);
        return engine
            .filter(|_| is_theirs)
            .or(Some(roots))
            .into_iter()
            .collect();
    }
    let keep_id = format!("--userns=keep-id:uid={uid},gid={gid}");
    let keep_id = match &runner.is_not_caller_for {
        // Nor does any runtime keep root or its group.
        _ if runner.is_joining || uid == 0 || gid == 0 => None,
        Some(volume) => volume_of(spec, volume.as_str())
            .map(|at| format!("{keep_id} -v {}:{at}:U", volume.as_str())),
        None => Some(keep_id),
    };
    let readable = (closed.access == Access::ReadOnly).then(|| format!("chmod -R o+rX {path}"));
    keep_id.into_iter().chain(readable).chain(engine).collect()
}

fn volume_of<'s>(spec: &'s Spec, name: &str) -> Option<&'s ContainerPath> {
    spec.mounts.iter().find_map(|mount| match &mount.value {
        Mount::Volume(volume)
            if volume
                .name
                .as_ref()
                .is_some_and(|other| other.as_str() == name) =>
        {
            Some(&volume.destination)
        }
        _ => None,
    })
}
