//! `z` and `Z` on what belongs to the host.

use crate::policy::facts::Facts;
use crate::policy::rule::{Hit, Rule, Severity};

use crate::podman::value::mount_options::Access;
use crate::policy::paths::{Asset, Response};
use crate::policy::sources::{self, HostSource};
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RelabelDanger,
    title: "the SELinux labels of the host's own files would be changed",
    severity: Severity::High,
    why: "podman relabels everything below the source, and host programs may then not touch it any \
          more: sshd, login and cron stop working, and the container may touch all of it",
    instead: "leave z and Z out, and relabel only a directory made for this container: -v \
              /srv/app:/app:Z",
    references: &["article: 10 security recommendations", "podman-run(1)"],
    bad: &["-v", "/etc/nginx:/etc/nginx:ro,Z"],
    good: &["-v", "/srv/app:/app:Z"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    let sources = sources::all(spec, facts);
    sources
        .iter()
        .filter_map(|source| hit(source, facts))
        .collect()
}

/// Not by whether `SELinux` is on: the same line does its damage on the next host.
fn hit(source: &HostSource<'_>, facts: &Facts<'_>) -> Option<Hit> {
    let relabel = source.options()?.relabel?;
    let found = facts.worth(&source.found, Access::ReadWrite)?;
    // A server's own key is as good as any other file of its own.
    if found.response < Response::Warn
        || (found.asset == Asset::Credentials && found.response == Response::Warn)
    {
        return None;
    }
    let what = format!(
        "\"{}\" and all below it would get a container's label ({})",
        source.path(),
        relabel.as_str()
    );
    Some(Hit::refuse(what, source.origin))
}

#[cfg(test)]
mod tests {
    use crate::testing::{refused, silent};

    #[test]
    fn of_the_system_and_of_homes() {
        for source in [
            "/",
            "/etc",
            "/etc/localtime",
            "/usr",
            "/usr/share/zoneinfo",
            "/home",
            "/home/ann",
            "/root",
            "/var",
            "/run",
            "/tmp",
            "/var/log",
        ] {
            for option in ["z", "Z", "ro,Z", "rw,z"] {
                refused("relabel-danger", &["-v", &format!("{source}:/x:{option}")]);
            }
            silent("relabel-danger", &["-v", &format!("{source}:/x:ro")]);
        }
        refused(
            "relabel-danger",
            &["--mount", "type=bind,src=/etc,dst=/e,relabel=private"],
        );
        refused(
            "relabel-danger",
            &[
                "--mount",
                "type=volume,src=v,dst=/e,Z,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc",
            ],
        );
    }

    #[test]
    fn a_directory_of_its_own_may_be() {
        for source in [
            "/srv/app",
            "/home/ann/site",
            "/opt/app",
            "/var/lib/app",
            "/srv/tls/server.key",
            "vol",
        ] {
            silent("relabel-danger", &["-v", &format!("{source}:/x:Z")]);
        }
    }
}
