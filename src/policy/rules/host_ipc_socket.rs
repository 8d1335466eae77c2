//! Sockets on which the services and the desktop of this host listen.

use crate::policy::facts::Facts;
use crate::policy::paths::Asset;
use crate::policy::rule::{Hit, Rule, Severity};
use crate::policy::sources;
use crate::rule_id::RuleId;
use crate::spec::Spec;

pub(super) static RULE: Rule = Rule {
    id: RuleId::HostIpcSocket,
    title: "the container could give orders to programs of this host",
    severity: Severity::High,
    why: "systemd, dbus, the display and the sound server do what they are told by whoever connects: start units, read \
          the screen, type; a read-only mount does not stop connect(2)",
    instead: "leave it out; for logs use --log-driver journald, for sd_notify --sdnotify=conmon",
    references: &[
        "CIS 5.6",
        "NIST 800-190 4.4.2",
        "article: basic security principles",
    ],
    bad: &["-v", "/run/dbus:/run/dbus"],
    good: &["--log-driver=journald"],
    check,
};

fn check(spec: &Spec, facts: &Facts<'_>) -> Vec<Hit> {
    sources::hits(
        spec,
        facts,
        |asset, _| asset == Asset::IpcSocket,
        |_, _| None,
    )
}

#[cfg(test)]
mod tests {
    use crate::host::{Fake, FileKind};
    use crate::policy::engine::Verdict;
    use crate::policy::level::Level;
    use crate::rule_id::RuleId;
    use crate::testing::{findings, judged_on, refused, silent};

    #[test]
    fn of_the_system_and_of_the_desktop() {
        for source in [
            "/run/systemd/private",
            "/run/systemd",
            "/run/dbus/system_bus_socket",
            "/var/run/dbus",
            "/run/systemd/journal/dev-log",
            "/tmp/.X11-unix",
            "/run/user/1000/bus",
            "/run/user/1000/wayland-0",
            "/run/user/1000/pulse/native",
            "/run/user/0/pipewire-0",
            "/home/ann/.Xauthority",
            "/run/udev/control",
        ] {
            for access in ["", ":ro", ":rw"] {
                refused("host-ipc-socket", &["-v", &format!("{source}:/x{access}")]);
            }
        }
    }

    #[test]
    fn but_not_the_files_beside_them() {
        for source in [
            "/run/systemd/resolve/stub-resolv.conf",
            "/run/app/app.sock",
            "/run/user/1000/app",
            "/run/lock",
            "/tmp/.X11-unixes",
        ] {
            silent("host-ipc-socket", &["-v", &format!("{source}:/x:ro")]);
        }
        assert_eq!(
            findings("host-ipc-socket", &["-v", "/run/udev:/run/udev:ro"])[0].verdict,
            Verdict::Noted
        );
    }

    #[test]
    fn dev_log_is_a_link_to_one() {
        let host = Fake::rootful()
            .node("/run/systemd/journal/dev-log", FileKind::Socket, 0, 0o666)
            .link("/dev/log", "/run/systemd/journal/dev-log");
        let judged = judged_on(&host, &["-v", "/dev/log:/dev/log"], Level::Baseline);
        assert!(
            judged
                .judgement
                .findings
                .iter()
                .any(|finding| finding.rule.id == RuleId::HostIpcSocket)
        );
    }

    #[test]
    fn the_display_behind_tmp() {
        let host = Fake::rootful().node("/tmp/.X11-unix/X0", FileKind::Socket, 0, 0o777);
        let judged = judged_on(&host, &["-v", "/tmp:/tmp"], Level::Baseline);
        assert!(judged.judgement.is_refused());
    }
}
