//! The programs and configuration of this host, writable.

use crate::podman::value::mount_options::Access;
use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::SystemDirWritable,
    title: "the container could change the host itself",
    severity: Severity::Critical,
    why: "a file there is run or trusted by root sooner or later: a line in /etc/cron.d, a unit, a library, a shell \
          profile is a command on the host",
    instead: "keep what the container writes in a volume, -v app-data:/data:rw, or in a directory of its own below /srv",
    references: &[
        "CIS 5.6",
        "PSS baseline: host path volumes",
        "article: 10 security recommendations",
    ],
    bad: &["-v", "/etc:/host_etc:rw"],
    good: &["-v", "/srv/app:/data:rw"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, access| asset == Asset::System && access == Access::ReadWrite,
        sources::read_only,
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{findings, fires, refused, silent};

    #[test]
    fn directories_and_all_below_them() {
        for source in [
            "/etc",
            "/etc/cron.d/x",
            "/etc/ld.so.preload",
            "/etc/nginx",
            "/etc/shadow",
            "/etc/ssl/certs",
            "/etc/localtime",
            "/usr",
            "/usr/local/bin",
            "/usr/share/zoneinfo",
            "/lib",
            "/lib64/x",
            "/bin/sh",
            "/sbin",
            "/lib/systemd/system",
            "/boot",
            "/root",
            "/opt",
            "/var/spool/cron",
            "/var/spool",
            "/var/lib/mysql",
            "/proc/self/root/etc",
        ] {
            refused("system-dir-writable", &["-v", &format!("{source}:/x:rw")]);
        }
        refused(
            "system-dir-writable",
            &["--mount", "type=bind,src=/etc,dst=/x,readonly=false"],
        );
        refused(
            "system-dir-writable",
            &["-v", "/srv/a:/a:O,upperdir=/etc,workdir=/srv/w"],
        );
        refused(
            "system-dir-writable",
            &[
                "--mount",
                "type=volume,src=v,dst=/x,volume-opt=device=/etc,volume-opt=o=bind",
            ],
        );
        refused(
            "system-dir-writable",
            &[
                "--mount",
                "type=volume,src=v,dst=/x,volume-opt=type=overlay,volume-opt=o=lowerdir=/srv:/etc",
            ],
        );
    }

    #[test]
    fn not_when_read_only_and_not_next_door() {
        for volume in [
            "/etc:/x",
            "/usr:/x:ro",
            "/etcetera:/x:rw",
            "/opt/app:/x:rw",
            "/var/lib/app:/x:rw",
            "/srv:/x:rw",
            "/data:/x:rw",
            "/mnt:/x:rw",
            "/var/www:/x:rw",
            "/etc:/x:O",
        ] {
            silent("system-dir-writable", &["-v", volume]);
        }
        fires("system-dir-writable", &["-v", "/var/log:/x:rw"]);
    }

    #[test]
    fn offers_read_only_where_that_is_enough() {
        let found = findings("system-dir-writable", &["-v", "/etc/nginx:/etc/nginx:rw"]);
        assert_eq!(found[0].instead, "-v /etc/nginx:/etc/nginx:ro");
        let found = findings("system-dir-writable", &["-v", "/boot:/b:rw"]);
        assert!(!found[0].instead.contains(":ro"), "{}", found[0].instead);
    }
}
