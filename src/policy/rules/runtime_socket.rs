//! Sockets that start containers, and the directories that hold them.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::RuntimeSocket,
    title: "the container could start containers of its own",
    severity: Severity::Critical,
    why: "whoever can connect to the engine's socket can start a privileged container with the whole host in it; a \
          read-only mount does not stop connect(2)",
    instead: "leave the socket out; where a program must watch containers, give it a proxy that allows only the reading \
              calls",
    references: &[
        "CIS 5.32",
        "NIST 800-190 4.4.2",
        "article: basic security principles",
        "podman-system-service(1)",
    ],
    bad: &["-v", "/var/run/docker.sock:/var/run/docker.sock:ro"],
    good: &["-v", "/run/app/app.sock:/app.sock"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::RuntimeSocket,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::host::{Fake, FileKind};
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{judged_on, refused, silent};

    #[test]
    fn read_only_or_not_there_or_not() {
        for volume in [
            "/run/podman/podman.sock:/s",
            "/var/run/docker.sock:/s:ro",
            "//run//podman/./podman.sock:/s:ro",
            "/run/user/1000/podman/podman.sock:/s",
            "/run/k3s/containerd/containerd.sock:/s",
            "/proc/1/root/run/docker.sock:/s",
            "/srv/elsewhere/docker.sock:/s",
        ] {
            refused("runtime-socket", &["-v", volume]);
        }
        refused(
            "runtime-socket",
            &[
                "--mount",
                "type=bind,\"src=/run/podman/podman.sock\",dst=/s",
            ],
        );
        refused(
            "runtime-socket",
            &["--mount", "type=bind,dst=/run/docker.sock,ro"],
        );
    }

    #[test]
    fn and_every_directory_above() {
        for directory in [
            "/run",
            "/var/run",
            "/run/podman",
            "/run/user",
            "/run/user/1000",
        ] {
            for access in ["", ":ro", ":rw"] {
                refused(
                    "runtime-socket",
                    &["-v", &format!("{directory}:/x{access}")],
                );
            }
        }
        for near in [
            "/run/app:/x",
            "/run/podmanager:/x",
            "/srv/docker.sock.d:/x",
            "/srv/docker.socket:/x",
        ] {
            silent("runtime-socket", &["-v", near]);
        }
    }

    #[test]
    fn whatever_it_is_called() {
        let host = Fake::rootful().engine("/srv/x/api.sock").node(
            "/srv/y/app.sock",
            FileKind::Socket,
            0,
            0o666,
        );
        for (volume, is) in [
            ("/srv/x/api.sock:/s", true),
            ("/srv/x:/x:ro", true),
            ("/srv/y/app.sock:/s", false),
            ("/srv/y:/y", false),
        ] {
            let judged = judged_on(&host, &["-v", volume], Level::Baseline);
            assert_eq!(judged.judgement.is_refused(), is, "{volume}");
            let rule = &judged.judgement.findings;
            let socket = |id| rule.iter().any(|found| found.rule.id == id);
            assert_eq!(socket(RuleId::RuntimeSocket), is, "{volume}");
            let noted = volume == "/srv/y/app.sock:/s";
            assert_eq!(socket(RuleId::HostIpcSocket), noted, "{volume}");
        }
    }

    #[test]
    fn by_a_link() {
        let host = Fake::rootful()
            .node("/run/podman/podman.sock", FileKind::Socket, 0, 0o660)
            .link("/srv/harmless", "/run/podman");
        assert!(Path::new("/srv/harmless").is_absolute());
        let judged = judged_on(&host, &["-v", "/srv/harmless:/x:ro"], Level::Baseline);
        assert!(judged.judgement.is_refused());
        assert_eq!(judged.judgement.findings[0].rule.id, RuleId::RuntimeSocket);
        assert!(
            judged.judgement.findings[0]
                .what
                .contains("leads to \"/run/podman\"")
        );
    }
}
