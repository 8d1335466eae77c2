//! Mounts that cross the wall of the container.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::podman::value::mount_options::Propagation;
use crate::rule_id::RuleId;
use crate::spec::{Mount, Spec};

pub(super) static RULE: Rule = Rule {
    id: RuleId::PropagationShared,
    title: "what the container mounts would appear on the host",
    severity: Severity::Medium,
    why: "with shared propagation a mount made in the container is made on the host too, over \
          whatever was there; with slave, what the host mounts later comes in",
    instead: "leave it out; podman's default, rprivate, keeps both sides apart",
    references: &["CIS 5.20", "mount_namespaces(7)"],
    bad: &["-v", "/srv/app:/app:ro,rshared"],
    good: &["-v", "/srv/app:/app:ro,rprivate"],
    check,
};

fn check(spec: &Spec, _: &Facts<'_>) -> Vec<Hit> {
    let hits = spec.mounts.iter().filter_map(|mount| {
        let propagation = propagation(&mount.value)?;
        let word = propagation.as_str();
        match propagation {
            Propagation::Shared | Propagation::RShared => Some(Hit::refuse(
                format!("{}: \"{word}\"", RULE.title),
                &mount.origin,
            )),
            Propagation::Slave | Propagation::RSlave => {
                let what =
                    format!("what the host mounts later would appear in the container: \"{word}\"");
                Some(Hit::inform(what, &mount.origin))
            }
            Propagation::Private
            | Propagation::RPrivate
            | Propagation::Unbindable
            | Propagation::RUnbindable => None,
        }
    });
    hits.collect()
}

fn propagation(mount: &Mount) -> Option<Propagation> {
    match mount {
        Mount::Bind(bind) => bind.options.propagation,
        Mount::Volume(volume) => volume.options.propagation,
        Mount::Tmpfs(tmpfs) => tmpfs.propagation,
        Mount::Other(other) => other.options()?.propagation,
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::engine::Verdict;
    use crate::testing::{findings, refused, silent};

    #[test]
    fn in_any_flag() {
        refused("propagation-shared", &["-v", "/srv/app:/a:rshared"]);
        refused("propagation-shared", &["-v", "/srv/app:/a:ro,shared,Z"]);
        refused("propagation-shared", &["-v", "vol:/a:shared"]);
        refused(
            "propagation-shared",
            &[
                "--mount",
                "type=bind,src=/srv/app,dst=/a,bind-propagation=rshared",
            ],
        );
        refused(
            "propagation-shared",
            &["--mount", "type=tmpfs,dst=/a,shared"],
        );
        refused("propagation-shared", &["--tmpfs", "/a:rshared"]);
        refused(
            "propagation-shared",
            &["--mount", "type=glob,src=/srv/*,dst=/a,shared"],
        );
        let slave = findings("propagation-shared", &["-v", "/srv/app:/a:ro,rslave"]);
        assert_eq!(slave[0].verdict, Verdict::Shown);
        silent(
            "propagation-shared",
            &["-v", "/srv/app:/a:private", "-v", "/srv/b:/shared"],
        );
    }
}
