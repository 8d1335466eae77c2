//! The programs and configuration of this host, read-only.

use crate::podman::value::mount_options::Access;
use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SystemDirReadonly,
    title: "the container could read the host's configuration and secrets",
    severity: Severity::High,
    why: "these directories hold password hashes, host keys, certificates' keys and the exact versions of everything \
          to attack; in a rootful container root reads them all",
    instead: "mount the single file that is needed: -v /etc/FILE:/etc/FILE:ro",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "article: 10 security recommendations",
        "article: basic security principles",
    ],
    bad: &["-v", "/etc:/host_etc"],
    good: &["-v", "/etc/localtime:/etc/localtime:ro"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, access| asset == Asset::System && access == Access::ReadOnly,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::host::Fake;
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn nothing_said_is_read_only() {
        for source in [
            "/etc",
            "//etc/.",
            "/usr",
            "/lib",
            "/lib64",
            "/bin",
            "/sbin",
            "/usr/lib",
            "/boot",
            "/boot/config",
            "/root",
            "/etc/shadow",
            "/etc/gshadow-",
            "/etc/ssh",
            "/etc/ssh/ssh_host_ed25519_key",
            "/etc/ssl",
            "/etc/ssl/private",
            "/etc/sudoers.d/x",
            "/proc/self/root/etc",
            "/var/lib/postgresql/15",
        ] {
            refused("system-dir-readonly", &["-v", &format!("{source}:/x")]);
            refused("system-dir-readonly", &["-v", &format!("{source}:/x:ro")]);
        }
        refused("system-dir-readonly", &["-v", "/etc:/x:O"]);
        refused("system-dir-readonly", &["--env-file=/etc/shadow"]);
        refused("system-dir-readonly", &["--env-file=../../../etc/shadow"]);
        refused("system-dir-readonly", &["--label-file=/etc/gshadow"]);
        refused("system-dir-readonly", &["--init-path", "/etc/shadow"]);
        refused(
            "system-dir-readonly",
            &["--mount=type=glob,src=/etc/*,dst=/x,ro"],
        );
    }

    #[test]
    fn the_single_harmless_file_stays_quiet() {
        for source in [
            "/etc/localtime",
            "/etc/timezone",
            "/etc/os-release",
            "/usr/share/zoneinfo",
            "/etc/ssl/certs",
            "/etc/ssl/certs/ca.crt",
            "/etc/pki/ca-trust/extracted",
            "/etc/nginx/nginx.conf",
            "/etc/resolv.conf",
            "/etc/hosts",
            "/usr/bin/qemu-aarch64-static",
            "/etcetera",
            "/usr/share/fonts",
            "/opt",
            "/var/lib/app",
            "/var/log/app",
            "/tmp/x",
        ] {
            silent("system-dir-readonly", &["-v", &format!("{source}:/x:ro")]);
        }
        silent(
            "system-dir-readonly",
            &["--env-file", "app.env", "--hosts-file=none"],
        );
    }

    #[test]
    fn a_link_is_where_it_leads() {
        let host = Fake::rootful()
            .directory("/etc", 0, 0o755)
            .link("/home/ann/lnk", "/etc");
        let judged = judged_on(&host, &["-v", "/home/ann/lnk:/h"], Level::Baseline);
        assert!(judged.judgement.is_refused());
        assert_eq!(
            judged.judgement.findings[0].rule.id,
            RuleId::SystemDirReadonly
        );
        assert!(
            judged
                .argv
                .contains(&"--volume=/etc:/h:ro,nosuid,nodev,private,bind".into()),
            "{:?}",
            judged.argv
        );
    }

    #[test]
    fn the_milder_ones_are_noted_only() {
        for source in [
            "/tmp",
            "/var/log",
            "/lib/modules",
            "/usr/src",
            "/etc/passwd",
        ] {
            let found = findings("system-dir-readonly", &["-v", &format!("{source}:/x:ro")]);
            assert!(
                matches!(found[0].verdict, Verdict::Noted | Verdict::Shown),
                "{source}"
            );
        }
    }
}
